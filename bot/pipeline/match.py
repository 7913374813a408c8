"""Announcements × topics → matches: every announcement is matched with every followed topic once.

Parsing and matching run in a thread, a slice at a time: sending goes on beside them, and stopping waits for one slice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog

from bot.decisions import matches
from bot.decisions.matches import Matching
from bot.model import Announced, TopicState
from bot.ports import Store
from bot.topics.compiled import followed

log = structlog.get_logger()

BATCH = 2000
"""Announcements matched in one transaction: about one day of arXiv."""

TOPICS_AT_ONCE = 5000
"""Topics read from the store, parsed or answered at once: a fraction of a second."""

PAPERS_AT_ONCE = 200
"""Announcements read from the store or indexed at once."""

Item = TypeVar("Item")
Result = TypeVar("Result")


async def match(store: Store) -> int:
    """Match the announcements since each topic was last matched; returns how many matches were found."""
    states = await _topics_behind(store, await store.last_seq())
    if not states:
        return 0
    queries = [state.query for state in states]
    await _in_thread(followed.add, queries, TOPICS_AT_ONCE)
    for query, why in followed.refused(queries).items():
        log.error("topic no longer parses", topic=query, reason=why)
    count = 0
    # From the topic that is farthest behind; the others skip what they were matched with before.
    seq = min(state.matched_seq for state in states)
    while announced := await _announced(store, seq):
        last_seq = announced[-1][0]
        behind = matches.topics_behind(states, last_seq)
        found = await _matched(announced, behind)
        # The topic that no longer parses advances too: otherwise every pass would begin at it again.
        await store.save_matches(found, [state.id for state in behind], last_seq, after=seq)
        count += sum(map(len, found.values()))
        seq = last_seq
    # After every new listing all topics were behind: this is the time to forget those that nobody follows any more.
    if len(followed) > len(states) == await store.followed_topics():
        await asyncio.to_thread(followed.keep, queries)
    if count:
        log.info("matched", matches=count, topics=len(states))
    return count


async def _topics_behind(store: Store, seq: int) -> list[TopicState]:
    states: list[TopicState] = []
    while page := await store.topics_behind(seq, states[-1].id if states else 0, TOPICS_AT_ONCE):
        states += page
    return states


async def _announced(store: Store, seq: int) -> list[tuple[int, Announced]]:
    announced = await store.announcements_after(seq, PAPERS_AT_ONCE)
    while announced and len(announced) < BATCH:
        page = await store.announcements_after(announced[-1][0], PAPERS_AT_ONCE)
        if not page:
            break
        announced += page
    return announced


async def _matched(
    announced: Sequence[tuple[int, Announced]], states: Sequence[TopicState]
) -> dict[int, tuple[int, ...]]:
    work = await asyncio.to_thread(Matching, states)
    await _in_thread(work.read, announced, PAPERS_AT_ONCE)
    found: dict[int, tuple[int, ...]] = {}
    for part in await _in_thread(work.found, states, TOPICS_AT_ONCE):
        found |= part
    return found


async def _in_thread(work: Callable[[Sequence[Item]], Result], items: Sequence[Item], size: int) -> list[Result]:
    """Call `work` in a thread with one slice of the items after another. Cancelling takes effect between two slices."""
    return [await asyncio.to_thread(work, items[at : at + size]) for at in range(0, len(items), size)]
