"""The running service: APScheduler ticks over what is pending in the store; due times live there, not here."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.errors import PaperboyError
from bot.ports import Clock, Store

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
NAME = "service"
STOP_WITHIN = 4.0
"""Seconds that a stopping service gives to work under way."""


def owner() -> str:
    """This process, for the store's leases: machine, process and a word that no other process has."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


def is_dead(holder: str, me: str) -> bool:
    """Whether `holder` was a process of this machine that is gone (it need not be waited for)."""
    host, pid, _ = holder.split("/", 2)
    my_host, my_pid, _ = me.split("/", 2)
    if host != my_host:
        return False
    if pid == my_pid:
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


async def take(store: Store, clock: Clock, me: str) -> str | None:
    """Take the lease of what must be single; the other holder's name where one is at work."""
    now = clock.now()
    if await store.hold(NAME, me, now, now + LEASE):
        return None
    holder = await store.holder(NAME)
    if holder is not None and is_dead(holder, me):
        await store.release(NAME, holder)
        if await store.hold(NAME, me, now, now + LEASE):
            return None
    return holder or "another process"


class Ticks:
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


async def hold_on(store: Store, clock: Clock, me: str) -> bool:
    """Prolong the lease; False where another process has taken it over. A database that is away may come back."""
    now = clock.now()
    try:
        if await store.hold(NAME, me, now, now + LEASE):
            return True
        log.error("another process has taken over", holder=await store.holder(NAME))
    except PaperboyError as error:
        log.warning("lease not prolonged", why=str(error))
        return True
    return False
