"""The mornings of the benchmark: each step of a listing day, measured."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select, text, update

from benchmarks.scale import world
from benchmarks.scale.measuring import Cost, Statements, measured, peak_memory_mb
from bot import pipeline
from bot.model import DeliveryState, Platform
from bot.pipeline import DigestBuilder
from bot.service import memory, metrics, status
from bot.service.app import renderers
from bot.service.counting import Counts
from bot.storage import tables
from bot.storage.engine import sqlite_file
from bot.storage.store import open_store
from tests.fakes.clock import FakeClock
from tests.fakes.makers import AbstractReader, FakeMakers

T = TypeVar("T")

LEASED_AT_ONCE = 100
LEASES = 10
"""Leases whose mean time is shown."""


@dataclass
class Morning:
    """The figures of one morning. `bytes` are those of the database; `messages` those written this morning."""

    day: date
    chats: int
    digests: int = 0
    messages: int = 0
    matches: int = 0
    wanted: int = 0
    steps: dict[str, Cost] = field(default_factory=dict)
    bytes_before: int = 0
    bytes_after: int = 0
    peak_mb: float = 0.0


class Mornings:
    """A store with chats, and the steps of its mornings. `url` names an empty, migrated or migratable database."""

    def __init__(self, url: str, chats: int) -> None:
        self._url, self._chats = url, chats
        self._papers = world.real_papers()
        self._number = 0
        self.topics = 0

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        with memory.collected_rarely():
            async with await open_store(self._url) as self.store:
                self._statements = Statements(self.store)
                self.topics = await world.settle_in(self.store, self._papers, self._chats)
                self._days = iter(world.listing_days(400))
                self._clock = FakeClock(datetime.combine(world.FIRST_DAY, time(5), UTC))
                self._makers = FakeMakers(self._clock)
                self._builder = DigestBuilder(renderers(), self._makers, AbstractReader())
                self._chooser = pipeline.Chooser(self.store, self._builder.rankings)
                yield

    async def next(self) -> Morning:
        """Run the steps of the next listing day."""
        day = next(self._days)
        self._clock.set(datetime.combine(day, time(5), UTC))
        morning = Morning(day, self._chats, bytes_before=await self._bytes())
        await self.store.ingest(world.listing(self._papers, day, self._number), self._clock.now())
        self._number += 1
        store, chooser = self.store, self._chooser
        morning.matches = await self._step(morning, "match", lambda: pipeline.match(store))
        morning.wanted = await self._step(morning, "choose", lambda: chooser.run(self._clock.now()))
        await self._step(
            morning, "summarize", lambda: pipeline.summarize(store, self._makers, AbstractReader(), self._clock)
        )
        await self._step(morning, "choose again", lambda: chooser.run(self._clock.now()))
        self._clock.set(datetime.combine(day, time(9), UTC))
        morning.digests = await self._step(
            morning, "compose", lambda: pipeline.compose(store, self._builder, self._clock)
        )
        await self._look(morning)
        await self._all_sent(morning)
        memory.trim()
        morning.bytes_after = await self._bytes()
        morning.peak_mb = peak_memory_mb()
        return morning

    async def _step(self, morning: Morning, name: str, step: Callable[[], Awaitable[T]]) -> T:
        async with measured(self._statements) as morning.steps[name]:
            return await step()

    async def _look(self, morning: Morning) -> None:
        """Lease while everything waits, and look at the status as an operator and a monitor do."""
        now = self._clock.now()

        async def lease() -> None:
            for number in range(LEASES):
                await self.store.lease(
                    f"host/{number}/x", list(Platform), now, now + timedelta(minutes=3), LEASED_AT_ONCE
                )

        async def look() -> None:
            metrics.render(await status.gather(self.store, self._clock), Counts())

        await self._step(morning, f"lease ×{LEASES}", lease)
        await self._step(morning, "status, /metrics", look)

    async def _all_sent(self, morning: Morning) -> None:
        """Let every message be sent, in one statement; that is not measured."""
        table = tables.deliveries
        async with self.store.db.write() as connection:
            is_open = table.c.state != DeliveryState.SENT.value
            morning.messages = await connection.scalar(select(func.count()).select_from(table).where(is_open)) or 0
            sent = update(table).where(is_open)
            await connection.execute(
                sent.values(
                    state=DeliveryState.SENT.value,
                    owner=None,
                    leased_until=None,
                    attempts=1,
                    message_id="1",
                    touched_at=self._clock.now(),
                )
            )

    async def _bytes(self) -> int:
        file = sqlite_file(self._url)
        if file is None:
            async with self.store.db.read() as connection:
                return int(await connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
        async with self.store.db.outside_transaction() as connection:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return await asyncio.to_thread(lambda: Path(file).stat().st_size)
