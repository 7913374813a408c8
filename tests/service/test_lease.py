"""The lease of the service: one process at a time holds it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from bot.errors import TellUser
from bot.service import lease
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.stores import memory_store


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with memory_store() as made:
        yield made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def owner_with(pid: int) -> str:
    """The name of an owner on this machine with this process id."""
    host, _, word, table = lease.new_owner().split("/", 3)
    return f"{host}/{pid}/{word}/{table}"


def ended_process() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


async def test_the_lease_of_a_dead_process_is_taken_over_at_once(store: SqlStore, clock: FakeClock) -> None:
    assert await lease.acquire(store, clock, owner_with(ended_process())) is None
    assert await lease.acquire(store, clock, lease.new_owner()) is None


async def test_the_lease_of_a_living_process_is_not_taken(store: SqlStore, clock: FakeClock) -> None:
    other = owner_with(os.getppid())
    assert await lease.acquire(store, clock, other) is None
    assert await lease.acquire(store, clock, lease.new_owner()) == other


async def test_the_lease_of_a_holder_on_another_machine_is_free_once_it_expires(
    store: SqlStore, clock: FakeClock
) -> None:
    assert await lease.acquire(store, clock, "elsewhere/1/a") is None
    assert await lease.acquire(store, clock, lease.new_owner()) == "elsewhere/1/a"
    clock.advance(lease.LEASE.total_seconds() + 1)
    assert await lease.acquire(store, clock, lease.new_owner()) is None


def elsewhere(**instead: str) -> str:
    """An owner with our host name and process id in another process table."""
    host, pid, word, table = lease.new_owner().split("/", 3)
    boot, namespace = table.split(" ")
    found = {"boot": boot, "namespace": namespace} | instead
    return f"{host}/{pid}/{word[::-1]}/{found['boot']} {found['namespace']}"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells its boot and its namespaces")
@pytest.mark.parametrize("other", [{"namespace": "pid:[1]"}, {"boot": "another"}])
async def test_a_container_with_our_host_name_and_process_id_is_not_taken_for_a_dead_process(
    store: SqlStore, clock: FakeClock, other: dict[str, str]
) -> None:
    holder = elsewhere(**other)
    assert await lease.acquire(store, clock, holder) is None
    assert await lease.acquire(store, clock, lease.new_owner()) == holder
    assert await lease.renew(store, clock, holder)


async def test_a_holder_of_an_earlier_version_is_waited_for(store: SqlStore, clock: FakeClock) -> None:
    earlier = "/".join(owner_with(ended_process()).split("/")[:3])
    assert lease.is_dead(f"{earlier}/", lease.new_owner()) is None
    assert await lease.acquire(store, clock, earlier) is None
    assert await lease.acquire(store, clock, lease.new_owner()) == earlier


async def test_a_service_waits_until_the_lease_of_a_killed_container_expires(store: SqlStore, clock: FakeClock) -> None:
    assert await lease.acquire(store, clock, "elsewhere/1/a") is None
    async with lease.held(store, clock, wait_for_lease=True) as me:
        assert await store.holder(lease.SERVICE_LEASE) == me
    assert sum(clock.slept) <= lease.LEASE.total_seconds() + 5


async def test_a_service_does_not_wait_longer_for_a_holder_that_is_alive(store: SqlStore, clock: FakeClock) -> None:
    class RenewingClock(FakeClock):
        """A clock during whose sleep the other holder renews its lease."""

        async def sleep(self, seconds: float) -> None:
            await super().sleep(seconds)
            await lease.acquire(store, self, "elsewhere/1/a/its own")

    clock = RenewingClock()
    assert await lease.acquire(store, clock, "elsewhere/1/a/its own") is None
    with pytest.raises(TellUser, match=r"A running Paperboy \(process 1 on elsewhere\) uses this database already"):
        async with lease.held(store, clock, wait_for_lease=True):
            pass
    assert await lease.acquire(store, clock, owner_with(os.getppid())) == "elsewhere/1/a/its own"


async def test_a_lease_that_cannot_be_renewed_is_reported_and_logged(
    clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    class Mistaken(SqlStore):
        async def hold(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
            raise LookupError("a mistake of ours")

    lost = asyncio.Event()
    async with memory_store() as store:
        await asyncio.wait_for(lease.keep_renewed(Mistaken(store.db), clock, lease.new_owner(), lost.set), 20)
    assert lost.is_set()
    assert "the lease is no longer renewed" in capsys.readouterr().out


async def test_renewing_fails_after_another_process_took_the_lease(store: SqlStore, clock: FakeClock) -> None:
    me = lease.new_owner()
    assert await lease.acquire(store, clock, me) is None
    assert await lease.renew(store, clock, me)
    clock.advance(lease.LEASE.total_seconds() + 1)
    assert await lease.renew(store, clock, me), "no other process took it"
    clock.advance(lease.LEASE.total_seconds() + 1)
    assert await lease.acquire(store, clock, "elsewhere/1/a") is None
    assert not await lease.renew(store, clock, me)
