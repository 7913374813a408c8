"""What a topic would have brought on the latest stored listing days, within a second: nothing is stored.

Exact queries are matched with all papers of these days. How close papers are to an interest takes longer to find out:
those that share words with it are read first, until the time is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from bot.decisions import backtests, refinements
from bot.decisions.backtests import Findings, Overlap, Scored
from bot.decisions.matches import MOST_CLOSE, Matching
from bot.model import Announced, Backtest, TopicState, is_interest
from bot.ports import Clock, Relevance, Store
from bot.topics.compiled import CompiledTopics

LONGEST = timedelta(seconds=0.75)
"""After this time no further papers are read."""

PAPERS_AT_ONCE = 25
"""Papers read by relevance at once: some hundredths of a second, if they are new to it."""

MOST_PROMISING = 50
"""Papers of a day that an exact query does not match and that are looked at for closeness."""


class Backtester:
    """Makes backtests, one at a time: each may take a whole second of the processor."""

    def __init__(self, store: Store, relevance: Relevance, clock: Clock) -> None:
        self._store, self._relevance, self._clock = store, relevance, clock
        self._turn = asyncio.Lock()

    async def __call__(self, query: str) -> Backtest:
        """Return what a normalized topic would have brought, with topics to follow instead if that is too much or
        nothing.

        The days are the latest seven that have a listing; fewer if there was no time for more. If these bring nothing,
        those of a month are looked at. Raises `StoreUnavailable`.
        """
        until = self._clock.now() + LONGEST
        last = await self._store.latest_day()
        async with self._turn:
            run = _Run(self._store, self._relevance, self._clock, query, until)
            if last is not None:
                await run.look_back(last)
        tested = backtests.backtest(query, run.found, run.week)
        return replace(tested, refinements=await asyncio.to_thread(refinements.refinements, tested, run.found))


@dataclass(slots=True)
class _Run:
    """One backtest: the topic, the time when it has to end, and what was found so far."""

    store: Store
    relevance: Relevance
    clock: Clock
    query: str
    until: datetime
    found: Findings = field(default_factory=Findings)
    week: list[date] = field(default_factory=list)
    compiled: CompiledTopics = field(default_factory=CompiledTopics)
    overlap: Overlap = field(init=False)
    near_query: str | None = field(init=False)

    def __post_init__(self) -> None:
        self.overlap = Overlap(backtests.text_of(self.query))
        self.near_query = self.query if is_interest(self.query) else backtests.interest_of(self.query)

    async def look_back(self, last: date) -> None:
        for ago in range(backtests.MONTH_DAYS):
            is_enough = len(self.week) == backtests.DAYS and self.found.count
            if is_enough or (self.week and self.clock.now() >= self.until):
                return
            day = last - timedelta(days=ago)
            announced = [item for item in await self.store.announced_on(day) if item[1].announcement.kind.delivers]
            if announced:
                await self._look_at(day, dict(announced))

    async def _look_at(self, day: date, announced: Mapping[int, Announced]) -> None:
        if is_week := len(self.week) < backtests.DAYS:
            self.week.append(day)
        work, order = await asyncio.to_thread(self._begin, announced)
        if is_interest(self.query):
            scope = frozenset(work.in_scope(self._state, day))
            read = await self._read([seq for seq in order if seq in scope], announced, is_week=is_week)
            self.found.is_least |= len(read) < len(scope)
            matched: Sequence[int] = await self._measured(partial(self.relevance.close, self.query, read, MOST_CLOSE))
        else:
            matched = work.found([self._state]).get(self._state.id, ())
            promising = [seq for seq in order if seq not in set(matched)][:MOST_PROMISING]
            read = await self._read([*matched, *promising], announced, is_week=is_week)
        self.found.add_day(day, [announced[seq] for seq in matched])
        await self._keep_best(matched, read, announced)

    @property
    def _state(self) -> TopicState:
        return TopicState(0, self.query, 0)

    def _begin(self, announced: Mapping[int, Announced]) -> tuple[Matching, list[int]]:
        """A day's papers matched, and their numbers in the order in which they are worth reading."""
        work = Matching([self._state], self.compiled)
        work.read(announced.items())
        seqs = list(announced)
        papers = [announced[seq].paper for seq in seqs]
        promising = [seqs[place] for place in self.overlap.best_first(papers)]
        self.found.titles += [paper.title for paper in papers]
        self.found.unseen = self.overlap.unseen
        return work, list(dict.fromkeys([*promising, *seqs] if is_interest(self.query) else promising))
