"""What a step costs: CPU of this process, time, SQL statements, and the longest pause of the event loop."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import event

from bot.storage.store import SqlStore

TICK_SECONDS = 0.005


@dataclass
class Cost:
    """The cost of one step. `pause_seconds` is the longest time in which no other task could run."""

    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    statements: int = 0
    pause_seconds: float = 0.0


class Statements:
    """Counts the SQL statements of a store; one for many rows (executemany) counts once."""

    def __init__(self, store: SqlStore) -> None:
        self.count = 0
        event.listen(store.db.engine.sync_engine, "before_cursor_execute", self._add)

    def _add(self, *_: object) -> None:
        self.count += 1


@asynccontextmanager
async def measured(statements: Statements) -> AsyncIterator[Cost]:
    """Measure what is done inside; the cost is filled in at its end."""
    cost = Cost()
    watch = asyncio.create_task(_watch(cost))
    await asyncio.sleep(0)
    cpu, wall, count = time.process_time(), time.perf_counter(), statements.count
    try:
        yield cost
    finally:
        cost.cpu_seconds = time.process_time() - cpu
        cost.wall_seconds = time.perf_counter() - wall
        cost.statements = statements.count - count
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)


async def _watch(cost: Cost) -> None:
    while True:
        started = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        cost.pause_seconds = max(cost.pause_seconds, time.perf_counter() - started - TICK_SECONDS)


def peak_memory_mb() -> float:
    """The peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
