"""Interactions are acknowledged before any work, and answered wherever their answer can still arrive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.conversation import Conversation
from bot.model import Chat, ChatRef
from bot.storage.engine import Database
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp
from tests.fakes.discord import FakeDiscord
from tests.fakes.pipeline import FakePipeline
from tests.fakes.stores import memory_store
from tests.handlers.discord.samples import ADMIN, chat, until

CALLBACK = r"POST /interactions/\d+/\w+/callback"


class BusyStore(SqlStore):
    """A store that says nothing about chats while `may_answer` is cleared."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def chat(self, ref: ChatRef) -> Chat | None:
        await self.may_answer.wait()
        return await super().chat(ref)


@pytest.fixture
async def store() -> AsyncIterator[BusyStore]:
    async with memory_store() as opened:
        yield BusyStore(opened.db)


@pytest.mark.parametrize("press", ["", "topics:", "settings:", "set:size=5", "up:2606.00001", "open:2606.00001"])
async def test_it_is_acknowledged_before_a_busy_store_answers(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: BusyStore, press: str
) -> None:
    store.may_answer.clear()
    asked = dc.interactions.click(channel, press) if press else dc.interactions.slash(channel, "settings")
    asking = asyncio.create_task(asked)
    await until(lambda: dc.count(CALLBACK))
    assert not asking.done()
    store.may_answer.set()
    answer = await asking
    assert answer.kind in (5, 6)
    assert answer.text
    assert "Something went wrong" not in answer.text


async def test_an_answer_of_a_button_takes_the_place_of_the_private_message_it_stands_below(
    app: DiscordApp, dc: FakeDiscord, channel: int, conversation: Conversation
) -> None:
    await conversation.subscribe(ADMIN, chat(channel), "cs.CV")
    menu = await dc.interactions.slash(channel, "settings")
    [message] = menu.messages
    pressed = await dc.interactions.click(channel, menu.button("Style"), message=message)
    assert (pressed.kind, pressed.edits) == (6, 1)
    assert pressed.messages == [message]
    assert "style" in pressed.text.casefold()


async def test_an_answer_after_the_interaction_has_ended_goes_to_the_channel(
    app: DiscordApp, dc: FakeDiscord, channel: int, pipeline: FakePipeline
) -> None:
    pipeline.may_finish.clear()
    asking = asyncio.create_task(dc.interactions.slash(channel, "summarize", link="2606.00001"))
    await until(lambda: dc.count(CALLBACK))
    dc.interactions.token_seconds = 0.0
    pipeline.may_finish.set()
    await until(lambda: dc.world.accepted)
    asking.cancel()
    assert dc.world.accepted[0]["channel"] == channel
    assert "Heads" in str(dc.world.accepted[0]["message"]["components"])


async def test_a_private_answer_after_the_interaction_has_ended_goes_to_the_person(
    app: DiscordApp, dc: FakeDiscord, channel: int, store: BusyStore
) -> None:
    store.may_answer.clear()
    asking = asyncio.create_task(dc.interactions.slash(channel, "settings", person=42))
    await until(lambda: dc.count(CALLBACK))
    dc.interactions.token_seconds = 0.0
    store.may_answer.set()
    await until(lambda: dc.world.accepted)
    asking.cancel()
    assert dc.world.accepted[0]["channel"] == int(dc.world.direct(42)["id"])
