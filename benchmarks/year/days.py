"""One listing day of the year: the steps of the pipeline in their order, each measured."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import event, update

from benchmarks.scale import world
from benchmarks.scale.measuring import Cost, Statements, measured
from bot import pipeline
from bot.model import (
    Announced,
    ChatRef,
    DeliveryState,
    Outcome,
    Part,
    Platform,
    Priority,
    Sent,
    Summary,
    SummaryRequest,
)
from bot.pipeline import Chooser, DeliveryWorker, DigestBuilder
from bot.pipeline.upkeep import Limits
from bot.service import metrics, status
from bot.service.app import renderers
from bot.service.counting import Counts
from bot.storage import delivery_counts, tables
from bot.storage.outbox_queue import is_open
from bot.storage.store import SqlStore, open_store
from tests.fakes.clock import FakeClock
from tests.fakes.makers import AbstractReader, FakeMakers

PLATFORMS = (Platform.TELEGRAM, Platform.DISCORD)


@dataclass
class RememberingMakers(FakeMakers):
    """Extractive summaries; each text is summarized once, since the year repeats the texts under new ids."""

    made: dict[str, Summary] = field(default_factory=dict)

    async def summarize(self, request: SummaryRequest) -> Summary:
        self.asked.clear()  # a year of requests would fill the memory
        self.groups.clear()
        text = f"{request.key.language} {request.paper.abstract}"
        if text not in self.made:
            self.made[text] = await super().summarize(request)
        return replace(self.made[text], key=request.key)


@dataclass
class InstantSender:
    """A platform that accepts every message at once."""

    platform: Platform
    can_verify: bool = False
    sent: int = 0

    def turn(
        self,
        chat: ChatRef,  # noqa: ARG002 - the signature of a sender
        part: Part,  # noqa: ARG002
        priority: Priority = Priority.DIGEST,  # noqa: ARG002
    ) -> nullcontext[None]:
        return nullcontext()

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:  # noqa: ARG002
        self.sent += 1
        return Sent(str(self.sent))

    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:  # noqa: ARG002
        return None

    async def warn(self, chat: ChatRef, text: str) -> None: ...


class NoReadings:
    """A cache without readings."""

    async def trim(self, needed: Collection[str], most_bytes: int, now: datetime) -> int:  # noqa: ARG002
        return 0


def _wait_for_no_disk(connection: Any, _record: object) -> None:
    # CPU and bytes are measured; waiting for the disk after each of a million transactions would take hours.
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()


@dataclass
class Day:
    """What one day took, by step, and how many digests and messages it had."""

    day: date
    digests: int = 0
    messages: int = 0
    steps: dict[str, Cost] = field(default_factory=dict)


class Days:
    """A store with chats, and the steps of its days."""

    def __init__(self, store: SqlStore, history_days: int) -> None:
        self._store = store
        self._limits = Limits(history_days, 0)
        self._clock = FakeClock(datetime.combine(world.FIRST_DAY, time(5), UTC))
        self._makers = RememberingMakers(self._clock)
        self._builder = DigestBuilder(renderers(), self._makers, AbstractReader())
        self._chooser = Chooser(store, self._builder.rankings)
        self._statements = Statements(store)
        self._latest = status.CachedStatus(store, self._clock)

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, chats: int, history_days: int) -> AsyncIterator[Days]:
        """Open an empty database, and let chats with three topics each settle in."""
        async with await open_store(url) as store:
            event.listen(store.db.engine.sync_engine, "connect", _wait_for_no_disk)
            await store.db.engine.dispose()  # connections that were opened before
            await world.settle_in(store, world.real_papers(), chats)
            yield cls(store, history_days)

    async def run(self, day: date, listing: Sequence[Announced], *, is_sent_really: bool) -> Day:
        """Run a day. Without `is_sent_really` its messages are marked as sent by one statement, which saves time."""
        made, store = Day(day), self._store
        self._clock.set(datetime.combine(day, time(5), UTC))

        async def step(name: str, work: Callable[[], Awaitable[object]]) -> None:
            async with measured(self._statements) as made.steps[name]:
                await work()

        await step("ingest", lambda: store.ingest(listing, self._clock.now()))
        await step("match", lambda: pipeline.match(store))
        await step("choose", lambda: self._chooser.run(self._clock.now()))
        await step("summarize", lambda: pipeline.summarize(store, self._makers, AbstractReader(), self._clock))
        self._clock.set(datetime.combine(day, time(9), UTC))
        made.digests = await self._composed(made)
        await step("status", self._look)
        made.messages = sum(
            count for (_, state), count in (await store.outbox_counts()).items() if state is DeliveryState.WAITING
        )
        await step("send", self._send if is_sent_really else self._mark_sent)
        self._clock.set(datetime.combine(day, time(23), UTC))
        await step("upkeep", lambda: pipeline.upkeep(store, NoReadings(), self._clock, self._limits))
        return made

    async def _composed(self, made: Day) -> int:
        digests = 0
        async with measured(self._statements) as made.steps["compose"]:
            while written := await pipeline.compose(self._store, self._builder, self._clock):
                digests += written
        return digests

    async def _look(self) -> None:
        metrics.render(await status.gather(self._store, self._clock), Counts())

    async def _send(self) -> None:
        senders = {platform: InstantSender(platform) for platform in PLATFORMS}
        # Chats with several messages wait a moment between them; the clock that moves is the simulated one.
        worker = DeliveryWorker(self._store, senders, self._clock, "host/1/x")
        while await worker.deliver():
            self._clock.advance(timedelta(minutes=5).total_seconds())

    async def _mark_sent(self) -> None:
        table, now = tables.deliveries, self._clock.now()
        sent = {
            "state": DeliveryState.SENT.value,
            "turn_at": None,
            "attempts": 1,
            "message_id": "1234567",
            "touched_at": now,
        }
        async with self._store.db.write() as connection:
            for platform in PLATFORMS:
                marked = update(table).where(is_open(), table.c.platform == platform.value).values(sent)
                count = (await connection.execute(marked)).rowcount
                changes = {(platform.value, DeliveryState.SENT.value): count}
                await delivery_counts.add(self._store.db, connection, changes, now)
