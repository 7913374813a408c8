"""A person who asks for a digest before the listing is there gets it as soon as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot import conversation as results
from bot.conversation import Conversation, Defaults, Requester
from bot.errors import SourceUnavailable
from bot.model import Awaited, ChatRef, NothingToSend, Platform
from bot.service.promised_digests import PromisedDigests
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import FakePipeline, made_up_digest
from tests.fakes.senders import FakePlatform
from tests.fakes.stores import memory_store

CHAT, OWNER = ChatRef(Platform.TELEGRAM, "5"), Requester("5", is_admin=True)
WAITING = NothingToSend("arXiv is being asked.", Awaited.FIRST_LISTING)


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with memory_store() as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def pipeline() -> FakePipeline:
    return FakePipeline(WAITING)


@pytest.fixture
async def talk(store: SqlStore, clock: FakeClock, pipeline: FakePipeline) -> Conversation:
    talk = Conversation(
        store, clock, pipeline.read, pipeline.compose, finder(store), insight_of(store, clock), Defaults()
    )
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    return talk


@pytest.fixture
def promised(store: SqlStore, clock: FakeClock, pipeline: FakePipeline) -> PromisedDigests:
    return PromisedDigests(store, clock, pipeline.compose, {Platform.TELEGRAM: FakePlatform(Platform.TELEGRAM)})


async def test_a_promise_is_kept_when_the_listing_is_there(
    talk: Conversation, promised: PromisedDigests, pipeline: FakePipeline
) -> None:
    assert await talk.digests.now(OWNER, CHAT) == results.DigestPromised(Awaited.FIRST_LISTING)
    assert await promised.run() == 0
    pipeline.next_digest = made_up_digest()
    assert await promised.run() == 1
    assert await promised.run() == 0


async def test_a_listing_with_nothing_new_is_told(
    talk: Conversation, promised: PromisedDigests, pipeline: FakePipeline, store: SqlStore
) -> None:
    await talk.digests.now(OWNER, CHAT)
    pipeline.next_digest = NothingToSend("Everything has been sent.")
    assert await promised.run() == 1
    (delivery,) = await store.deliveries(chat=CHAT)
    assert delivery.part.payload["text"] == "Today’s list is in. Nothing in it is new for this chat."


async def test_a_promise_outlives_an_outage_and_ends_with_its_time(
    talk: Conversation, promised: PromisedDigests, pipeline: FakePipeline, clock: FakeClock
) -> None:
    await talk.digests.now(OWNER, CHAT)
    pipeline.error = SourceUnavailable("arXiv does not answer.")
    assert await promised.run() == 0
    asked = len(pipeline.digests)
    clock.advance(3 * 3600)
    assert await promised.run() == 0
    assert len(pipeline.digests) == asked


async def test_a_chat_that_is_forgotten_is_promised_nothing(
    talk: Conversation, promised: PromisedDigests, pipeline: FakePipeline
) -> None:
    await talk.digests.now(OWNER, CHAT)
    await talk.stopping.forget(OWNER, CHAT)
    asked = len(pipeline.digests)
    await promised.run()
    assert len(pipeline.digests) == asked
