"""What is deleted is named before; chats from which the bot was removed are deleted from a private chat."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import conversation as results
from bot.conversation import Conversation, Requester
from bot.model import FOREVER, ChatRef, Platform
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline

NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
ANN, BOB = Requester("5", is_admin=True), Requester("6", is_admin=True)
PRIVATE, CHANNEL, TOPIC = (ChatRef(Platform.TELEGRAM, each) for each in ("5", "-100777", "-100777/4"))


@pytest.fixture
async def talk(store: SqlStore) -> Conversation:
    made = conversation_of(store, FakeClock(NOW), FakePipeline())
    for ref, title in ((PRIVATE, "Ann"), (CHANNEL, "Vision lab"), (TOPIC, "Vision lab, papers")):
        await made.subscribe(ANN, ref, "cs.CV", title)
    await store.remember_manager(CHANNEL, "5", NOW)
    return made


async def test_what_would_be_deleted_is_named(talk: Conversation) -> None:
    asked = await talk.stopping.ask(ANN, PRIVATE, is_private=True)
    assert asked == results.ConfirmForget(("cat:cs.CV",))
    await talk.schedule.pause(ANN, PRIVATE, FOREVER)
    again = await talk.stopping.ask(ANN, PRIVATE)
    assert isinstance(again, results.ConfirmForget)
    assert again.is_paused


async def test_chats_from_which_the_bot_was_removed_are_offered_to_who_set_them_up(talk: Conversation) -> None:
    await talk.chats.suspend(CHANNEL, "removed from the chat")
    asked = await talk.stopping.ask(ANN, PRIVATE, is_private=True)
    assert isinstance(asked, results.ConfirmForget)
    assert [chat.ref for chat in asked.unreachable] == [CHANNEL, TOPIC]
    others = await talk.stopping.ask(BOB, ChatRef(Platform.TELEGRAM, "6"), is_private=True)
    assert isinstance(others, results.ConfirmForget)
    assert others.unreachable == ()


async def test_an_unreachable_chat_is_deleted_by_who_set_it_up_and_nobody_else(
    talk: Conversation, store: SqlStore
) -> None:
    erase = talk.stopping.erase
    assert isinstance(await erase(ANN, Platform.TELEGRAM, CHANNEL.id), results.Stale), "it can be reached"
    await talk.chats.suspend(CHANNEL, "removed from the chat")
    assert isinstance(await erase(BOB, Platform.TELEGRAM, CHANNEL.id), results.Stale)
    assert isinstance(await erase(Requester("", is_admin=True), Platform.TELEGRAM, CHANNEL.id), results.Stale)
    assert isinstance(await erase(ANN, Platform.DISCORD, CHANNEL.id), results.Stale)
    question = await talk.stopping.ask_erase(ANN, Platform.TELEGRAM, CHANNEL.id)
    assert isinstance(question, results.ConfirmErase)
    assert (question.chat.title, question.topics) == ("Vision lab", ("cat:cs.CV",))
    assert isinstance(await erase(ANN, Platform.TELEGRAM, CHANNEL.id), results.Erased)
    assert await store.chat(CHANNEL) is None
    assert await store.chat(TOPIC) is not None
    assert isinstance(await erase(ANN, Platform.TELEGRAM, CHANNEL.id), results.Stale), "pressed twice"
