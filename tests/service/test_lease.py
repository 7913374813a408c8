"""Leases: one process at a time holds each, and one that has the database alone keeps all others away."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import datetime

import pytest

from bot.errors import PaperboyError, StoreUnavailable, TellUser
from bot.service import lease
from bot.service.lease import ALONE, LEASE, MARGIN, POLL, SITE, Lease
from bot.service.owners import has_ended, is_dead, new_owner
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.stores import memory_store


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def owner_with(pid: int) -> str:
    """The name of an owner on this machine with this process id."""
    host, _, word, table = new_owner().split("/", 3)
    return f"{host}/{pid}/{word}/{table}"


async def acquire(store: SqlStore, clock: FakeClock, me: str, name: str = POLL) -> str | None:
    return await Lease(store, clock, name, me).acquire()


def ended_process() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


async def test_the_lease_of_a_dead_process_is_taken_over_at_once(store: SqlStore, clock: FakeClock) -> None:
    assert await acquire(store, clock, owner_with(ended_process())) is None
    assert await acquire(store, clock, new_owner()) is None


async def test_the_lease_of_a_living_process_is_not_taken(store: SqlStore, clock: FakeClock) -> None:
    other = owner_with(os.getppid())
    assert await acquire(store, clock, other) is None
    assert await acquire(store, clock, new_owner()) == other


async def test_the_lease_of_a_holder_on_another_machine_is_free_once_it_expires(
    store: SqlStore, clock: FakeClock
) -> None:
    assert await acquire(store, clock, "elsewhere/1/a") is None
    assert await acquire(store, clock, new_owner()) == "elsewhere/1/a"
    clock.advance(LEASE.total_seconds() + 1)
    assert await acquire(store, clock, new_owner()) is None


def elsewhere(**instead: str) -> str:
    """An owner with our host name and process id in another process table."""
    host, pid, word, table = new_owner().split("/", 3)
    boot, namespace = table.split(" ")
    found = {"boot": boot, "namespace": namespace} | instead
    return f"{host}/{pid}/{word[::-1]}/{found['boot']} {found['namespace']}"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells its boot and its namespaces")
@pytest.mark.parametrize("other", [{"namespace": "pid:[1]"}, {"boot": "another"}])
async def test_a_container_with_our_host_name_and_process_id_is_not_taken_for_a_dead_process(
    store: SqlStore, clock: FakeClock, other: dict[str, str]
) -> None:
    holder = elsewhere(**other)
    assert await acquire(store, clock, holder) is None
    assert await acquire(store, clock, new_owner()) == holder
    assert await Lease(store, clock, POLL, holder).renew()


async def test_a_holder_of_an_earlier_version_is_waited_for(store: SqlStore, clock: FakeClock) -> None:
    earlier = "/".join(owner_with(ended_process()).split("/")[:3])
    assert is_dead(f"{earlier}/", new_owner()) is None
    assert await acquire(store, clock, earlier) is None
    assert await acquire(store, clock, new_owner()) == earlier


async def test_a_process_waits_until_the_lease_of_a_killed_container_expires(store: SqlStore, clock: FakeClock) -> None:
    assert await acquire(store, clock, "elsewhere/1/a") is None
    async with lease.alone(store, clock, wait_for_lease=True) as held:
        assert await store.holder(ALONE) == held.me
    assert sum(clock.slept) <= LEASE.total_seconds() + 5


async def test_a_process_does_not_wait_longer_for_a_holder_that_is_alive(store: SqlStore, clock: FakeClock) -> None:
    class RenewingClock(FakeClock):
        """A clock during whose sleep the other holder renews its lease."""

        async def sleep(self, seconds: float) -> None:
            await super().sleep(seconds)
            await acquire(store, self, "elsewhere/1/a/its own")

    clock = RenewingClock()
    assert await acquire(store, clock, "elsewhere/1/a/its own") is None
    with pytest.raises(TellUser, match=r"A running Paperboy \(process 1 on elsewhere\) uses this database already"):
        async with lease.alone(store, clock, wait_for_lease=True):
            pass
    assert await acquire(store, clock, owner_with(os.getppid())) == "elsewhere/1/a/its own"


async def test_leases_of_different_work_are_held_by_different_processes(store: SqlStore, clock: FakeClock) -> None:
    assert await acquire(store, clock, "elsewhere/1/a", POLL) is None
    assert await acquire(store, clock, "elsewhere/2/b", SITE) is None
    assert await acquire(store, clock, "elsewhere/2/b", POLL) == "elsewhere/1/a"


@pytest.mark.parametrize("name", [POLL, "send telegram 1", "worker elsewhere/1/a", "service"])
async def test_nobody_has_the_database_alone_while_another_works_on_it(
    store: SqlStore, clock: FakeClock, name: str
) -> None:
    await store.hold(name, "elsewhere/1/a", clock.now(), clock.now() + LEASE)
    with pytest.raises(TellUser, match="process 1 on elsewhere"):
        async with lease.alone(store, clock):
            pass
    assert await store.holder(ALONE) is None, "a failed attempt keeps nobody away"


async def test_no_work_begins_while_a_process_has_the_database_alone(store: SqlStore, clock: FakeClock) -> None:
    async with lease.alone(store, clock):
        assert await acquire(store, clock, "elsewhere/1/a") is not None
        assert POLL not in await store.live_leases(clock.now())
    assert await acquire(store, clock, "elsewhere/1/a") is None


async def test_of_a_process_that_died_no_lease_keeps_the_next_from_having_the_database_alone(
    store: SqlStore, clock: FakeClock
) -> None:
    dead = owner_with(ended_process())
    for name in (POLL, SITE, "worker x"):
        assert await acquire(store, clock, dead, name) is None
    async with lease.alone(store, clock):
        assert list(await store.live_leases(clock.now())) == [ALONE]


async def test_a_lease_that_cannot_be_renewed_is_reported_and_logged(
    clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    class Mistaken(SqlStore):
        async def hold(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
            raise LookupError("a mistake of ours")

    async with memory_store() as store:
        kept = Lease(Mistaken(store.db), clock, POLL, new_owner())
        await asyncio.wait_for(kept.keep(), 20)
    assert not kept.is_held
    assert "the lease is no longer renewed" in capsys.readouterr().out


async def test_renewing_fails_after_another_process_took_the_lease(store: SqlStore, clock: FakeClock) -> None:
    mine = Lease(store, clock, POLL, new_owner())
    assert await mine.acquire() is None
    assert await mine.renew()
    clock.advance(LEASE.total_seconds() + 1)
    assert not mine.is_held, "so that a process which was stopped for a while begins nothing when it goes on"
    assert await mine.renew(), "no other process took it"
    assert mine.is_held
    clock.advance(LEASE.total_seconds() + 1)
    assert await acquire(store, clock, "elsewhere/1/a") is None
    assert not await mine.renew()


async def test_a_lease_that_the_database_does_not_renew_is_given_up_before_it_expires(
    store: SqlStore, clock: FakeClock
) -> None:
    class Flaky(SqlStore):
        is_down = False

        async def hold(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
            if self.is_down:
                raise StoreUnavailable("The database does not answer.")
            return await super().hold(name, owner, now, until)

    flaky = Flaky(store.db)
    mine = Lease(flaky, clock, POLL, new_owner())
    assert await mine.acquire() is None
    flaky.is_down = True
    clock.advance((LEASE - MARGIN).total_seconds() - 1)
    assert await mine.renew(), "the database may come back"
    clock.advance(1)
    assert mine.is_held
    assert not await mine.renew()


async def test_of_several_processes_one_at_a_time_has_its_turn_to_ask_arxiv(store: SqlStore, clock: FakeClock) -> None:
    inside, most = 0, 0

    async def ask(me: str) -> None:
        nonlocal inside, most
        async with lease.turn(store, clock, me):
            inside += 1
            most = max(most, inside)
            await clock.sleep(2)
            inside -= 1

    await asyncio.gather(*(ask(f"elsewhere/{number}/a") for number in range(5)))
    assert most == 1
    assert await store.live_leases(clock.now()) == {}


async def test_a_turn_to_ask_arxiv_excludes_no_other_work(store: SqlStore, clock: FakeClock) -> None:
    async with lease.turn(store, clock, "elsewhere/1/a"), lease.alone(store, clock):
        pass
    async with lease.alone(store, clock), lease.turn(store, clock, "elsewhere/1/a"):
        pass
    assert clock.slept == [], "nobody had to wait"


async def test_without_a_database_arxiv_is_asked_all_the_same(store: SqlStore, clock: FakeClock) -> None:
    class Down(SqlStore):
        async def hold(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
            raise StoreUnavailable("The database does not answer.")

    async with lease.turn(Down(store.db), clock, new_owner()):
        pass
    with pytest.raises(PaperboyError, match="from the request itself"):
        async with lease.turn(Down(store.db), clock, new_owner()):
            raise StoreUnavailable("from the request itself")


def test_whether_the_process_behind_a_claim_has_ended() -> None:
    me, dead, parent = new_owner(), owner_with(ended_process()), owner_with(os.getppid())
    assert has_ended(f"{dead} ab12", set(), me)
    assert not has_ended(f"{parent} ab12", set(), me), "a command, which holds no lease"
    assert not has_ended(f"{me} ab12", set(), me)
    assert has_ended(f"{dead} ab12", {dead}, me), "its lease goes on for a while"
    assert has_ended("elsewhere/1/a/table ab12", set(), me)
    assert not has_ended("elsewhere/1/a/table ab12", {"elsewhere/1/a/table"}, me)
    assert not has_ended("person ab12", set(), me), "nothing is known of it: its claim expires"


async def test_a_database_that_never_answers_keeps_no_lease_and_no_stop_waiting(
    store: SqlStore, clock: FakeClock
) -> None:
    class Silent(SqlStore):
        async def hold(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
            return await super().hold(name, owner, now, until) if not silent else await asyncio.Event().wait()

        async def release(self, name: str, owner: str) -> None:
            await asyncio.Event().wait()

    silent = False
    held = Lease(Silent(store.db), clock, "poll", new_owner(), answer_seconds=0.01)
    assert await held.acquire() is None
    silent = True
    clock.advance(10)
    assert await held.renew(), "it may answer again before the lease expires"
    clock.advance(15)
    assert not await held.renew()
    await held.release()
    assert not held.is_held


async def test_a_process_stopped_while_it_takes_a_lease_leaves_none(store: SqlStore, clock: FakeClock) -> None:
    stored = asyncio.Event()

    class Slow(SqlStore):
        async def hold(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
            is_held = await super().hold(name, owner, now, until)
            stored.set()
            await asyncio.Event().wait()
            return is_held

    taking = asyncio.create_task(Lease(Slow(store.db), clock, "poll", new_owner()).acquire())
    await stored.wait()
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    assert await store.live_leases(clock.now()) == {}
