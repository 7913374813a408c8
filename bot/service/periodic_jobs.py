"""APScheduler ticks over what is pending in the store; due times live there, not here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.errors import PaperboyError

log = structlog.get_logger()

STOP_WITHIN = 4.0
"""Seconds that a stopping service gives to work under way."""


class PeriodicJobs:
    """Jobs that run every so often, each by itself and never beside itself; a late tick is made up for, once."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            executors={"default": AsyncIOExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._running: set[asyncio.Task[None]] = set()
        # A tick that finds its work still going on, as a long broadcast does, is no news.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def every(self, seconds: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
        async def tick() -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - a coroutine that runs has a task
            self._running.add(task)
            try:
                await work()
            except asyncio.CancelledError:
                log.info("tick stopped", tick=name)  # by `stop`, which is no error of the scheduler's to report
            except PaperboyError as error:
                log.warning("tick failed", tick=name, why=str(error))
            except Exception:
                log.exception("tick failed", tick=name)
            finally:
                self._running.discard(task)

        self._scheduler.add_job(tick, "interval", seconds=seconds, id=name, next_run_time=None)

    def start(self) -> None:
        self._scheduler.start()
        for job in self._scheduler.get_jobs():
            self.soon(job.id)

    def soon(self, name: str) -> None:
        """Run a job now rather than at its next time."""
        self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    async def stop(self) -> None:
        """Let what is under way finish within a few seconds, then cancel it; its rows say where it stopped."""
        self._scheduler.pause()  # its shutdown would cancel what is under way at once
        running = {task for task in self._running if task is not asyncio.current_task()}
        if running:
            _, late = await asyncio.wait(running, timeout=STOP_WITHIN / 2)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown(wait=False)
