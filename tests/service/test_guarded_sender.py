"""A process that no longer holds the lease of a bot sends nothing for it."""

from __future__ import annotations

from datetime import timedelta

from bot.model import DeliveryState
from bot.pipeline import DeliveryWorker
from bot.service.guarded_sender import GuardedSender
from bot.service.lease import LEASE, Lease
from bot.service.owners import new_owner
from tests.contracts.samples import ANN, digest, with_chats
from tests.fakes.clock import FakeClock
from tests.fakes.senders import FakePlatform
from tests.fakes.stores import memory_store


async def test_a_process_that_goes_on_after_its_lease_ended_sends_nothing() -> None:
    async with memory_store() as store:
        clock, platform = FakeClock(), FakePlatform()
        await with_chats(store)
        await store.write_digest(digest(ANN), clock.now())
        held = Lease(store, clock, "send telegram 1", new_owner())
        assert await held.acquire() is None
        worker = DeliveryWorker(store, {platform.platform: GuardedSender(platform, held)}, clock, held.me)
        clock.set(clock.now() + LEASE)  # it was stopped for so long
        assert await worker.deliver() == 0
        assert [each.state for each in await store.deliveries()] == [DeliveryState.WAITING]
        assert await held.renew()
        clock.set(clock.now() + timedelta(seconds=5))
        assert await worker.deliver() == 1
