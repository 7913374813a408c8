"""An idle service over ten simulated days: its memory, and the CPU that its jobs and a monitor take between mornings.

    python -m benchmarks.idle [--chats 10000] [--days 10] [--minutes 10] [--no-trim]

Each simulated day has a morning with a listing, digests and messages, then some minutes in which nothing happens. In
these minutes every job runs at its interval, /metrics is read every 5 seconds and /healthz every 10. The platforms and
the model are stand-ins. CPU is given for an hour of such minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time as clocks
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

import structlog

from benchmarks.scale import world
from benchmarks.year.days import PLATFORMS, InstantSender, NoReadings, RememberingMakers
from benchmarks.year.made_up import Year
from bot import pipeline
from bot.decisions.health import Service
from bot.pipeline import DeliveryWorker, DigestBuilder
from bot.pipeline.poll import NeededArchives
from bot.pipeline.upkeep import Limits
from bot.service import memory, metrics, running, status, status_text
from bot.service.app import renderers
from bot.service.counting import Counts
from bot.service.polling_jobs import MatchingJob
from bot.storage.store import SqlStore, open_store
from tests.fakes.clock import FakeClock
from tests.fakes.makers import AbstractReader
from tests.fakes.week import WeekArxiv

GOAL_CPU_SECONDS = 60
SCRAPE_SECONDS, PROBE_SECONDS = 5, 10


@dataclass
class Idle:
    """The parts of a service, run by a simulated clock. `cpu` has the CPU seconds of each job while nothing happens."""

    store: SqlStore
    clock: FakeClock
    arxiv: WeekArxiv
    is_trimmed: bool
    cpu: Counter[str] = field(default_factory=Counter)
    idle_seconds: int = 0

    def __post_init__(self) -> None:
        self.makers = RememberingMakers(self.clock)
        self.builder = DigestBuilder(renderers(), self.makers, AbstractReader())
        self.worker = DeliveryWorker(self.store, {p: InstantSender(p) for p in PLATFORMS}, self.clock, "host/1/x")
        self.matching = MatchingJob(self.store, self.clock, self.builder.rankings)
        self.needed = NeededArchives(self.store, self.clock)
        self.latest = status.CachedStatus(self.store, self.clock)

    def jobs(self) -> list[tuple[str, int, Callable[[], Awaitable[object]]]]:
        """Name, seconds between two runs, and work of each job."""
        sending = [
            (f"send {platform}", running.SEND_SECONDS, lambda platform=platform: self.worker.deliver([platform]))
            for platform in PLATFORMS
        ]
        return [
            ("poll", running.POLL_SECONDS, self._poll),
            ("read", running.READ_SECONDS, self._read),
            ("compose", running.SEND_SECONDS, self._compose),
            *sending,
            ("/metrics", SCRAPE_SECONDS, self._scrape),
            ("/healthz", PROBE_SECONDS, self._probe),
            ("upkeep", running.UPKEEP_SECONDS, self._upkeep),
            ("memory", running.TRIM_SECONDS, self._trim),
        ]

    async def _poll(self) -> None:
        await pipeline.poll(self.store, self.arxiv, self.clock, self.needed)

    async def _read(self) -> None:
        await self.matching.run()
        await pipeline.summarize(self.store, self.makers, AbstractReader(), self.clock)

    async def _compose(self) -> None:
        await pipeline.compose(self.store, self.builder, self.clock)

    async def _scrape(self) -> None:
        metrics.render(await self.latest.get(), Counts())

    async def _probe(self) -> None:
        status_text.health(await self.latest.get())

    async def _upkeep(self) -> None:
        if await pipeline.is_upkeep_due(self.store, self.clock.now()):
            await pipeline.upkeep(self.store, NoReadings(), self.clock, Limits(90, 0))

    async def _trim(self) -> None:
        if self.is_trimmed:
            memory.trim()

    async def morning(self, day: date) -> None:
        """Let a listing come in, and the digests of all chats go out."""
        self.clock.set(datetime.combine(day, time(4, 30), UTC))
        await self._poll()
        await self._read()
        self.clock.set(datetime.combine(day, time(9), UTC))
        for _ in range(20):
            await self._compose()
            while await self.worker.deliver():
                self.clock.advance(30)
            self.clock.advance(60)
        # The stand-in's, not the service's: it would look like memory that the service does not give back.
        self.makers.made.clear()

    async def rest(self, seconds: int) -> None:
        """Let that many seconds pass in which nothing happens."""
        # The service reports its state once a minute; the monitor shows the platforms.
        report = Service(self.clock.now(), {}).updated(dict.fromkeys(PLATFORMS), self.clock.now())
        await self.store.remember_value(status.SERVICE_STATE, dict(report.as_json()))
        for second in range(seconds):
            for name, every, work in self.jobs():
                if second % every == 0:
                    begun = clocks.process_time()
                    await work()
                    self.cpu[name] += clocks.process_time() - begun
            self.clock.advance(1)
        self.idle_seconds += seconds


async def main(chats: int, days: int, minutes: int, *, is_trimmed: bool) -> None:
    listings = dict(Year(world.FIRST_DAY, days).listings())
    with tempfile.TemporaryDirectory() as folder:
        async with await open_store(f"sqlite+aiosqlite:///{Path(folder) / 'idle.sqlite3'}") as store:
            await world.settle_in(store, world.real_papers(), chats)
            clock = FakeClock(datetime.combine(world.FIRST_DAY, time(4), UTC))
            service = Idle(
                store,
                clock,
                WeekArxiv({day: tuple(entries) for day, entries in listings.items()}, clock.now),
                is_trimmed,
            )
            for number, day in enumerate(listings, 1):
                await service.morning(day)
                peak = resident_megabytes()
                clock.set(datetime.combine(day, time(12), UTC))
                await service.rest(minutes * 60)
                print(
                    f"day {number:2} {day}: {peak:.0f} MB after the morning, {resident_megabytes():.0f} MB later",
                    flush=True,
                )
    an_hour = 3600 / service.idle_seconds
    for name, seconds in service.cpu.most_common():
        print(f"  {name:16}{seconds * an_hour:8.2f} CPU s an hour")
    total = sum(service.cpu.values()) * an_hour
    print(f"idle: {total:.1f} CPU s an hour with {chats:,} chats (goal: under {GOAL_CPU_SECONDS})")


def resident_megabytes() -> float:
    """The resident memory of this process (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chats", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--minutes", type=int, default=10, help="idle minutes of each day")
    parser.add_argument("--no-trim", action="store_true", help="leave free memory with the process")
    options = parser.parse_args()
    asyncio.run(main(options.chats, options.days, options.minutes, is_trimmed=not options.no_trim))
