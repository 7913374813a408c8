"""The service matches new announcements, and chooses the summaries that the next digests need."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, cast

import pytest

from bot import pipeline
from bot.errors import StoreUnavailable
from bot.model import WantedSummary
from bot.ports import Store
from bot.sample import SampleSource
from bot.service.polling_jobs import CHOOSE_EVERY, MatchingJob
from bot.storage.store import SqlStore
from tests.contracts.samples import ANN, with_chats
from tests.fakes.clock import FakeClock
from tests.fakes.stores import memory_store

DAY = date(2026, 6, 2)


class FailingStore:
    """A store that cannot write the wanted summaries while `is_broken` is set."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.is_broken = False
        self.writes = 0

    async def want(self, summaries: Collection[WantedSummary]) -> None:
        if self.is_broken:
            raise StoreUnavailable("The database is locked.")
        self.writes += 1
        await self._store.want(list(summaries))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_summaries_are_chosen_at_the_next_run_if_the_store_failed_after_matching() -> None:
    clock = FakeClock()
    async with memory_store() as inner:
        failing = FailingStore(inner)
        store = cast(Store, failing)
        await with_chats(inner)
        await inner.subscribe(ANN, "cat:cs.CV", DAY, clock.now())
        job = MatchingJob(store, clock)
        await job.run()  # nothing is announced yet
        await pipeline.poll(store, SampleSource(DAY), clock, upto=DAY, force=True)
        failing.is_broken = True
        with pytest.raises(StoreUnavailable):
            await job.run()
        failing.is_broken = False
        clock.advance(10)
        await job.run()
        assert await inner.wanted(clock.now() + timedelta(days=30), 100)


async def test_choosing_is_repeated_only_after_a_while_if_nothing_new_matched() -> None:
    clock = FakeClock()
    async with memory_store() as inner:
        failing = FailingStore(inner)
        job = MatchingJob(cast(Store, failing), clock)
        for seconds, writes in ((0, 1), (10, 1), (CHOOSE_EVERY.total_seconds(), 2)):
            clock.advance(seconds)
            await job.run()
            assert failing.writes == writes
