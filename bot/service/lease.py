"""The lease of what must be single: polling, answering and sending are done by one process at a time."""

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


NAME = "service"


ASK_AGAIN = 2.0
"""Seconds between two looks at a lease that somebody else has, while it is waited for."""


def owner() -> str:
    """This process, for the leases: machine, process id, a word that no other process has, and its process table."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}/{_process_table()}"


@cache
def _process_table() -> str:
    """What process ids are counted in: this boot of this machine's kernel, and this container of it.

    Two containers may have the same host name and process id. Where there is no /proc and no container, the host name
    says it all; where Linux hides either, nobody else is taken for a neighbour.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return secrets.token_hex(4) if sys.platform == "linux" else ""


def is_dead(holder: str, me: str) -> bool | None:
    """Whether `holder` was a process of this machine that is gone (it need not be waited for); None where its process
    id says nothing here."""
    host, pid, table = _parts(holder)
    my_host, my_pid, my_table = _parts(me)
    if host != my_host or table != my_table or not pid.isdecimal():
        return None
    if pid == my_pid:
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _parts(name: str) -> tuple[str, str, str]:
    """Host, process id and process table of an owner; earlier versions did not name the last."""
    host, pid, _, table = (*name.split("/", 3), "", "", "")[:4]
    return host, pid, table


def shown(holder: str) -> str:
    """An owner as a person may read it."""
    host, pid, _ = _parts(holder)
    return f"process {pid} on {host}" if pid else holder


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


async def take_in_time(store: Store, clock: Clock, me: str) -> str | None:
    """`take`, waiting out the lease of a holder of whom nobody here can tell whether it lives.

    A container that was killed leaves such a lease; whoever lives prolongs it, and is named after that time.
    """
    until = clock.now() + LEASE + timedelta(seconds=2 * ASK_AGAIN)
    other = await take(store, clock, me)
    if other is not None and is_dead(other, me) is None:
        log.info("waiting for the lease of another process to end", holder=shown(other), seconds=LEASE.seconds)
    while other is not None and is_dead(other, me) is None and clock.now() < until:
        await clock.sleep(ASK_AGAIN)
        other = await take(store, clock, me)
    return other


@asynccontextmanager
async def held(
    store: Store, clock: Clock, lost: Callable[[], None] = lambda: None, *, patient: bool = False
) -> AsyncIterator[str]:
    """The lease, for as long as the context lasts. Yields its holder's name; calls `lost` if it is taken away.

    Raises `TellUser` where another process is at work; `patient` waits for one that may be dead.
    """
    me = owner()
    if other := await (take_in_time if patient else take)(store, clock, me):
        raise TellUser(f"A running Paperboy ({shown(other)}) works on this database already; let it, or stop it first.")
    keeper = asyncio.create_task(keep(store, clock, me, lost), name="lease")
    try:
        yield me
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        await store.release(NAME, me)


async def keep(store: Store, clock: Clock, me: str, lost: Callable[[], None]) -> None:
    """Prolong the lease until it is lost, or cannot be prolonged any more; `lost` is called then."""
    real = SystemClock()
    try:
        while await hold_on(store, clock, me):
            await real.sleep(LEASE.total_seconds() / 3)
    except Exception:
        log.exception("the lease is prolonged no more")
    lost()


async def hold_on(store: Store, clock: Clock, me: str) -> bool:
    """Prolong the lease; False where another process has taken it over. A database that is away may come back."""
    now = clock.now()
    try:
        if await store.hold(NAME, me, now, now + LEASE):
            return True
        log.error("another process has taken over", holder=shown(await store.holder(NAME) or "nobody"))
    except PaperboyError as error:
        log.warning("lease not prolonged", why=str(error))
        return True
    return False
