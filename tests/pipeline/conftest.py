"""A pipeline on a real store with a sample arXiv, and chats on platforms in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

import pytest

from bot import pipeline
from bot import topics as topic_language
from bot.decisions.due_times import next_due
from bot.model import Chat, ChatRef, Platform
from bot.pipeline import DeliveryWorker, DigestBuilder
from bot.sample import SampleSource
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.fakes.relevance import FakeRelevance
from tests.fakes.senders import FakePlatform
from tests.fakes.stores import memory_store

DAYS = (date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 3))
ANN = ChatRef(Platform.TELEGRAM, "1")
BOB = ChatRef(Platform.DISCORD, "2")


@dataclass
class Scene:
    """The parts, and the steps as the service takes them."""

    store: SqlStore
    clock: FakeClock
    source: SampleSource
    makers: FakeMakers
    telegram: FakePlatform
    discord: FakePlatform
    owner: str = "host/1/a"
    relevance: FakeRelevance = field(default_factory=FakeRelevance)

    @property
    def builder(self) -> DigestBuilder:
        renderers = {Platform.TELEGRAM: self.telegram, Platform.DISCORD: self.discord}
        return DigestBuilder(renderers, self.makers, AbstractReader())

    @property
    def worker(self) -> DeliveryWorker:
        senders = {Platform.TELEGRAM: self.telegram, Platform.DISCORD: self.discord}
        return DeliveryWorker(self.store, senders, self.clock, self.owner)

    async def follow(
        self, ref: ChatRef, *queries: str, at: time = time(9, 0), zone: str = "UTC", size: int = 10
    ) -> Chat:
        chat = Chat(ref, digest_time=at, timezone=zone, size=size)
        chat = Chat(ref, digest_time=at, timezone=zone, size=size, next_due_at=next_due(chat, self.clock.now()))
        await self.store.add_chat(chat)
        for query in queries:
            since = await self.store.latest_day() or self.source.today
            await self.store.subscribe(ref, topic_language.parse(query).query, since, self.clock.now())
        return chat

    def morning(self, day: date, hour: int = 9, minute: int = 0) -> None:
        self.clock.set(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC))
        self.source.today = max(known for known in DAYS if known <= day)

    async def prepare(self) -> None:
        await pipeline.poll(self.store, self.source, self.clock)
        await pipeline.match(self.store, self.relevance)
        await pipeline.choose(self.store, self.clock.now())
        await pipeline.summarize(self.store, self.makers, AbstractReader(), self.clock)

    async def send(self, upto: date | None = None) -> int:
        await pipeline.compose(self.store, self.builder, self.clock, upto=upto)
        return await self.worker.deliver()


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    clock = FakeClock(datetime(2026, 6, 1, 5, 0, tzinfo=UTC))
    async with memory_store() as store:
        telegram, discord = FakePlatform(), FakePlatform(Platform.DISCORD, knows_keys=True)
        yield Scene(store, clock, SampleSource(DAYS[0]), FakeMakers(clock), telegram, discord)
