"""The roles of a running service: each is done by one process at a time, and taken over from one that ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.errors import BadSetting, StoreUnavailable, TellUser
from bot.service.lease import LEASE, Lease
from bot.service.owners import new_owner
from bot.service.roles import Role, Roles
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock

NAMES = ("poll", "site", "send telegram 1")


class Desk:
    """Where processes do their work: who does which, and whether two ever did the same at once."""

    def __init__(self) -> None:
        self.at_work: dict[str, str] = {}
        self.errors: list[Exception] = []

    def role(self, name: str) -> Role:
        @asynccontextmanager
        async def work(lease: Lease) -> AsyncIterator[None]:
            if self.errors:
                raise self.errors.pop()
            assert name not in self.at_work, "two processes do the same work"
            assert lease.is_held
            self.at_work[name] = lease.me
            try:
                yield
            finally:
                await asyncio.sleep(0)  # stopping takes a moment
                del self.at_work[name]

        return Role(name, work)

    def process(self, store: SqlStore, clock: FakeClock, me: str, *, may_stand_by: bool = True) -> Roles:
        return Roles(store, clock, me, [self.role(name) for name in NAMES], may_stand_by=may_stand_by)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - tasks with a clock of their own are watched
            await asyncio.sleep(0)


async def test_the_first_process_takes_every_role_and_the_second_takes_over_when_it_ends(store: SqlStore) -> None:
    clock, desk = FakeClock(), Desk()
    async with desk.process(store, clock, "elsewhere/2/b") as second_at_first:
        await second_at_first.wait(second_at_first.begun)
        async with desk.process(store, clock, "elsewhere/1/a") as standby:
            await standby.wait(standby.begun)
            assert set(desk.at_work.values()) == {"elsewhere/2/b"}
            assert standby.held == frozenset()
            await second_at_first.__aexit__(None, None, None)
            await until(lambda: len(standby.held) == len(NAMES))
            assert set(desk.at_work.values()) == {"elsewhere/1/a"}
    assert desk.at_work == {}
    assert await store.live_leases(clock.now()) == {}


async def test_the_roles_of_a_machine_that_disappears_are_taken_over_when_its_leases_expire(store: SqlStore) -> None:
    clock, desk = FakeClock(), Desk()
    for name in NAMES:
        await store.hold(name, "elsewhere/1/a", clock.now(), clock.now() + LEASE)
    began = clock.now()
    async with desk.process(store, clock, new_owner()) as standby:
        await until(lambda: len(standby.held) == len(NAMES))
    assert LEASE.total_seconds() <= (clock.now() - began).total_seconds() <= LEASE.total_seconds() + 5


async def test_a_process_that_loses_one_role_goes_on_with_the_others(store: SqlStore) -> None:
    clock, desk = FakeClock(), Desk()
    async with desk.process(store, clock, "elsewhere/1/a") as process:
        await process.wait(process.begun)
        await store.release("site", "elsewhere/1/a")
        await store.hold("site", "elsewhere/2/b", clock.now(), clock.now() + 2 * LEASE)
        clock.advance(LEASE.total_seconds() / 2)  # the leases have to be renewed
        await until(lambda: "site" not in desk.at_work)
        assert desk.at_work.keys() == set(NAMES) - {"site"}
        await store.release("site", "elsewhere/2/b")
        await until(lambda: "site" in desk.at_work)


async def test_a_process_that_may_not_stand_by_says_which_one_has_its_work(store: SqlStore) -> None:
    clock, desk = FakeClock(), Desk()
    me = f"{new_owner().rsplit('/', 3)[0]}"
    async with desk.process(store, clock, "elsewhere/1/a") as first:
        await first.wait(first.begun)
        for name in NAMES:  # so that it does not expire while the second waits for it
            await store.hold(name, "elsewhere/1/a", clock.now(), clock.now() + 10 * LEASE)
        async with desk.process(store, clock, f"{me}/2/b", may_stand_by=False) as second:
            with pytest.raises(TellUser, match=r"A running Paperboy \(process 1 on elsewhere\) uses this database"):
                await second.wait(second.begun)


async def test_a_process_that_may_not_stand_by_works_with_what_is_free(store: SqlStore) -> None:
    clock, desk = FakeClock(), Desk()
    await store.hold("poll", "elsewhere/1/a", clock.now(), clock.now() + 10 * LEASE)
    async with desk.process(store, clock, new_owner(), may_stand_by=False) as process:
        await process.wait(process.begun)
        assert process.held == {"site", "send telegram 1"}


async def test_an_error_of_a_setting_ends_the_process(store: SqlStore) -> None:
    desk = Desk()
    desk.errors.append(BadSetting("TELEGRAM_BOT_TOKEN", "no"))
    async with desk.process(store, FakeClock(), new_owner()) as process:
        with pytest.raises(BadSetting):
            await process.wait(asyncio.Event())
    assert await store.live_leases(FakeClock().now()) == {}


async def test_a_role_whose_work_cannot_begin_now_is_tried_again(store: SqlStore) -> None:
    desk = Desk()
    desk.errors.append(StoreUnavailable("The database is locked."))
    async with desk.process(store, FakeClock(), new_owner()) as process:
        await process.wait(process.begun)
        await until(lambda: len(process.held) == len(NAMES))
        assert desk.at_work.keys() == set(NAMES)
