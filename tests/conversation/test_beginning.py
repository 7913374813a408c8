"""The first minute: three taps from /start to a first digest at eight in the morning, each of which can be skipped."""

from __future__ import annotations

import difflib
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from types import FrameType

import pytest

from bot import conversation as results
from bot.conversation import Conversation, Defaults, Requester
from bot.conversation.areas import AREAS, area
from bot.conversation.likely_zones import likely_zones
from bot.model import ChatKind, ChatRef, Platform
from bot.storage.store import SqlStore
from bot.topics import parse
from tests.fakes.arxiv import made_up
from tests.fakes.clock import FakeClock
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import FakePipeline
from tests.fakes.stores import memory_store

ANN = ChatRef(Platform.TELEGRAM, "5")
GROUP = ChatRef(Platform.TELEGRAM, "-1007")
OWNER = Requester("5", is_admin=True, language="zh-hans")
MEMBER = Requester("6", is_admin=False)
NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
PRIVATE = ChatKind.PRIVATE


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with memory_store() as opened:
        papers = [made_up(f"2606.{n:05}", NOW.date(), title=f"Image {n}") for n in range(1, 6)]
        await opened.ingest(papers, NOW)
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


def talking(store: SqlStore, clock: FakeClock, defaults: Defaults = Defaults()) -> Conversation:  # noqa: B008
    pipeline = FakePipeline()
    return Conversation(
        store, clock, pipeline.read, pipeline.compose, finder(store), insight_of(store, clock), defaults
    )


@pytest.fixture
def talk(store: SqlStore, clock: FakeClock) -> Conversation:
    return talking(store, clock)


async def followed(talk: Conversation, kind: ChatKind = PRIVATE, ref: ChatRef = ANN) -> results.AskPlace:
    """The question for the place, after the first topic."""
    asked = await talk.beginning.pick(OWNER, ref, ref, kind, "vision")
    assert isinstance(asked, results.AskPlace)
    return asked


# ── what somebody works on ──


async def test_a_new_private_chat_is_asked_what_its_person_works_on(talk: Conversation, store: SqlStore) -> None:
    asked = await talk.beginning.start(OWNER, ANN, PRIVATE, "Ann")
    assert isinstance(asked, results.AskTopic)
    assert asked.may_type
    chat = await store.chat(ANN)
    assert chat is not None
    assert chat.title == "Ann"


async def test_a_group_is_told_what_the_bot_does(talk: Conversation) -> None:
    assert isinstance(await talk.beginning.start(MEMBER, GROUP, ChatKind.GROUP, "Lab"), results.GroupWelcome)


async def test_who_follows_something_is_asked_nothing(talk: Conversation) -> None:
    await talk.subscribe(OWNER, ANN, "cs.CL", may_ask=False)
    assert isinstance(await talk.beginning.start(OWNER, ANN, PRIVATE), results.Welcome)


async def test_an_area_shows_three_papers_of_last_week_and_follows_nothing(talk: Conversation, store: SqlStore) -> None:
    offer = await talk.beginning.area(OWNER, ANN, "vision")
    assert isinstance(offer, results.AreaOffer)
    assert (offer.area.query, offer.backtest.count, len(offer.examples)) == ("cat:cs.CV", 5, 3)
    assert await store.subscriptions() == []
    assert await store.chat(ANN) is None


async def test_an_area_without_any_paper_yet_is_offered_all_the_same(talk: Conversation) -> None:
    offer = await talk.beginning.area(OWNER, ANN, "math")
    assert isinstance(offer, results.AreaOffer)
    assert (offer.backtest.count, offer.examples) == (0, ())


@pytest.mark.parametrize("key", [each.key for each in AREAS])
def test_every_area_and_its_parts_are_normalized_topics(key: str) -> None:
    found = area(key)
    assert found is not None
    assert parse(found.query).query == found.query
    assert all(area(part) is not None for part in found.parts)


@pytest.mark.parametrize("key", ["", "cs.XX", "vision;drop", "cat:cs.CV", "ví"])
async def test_a_forged_area_does_nothing(talk: Conversation, store: SqlStore, key: str) -> None:
    assert await talk.beginning.area(OWNER, ANN, key) == results.Stale()
    assert await talk.beginning.pick(OWNER, ANN, ANN, PRIVATE, key) == results.Stale()
    assert await store.chats() == []


async def test_what_a_typed_topic_would_have_brought_is_said_with_the_question(talk: Conversation) -> None:
    done = await talk.subscribe(OWNER, ANN, "cs.CV", may_ask=False)
    assert isinstance(done, results.Subscribed)
    asked = await talk.beginning.after_first_topic(OWNER, ANN, PRIVATE, done)
    assert isinstance(asked, results.AskPlace)
    assert (asked.backtest, asked.undo) == (done.backtest, done.undo)


async def test_a_member_of_a_group_chooses_nothing(talk: Conversation, store: SqlStore) -> None:
    beginning = talk.beginning
    for refused in (
        await beginning.ask_topic(MEMBER, GROUP),
        await beginning.area(MEMBER, GROUP, "vision"),
        await beginning.pick(MEMBER, GROUP, GROUP, ChatKind.GROUP, "vision"),
        await beginning.at(MEMBER, GROUP, GROUP, ChatKind.GROUP, "8"),
        await beginning.zone(MEMBER, GROUP, "Asia/Tokyo"),
    ):
        assert isinstance(refused, results.NotAllowed)
    assert await store.chats() == []


# ── where they are ──


async def test_the_first_topic_leads_to_the_question_for_the_place(talk: Conversation) -> None:
    asked = await followed(talk)
    assert (asked.topic, asked.at, asked.may_type) == ("cat:cs.CV", time(8), True)
    assert asked.zones[:2] == ("Asia/Shanghai", "Asia/Taipei")


async def test_the_place_is_asked_until_somebody_has_answered(talk: Conversation) -> None:
    asked = await followed(talk)
    await talk.undo.undo(OWNER, ANN, asked.undo)
    await followed(talk)
    await talk.beginning.zone(OWNER, ANN, "")
    await talk.unsubscribe(OWNER, ANN, "1")
    assert isinstance(await talk.beginning.pick(OWNER, ANN, ANN, PRIVATE, "language"), results.Subscribed)


async def test_a_place_that_the_chat_has_chosen_is_not_asked(talk: Conversation) -> None:
    await talk.chat_settings.change(OWNER, ANN, "timezone", "Berlin")
    assert isinstance(await talk.beginning.pick(OWNER, ANN, ANN, PRIVATE, "vision"), results.Subscribed)


async def test_a_place_means_eight_in_the_morning_there(talk: Conversation, store: SqlStore) -> None:
    await followed(talk)
    settled = await talk.beginning.zone(OWNER, ANN, "Asia/Shanghai")
    assert isinstance(settled, results.Settled)
    assert (settled.chat.timezone, settled.chat.digest_time) == ("Asia/Shanghai", time(8))
    assert settled.first_due == datetime(2026, 6, 3, 0, 0, tzinfo=UTC)
    assert settled.now.date() + timedelta(days=1) == settled.first_due.date()
    assert await store.chat(ANN) == settled.chat


async def test_an_hour_that_was_chosen_stays_with_the_place(talk: Conversation) -> None:
    await followed(talk)
    asked = await talk.beginning.at(OWNER, ANN, ANN, PRIVATE, "18")
    assert isinstance(asked, results.AskPlace)
    assert (asked.at, asked.topic) == (time(18), "cat:cs.CV")
    settled = await talk.beginning.zone(OWNER, ANN, "Asia/Tokyo")
    assert isinstance(settled, results.Settled)
    assert settled.chat.digest_time == time(18)


async def test_the_operators_digest_time_is_kept(store: SqlStore, clock: FakeClock) -> None:
    talk = talking(store, clock, Defaults(digest_time=time(6, 30)))
    assert (await followed(talk)).at == time(6, 30)


async def test_the_place_can_be_skipped(talk: Conversation) -> None:
    await followed(talk)
    settled = await talk.beginning.zone(OWNER, ANN, "")
    assert isinstance(settled, results.Settled)
    assert settled.chat.timezone == "UTC"


@pytest.mark.parametrize("hour", ["24", "-1", "x", "", "٣", "100000000000"])
async def test_a_forged_hour_changes_nothing(talk: Conversation, store: SqlStore, hour: str) -> None:
    await followed(talk)
    before = await store.chat(ANN)
    assert await talk.beginning.at(OWNER, ANN, ANN, PRIVATE, hour) == results.Stale()
    assert await store.chat(ANN) == before


# ── answers in words ──


async def test_the_next_message_can_be_the_place(talk: Conversation) -> None:
    await followed(talk)
    question = await talk.questions.answered(ANN, OWNER.user_id)
    assert question is not None
    settled = await talk.beginning.answer(OWNER, question, "Kyoto")
    assert isinstance(settled, results.Settled)
    assert settled.chat.timezone == "Asia/Tokyo"


async def test_a_misspelt_place_is_asked_for_again(talk: Conversation) -> None:
    await followed(talk)
    question = await talk.questions.answered(ANN, OWNER.user_id)
    assert question is not None
    refused = await talk.beginning.answer(OWNER, question, "Berln")
    assert isinstance(refused, results.NotAccepted)
    assert refused.options[0] == ("Europe/Berlin", "Berlin")
    assert await talk.questions.answered(ANN, OWNER.user_id) == question


@pytest.mark.parametrize("text", ["7:30", "half past seven", "早上七点半"])
async def test_a_time_is_taken_and_the_place_is_asked_for_again(talk: Conversation, text: str) -> None:
    await followed(talk)
    asked = await talk.understanding.message(OWNER, ANN, text)
    assert isinstance(asked, results.AskPlace)
    assert asked.at == time(7, 30)
    settled = await talk.understanding.message(OWNER, ANN, "Kyoto")
    assert isinstance(settled, results.Settled)
    assert (settled.chat.timezone, settled.chat.digest_time) == ("Asia/Tokyo", time(7, 30))


@pytest.mark.parametrize("text", ["diffusion models for video", "2406.14272", "arxiv.org/abs/2406.14272", "GAN"])
async def test_who_writes_something_else_is_not_held_up(talk: Conversation, text: str) -> None:
    await followed(talk)
    question = await talk.questions.answered(ANN, OWNER.user_id)
    assert question is not None
    assert await talk.beginning.answer(OWNER, question, text) is None


@contextmanager
def calls_here(function: object) -> Iterator[list[str]]:
    """Lists the calls of a function in this thread, by the name of the function that calls it."""
    calls: list[str] = []

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is getattr(function, "__code__") and frame.f_back:  # noqa: B009
            calls.append(frame.f_back.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(before)


async def test_names_of_places_are_compared_beside_the_loop(talk: Conversation) -> None:
    await followed(talk)
    question = await talk.questions.answered(ANN, OWNER.user_id)
    assert question is not None
    with calls_here(difflib.get_close_matches) as calls:
        assert await talk.beginning.answer(OWNER, question, "graph neural networks") is None
        assert isinstance(await talk.beginning.zone(OWNER, ANN, "Berln"), results.NotAccepted)
        assert not calls
        difflib.get_close_matches("a", [])
        assert calls


async def test_a_groups_messages_are_no_answers(talk: Conversation) -> None:
    asked = await followed(talk, ChatKind.GROUP, GROUP)
    assert not asked.may_type
    assert await talk.questions.answered(GROUP, OWNER.user_id) is None


@pytest.mark.parametrize(
    ("language", "first"),
    [
        ("zh-hans", "Asia/Shanghai"),
        ("zh-CN", "Asia/Shanghai"),
        ("zh-TW", "Asia/Taipei"),
        ("zh-hant-hk", "Asia/Taipei"),
        ("ja", "Asia/Tokyo"),
        ("ru", "Europe/Moscow"),
        ("es-419", "America/Mexico_City"),
        ("en-GB", "Europe/London"),
        ("tlh", "America/Los_Angeles"),
        ("", "America/Los_Angeles"),
    ],
)
def test_the_first_place_is_guessed_from_the_language(language: str, first: str) -> None:
    zones = likely_zones(language, "UTC")
    assert zones[0] == first
    assert len(set(zones)) == len(zones) == 9


def test_the_operators_own_zone_comes_first() -> None:
    assert likely_zones("ja", "Europe/Berlin")[:2] == ("Europe/Berlin", "Asia/Tokyo")
