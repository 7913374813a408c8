"""A chat is served by the bot that it was set up with, or that its admins have used last."""

from __future__ import annotations

import pytest

from bot.conversation import Conversation, Defaults, Requester
from bot.model import Bot, Chat, ChatKind, ChatRef, Platform
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import FakePipeline, made_up_digest

ANN, GROUP = ChatRef(Platform.TELEGRAM, "5"), ChatRef(Platform.TELEGRAM, "-100777")
TOPIC = ChatRef(Platform.TELEGRAM, "-100777/4")
FIRST, SECOND = Bot(Platform.TELEGRAM, "111"), Bot(Platform.TELEGRAM, "222", is_first=False)
ADMIN, MEMBER = Requester("5", is_admin=True), Requester("6", is_admin=False)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def talking_to(bot: Bot | None, store: SqlStore, clock: FakeClock) -> Conversation:
    pipeline = FakePipeline(made_up_digest())
    return Conversation(
        store, clock, pipeline.read, pipeline.compose, finder(store), insight_of(store, clock), Defaults(), bot=bot
    )


@pytest.fixture
def first(store: SqlStore, clock: FakeClock) -> Conversation:
    return talking_to(FIRST, store, clock)


@pytest.fixture
def second(store: SqlStore, clock: FakeClock) -> Conversation:
    return talking_to(SECOND, store, clock)


async def known(store: SqlStore, ref: ChatRef) -> Chat:
    chat = await store.chat(ref)
    assert chat is not None
    return chat


async def test_a_new_chat_is_bound_to_the_bot_it_was_set_up_with(store: SqlStore, second: Conversation) -> None:
    await second.beginning.start(ADMIN, ANN, ChatKind.PRIVATE)
    await second.subscribe(ADMIN, GROUP, "cs.CV")
    assert [(await known(store, ref)).bot for ref in (ANN, GROUP)] == ["222", "222"]


async def test_the_operator_names_no_bot_and_takes_no_chat_from_one(
    store: SqlStore, clock: FakeClock, second: Conversation
) -> None:
    operator = talking_to(None, store, clock)
    await operator.subscribe(ADMIN, ANN, "cs.CV")
    assert (await known(store, ANN)).bot == ""
    await second.subscribe(ADMIN, GROUP, "cs.CV")
    await operator.subscribe(ADMIN, GROUP, "cs.LG")
    assert (await known(store, GROUP)).bot == "222"


@pytest.mark.parametrize("use", ["start", "subscribe", "unsubscribe", "change", "digest"])
async def test_a_chat_moves_to_the_bot_that_its_admin_uses(
    store: SqlStore, first: Conversation, second: Conversation, use: str
) -> None:
    await first.subscribe(ADMIN, GROUP, "cs.CV")
    match use:
        case "start":
            await second.beginning.start(ADMIN, GROUP, ChatKind.GROUP)
        case "subscribe":
            await second.subscribe(ADMIN, GROUP, "cs.LG")
        case "unsubscribe":
            await second.unsubscribe(ADMIN, GROUP, "1")
        case "change":
            await second.chat_settings.change(ADMIN, GROUP, "size", "5")
        case "digest":
            await second.digests.now(ADMIN, GROUP)
    assert (await known(store, GROUP)).bot == "222"


async def test_what_a_member_asks_another_bot_moves_no_chat(
    store: SqlStore, first: Conversation, second: Conversation
) -> None:
    await first.subscribe(ADMIN, GROUP, "cs.CV")
    await second.beginning.start(MEMBER, GROUP, ChatKind.GROUP, "A group")
    await second.subscribe(MEMBER, GROUP, "cs.LG")
    await second.papers.summarize(GROUP, "2406.14272", MEMBER.user_id)
    await second.subscriptions(GROUP)
    await second.chats.resume(GROUP)
    assert (await known(store, GROUP)).bot == "111"


async def test_a_chat_that_one_bot_cannot_reach_is_served_by_the_one_that_is_used(
    store: SqlStore, first: Conversation, second: Conversation
) -> None:
    for ref in (GROUP, TOPIC):
        await first.subscribe(ADMIN, ref, "cs.CV")
    await first.chats.suspend(GROUP, "removed from the chat")
    await second.chats.resume(GROUP)
    for ref in (GROUP, TOPIC):
        assert (await known(store, ref)).bot == "222"
        assert (await known(store, ref)).suspended is None


async def test_a_bot_that_leaves_a_chat_of_another_suspends_nothing(
    store: SqlStore, first: Conversation, second: Conversation
) -> None:
    await second.subscribe(ADMIN, GROUP, "cs.CV")
    await first.chats.suspend(GROUP, "removed from the chat")
    assert (await known(store, GROUP)).suspended is None
    assert not await first.chats.receives(GROUP)
    assert await second.chats.receives(GROUP)


async def test_a_chat_without_a_bot_is_the_first_ones_until_another_is_added_to_it(
    store: SqlStore, clock: FakeClock, first: Conversation, second: Conversation
) -> None:
    await talking_to(None, store, clock).subscribe(ADMIN, GROUP, "cs.CV")
    await second.chats.suspend(GROUP, "removed from the chat")
    assert (await known(store, GROUP)).suspended is None
    assert await first.chats.receives(GROUP)
    await second.chats.resume(GROUP)
    assert (await known(store, GROUP)).bot == "222"


class Unlisted(SqlStore):
    """A store that refuses to list all chats."""

    async def chats(self) -> list[Chat]:
        raise AssertionError("all chats are read")


async def test_a_chat_that_leaves_or_comes_back_costs_no_look_at_all_others(store: SqlStore, clock: FakeClock) -> None:
    talk = talking_to(FIRST, Unlisted(store.db), clock)
    for ref in (ANN, GROUP, TOPIC):
        await talk.subscribe(ADMIN, ref, "cs.CV")
    for ref in (ANN, GROUP):
        await talk.chats.suspend(ref, "removed from the chat")
    assert [(await known(store, ref)).suspended for ref in (ANN, GROUP, TOPIC)] == ["removed from the chat"] * 3
    assert not await talk.chats.receives(GROUP)
    await talk.chats.resume(GROUP)
    assert [(await known(store, ref)).suspended is None for ref in (ANN, GROUP, TOPIC)] == [False, True, True]
