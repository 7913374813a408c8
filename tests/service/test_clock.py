"""The clock of tests: it moves when a task sleeps, for all tasks alike."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.ports import Clock
from bot.service.clock import SystemClock
from tests.fakes.clock import FakeClock

START = datetime(2026, 6, 2, tzinfo=UTC)


async def test_sleeping_moves_the_time_on() -> None:
    clock = FakeClock(START)
    await clock.sleep(90)
    assert clock.now() == START + timedelta(seconds=90)
    assert clock.slept == [90]


async def test_sleepers_side_by_side_wake_in_order_and_share_the_time() -> None:
    clock = FakeClock(START)
    woke: list[tuple[int, float]] = []

    async def sleeper(seconds: int) -> None:
        await clock.sleep(seconds)
        woke.append((seconds, (clock.now() - START).total_seconds()))

    await asyncio.gather(sleeper(30), sleeper(10), sleeper(20))
    assert woke == [(10, 10), (20, 20), (30, 30)]


async def test_a_cancelled_sleeper_does_not_block_the_others() -> None:
    clock = FakeClock(START)
    short = asyncio.create_task(clock.sleep(1))
    long = asyncio.create_task(clock.sleep(60))
    await asyncio.sleep(0)
    short.cancel()
    await asyncio.wait([short, long])
    assert clock.now() == START + timedelta(seconds=60)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        FakeClock(datetime(2026, 6, 2))  # noqa: DTZ001 - that is the mistake


async def test_both_clocks_implement_the_port() -> None:
    clocks: list[Clock] = [FakeClock(START), SystemClock()]
    for clock in clocks:
        await clock.sleep(-1)
        assert clock.now().utcoffset() == timedelta(0)
