"""Jobs that APScheduler runs at intervals. What is due is decided by times in the store, not by the scheduler."""

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

GRACE_SECONDS = 2.0
"""How long running jobs may go on after `stop`; then they are cancelled. The whole service stops within 5 seconds."""


class PeriodicJobs:
    """Jobs that run at intervals, each in a task of its own and never twice at once; missed runs are made up once."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            executors={"default": AsyncIOExecutor()},
            # By default APScheduler drops a run that is late by more than a second; here it is made up, once.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._running: set[asyncio.Task[None]] = set()
        # APScheduler warns when a job is still running at its next time, which is normal for a long broadcast.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def every(self, seconds: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """Add a job; errors of `work` are logged and do not stop later runs."""

        async def job() -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - a running coroutine has a task
            self._running.add(task)
            try:
                await work()
            except asyncio.CancelledError:
                log.info("job stopped", job=name)  # cancelled by `stop`; the scheduler would log it as an error
            except PaperboyError as error:
                log.warning("job failed", job=name, reason=str(error))
            except Exception:  # an error in Paperboy itself; the other jobs go on, and this one is tried again
                log.exception("job failed", job=name)
            finally:
                self._running.discard(task)

        # Without a first run time: nothing runs before `start`.
        self._scheduler.add_job(job, "interval", seconds=seconds, id=name, next_run_time=None)

    def start(self) -> None:
        """Start the scheduler and run every job once."""
        self._scheduler.start()
        for job in self._scheduler.get_jobs():
            self.soon(job.id)

    def soon(self, name: str) -> None:
        """Run a job now instead of at its next time."""
        self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    async def stop(self) -> None:
        """Let running jobs finish within a few seconds, then cancel them. The store knows how far they came."""
        self._scheduler.pause()  # `shutdown` would cancel running jobs at once
        # A job that stops the service would otherwise wait for itself.
        running = {task for task in self._running if task is not asyncio.current_task()}
        if running:
            _, late = await asyncio.wait(running, timeout=GRACE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown(wait=False)
