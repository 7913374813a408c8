"""Announcements × topics → matches: every announcement meets every followed topic once."""

from __future__ import annotations

from datetime import date

import structlog

from bot import topics as topic_language
from bot.errors import BadTopic
from bot.model import TopicState
from bot.ports import Store
from bot.topics.matching import Matcher

log = structlog.get_logger()

BATCH = 2000
"""Announcements matched in one transaction: about an arXiv day."""


async def match(store: Store) -> int:
    """Match what was announced since each topic was last matched; returns how many matches were found."""
    states = await store.topics()
    found = 0
    seq = min((state.matched_seq for state in states), default=0)
    while states and (rows := await store.announcements_after(seq, BATCH)):
        last = rows[-1][0]
        behind = [state for state in states if state.matched_seq < last]
        matcher = _matcher(behind)
        seen = {state.id: state.matched_seq for state in behind}
        matches: list[tuple[int, str, date, tuple[str, ...]]] = []
        for number, announced in rows:
            if not announced.announcement.kind.delivers:
                continue
            for topic_id, because in matcher.match(announced.paper):
                if seen[topic_id] < number:
                    matches.append((topic_id, announced.paper.id, announced.announcement.day, because))
        await store.save_matches(matches, [state.id for state in behind], last, after=seq)
        found += len(matches)
        seq = last
    if found:
        log.info("matched", matches=found, topics=len(states))
    return found


def _matcher(states: list[TopicState]) -> Matcher:
    parsed = []
    for state in states:
        try:
            parsed.append((state.id, topic_language.parse(state.query)))
        except BadTopic as error:  # a stored topic that a newer grammar refuses must not stop the others
            log.error("topic no longer parses", topic=state.query, why=str(error))
    return Matcher(parsed)
