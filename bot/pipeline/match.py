"""Announcements × topics → matches: every announcement is matched with every followed topic once.

A query matches exactly. An interest alone brings the papers of a listing day that are closest to it, see `Relevance`.
Parsing and matching run in a thread, a slice at a time: sending goes on beside them, and stopping waits for one slice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date
from itertools import takewhile
from typing import TypeVar

import structlog

from bot.decisions import matches
from bot.decisions.matches import MOST_CLOSE, Matching
from bot.model import Announced, TopicState, is_interest
from bot.pipeline.count_terms import count_terms
from bot.pipeline.embed import Embedding
from bot.ports import Relevance, Store
from bot.topics.compiled import CompiledTopics, followed

log = structlog.get_logger()

BATCH = 2000
"""Announcements matched in one transaction: about one day of arXiv. A day is not divided unless it has twice as many,
since an interest brings a limited number of papers of a day."""

TOPICS_AT_ONCE = 5000
"""Topics read from the store, parsed or answered at once: a fraction of a second."""

PAPERS_AT_ONCE = 200
"""Announcements read from the store or indexed at once."""

INTERESTS_AT_ONCE = 100
"""Interests compared with a day's papers at once: a fraction of a second."""

MatchedBefore = Callable[[Collection[int], date], Awaitable[Mapping[int, frozenset[int]]]]
"""Tells what topics, by id, have matched of a listing day before. See `bot.ports.Topics.matched_on`."""

Item = TypeVar("Item")
Result = TypeVar("Result")


async def match(store: Store, relevance: Relevance | None = None, embedding: Embedding | None = None) -> int:
    """Match the announcements since each topic was last matched; returns how many matches were found.

    Without `relevance`, interests alone wait until they are matched with it; with it, they wait while `embedding` still
    makes the vectors by which they are found. Terms are counted first: closeness depends on how rare they are.
    """
    if relevance is not None:
        await count_terms(store, relevance)
    if embedding is not None and await embedding.is_awaited():
        relevance = None
    states = await _topics_behind(store, await store.last_seq())
    if relevance is None:
        states = [state for state in states if not is_interest(state.query)]
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
        found = await matches_of(relevance, announced, behind, followed, store.matched_on)
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
    """The next announcements after `seq`: a batch, and the rest of its last day."""
    announced: list[tuple[int, Announced]] = []
    while len(announced) < 2 * BATCH:
        page = await store.announcements_after(announced[-1][0] if announced else seq, PAPERS_AT_ONCE)
        if len(announced) >= BATCH:
            last_day = announced[-1][1].announcement.day
            page = list(takewhile(lambda entry: entry[1].announcement.day == last_day, page))  # noqa: B023 - used at once
        if not page:
            break
        announced += page
    return announced


async def matches_of(
    relevance: Relevance | None,
    announced: Sequence[tuple[int, Announced]],
    states: Sequence[TopicState],
    compiled: CompiledTopics,
    matched_before: MatchedBefore,
) -> dict[int, tuple[int, ...]]:
    """What these topics match of announcements with their sequence numbers: topic id → sequence numbers, ascending.

    Without `relevance`, interests alone match nothing.
    """
    work = await asyncio.to_thread(Matching, states, compiled)
    await _in_thread(work.read, announced, PAPERS_AT_ONCE)
    found: dict[int, tuple[int, ...]] = {}
    for part in await _in_thread(work.found, states, TOPICS_AT_ONCE):
        found |= part
    interests = [state for state in states if is_interest(state.query)]
    if relevance is not None and interests:
        for day in work.days:
            await relevance.read({seq: entry for seq, entry in announced if entry.announcement.day == day})
            known = await matched_before([state.id for state in interests], day)
            for at in range(0, len(interests), INTERESTS_AT_ONCE):
                some = interests[at : at + INTERESTS_AT_ONCE]
                await relevance.prepare([state.query for state in some])
                close = await asyncio.to_thread(_close, relevance, work, day, known, some)
                for topic_id, seqs in close.items():
                    found[topic_id] = tuple(sorted((*found.get(topic_id, ()), *seqs)))
    return found


def _close(
    relevance: Relevance,
    work: Matching,
    day: date,
    known: Mapping[int, frozenset[int]],
    states: Sequence[TopicState],
) -> dict[int, tuple[int, ...]]:
    """What these interests match of a listing day: topic id → sequence numbers, ascending."""
    found = {}
    for state in states:
        before = known.get(state.id, frozenset())
        seqs = work.in_scope(state, day)
        if seqs and len(before) < MOST_CLOSE:
            best_first = relevance.close(state.query, seqs, MOST_CLOSE, already=len(before.difference(seqs)))
            if new := matches.newly_close(best_first, before):
                found[state.id] = new
    return found


async def _in_thread(work: Callable[[Sequence[Item]], Result], items: Sequence[Item], size: int) -> list[Result]:
    """Call `work` in a thread with one slice of the items after another. Cancelling takes effect between two slices."""
    return [await asyncio.to_thread(work, items[at : at + size]) for at in range(0, len(items), size)]


async def nothing_before(_topic_ids: Collection[int], _day: date) -> Mapping[int, frozenset[int]]:
    """The `MatchedBefore` of topics that may not be stored."""
    return {}
