"""Plain words after /subscribe: two readings, a text that is kept for an hour, and interests in a chat's list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot import conversation as results
from bot.conversation import Conversation, Defaults, Requester, topic_key
from bot.conversation.offers import LASTS
from bot.model import ChatRef, Platform
from bot.storage.store import SqlStore
from tests.fakes.arxiv import made_up
from tests.fakes.clock import FakeClock
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import FakePipeline
from tests.fakes.stores import memory_store

CHAT, OTHER = ChatRef(Platform.TELEGRAM, "5"), ChatRef(Platform.DISCORD, "6")
OWNER, MEMBER = Requester("5", is_admin=True), Requester("6", is_admin=False)
NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
WORDS = "talking heads driven by audio"
EXACT = "audio AND by AND driven AND head AND talking"
INTEREST = f"about: {WORDS}"


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with memory_store() as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


def talk_of(store: SqlStore, clock: FakeClock) -> Conversation:
    pipeline = FakePipeline()
    return Conversation(
        store,
        clock,
        pipeline.read,
        pipeline.compose,
        finder(store),
        insight_of(store, clock),
        Defaults(),
    )


@pytest.fixture
def talk(store: SqlStore, clock: FakeClock) -> Conversation:
    return talk_of(store, clock)


async def ask(talk: Conversation, text: str = WORDS, ref: ChatRef = CHAT) -> results.TwoReadings:
    question = await talk.subscribe(OWNER, ref, text)
    assert isinstance(question, results.TwoReadings)
    return question


async def test_plain_words_are_asked_about_with_the_counts_of_both_readings(
    talk: Conversation, store: SqlStore
) -> None:
    question = await ask(talk)
    assert (question.text, question.exact, question.interest) == (WORDS, EXACT, INTEREST)
    assert (question.exact_count, question.interest_count) == (None, None)
    titles = ["Talking heads, driven by audio", "Heads driven by audio", "Images"]
    papers = [made_up(f"2606.{n:05}", NOW.date(), title=title) for n, title in enumerate(titles)]
    await store.ingest(papers, NOW)
    question = await ask(talk)
    assert (question.exact_count, question.interest_count) == (1, 2)
    assert await store.chat(CHAT) is None


@pytest.mark.parametrize(("as_interest", "topic"), [(False, EXACT), (True, INTEREST)])
async def test_a_button_subscribes_to_its_reading_once(
    talk: Conversation, store: SqlStore, as_interest: bool, topic: str
) -> None:
    question = await ask(talk)
    done = await talk.subscribe_offered(OWNER, CHAT, question.key, "Ann", as_interest=as_interest)
    assert isinstance(done, results.Subscribed)
    assert (done.topic, done.chat.title) == (topic, "Ann")
    again = await talk.subscribe_offered(OWNER, CHAT, question.key, as_interest=as_interest)
    assert isinstance(again, results.AlreadySubscribed)
    assert [each.topic for each in await store.subscriptions(CHAT)] == [topic]


async def test_a_button_works_after_a_restart_and_for_an_hour(
    talk: Conversation, store: SqlStore, clock: FakeClock
) -> None:
    question = await ask(talk)
    clock.advance(LASTS.total_seconds() - 1)
    restarted = talk_of(store, clock)
    done = await restarted.subscribe_offered(OWNER, CHAT, question.key, as_interest=True)
    assert isinstance(done, results.Subscribed)
    clock.advance(1)
    late = await restarted.subscribe_offered(OWNER, CHAT, question.key, as_interest=False)
    assert late == results.OfferExpired()


async def test_a_key_is_good_for_its_chat_and_for_who_manages_it(talk: Conversation) -> None:
    question = await ask(talk)
    assert await talk.subscribe_offered(OWNER, OTHER, question.key, as_interest=True) == results.OfferExpired()
    refused = await talk.subscribe_offered(MEMBER, CHAT, question.key, as_interest=True)
    assert isinstance(refused, results.NotAllowed)
    assert await talk.subscribe_offered(OWNER, CHAT, "no key", as_interest=True) == results.OfferExpired()


async def test_a_chat_that_is_forgotten_leaves_no_words_behind(talk: Conversation, store: SqlStore) -> None:
    question, other = await ask(talk), await ask(talk, ref=OTHER)
    await talk.forget(OWNER, CHAT)
    assert not await store.kept_of(CHAT, "offer", NOW)
    assert await talk.subscribe_offered(OWNER, CHAT, question.key, as_interest=True) == results.OfferExpired()
    kept = await talk.subscribe_offered(OWNER, OTHER, other.key, as_interest=True)
    assert isinstance(kept, results.Subscribed)


async def test_a_query_an_interest_and_the_operators_words_are_not_asked_about(talk: Conversation) -> None:
    for text in ("cs.CV", "diffusion video", '"talking head" OR avatar', INTEREST, "cat:cs.CL about: good evaluation"):
        assert isinstance(await talk.subscribe(OWNER, CHAT, text), results.Subscribed)
    done = await talk.subscribe(OWNER, CHAT, WORDS, may_ask=False)
    assert isinstance(done, results.Subscribed)
    assert done.topic == EXACT


async def test_a_sentence_that_is_no_query_is_offered_as_a_description(talk: Conversation) -> None:
    question = await ask(talk, "Topic: evaluation that can be trusted")
    assert question.exact is None
    assert "no field" in question.why
    assert await talk.subscribe_offered(OWNER, CHAT, question.key, as_interest=False) == results.OfferExpired()
    done = await talk.subscribe_offered(OWNER, CHAT, question.key, as_interest=True)
    assert isinstance(done, results.Subscribed)
    assert done.explained == "papers close to “Topic: evaluation that can be trusted”"


async def test_a_mistake_in_an_interest_is_explained_with_its_place(talk: Conversation) -> None:
    wrong = await talk.subscribe(OWNER, CHAT, "cs.CL about: nerf")
    assert isinstance(wrong, results.NotUnderstood)
    assert wrong.pointer == "cs.CL about: nerf\n            ^"


@pytest.mark.parametrize(
    "named",
    [
        INTEREST,
        "About:  talking heads driven by audio",
        WORDS,
        f"“{WORDS}”",
        "Talking heads driven by audio",
        topic_key(INTEREST),
        "2",
        "#2",
    ],
)
async def test_an_interest_is_unsubscribed_by_its_text_its_number_or_its_key(
    talk: Conversation, clock: FakeClock, named: str
) -> None:
    for text in ("cs.CV", INTEREST, "cs.CL about: good evaluation"):
        await talk.subscribe(OWNER, CHAT, text)
        clock.advance(1)
    gone = await talk.unsubscribe(OWNER, CHAT, named)
    assert isinstance(gone, results.Unsubscribed)
    assert gone.topic == INTEREST


async def test_a_query_with_an_interest_is_unsubscribed_by_the_query_alone(talk: Conversation) -> None:
    for text in ("cs.CL about: good evaluation", "cs.CV about: good evaluation", "cs.LG"):
        await talk.subscribe(OWNER, CHAT, text)
    assert isinstance(await talk.unsubscribe(OWNER, CHAT, "good evaluation"), results.NotSubscribed)
    gone = await talk.unsubscribe(OWNER, CHAT, "cs.CL")
    assert isinstance(gone, results.Unsubscribed)
    assert gone.topic == "cat:cs.CL about: good evaluation"


async def test_completion_shows_the_text_of_an_interest_and_sends_what_names_it(talk: Conversation) -> None:
    long = "about: " + "talking heads driven by audio and " * 5
    for text in (INTEREST, long):
        await talk.subscribe(OWNER, CHAT, text)
    short, longer = await talk.suggest(CHAT, "heads driven")
    assert (short.value, short.label) == (INTEREST, f"“{WORDS}”")
    assert longer.value == topic_key(long.strip())
    assert longer.label.endswith("…”")
    assert isinstance(await talk.unsubscribe(OWNER, CHAT, longer.value), results.Unsubscribed)
