"""The lease of the service: one process at a time polls arXiv, answers commands and sends."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path

import structlog

from bot.errors import PaperboyError, TellUser
from bot.ports import Clock, Store
from bot.service.clock import SystemClock

log = structlog.get_logger()


LEASE = timedelta(seconds=30)
"""How long a lease lasts without being renewed; the holder renews it three times in this period."""

SERVICE_LEASE = "service"

CHECK_SECONDS = 2.0
"""How often a lease that another process holds is tried while waiting for it."""


def new_owner() -> str:
    """Return a name for this process as the owner of leases.

    It consists of host name, process id, a random word and the process table, separated by slashes: `is_dead` needs
    the first two and the last, and the random word tells a restarted process from the one before.
    """
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}/{_process_table()}"


@cache
def _process_table() -> str:
    """Identify the table in which this process's id is unique: the boot of the kernel and the process namespace.

    Two containers may have the same host name and process id. On systems without /proc there are no containers, and the
    host name is enough. If Linux hides the table, a random word makes sure that no other process seems to share it.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return secrets.token_hex(4) if sys.platform == "linux" else ""


def is_dead(holder: str, me: str) -> bool | None:
    """Whether the process `holder` has ended, so that its lease need not be waited for.

    Returns None if that cannot be found out, because it runs on another machine or in another container.
    """
    host, pid, table = _parts(holder)
    my_host, my_pid, my_table = _parts(me)
    if host != my_host or table != my_table or not pid.isdecimal():
        return None
    if pid == my_pid:  # an earlier process had the id that is ours now
        return True
    # Signal 0 is not sent; it only checks whether the process exists.
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it exists, but another user runs it
        return False
    return False


def _parts(name: str) -> tuple[str, str, str]:
    """Return host, process id and process table of an owner; names made by earlier versions lack the last."""
    host, pid, _, table = (*name.split("/", 3), "", "", "")[:4]
    return host, pid, table


def describe(holder: str) -> str:
    """Return an owner's name in words."""
    host, pid, _ = _parts(holder)
    # The random word and the process table say nothing to a person.
    return f"process {pid} on {host}" if pid else holder


async def acquire(store: Store, clock: Clock, me: str) -> str | None:
    """Acquire the lease of the service. Returns None if that succeeded, else the name of the process that holds it."""
    now = clock.now()
    if await store.hold(SERVICE_LEASE, me, now, now + LEASE):
        return None
    holder = await store.holder(SERVICE_LEASE)
    # After a crash on the same machine the lease is free at once, without waiting until it expires.
    if holder is not None and is_dead(holder, me):
        await store.release(SERVICE_LEASE, holder)
        if await store.hold(SERVICE_LEASE, me, now, now + LEASE):
            return None
    return holder or "another process"


async def acquire_waiting(store: Store, clock: Clock, me: str) -> str | None:
    """Acquire the lease like `acquire`, but wait once for a lease to expire whose holder may be dead.

    A container that was killed leaves such a lease. A holder that is alive renews it in this time and is returned.
    """
    deadline = clock.now() + LEASE + timedelta(seconds=2 * CHECK_SECONDS)
    holder = await acquire(store, clock, me)
    if holder is not None and is_dead(holder, me) is None:
        log.info("waiting for the lease of another process to expire", holder=describe(holder), seconds=LEASE.seconds)
    while holder is not None and is_dead(holder, me) is None and clock.now() < deadline:
        await clock.sleep(CHECK_SECONDS)
        holder = await acquire(store, clock, me)
    return holder


@asynccontextmanager
async def held(
    store: Store, clock: Clock, on_lost: Callable[[], None] = lambda: None, *, wait_for_lease: bool = False
) -> AsyncIterator[str]:
    """Hold the lease inside this context and renew it; yields its owner's name. Calls `on_lost` if it is lost.

    Raises `TellUser` if another process holds it; with `wait_for_lease`, only after waiting for one that may be dead.
    """
    me = new_owner()
    if holder := await (acquire_waiting if wait_for_lease else acquire)(store, clock, me):
        running = f"A running Paperboy ({describe(holder)})"
        raise TellUser(f"{running} uses this database already; leave the work to it, or stop it first.")
    renewing = asyncio.create_task(keep_renewed(store, clock, me, on_lost), name="lease")
    try:
        yield me
    finally:
        renewing.cancel()
        # A renewal that is still running could take the lease again after its release.
        await asyncio.gather(renewing, return_exceptions=True)
        await store.release(SERVICE_LEASE, me)


async def keep_renewed(store: Store, clock: Clock, me: str, on_lost: Callable[[], None]) -> None:
    """Renew the lease until it is lost or cannot be renewed any more; then call `on_lost`."""
    # Other processes judge the lease by real time, also if a test gives this process another clock.
    system_clock = SystemClock()
    try:
        while await renew(store, clock, me):
            await system_clock.sleep(LEASE.total_seconds() / 3)
    except Exception:  # whatever the error is: without renewal another process may begin to send
        log.exception("the lease is no longer renewed")
    on_lost()


async def renew(store: Store, clock: Clock, me: str) -> bool:
    """Renew the lease; False if another process has taken it over.

    A database that does not answer is no reason to stop: it may come back before the lease expires.
    """
    now = clock.now()
    try:
        if await store.hold(SERVICE_LEASE, me, now, now + LEASE):
            return True
        holder = await store.holder(SERVICE_LEASE)
    except PaperboyError as error:
        log.warning("lease not renewed", reason=str(error))
        return True
    log.error("another process has taken over", holder=describe(holder or "an unknown process"))
    return False
