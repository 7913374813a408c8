"""The use cases behind chat commands, on a real store and a clock that stands still."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time

import pytest

from bot import conversation as results
from bot.conversation import Conversation, Defaults, Operators, Requester, topic_key
from bot.errors import GiveUp, NoSuchPaper, SourceUnavailable
from bot.model import (
    Announced,
    Announcement,
    Card,
    ChatKind,
    ChatRef,
    Depth,
    Digest,
    Kind,
    Paper,
    PaperRef,
    Platform,
    Window,
)
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline

CHAT = ChatRef(Platform.TELEGRAM, "5")
OWNER = Requester("5", is_admin=True)
MEMBER = Requester("6", is_admin=False)
NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
PAPER = Paper("2406.14272", 1, "A title", ("A. Author",), "An abstract.", ("cs.CV",))


@pytest.fixture
def pipeline() -> FakePipeline:
    return FakePipeline()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def talk(store: SqlStore, clock: FakeClock, pipeline: FakePipeline) -> Conversation:
    return conversation_of(store, clock, pipeline, Defaults("de", "Europe/Berlin", time(8, 30)))


# ── chats ──


async def test_a_new_chat_starts_with_the_operators_defaults_and_its_next_digest_time(
    talk: Conversation, store: SqlStore
) -> None:
    await talk.beginning.start(OWNER, CHAT, ChatKind.PRIVATE, "Ann")
    chat = await store.chat(CHAT)
    assert chat is not None
    assert (chat.title, chat.language, chat.timezone, chat.digest_time) == ("Ann", "de", "Europe/Berlin", time(8, 30))
    assert chat.next_due_at == datetime(2026, 6, 3, 6, 30, tzinfo=UTC)


async def test_looking_at_lists_and_settings_creates_no_chat(talk: Conversation, store: SqlStore) -> None:
    assert (await talk.subscriptions(CHAT)).topics == ()
    assert (await talk.chat_settings.view(CHAT)).chat.language == "de"
    assert await store.chat(CHAT) is None


async def test_a_command_resumes_a_suspended_chat(talk: Conversation, store: SqlStore) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    await talk.chats.suspend(CHAT, "blocked by the user")
    suspended = await store.chat(CHAT)
    assert suspended is not None
    assert suspended.suspended == "blocked by the user"
    await talk.subscriptions(CHAT)
    resumed = await store.chat(CHAT)
    assert resumed is not None
    assert resumed.suspended is None
    assert resumed.next_due_at is not None
    assert resumed.next_due_at > NOW


async def test_suspending_a_group_suspends_its_forum_topics_too(talk: Conversation, store: SqlStore) -> None:
    group, thread, other = (ChatRef(Platform.TELEGRAM, each) for each in ("-1007", "-1007/45", "-10077/45"))
    for ref in (group, thread, other):
        await talk.beginning.start(OWNER, ref, ChatKind.GROUP)
    await talk.chats.suspend(group, "removed from the chat")
    suspended = {chat.ref for chat in await store.chats() if chat.suspended}
    assert suspended == {group, thread}


async def test_a_deleted_chat_leaves_nothing(talk: Conversation, store: SqlStore) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    assert await talk.stopping.ask(OWNER, CHAT) == results.ConfirmForget(("cat:cs.CV",))
    assert isinstance(await talk.stopping.forget(OWNER, CHAT), results.Forgotten)
    assert await store.chat(CHAT) is None
    assert await store.subscriptions(CHAT) == []


# ── topics ──


async def test_subscribing_begins_with_the_latest_listing_and_says_when_the_first_digest_comes(
    talk: Conversation, store: SqlStore
) -> None:
    day = date(2026, 6, 1)
    await store.ingest([Announced(PAPER, Announcement(PAPER.id, 1, day, Kind.NEW))], NOW)
    done = await talk.subscribe(OWNER, CHAT, "cs.CV")
    assert isinstance(done, results.Subscribed)
    assert (done.topic, done.since, done.following) == ("cat:cs.CV", day, 1)
    assert done.first_due is not None
    assert done.first_due.isoformat() == "2026-06-03T08:30:00+02:00"
    assert done.explained


async def test_a_topic_with_the_same_meaning_is_already_subscribed(talk: Conversation) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV diffusion")
    again = await talk.subscribe(OWNER, CHAT, "diffusion AND cat:cs.CV")
    assert isinstance(again, results.AlreadySubscribed)


async def test_a_topic_with_a_mistake_is_answered_with_its_position(talk: Conversation, store: SqlStore) -> None:
    answer = await talk.subscribe(OWNER, CHAT, "cat:cs.CV AND (diffusion")
    assert isinstance(answer, results.NotUnderstood)
    assert answer.query[: answer.position].startswith("cat:cs.CV AND")
    assert answer.why
    assert await store.chat(CHAT) is None


async def test_a_chat_follows_fifty_topics_at_most(talk: Conversation) -> None:
    for number in range(50):
        assert isinstance(await talk.subscribe(OWNER, CHAT, f"word{number}"), results.Subscribed)
    assert await talk.subscribe(OWNER, CHAT, "onemore") == results.TooMany(50)


@pytest.mark.parametrize("what", ["2", "#2", "diffusion", "Diffusion", topic_key("diffusion")])
async def test_a_topic_is_removed_by_its_number_its_words_or_its_key(talk: Conversation, what: str) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    await talk.subscribe(OWNER, CHAT, "diffusion")
    assert await talk.unsubscribe(OWNER, CHAT, what) == results.Unsubscribed("diffusion", 1)


async def test_a_number_outside_the_list_removes_nothing(talk: Conversation) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    for what in ("0", "2", "999"):
        assert isinstance(await talk.unsubscribe(OWNER, CHAT, what), results.NotSubscribed)
    assert len((await talk.subscriptions(CHAT)).topics) == 1


async def test_a_topic_that_looks_like_a_number_is_removed_by_its_text(talk: Conversation) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    await talk.subscribe(OWNER, CHAT, "802")
    await talk.subscribe(OWNER, CHAT, "1")
    assert await talk.unsubscribe(OWNER, CHAT, "802") == results.Unsubscribed("802", 2)
    assert await talk.unsubscribe(OWNER, CHAT, "1") == results.Unsubscribed("1", 1)
    assert await talk.unsubscribe(OWNER, CHAT, "1") == results.Unsubscribed("cat:cs.CV", 0)


async def test_a_number_sign_means_the_number_in_the_list(talk: Conversation) -> None:
    for query in ("2", "802", "cs.CV"):
        await talk.subscribe(OWNER, CHAT, query)
    assert [followed.topic for followed in (await talk.subscriptions(CHAT)).topics] == ["2", "802", "cat:cs.CV"]
    assert await talk.unsubscribe(OWNER, CHAT, "#2") == results.Unsubscribed("802", 2)
    assert await talk.unsubscribe(OWNER, CHAT, "2") == results.Unsubscribed("2", 1)
    await talk.subscribe(OWNER, CHAT, "802")
    assert await talk.unsubscribe(OWNER, CHAT, "#802") == results.Unsubscribed("802", 1), "no such place in the list"


@pytest.mark.parametrize("what", ["²", "①", "٢", "999999999999", "-1", "1.5"])
async def test_what_only_looks_like_a_number_raises_nothing(talk: Conversation, what: str) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    assert isinstance(await talk.unsubscribe(OWNER, CHAT, what), results.NotSubscribed)


async def test_a_topic_that_is_not_followed_suggests_the_closest_first(talk: Conversation) -> None:
    for query in ("cs.CV", "transformers", "diffusion"):
        await talk.subscribe(OWNER, CHAT, query)
    answer = await talk.unsubscribe(OWNER, CHAT, "difusion")
    assert isinstance(answer, results.NotSubscribed)
    assert answer.following[0].topic == "diffusion"


async def test_a_removal_button_works_once(talk: Conversation) -> None:
    await talk.subscribe(OWNER, CHAT, "diffusion")
    key = topic_key("diffusion")
    assert isinstance(await talk.unsubscribe_key(OWNER, CHAT, key), results.Unsubscribed)
    assert isinstance(await talk.unsubscribe_key(OWNER, CHAT, key), results.Stale)


async def test_the_chats_topics_and_arxivs_categories_complete_what_is_typed(talk: Conversation) -> None:
    await talk.subscribe(OWNER, CHAT, "diffusion")
    long = " OR ".join(f"word{number}" for number in range(20))
    await talk.subscribe(OWNER, CHAT, long)
    assert [suggestion.value for suggestion in await talk.suggest(CHAT, "DIFF")] == ["diffusion"]
    [found] = await talk.suggest(CHAT, "word7")
    assert len(found.value) <= 100
    assert len(found.label) <= 100
    assert isinstance(await talk.unsubscribe(OWNER, CHAT, found.value), results.Unsubscribed)
    assert "cat:cs.CV" in [suggestion.value for suggestion in await talk.suggest_categories("computer vision")]
    assert (await talk.suggest_categories("cat:cs.CV"))[0].value == "cat:cs.CV"
    assert len(await talk.suggest_categories("")) == 25


async def test_only_admins_change_anything_and_everybody_may_ask(talk: Conversation, store: SqlStore) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    refused = [
        await talk.subscribe(MEMBER, CHAT, "diffusion"),
        await talk.unsubscribe(MEMBER, CHAT, "1"),
        await talk.unsubscribe_key(MEMBER, CHAT, topic_key("cat:cs.CV")),
        await talk.chat_settings.change(MEMBER, CHAT, "size", "5"),
        await talk.digests.now(MEMBER, CHAT),
        await talk.stopping.ask(MEMBER, CHAT),
        await talk.stopping.forget(MEMBER, CHAT),
    ]
    assert all(isinstance(each, results.NotAllowed) for each in refused)
    assert len((await talk.subscriptions(CHAT)).topics) == 1
    assert isinstance(await talk.papers.summarize(CHAT, "2406.14272", "1"), results.PaperCard)


# ── papers ──


async def test_a_link_is_read_in_the_chats_language_and_depth(talk: Conversation, pipeline: FakePipeline) -> None:
    await talk.chat_settings.change(OWNER, CHAT, "language", "中文")
    await talk.chat_settings.change(OWNER, CHAT, "depth", "deep")
    answer = await talk.papers.summarize(CHAT, "https://arxiv.org/abs/2406.14272v1", "1")
    assert isinstance(answer, results.PaperCard)
    assert pipeline.readings == [(PaperRef("2406.14272", 1), "zh", Depth.DEEP)]


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (NoSuchPaper("2406.99999"), results.UnknownPaper),
        (SourceUnavailable("arXiv does not answer.", retry_after=30), results.Busy),
        (GiveUp("It is encrypted."), results.Unreadable),
    ],
)
async def test_a_paper_that_cannot_be_read_is_an_answer(
    talk: Conversation, pipeline: FakePipeline, raised: Exception, kind: type
) -> None:
    pipeline.error = raised
    assert isinstance(await talk.papers.summarize(CHAT, "2406.99999", "1"), kind)


async def test_a_withdrawn_paper_says_so(talk: Conversation, pipeline: FakePipeline) -> None:
    pipeline.withdrawn.add("2406.14272")
    assert isinstance(await talk.papers.summarize(CHAT, "2406.14272", "1"), results.Withdrawn)


async def test_text_that_is_no_link_and_no_text_have_different_answers(
    talk: Conversation, pipeline: FakePipeline
) -> None:
    assert isinstance(await talk.papers.summarize(CHAT, "https://example.org/x", "1"), results.NotALink)
    assert isinstance(await talk.papers.summarize(CHAT, "  ", "1"), results.Incomplete)
    assert pipeline.readings == []


async def test_a_chat_may_have_three_readings_under_way_and_other_chats_their_own_three(
    talk: Conversation, pipeline: FakePipeline
) -> None:
    pipeline.may_finish.clear()
    running = [asyncio.create_task(talk.papers.summarize(CHAT, f"2406.1427{number}", "1")) for number in range(3)]
    while len(pipeline.readings) < 3:  # noqa: ASYNC110 - the store answers from its own thread
        await asyncio.sleep(0.001)
    assert isinstance(await talk.papers.summarize(CHAT, "2406.14279", "1"), results.Busy)
    elsewhere = asyncio.create_task(talk.papers.summarize(ChatRef(Platform.DISCORD, "9"), "2406.14279", "1"))
    pipeline.may_finish.set()
    assert all(isinstance(each, results.PaperCard) for each in await asyncio.gather(*running, elsewhere))
    assert isinstance(await talk.papers.summarize(CHAT, "2406.14279", "1"), results.PaperCard)


# ── digest now ──


async def test_digest_now_says_what_is_sent_or_why_nothing_is(talk: Conversation, pipeline: FakePipeline) -> None:
    assert await talk.digests.now(OWNER, CHAT) == results.NothingNow("", 0)
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    assert await talk.digests.now(OWNER, CHAT) == results.NothingNow("Nothing is new since your last digest.", 1)
    window = Window(date(2026, 6, 1), date(2026, 6, 2))
    pipeline.next_digest = Digest(("cat:cs.CV",), window, 9, 3, (Card(PAPER),), also=(Card(PAPER), Card(PAPER)))
    assert await talk.digests.now(OWNER, CHAT) == results.DigestComing(1, 2)
    pipeline.error = SourceUnavailable("arXiv does not answer.")
    assert await talk.digests.now(OWNER, CHAT) == results.Busy(
        "arXiv does not answer me at the moment; try again later.", None
    )


@pytest.mark.parametrize(
    ("ref", "asker", "told"),
    [
        (CHAT, OWNER, True),
        (CHAT, MEMBER, False),
        (ChatRef(Platform.TELEGRAM, "-100200"), OWNER, False),
        (ChatRef(Platform.DISCORD, "5"), OWNER, False),
        (ChatRef(Platform.DISCORD, "77"), Requester("9", is_admin=False), True),
    ],
)
async def test_only_operators_are_told_the_services_health_and_only_in_private(
    store: SqlStore, pipeline: FakePipeline, ref: ChatRef, asker: Requester, told: bool
) -> None:
    async def health() -> list[str]:
        return ["The feed of cs is stale."]

    operators = Operators(frozenset({"telegram:5", "discord:9"}), health)
    talk = conversation_of(store, FakeClock(NOW), pipeline, operators=operators)
    expected = results.Health(("The feed of cs is stale.",)) if told else results.NotOperator()
    assert await talk.health(asker, ref) == expected


async def test_without_operators_nobody_is_told_the_services_health(talk: Conversation) -> None:
    assert await talk.health(OWNER, CHAT) == results.NotOperator()


async def test_of_many_topics_asked_for_at_once_a_chat_follows_as_many_as_it_may(
    talk: Conversation, store: SqlStore
) -> None:
    for number in range(45):
        await talk.subscribe(OWNER, CHAT, f"word{number}")
    answers = await asyncio.gather(*(talk.subscribe(OWNER, CHAT, f"more{number}") for number in range(10)))
    assert sum(isinstance(each, results.Subscribed) for each in answers) == 5
    assert sum(each == results.TooMany(50) for each in answers) == 5
    assert len(await store.subscriptions(CHAT)) == 50
