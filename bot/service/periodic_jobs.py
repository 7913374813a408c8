"""Jobs that APScheduler runs at intervals. What is due is decided by times in the store, not by the scheduler."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.errors import PaperboyError

log = structlog.get_logger()

GRACE_SECONDS = 1.5
"""How long running jobs may go on when they are stopped; then they are cancelled. The whole service
stops within 5 seconds."""

CANCEL_SECONDS = 0.3
"""How long a cancelled job may take to end; then it is cancelled again. The first time, a sender still waits for the
messages that are under way."""


class PeriodicJobs:
    """Jobs that run at intervals, each in a task of its own and never twice at once; missed runs are made up once."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            executors={"default": AsyncIOExecutor()},
            # By default APScheduler drops a run that is late by more than a second; here it is made up, once.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._running: dict[str, asyncio.Task[None]] = {}
        # APScheduler warns when a job is still running at its next time, which is normal for a long broadcast.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)

    def every(self, seconds: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """Add a job; errors of `work` are logged and do not stop later runs."""

        async def job() -> None:
            task = asyncio.current_task()
            assert task is not None  # noqa: S101 - a running coroutine has a task
            self._running[name] = task
            try:
                await work()
            except asyncio.CancelledError:
                log.info("job stopped", job=name)  # cancelled by `stop`; the scheduler would log it as an error
            except PaperboyError as error:
                log.warning("job failed", job=name, reason=str(error))
            except Exception:  # an error in Paperboy itself; the other jobs go on, and this one is tried again
                log.exception("job failed", job=name)
            finally:
                del self._running[name]

        self._scheduler.add_job(job, "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC))

    def start(self) -> None:
        """Start the scheduler and run every job once; a job that is added later runs at once, too."""
        self._scheduler.start()

    def soon(self, name: str) -> None:
        """Run a job now instead of at its next time. A name without a job is another process's."""
        with suppress(JobLookupError):
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))

    @asynccontextmanager
    async def removed_at_end(self, *names: str) -> AsyncIterator[None]:
        """Remove these jobs after this context, as `stop` does with all."""
        try:
            yield
        finally:
            for name in names:
                with suppress(JobLookupError):  # `stop` has removed it
                    self._scheduler.remove_job(name)
            await self._finish([task for name, task in self._running.items() if name in names])

    async def stop(self) -> None:
        """Let running jobs finish within a few seconds, then cancel them. The store knows how far they came."""
        self._scheduler.pause()  # `shutdown` would cancel running jobs at once
        await self._finish(self._running.values())
        self._scheduler.shutdown(wait=False)

    async def _finish(self, tasks: Iterable[asyncio.Task[None]]) -> None:
        # A job that stops the service would otherwise wait for itself.
        running = {task for task in tasks if task is not asyncio.current_task()}
        seconds = GRACE_SECONDS
        while running:
            _, running = await asyncio.wait(running, timeout=seconds)
            for task in running:
                task.cancel()
            seconds = CANCEL_SECONDS
