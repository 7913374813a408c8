"""The daily upkeep of a store and a cache of readings."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from bot import pipeline
from bot.model import VoteKind
from bot.pipeline.upkeep import Limits
from tests.contracts.samples import ANN, NOW, TUESDAY, announced, digest, send_next, with_chats
from tests.fakes.clock import FakeClock
from tests.fakes.stores import memory_store

LIMITS = Limits(history_days=90, cache_bytes=1_000)


class Shelf:
    """A cache of readings that remembers what it was asked to keep."""

    def __init__(self) -> None:
        self.kept: list[tuple[set[str], int]] = []

    async def trim(self, needed: Collection[str], most_bytes: int, now: datetime) -> int:
        self.kept.append((set(needed), most_bytes))
        return 2


async def test_old_digests_go_and_readings_of_unsent_ones_stay() -> None:
    clock, shelf = FakeClock(NOW), Shelf()
    async with memory_store() as store:
        await with_chats(store, ANN)
        await store.ingest([announced("2606.00001", TUESDAY), announced("2606.00002", TUESDAY)], NOW)
        await store.write_digest(digest(ANN, "old", papers=("2606.00001",)), NOW)
        await send_next(store)
        clock.advance(timedelta(days=100).total_seconds())
        await store.write_digest(digest(ANN, "new", papers=("2606.00002",)), clock.now())
        done = await pipeline.upkeep(store, shelf, clock, LIMITS)
        assert (done.digests, done.readings) == (2, 2), "the digest, and what its message contained"
        assert shelf.kept == [({"2606.00002"}, 1_000)]
        assert [delivery.slot for delivery in await store.deliveries()] == ["new"]
        assert (await pipeline.upkeep(store, shelf, clock, LIMITS)).digests == 0


async def test_vectors_of_papers_that_are_no_longer_ranked_go_unless_somebody_voted_on_them() -> None:
    clock = FakeClock(NOW)
    old, voted, new = "2606.00001", "2606.00002", "2609.00001"
    async with memory_store() as store:
        await with_chats(store, ANN)
        await store.ingest([announced(old, TUESDAY), announced(voted, TUESDAY)], NOW)
        await store.vote(ANN, "101", [voted], VoteKind.UP, NOW)
        await store.save_vectors("local", {(old, 1): b"", (voted, 1): b""})
        clock.advance(timedelta(days=60).total_seconds())
        await store.ingest([announced(new, clock.now().date())], clock.now())
        assert (await pipeline.upkeep(store, Shelf(), clock, LIMITS)).vectors == 0
        clock.advance(timedelta(days=1).total_seconds())
        assert (await pipeline.upkeep(store, Shelf(), clock, LIMITS)).vectors == 1
        assert set(await store.vectors("local", [(old, 1), (voted, 1)])) == {(voted, 1)}


async def test_the_upkeep_is_due_once_a_day_and_not_while_messages_wait() -> None:
    clock = FakeClock(NOW)
    async with memory_store() as store:
        await with_chats(store, ANN)
        assert await pipeline.is_upkeep_due(store, clock.now())
        await pipeline.upkeep(store, Shelf(), clock, LIMITS)
        assert not await pipeline.is_upkeep_due(store, clock.now())
        clock.advance(timedelta(hours=24).total_seconds())
        assert await pipeline.is_upkeep_due(store, clock.now())
        await store.write_digest(digest(ANN), clock.now())
        assert not await pipeline.is_upkeep_due(store, clock.now())
        clock.advance(timedelta(hours=12).total_seconds())
        assert await pipeline.is_upkeep_due(store, clock.now())
