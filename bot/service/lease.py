"""Leases: what one process at a time may do, such as polling arXiv or sending for one bot.

Each kind of work has a lease of its own, so that several processes can share the work. A process that needs the
database for itself, such as a migration, takes the lease `ALONE`: while it is held, no other lease can be taken, and it
is taken only while no other lease is held.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta

import structlog

from bot.errors import PaperboyError, StoreUnavailable, TellUser
from bot.ports import Clock, Store
from bot.service.clock import SystemClock
from bot.service.owners import describe, is_dead, new_owner

log = structlog.get_logger()


LEASE = timedelta(seconds=30)
"""How long a lease lasts without being renewed; the holder renews it three times in this period."""

MARGIN = timedelta(seconds=8)
"""A lease that cannot be renewed counts as lost this long before it expires: its work needs that time to stop."""

ANSWER_SECONDS = 5.0
"""How long the database may take to renew or release a lease. A network that drops everything gives no error."""

ALONE = "alone"
EARLIER_VERSIONS = "service"
"""The one lease of earlier versions; whoever holds it works on the whole database."""

POLL, SITE, ARXIV = "poll", "site", "arxiv"

CHECK_SECONDS = 2.0
"""How often a lease that another process holds is tried while waiting for it."""

TURN_SECONDS = 0.25
"""How often a turn to ask arXiv is tried: it is free again after a few seconds."""


class Lease:
    """One lease of the process `me`: acquired, renewed until it is lost, and released."""

    def __init__(
        self, store: Store, clock: Clock, name: str, me: str, *, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self.name, self.me = name, me
        self._store, self._clock, self._answer_seconds = store, clock, answer_seconds
        self._until: datetime | None = None

    @property
    def is_held(self) -> bool:
        """Whether the lease has not expired. Also right after the process was stopped for a while and goes on."""
        return self._until is not None and self._clock.now() < self._until

    async def acquire(self) -> str | None:
        """Acquire the lease. Returns None if that succeeded, else the owner of the lease that is in the way.

        Raises `StoreUnavailable`.
        """
        try:
            if holder := await self._hold_unless_dead():
                return holder
            # Only now: of two processes that take two such leases at the same moment, at least one sees the other's.
            if holder := await self._other_in_the_way():
                await self.release()
                return holder
        except asyncio.CancelledError:
            await self.release()  # it may be stored already, and others would wait until it expires
            raise
        return None

    async def renew(self) -> bool:
        """Renew the lease; False if another process has taken it over, or if it expires soon and cannot be renewed.

        A database that does not answer is no reason to stop before that: it may come back.
        """
        now = self._clock.now()
        try:
            async with asyncio.timeout(self._answer_seconds):
                if await self._hold(now):
                    self._until = now + LEASE
                    return True
                holder = await self._store.holder(self.name)
        except (PaperboyError, TimeoutError) as error:
            is_in_time = self._until is not None and self._clock.now() < self._until - MARGIN
            reason = str(error) or "The database does not answer."
            log.warning("lease not renewed", lease=self.name, reason=reason, given_up=not is_in_time)
            return is_in_time
        log.error("another process has taken over", lease=self.name, holder=describe(holder or "an unknown process"))
        return False

    async def keep(self) -> None:
        """Renew the lease until it is lost."""
        # Other processes judge the lease by real time, also if a test gives this process another clock.
        system_clock = SystemClock()
        try:
            is_kept = True
            while is_kept:
                await system_clock.sleep(CHECK_SECONDS)
                is_fresh = self._until is not None and self._clock.now() < self._until - LEASE * 2 / 3
                is_kept = is_fresh or await self.renew()
        except Exception:  # whatever the error is: without renewal another process may take over
            log.exception("the lease is no longer renewed", lease=self.name)
        self._until = None

    async def release(self) -> None:
        """Release the lease. If the database does not answer, it expires by itself."""
        self._until = None
        try:
            async with asyncio.timeout(self._answer_seconds):
                await self._store.release(self.name, self.me)
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("lease not released", lease=self.name, reason=str(error) or "The database does not answer.")

    async def _hold_unless_dead(self) -> str | None:
        now = self._clock.now()
        is_held, holder = await self._hold(now), None
        if not is_held:
            holder = await self._store.holder(self.name)
            # After a crash on the same machine the lease is free at once, without waiting until it expires.
            if holder is not None and is_dead(holder, self.me):
                await self._store.release(self.name, holder)
                is_held = await self._hold(now)
        if not is_held:
            return holder or "another process"
        self._until = now + LEASE
        return None

    async def _hold(self, now: datetime) -> bool:
        return await self._store.hold(self.name, self.me, now, now + LEASE)

    async def _other_in_the_way(self) -> str | None:
        for name, owner in (await self._store.live_leases(self._clock.now())).items():
            if owner == self.me or not _excludes(self.name, name):
                continue
            if not is_dead(owner, self.me):
                return owner
            await self._store.release(name, owner)
        return None


def _excludes(one: str, other: str) -> bool:
    """Whether two different leases must not be held at the same time by two processes."""
    # A request to arXiv uses nothing of the database that others could change.
    if ARXIV in (one, other):
        return False
    return not {one, other}.isdisjoint({ALONE, EARLIER_VERSIONS})


async def acquire_waiting(lease: Lease, clock: Clock) -> str | None:
    """Acquire a lease like `Lease.acquire`, but wait once for one to expire whose holder may be dead.

    A container that was killed leaves such a lease. A holder that is alive renews it in this time and is returned.
    """
    deadline = clock.now() + LEASE + timedelta(seconds=2 * CHECK_SECONDS)
    holder = await lease.acquire()
    if holder is not None and is_dead(holder, lease.me) is None:
        log.info("waiting for the lease of another process to expire", holder=describe(holder), seconds=LEASE.seconds)
    while holder is not None and is_dead(holder, lease.me) is None and clock.now() < deadline:
        await clock.sleep(CHECK_SECONDS)
        holder = await lease.acquire()
    return holder


def in_use(holder: str) -> TellUser:
    """Return the error for a process that finds its work done by another."""
    running = f"A running Paperboy ({describe(holder)})"
    return TellUser(f"{running} uses this database already; leave the work to it, or stop it first.")


@asynccontextmanager
async def alone(
    store: Store, clock: Clock, on_lost: Callable[[], None] = lambda: None, *, wait_for_lease: bool = False
) -> AsyncIterator[Lease]:
    """Have the database alone inside this context; yields the lease. Calls `on_lost` if it is lost.

    Raises `TellUser` if another process works on it; with `wait_for_lease`, only after waiting for one that may be
    dead.
    """
    lease = Lease(store, clock, ALONE, new_owner())
    if holder := await (acquire_waiting(lease, clock) if wait_for_lease else lease.acquire()):
        raise in_use(holder)
    async with renewed(lease, on_lost):
        yield lease


@asynccontextmanager
async def renewed(lease: Lease, on_lost: Callable[[], None] = lambda: None) -> AsyncIterator[None]:
    """Renew an acquired lease inside this context and release it afterwards; calls `on_lost` if it is lost."""

    async def keep() -> None:
        await lease.keep()
        on_lost()

    renewing = asyncio.create_task(keep(), name=f"lease {lease.name}")
    try:
        yield
    finally:
        renewing.cancel()
        # A renewal that is still running could take the lease again after its release.
        await asyncio.gather(renewing, return_exceptions=True)
        await lease.release()


@asynccontextmanager
async def turn(store: Store, clock: Clock, me: str) -> AsyncIterator[None]:
    """Wait for the turn of this process to ask arXiv, which one process at a time does.

    Without a database there are no turns: the request is made all the same.
    """
    lease = Lease(store, clock, ARXIV, me)
    async with AsyncExitStack() as stack:
        try:
            while await lease.acquire():
                await clock.sleep(TURN_SECONDS)
        except StoreUnavailable as error:
            log.warning("asking arxiv without a turn", reason=str(error))
        else:
            await stack.enter_async_context(renewed(lease))
        yield
