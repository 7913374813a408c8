"""Seven days of the whole pipeline under a simulated clock: which chat got which paper, when, and what is wrong."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from bot import pipeline
from bot import topics as topic_language
from bot.arxiv import calendar
from bot.decisions import ledger
from bot.decisions.digest_policy import LATE_LISTING
from bot.decisions.due_times import GRACE, next_due
from bot.decisions.polling import PollState
from bot.errors import ModelUnavailable, PaperboyError
from bot.model import Announced, Chat, ChatRef, Delivery, DeliveryState, Platform
from bot.pipeline import DeliveryWorker, DigestBuilder
from bot.ports import Store
from bot.storage.store import SqlStore, open_store
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.matching import satisfies
from tests.fakes.clock import FakeClock
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.fakes.week import Accepted, FailingStore, Span, WeekArxiv, WeekPlatform

START = datetime(2026, 9, 1, 20, 0, tzinfo=UTC)
END = datetime(2026, 9, 10, 5, 0, tzinfo=UTC)
DAYS = (date(2026, 9, 2), date(2026, 9, 3), date(2026, 9, 4), date(2026, 9, 7), date(2026, 9, 9))
"""Five listing days; 8 September has none because of Labor Day, and Santiago's clock changes on the 6th."""

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Australia/Sydney",
    "America/New_York",
    "America/Los_Angeles",
    "America/Santiago",
    "America/St_Johns",
    "Africa/Nairobi",
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Follower:
    """A chat that joins at `joins` and follows these topics."""

    ref: ChatRef
    zone: str
    at: time
    queries: tuple[str, ...]
    joins: datetime = START

    @property
    def chat(self) -> Chat:
        return Chat(self.ref, timezone=self.zone, digest_time=self.at)


@dataclass
class Week:
    """The service, its surroundings, and their faults. `lies` are the spans in which the service's clock is wrong."""

    database: str
    days: Mapping[date, tuple[Announced, ...]]
    followers: Sequence[Follower]
    step: timedelta = timedelta(minutes=30)
    true: datetime = START
    restarts: list[datetime] = field(default_factory=list)
    store_away: list[Span] = field(default_factory=list)
    store_shaky: list[Span] = field(default_factory=list)
    model_down: list[Span] = field(default_factory=list)
    lies: list[tuple[Span, timedelta]] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    restarted: int = 0
    fresh: bool = False
    since: dict[ChatRef, date] = field(default_factory=dict)
    _prepared: list[IndexedPaper] = field(default_factory=list)
    _of_topic: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = FakeClock(self.true)
        self.arxiv = WeekArxiv(self.days, lambda: self.true)
        self.telegram = WeekPlatform(Platform.TELEGRAM, lambda: self.true)
        self.discord = WeekPlatform(Platform.DISCORD, lambda: self.true, knows_keys=True)
        self.makers = FakeMakers(self.clock)

    def of_topic(self, query: str) -> set[str]:
        """The papers that a query matches, evaluated directly and not by the index."""
        if query not in self._of_topic:
            topic = topic_language.parse(query)
            self._prepared = self._prepared or [
                IndexedPaper(entry.paper) for day in self.days.values() for entry in day
            ]
            self._of_topic[query] = {each.paper.id for each in self._prepared if satisfies(topic, each)}
        return self._of_topic[query]

    @property
    def platforms(self) -> dict[Platform, WeekPlatform]:
        return {Platform.TELEGRAM: self.telegram, Platform.DISCORD: self.discord}

    # ── the service ───────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        waiting = sorted(self.followers, key=lambda follower: follower.joins)
        await self._start()
        while self.true < END:
            self.clock.set(self.true + self._lie())
            while waiting and waiting[0].joins <= self.true:
                await self._join(waiting.pop(0))
            await self._come_back()
            await self._tick()
            if self.restarts and self.true >= self.restarts[0]:
                del self.restarts[0]
                await self._restart()
            self.true += self.step
        await self.real.close()

    async def _start(self) -> None:
        self.real: SqlStore = await open_store(self.database)
        self.store = cast(Store, FailingStore(self.real, lambda: self.true, self.store_away, self.store_shaky))
        self.owner = f"host/{self.restarted}/x"
        await self.real.expire_leases(self.owner, self.clock.now())
        self.worker = DeliveryWorker(self.store, self.platforms, self.clock, self.owner)

    async def _restart(self) -> None:
        self.restarted += 1
        await self.real.close()
        await self._start()

    async def _tick(self) -> None:
        """Run the service's steps one after the other; one that fails is tried again at the next tick."""
        down = any(self.true in span for span in self.model_down)
        self.makers.down = ModelUnavailable("the model is over its quota") if down else None
        for job in (self._poll, self._read, self._send):
            try:
                await job()
            except PaperboyError as error:
                self.failures[f"{job.__name__[1:]}: {error}"] += 1

    async def _poll(self) -> None:
        self.fresh = bool(await pipeline.poll(self.store, self.arxiv, self.clock)) or self.fresh

    async def _read(self) -> None:
        matched = await pipeline.match(self.store)
        if matched or self.fresh or (self.true - START) % timedelta(hours=4) < self.step:
            # The service chooses at every tick; here only when the papers that chats will see may have changed.
            await pipeline.choose(self.store, self.clock.now())
            self.fresh = False
            await pipeline.summarize(self.store, self.makers, AbstractReader(), self.clock)

    async def _send(self) -> None:
        state = PollState.from_json(await self.store.value("poll"))
        owed = state.day is None or state.day < calendar.fed_day(self.clock.now())
        builder = DigestBuilder(self.platforms, self.makers, AbstractReader())
        await pipeline.compose(self.store, builder, self.clock, listing_owed=owed)
        await self._deliver()

    async def _deliver(self) -> None:
        """Deliver until done, or until a platform says that the process was killed in mid-request."""
        before = asyncio.all_tasks()
        deaths = {asyncio.create_task(each.died.wait()) for each in self.platforms.values()}
        work = asyncio.create_task(self.worker.deliver())
        done, _ = await asyncio.wait({work, *deaths}, return_when=asyncio.FIRST_COMPLETED)
        for task in asyncio.all_tasks() - before:
            if task is not work or work not in done:
                task.cancel()
        await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)
        if work in done:
            work.result()
            return
        for platform in self.platforms.values():
            platform.died.clear()
        await self._restart()

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _join(self, follower: Follower) -> None:
        now = self.clock.now()
        await self.real.add_chat(replace(follower.chat, next_due_at=next_due(follower.chat, now)))
        since = self.since[follower.ref] = ledger.since(await self.real.latest_day())
        for query in follower.queries:
            await self.real.subscribe(follower.ref, topic_language.parse(query).query, since, now)

    async def _come_back(self) -> None:
        for platform in self.platforms.values():
            for ref, span in platform.gone.items():
                if span.last <= self.true < span.last + self.step:
                    chat = await self.real.chat(ref)
                    if chat is not None and chat.suspended:
                        await self.real.resume(ref, next_due(chat, self.clock.now()), self.clock.now())

    def _lie(self) -> timedelta:
        return next((lie for span, lie in self.lies if self.true in span), timedelta())


# ── what must hold ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Verdict:
    """The result of a week. `problems` are sentences; there should be none."""

    chats: int = 0
    expected: int = 0
    delivered: int = 0
    unknown: int = 0
    passed: int = 0
    """Papers past the title lines of a digest, which it counted."""
    problems: list[str] = field(default_factory=list)


async def judge(week: Week) -> Verdict:
    """Check that each chat got each matching paper exactly once (or has it listed as in doubt), in its own morning."""
    verdict = Verdict(chats=len(week.followers))
    async with await open_store(week.database) as store:
        rows = await store.deliveries(states=[DeliveryState.IN_DOUBT], limit=100_000)
        settled = (DeliveryState.SENT, DeliveryState.IN_DOUBT, DeliveryState.GIVEN_UP)
        open_rows = await store.deliveries(states=[state for state in DeliveryState if state not in settled])
    verdict.problems += [f"{row.chat} still waits for {row.slot}: {row.why}" for row in open_rows]
    unknown: dict[ChatRef, set[str]] = {}
    counted: dict[ChatRef, int] = {}
    for row in rows:
        unknown.setdefault(row.chat, set()).update(row.part.paper_ids)
        if not _is_shown(week, row):
            counted[row.chat] = counted.get(row.chat, 0) + row.part.payload["unlisted"]
    shown: dict[ChatRef, list[Accepted]] = {}
    for each in (*week.telegram.accepted, *week.discord.accepted):
        shown.setdefault(each.chat, []).append(each)
    for follower in week.followers:
        new = week.platforms[follower.ref.platform].moved.get(follower.ref, (START, follower.ref))[1]
        refs = {follower.ref, new}
        _judge_one(week, follower, [a for ref in refs for a in shown.get(ref, [])],
                   {p for ref in refs for p in unknown.get(ref, ())},
                   sum(counted.get(ref, 0) for ref in refs), verdict)  # fmt: skip
    return verdict


def _is_shown(week: Week, row: Delivery) -> bool:
    """Whether a delivery in doubt arrived after all; its chat may have got another id since."""
    platform = week.platforms[row.chat.platform]
    return any(
        each.key.endswith(f"|{row.slot}|{row.number}")
        and row.chat in (each.chat, platform.moved.get(each.chat, (START, each.chat))[1])
        for each in platform.accepted
    )


def _judge_one(
    week: Week, follower: Follower, got: list[Accepted], unknown: set[str], counted: int, verdict: Verdict
) -> None:
    """`counted` are the papers past the title lines of digests whose last message may not have arrived."""
    wanted = _wanted(week, follower)
    times = Counter(paper for message in got for paper in message.papers)
    verdict.expected += len(wanted)
    verdict.delivered += len(times)
    verdict.unknown += len(unknown & wanted.keys())
    say = verdict.problems.append
    for paper, count in times.items():
        if count > 1:
            say(f"{follower.ref} got {paper} {count} times")
        if paper not in wanted:
            say(f"{follower.ref} got {paper}, which it does not follow")
    missing = wanted.keys() - times.keys() - unknown
    # A paper that no message names must be one that some digest counted ("… and 85 more").
    passed = counted + sum(message.unlisted for message in got)
    verdict.passed += passed
    if len(missing) != passed:
        named = ", ".join(f"{paper} of {wanted[paper]}" for paper in sorted(missing))
        say(f"{follower.ref} never got {len(missing)} papers, {passed} of which were counted: {named}")
    dues = _dues(follower)
    for message in got:
        day = max((wanted[paper] for paper in message.papers if paper in wanted), default=None)
        if day is not None and not _exempt(week, follower, message.at):
            _judge_hour(week, follower, message, day, dues, say)


def _judge_hour(week: Week, follower: Follower, message: Accepted, day: date, dues: list[datetime], say: Any) -> None:
    due = max((due for due in dues if due <= message.at), default=None)
    name = f"{follower.ref} ({follower.zone}, {follower.at:%H:%M}) got {', '.join(message.papers)} of {day}"
    if due is None or message.at > _patience(week, follower, due, GRACE if due >= _had(week, day) else LATE_LISTING):
        local = message.at.astimezone(ZoneInfo(follower.zone))
        say(f"{name} at night: {local:%d %H:%M}")
    first = min((each for each in dues if each >= max(_had(week, day), follower.joins)), default=END)
    if any(lie for span, lie in week.lies if lie > timedelta() and abs(span.first - first) < timedelta(hours=36)):
        first += timedelta(days=1)  # a clock that ran ahead has used up a morning
    if message.at > _patience(week, follower, first, GRACE):
        say(f"{name} late: {message.at:%d %H:%M} UTC, due {first:%d %H:%M}")


def _wanted(week: Week, follower: Follower) -> dict[str, date]:
    """The papers that a follower must get, with the first listing day that brought them."""
    matching = set().union(*(week.of_topic(query) for query in follower.queries))
    found: dict[str, date] = {}
    for day, entries in week.days.items():
        for entry in entries:
            if day >= week.since[follower.ref] and entry.announcement.kind.delivers and entry.paper.id in matching:
                found.setdefault(entry.paper.id, day)
    return found


def _dues(follower: Follower) -> list[datetime]:
    due = next_due(follower.chat, START - timedelta(days=1))
    found = []
    while due and due < END:
        found.append(due)
        due = next_due(follower.chat, due)
    return found


def _had(week: Week, day: date) -> datetime:
    """When the service must have a listing: at its next step, or within its retry interval if arXiv failed."""
    served = week.arxiv.served_from(day)
    trouble = served > calendar.feed_at(day)
    had = served + (timedelta(hours=2) if trouble else timedelta()) + 2 * week.step
    return _after(had, [*week.store_away, *week.store_shaky, *(span for span, _ in week.lies)], week.step)


def _patience(week: Week, follower: Follower, due: datetime, grace: timedelta) -> datetime:
    """Until when a digest that is due then may arrive, given the faults that kept it from being sent."""
    platform = week.platforms[follower.ref.platform]
    spans = [*week.store_away, *week.store_shaky, *platform.down, *platform.flooded, *platform.failing]
    spans += [span for span, _ in week.lies]
    return _after(due + grace + 2 * week.step, spans, week.step, due)


def _after(when: datetime, spans: Sequence[Span], step: timedelta, begun: datetime | None = None) -> datetime:
    for span in sorted(spans, key=lambda span: span.first):
        if span.last > (begun or when) and span.first <= when:
            when = max(when, span.last + (span.last - span.first) + 2 * step)
    return when


def _exempt(week: Week, follower: Follower, when: datetime) -> bool:
    """Whether no hour is expected: the clock is wrong, or the chat has just come back or joined."""
    span = week.platforms[follower.ref.platform].gone.get(follower.ref)
    away = span is not None and span.first <= when < span.last + timedelta(days=1)
    return away or any(when in lying for lying, _ in week.lies)
