"""Announcements × topics → matches: every announcement is matched with every followed topic once."""

from __future__ import annotations

import structlog

from bot.decisions import matches
from bot.ports import Store

log = structlog.get_logger()

BATCH = 2000
"""Announcements matched in one transaction: about one day of arXiv."""


async def match(store: Store) -> int:
    """Match the announcements since each topic was last matched; returns how many matches were found."""
    states = await store.topics()
    count = 0
    # From the topic that is farthest behind; the others skip what they were matched with before.
    seq = min((state.matched_seq for state in states), default=0)
    while states and (announced := await store.announcements_after(seq, BATCH)):
        last_seq = announced[-1][0]
        behind = matches.topics_behind(states, last_seq)
        matcher, errors = matches.matcher_of(behind)
        for query, error in errors.items():
            log.error("topic no longer parses", topic=query, reason=str(error))
        new = matches.new_matches(announced, behind, matcher)
        # The topic that no longer parses advances too: otherwise every pass would begin at it again.
        await store.save_matches(new, [state.id for state in behind], last_seq, after=seq)
        count += sum(map(len, new.values()))
        seq = last_seq
    if count:
        log.info("matched", matches=count, topics=len(states))
    return count
