"""What a topic would have brought on the latest stored listing days, within a second: nothing is stored.

Exact queries are matched with all papers of these days. How close papers are to an interest takes longer to find out:
those that share words with it are read first, until the time is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot.decisions import backtests, refinements
from bot.decisions.backtests import Findings, Overlap, Scored
from bot.decisions.matches import MOST_CLOSE, Matching
from bot.model import Announced, Backtest, TopicState, is_interest
from bot.pipeline.ranked import ranked
from bot.pipeline.recent_days import RecentDays
from bot.ports import Clock, Relevance, Store
from bot.topics.compiled import CompiledTopics

LONGEST = timedelta(seconds=0.75)
"""After this time no further day is looked at, and no further papers are read."""

PAPERS_AT_ONCE = 25
"""Papers read by relevance at once: some hundredths of a second, if they are new to it."""

QUICK = timedelta(milliseconds=15)
"""Reading so many papers takes less than this if they are known; then twice as many are read at once."""

MOST_READ = 12
"""Papers of a day that are read for an exact query: so many of those that it matches, and as many of the others."""

DAYS_READ = 3
"""Latest days whose papers are read for an exact query; its count needs no reading."""

WORDS = "words"
"""`Relevance.name` without embeddings."""

NOT_READ = -1.0
"""The score of a paper that there was no time to read."""


class Backtester:
    """Makes backtests, one at a time: each may take a whole second of the processor."""

    def __init__(self, store: Store, relevance: Relevance, clock: Clock) -> None:
        self._store, self._relevance, self._clock = store, relevance, clock
        self._turn = asyncio.Lock()
        self._days = RecentDays(store)

    async def __call__(self, query: str, beside: Sequence[str] = ()) -> Backtest:
        """Return what a normalized topic would have brought, with topics to follow instead if that is too much or
        nothing.

        The days are the latest seven that have a listing; fewer if there was no time for more. If these bring nothing,
        those of a month are looked at. `beside` are exact queries whose papers are counted on the same days.

        Raises `StoreUnavailable`.
        """
        until = self._clock.now() + LONGEST
        last = await self._store.latest_day()
        async with self._turn:
            run = _Run(self._days, self._relevance, self._clock, query, until, tuple(beside))
            if last is not None:
                await run.look_back(last)
            shown = await ranked(
                self._store, self._relevance, backtests.candidates(query, run.found), until, size=backtests.SHOWN
            )
        tested = replace(
            backtests.backtest(query, run.found, run.week),
            shown=tuple(candidate.announced.paper for candidate in shown),
            is_by_words=self._relevance.name == WORDS,
            beside=tuple(len(run.others.get(number, ())) for number in range(1, len(beside) + 1)),
        )
        return replace(tested, refinements=await asyncio.to_thread(refinements.refinements, tested, run.found))


@dataclass(frozen=True, slots=True)
class _Day:
    """Papers of a day: what a query has brought, and others that share words with it, both best first."""

    announced: Mapping[int, Announced]
    matched: Sequence[int]
    others: Sequence[int]


@dataclass(slots=True)
class _Run:
    """One backtest: the topic, the time when it has to end, and what was found so far."""

    days: RecentDays
    relevance: Relevance
    clock: Clock
    query: str
    until: datetime
    beside: tuple[str, ...] = ()
    others: dict[int, set[str]] = field(default_factory=dict)
    """The ids of the papers that the queries `beside` bring, by their place, from 1."""
    found: Findings = field(default_factory=Findings)
    week: list[date] = field(default_factory=list)
    compiled: CompiledTopics = field(default_factory=CompiledTopics)
    overlap: Overlap = field(init=False)
    near_query: str | None = field(init=False)
    unread: list[_Day] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.overlap = Overlap(backtests.text_of(self.query))
        self.near_query = self.query if is_interest(self.query) else backtests.interest_of(self.query)

    async def look_back(self, last: date) -> None:
        """Look at one day after the other, back from `last`, until there are enough or the time is over."""
        await self.relevance.prepare([query for query in (self.query, self.near_query) if query])
        for ago in range(backtests.MONTH_DAYS):
            is_enough = len(self.week) == backtests.DAYS and self.found.count
            if is_enough or (self.week and self.clock.now() >= self.until):
                break
            day = last - timedelta(days=ago)
            if announced := await self.days.on(day):
                await self._look_at(day, announced)
                if len(self.week) < backtests.DAYS:
                    self.week.append(day)
        for each in self.unread:
            read = await self._read([*each.matched[:MOST_READ], *each.others], each.announced, self.until)
            best, near = await asyncio.to_thread(self._measured, each, read)
            self.found.add_papers(best, near)

    async def _look_at(self, day: date, announced: Mapping[int, Announced]) -> None:
        work, order = await asyncio.to_thread(self._begin, announced)
        if len(self.week) < backtests.DAYS:
            for number, seqs in work.found(self._states[1:]).items():
                self.others.setdefault(number, set()).update(announced[seq].paper.id for seq in seqs)
        if is_interest(self.query):
            await self._look_for_close(day, announced, order, frozenset(work.in_scope(self._state, day)))
            return
        brought = frozenset(work.found([self._state]).get(self._state.id, ()))
        self.found.add_day(day, [announced[seq] for seq in brought])
        if len(self.unread) < DAYS_READ:
            matched = [*(seq for seq in order if seq in brought), *brought.difference(order)][: backtests.MOST_KEPT]
            others = [seq for seq in order if seq not in brought][:MOST_READ]
            self.unread.append(_Day({seq: announced[seq] for seq in (*matched, *others)}, matched, others))

    async def _look_for_close(
        self, day: date, announced: Mapping[int, Announced], order: Sequence[int], scope: Collection[int]
    ) -> None:
        """Find what an interest brings on a day: of the papers that were read in this day's share of the time."""
        now = self.clock.now()
        until = now + (self.until - now) / max(1, backtests.DAYS - len(self.week))
        read = await self._read([seq for seq in order if seq in scope], announced, until)
        self.found.is_least |= len(read) < len(scope)
        matched = await asyncio.to_thread(self.relevance.close, self.query, read, MOST_CLOSE)
        self.found.add_day(day, [announced[seq] for seq in matched])
        brought = frozenset(matched)
        of_day = _Day(announced, matched, [seq for seq in read if seq not in brought])
        best, near = await asyncio.to_thread(self._measured, of_day, read)
        self.found.add_papers(best, near)

    @property
    def _state(self) -> TopicState:
        return TopicState(0, self.query, 0)

    @property
    def _states(self) -> list[TopicState]:
        return [self._state, *(TopicState(number, query, 0) for number, query in enumerate(self.beside, 1))]

    def _begin(self, announced: Mapping[int, Announced]) -> tuple[Matching, list[int]]:
        """A day's papers matched, and their numbers in the order in which they are worth reading.

        For an exact query, only those that share a word with it, of the days whose papers are read.
        """
        work = Matching(self._states, self.compiled)
        work.read(announced.items())
        seqs = list(announced)
        papers = [announced[seq].paper for seq in seqs]
        self.found.titles += [paper.title for paper in papers]
        if not is_interest(self.query) and len(self.unread) == DAYS_READ:
            return work, []
        promising = [seqs[place] for place in self.overlap.best_first(papers)]
        self.found.unseen = self.overlap.unseen
        return work, list(dict.fromkeys([*promising, *seqs] if is_interest(self.query) else promising))

    async def _read(self, wanted: Sequence[int], announced: Mapping[int, Announced], until: datetime) -> list[int]:
        """Let relevance read papers, the first ones first, until the time is over; returns which it has read."""
        at, size = 0, PAPERS_AT_ONCE
        while at < len(wanted):
            begun = self.clock.now()
            if at and begun >= until:
                break
            await self.relevance.read({seq: announced[seq] for seq in wanted[at : at + size]})
            at += size
            # Most papers may be known from matching and ranking: those take no time.
            size = 2 * size if self.clock.now() - begun < QUICK else PAPERS_AT_ONCE
        return list(wanted[:at])

    def _measured(self, day: _Day, read: Sequence[int]) -> tuple[list[Scored], list[Scored]]:
        """What the topic has brought on a day, and the closest of the other papers, with their scores.

        What was not read comes after everything else.
        """
        is_read = frozenset(read)
        best = self._scored(self.query, [seq for seq in day.matched if seq in is_read], day.announced)
        best += [(NOT_READ, seq, day.announced[seq]) for seq in day.matched if seq not in is_read]
        if self.near_query is None:
            return best, []
        others = [seq for seq in day.others if seq in is_read]
        if not is_interest(self.query):
            close = frozenset(self.relevance.close(self.near_query, read, MOST_CLOSE))
            self.found.about += len(close)
            others = [seq for seq in others if seq in close]
        near = self._scored(self.near_query, others, day.announced)
        return best, [each for each in near if each[0] >= backtests.NARROWLY]

    def _scored(self, query: str, seqs: Sequence[int], announced: Mapping[int, Announced]) -> list[Scored]:
        scores = self.relevance.of_topic(query, seqs)
        return [(score, seq, announced[seq]) for score, seq in zip(scores, seqs, strict=True)]
