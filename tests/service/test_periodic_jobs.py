"""Periodic jobs run independently of each other."""

from __future__ import annotations

import asyncio

from bot.errors import StoreUnavailable
from bot.service.periodic_jobs import GRACE_SECONDS, PeriodicJobs


async def test_a_job_that_fails_or_takes_long_does_not_affect_the_others_and_is_stopped() -> None:
    ticks = PeriodicJobs()
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
    async with asyncio.timeout(2 * GRACE_SECONDS):
        await ticks.stop()
    after = beats
    await asyncio.sleep(0.2)
    assert beats == after


async def test_running_jobs_may_finish_while_stopping() -> None:
    ticks, begun, finished = PeriodicJobs(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.sleep(0.05)
        finished.set()

    ticks.every(60, "work", work)
    ticks.start()
    await begun.wait()
    await ticks.stop()
    assert finished.is_set()
