"""What topics would have brought in the last week, whether somebody follows them or not: nothing is stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from bot.model import Announced, TopicState, is_interest
from bot.pipeline.match import matches_of
from bot.ports import Relevance, Store
from bot.topics.compiled import CompiledTopics

DAYS = 7
"""Calendar days, the latest listing included: five listings in most weeks."""

DayMatches = Mapping[date, Sequence[tuple[int, Announced]]]
"""(sequence number, announcement) by listing day, in the order of the log."""


async def past_matches(store: Store, relevance: Relevance | None, queries: Collection[str]) -> dict[str, DayMatches]:
    """What each of these normalized topics would have brought from the stored listings of the last week.

    Each day that has a listing is there; a paper that is announced twice is there on its first day. Without
    `relevance`, interests alone are left out. Raises `StoreUnavailable`.
    """
    states = [TopicState(number, query, 0) for number, query in enumerate(dict.fromkeys(queries))]
    if relevance is None:
        states = [state for state in states if not is_interest(state.query)]
    compiled = CompiledTopics()
    found: dict[str, dict[date, list[tuple[int, Announced]]]] = {state.query: {} for state in states}
    seen: dict[str, set[str]] = {state.query: set() for state in states}
    for day in await _last_week(store):
        # A day at a time: a week of announcements would take a hundred megabytes.
        by_seq = dict(await store.announced_on(day))
        matched = await matches_of(relevance, [*by_seq.items()], states, compiled, _nothing_before)
        for state in states if by_seq else ():
            new = {seq: by_seq[seq] for seq in matched.get(state.id, ())}
            found[state.query][day] = [item for item in new.items() if item[1].paper.id not in seen[state.query]]
            seen[state.query].update(entry.paper.id for entry in new.values())
    return {**found}


async def _last_week(store: Store) -> list[date]:
    last = await store.latest_day()
    return [last - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)] if last else []


async def week_counts(store: Store, relevance: Relevance | None, queries: Collection[str]) -> dict[str, int]:
    """How many papers each of these topics would have brought in the last week; as `past_matches`."""
    found = await past_matches(store, relevance, queries)
    return {query: sum(map(len, days.values())) for query, days in found.items()}


async def _nothing_before(_topic_ids: Collection[int], _day: date) -> Mapping[int, frozenset[int]]:
    return {}
