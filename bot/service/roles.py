"""The work of a running service in roles, each done by the one process that holds its lease.

A process takes every role that is free, and tries the others again and again: when a process ends, another one takes
its roles over. A process whose lease is lost stops the work of that role and goes on with its others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import structlog

from bot.errors import RetryLater, StoreUnavailable
from bot.ports import Clock, Store
from bot.service.lease import CHECK_SECONDS, Lease, acquire_waiting, in_use, renewed
from bot.service.owners import describe

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Role:
    """The name of a lease, and the work to do while it is held: inside the context that `work` returns."""

    name: str
    work: Callable[[Lease], AbstractAsyncContextManager[object]]


class Roles:
    """The roles of one process, inside `async with`.

    `may_stand_by`: a process without any role waits for one. Otherwise it ends with an error: at its start with
    `TellUser`, later with `StoreUnavailable`.
    """

    def __init__(self, store: Store, clock: Clock, me: str, roles: Sequence[Role], *, may_stand_by: bool) -> None:
        self._store, self._clock, self._me = store, clock, me
        self._roles, self._may_stand_by = roles, may_stand_by
        self._held: set[str] = set()
        self._tried: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._in_the_way = ""
        self.begun = asyncio.Event()
        """Set when every role was tried once; the work of those that were free has begun."""

    @property
    def held(self) -> frozenset[str]:
        """The names of the roles whose work this process does now."""
        return frozenset(self._held)

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._serve(role), name=f"role {role.name}") for role in self._roles]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait(self, *events: asyncio.Event) -> None:
        """Wait until one of the events is set. Raises the error of a role that cannot go on."""
        waiting = [asyncio.create_task(event.wait()) for event in events]
        try:
            await asyncio.wait([*self._tasks, *waiting], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        for ended in self._tasks:
            if ended.done():
                ended.result()

    async def _serve(self, role: Role) -> None:
        """Do the work of a role whenever its lease is free."""
        while True:
            lease = Lease(self._store, self._clock, role.name, self._me)
            await self._acquire(lease)
            lost = asyncio.Event()
            try:
                # The lease outside: it is released when the work has stopped.
                async with renewed(lease, lost.set), role.work(lease):
                    self._held.add(role.name)
                    self._note_tried(role.name)
                    log.info("role taken", role=role.name)
                    await lost.wait()
                    self._held.discard(role.name)
                    log.warning("role lost", role=role.name)
            except RetryLater as error:
                log.warning("role not taken", role=role.name, reason=str(error))
                self._note_tried(role.name)
                await self._clock.sleep(CHECK_SECONDS)
            finally:
                self._held.discard(role.name)
            if lost.is_set() and not self._held and not self._may_stand_by:
                reason = "Another process took over the work, or the lease could not be renewed; see the log."
                raise StoreUnavailable(reason)

    async def _acquire(self, lease: Lease) -> None:
        is_first = lease.name not in self._tried
        while True:
            try:
                wait = is_first and not self._may_stand_by
                holder = await (acquire_waiting(lease, self._clock) if wait else lease.acquire())
                if holder is None:
                    return
                self._in_the_way = holder
            except StoreUnavailable as error:
                log.warning("role not tried", role=lease.name, reason=str(error))
            else:
                if is_first:
                    log.info("standing by", role=lease.name, holder=describe(holder))
            is_first = False
            self._note_tried(lease.name)
            await self._clock.sleep(CHECK_SECONDS)

    def _note_tried(self, name: str) -> None:
        self._tried.add(name)
        if len(self._tried) < len(self._roles) or self.begun.is_set():
            return
        if not self._held and not self._may_stand_by and self._in_the_way:
            raise in_use(self._in_the_way)
        self.begun.set()
