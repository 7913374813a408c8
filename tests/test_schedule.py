"""The lease of what must be single, and the ticks: who may take over, and how work under way ends."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from bot import schedule
from bot.errors import StoreUnavailable
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.stores import memory_store


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with memory_store() as made:
        yield made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def of(pid: int) -> str:
    """A holder on this machine."""
    host, _, word = schedule.owner().split("/")
    return f"{host}/{pid}/{word}"


def ended() -> int:
    """The id of a process that is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


async def test_the_lease_of_a_dead_process_is_taken_over_at_once(store: SqlStore, clock: FakeClock) -> None:
    assert await schedule.take(store, clock, of(ended())) is None
    assert await schedule.take(store, clock, schedule.owner()) is None


async def test_the_lease_of_a_living_process_is_left_to_it(store: SqlStore, clock: FakeClock) -> None:
    other = of(os.getppid())
    assert await schedule.take(store, clock, other) is None
    assert await schedule.take(store, clock, schedule.owner()) == other


async def test_a_holder_on_another_machine_is_waited_for_until_its_lease_ends(
    store: SqlStore, clock: FakeClock
) -> None:
    assert await schedule.take(store, clock, "elsewhere/1/a") is None
    assert await schedule.take(store, clock, schedule.owner()) == "elsewhere/1/a"
    clock.advance(schedule.LEASE.total_seconds() + 1)
    assert await schedule.take(store, clock, schedule.owner()) is None


async def test_who_was_replaced_meanwhile_learns_it(store: SqlStore, clock: FakeClock) -> None:
    me = schedule.owner()
    assert await schedule.take(store, clock, me) is None
    assert await schedule.hold_on(store, clock, me)
    clock.advance(schedule.LEASE.total_seconds() + 1)
    assert await schedule.hold_on(store, clock, me), "nobody else wanted it"
    clock.advance(schedule.LEASE.total_seconds() + 1)
    assert await schedule.take(store, clock, "elsewhere/1/a") is None
    assert not await schedule.hold_on(store, clock, me)


async def test_a_tick_that_fails_or_takes_long_disturbs_no_other_and_stopping_ends_it() -> None:
    ticks = schedule.Ticks()
    beats, endless = 0, asyncio.Event()

    async def beat() -> None:
        nonlocal beats
        beats += 1

    async def fail() -> None:
        raise StoreUnavailable("The database is locked.")

    async def hang() -> None:
        await endless.wait()

    ticks.every(0.05, "beat", beat)
    ticks.every(0.05, "fail", fail)
    ticks.every(0.05, "hang", hang)
    ticks.start()
    async with asyncio.timeout(20):
        while beats < 3:  # noqa: ASYNC110 - the scheduler tells nobody
            await asyncio.sleep(0.01)
    async with asyncio.timeout(schedule.STOP_WITHIN):
        await ticks.stop()
    after = beats
    await asyncio.sleep(0.2)
    assert beats == after


async def test_work_under_way_may_finish_before_the_ticks_are_gone() -> None:
    ticks, begun, finished = schedule.Ticks(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.sleep(0.05)
        finished.set()

    ticks.every(60, "work", work)
    ticks.start()
    await begun.wait()
    await ticks.stop()
    assert finished.is_set()
