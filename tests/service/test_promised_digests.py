"""A person who asks for a digest before the listing is there gets it as soon as it is."""

from __future__ import annotations

import pytest

from bot import conversation as results
from bot.conversation import Conversation, Requester
from bot.conversation.awaited_digests import AwaitedDigests
from bot.errors import SourceUnavailable
from bot.model import Awaited, ChatRef, Digest, NothingToSend, Platform
from bot.service.promised_digests import PromisedDigests
from bot.storage.store import SqlStore
from tests.contracts.samples import digest
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline, made_up_digest
from tests.fakes.senders import FakePlatform

CHAT, OWNER = ChatRef(Platform.TELEGRAM, "5"), Requester("5", is_admin=True)
WAITING = NothingToSend("arXiv is being asked.", Awaited.FIRST_LISTING)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def pipeline() -> FakePipeline:
    return FakePipeline(WAITING)


@pytest.fixture
async def talk(store: SqlStore, clock: FakeClock, pipeline: FakePipeline) -> Conversation:
    talk = conversation_of(store, clock, pipeline)
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


async def promise_again(store: SqlStore, clock: FakeClock) -> None:
    """Put back a promise, as if the process had ended before it was deleted; the clock goes on."""
    await AwaitedDigests(store, clock).promise(CHAT, Awaited.FIRST_LISTING)
    clock.advance(1)


async def test_a_process_that_ends_before_it_forgets_a_promise_says_nothing_twice(
    promised: PromisedDigests, talk: Conversation, pipeline: FakePipeline, store: SqlStore, clock: FakeClock
) -> None:
    pipeline.next_digest = NothingToSend("Everything has been sent.")
    begin = clock.now()
    for seconds in (15, 30):
        clock.set(begin)
        await promise_again(store, clock)
        clock.advance(seconds)
        assert await promised.run() == 1
    assert len(await store.deliveries(chat=CHAT)) == 1


async def test_a_chat_that_got_a_digest_since_the_promise_is_not_told_that_nothing_is_new(
    promised: PromisedDigests, talk: Conversation, pipeline: FakePipeline, store: SqlStore, clock: FakeClock
) -> None:
    await promise_again(store, clock)
    assert await store.write_digest(digest(CHAT, papers=("2606.00001",)), clock.now())
    pipeline.next_digest = NothingToSend("Everything has been sent.")
    assert await promised.run() == 1
    assert [delivery.slot for delivery in await store.deliveries(chat=CHAT)] == ["2026-06-02"]
    assert await promised.run() == 0


async def test_another_message_that_waits_for_a_chat_does_not_end_its_promise(
    promised: PromisedDigests, talk: Conversation, pipeline: FakePipeline, store: SqlStore, clock: FakeClock
) -> None:
    await promise_again(store, clock)
    assert await store.write_digest(digest(CHAT), clock.now())
    pipeline.next_digest = NothingToSend("Your digest is on its way already.", is_under_way=True)
    assert await promised.run() == 0
    pipeline.next_digest = made_up_digest()
    assert await promised.run() == 1


async def test_a_digest_that_cannot_be_made_keeps_nobody_else_waiting(
    talk: Conversation, pipeline: FakePipeline, store: SqlStore, clock: FakeClock
) -> None:
    other = ChatRef(Platform.TELEGRAM, "6")
    awaited = AwaitedDigests(store, clock)
    for ref in (CHAT, other):
        await awaited.promise(ref, Awaited.FIRST_LISTING)
        clock.advance(1)

    async def digest_of(ref: ChatRef) -> Digest | NothingToSend:
        if ref == CHAT:
            raise ValueError("a paper that cannot be shown")
        return made_up_digest()

    promised = PromisedDigests(store, clock, digest_of, {})
    assert await promised.run() == 1
    assert [promise.chat for promise in await awaited.promised()] == [CHAT]
