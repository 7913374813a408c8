"""Messages without a command of the table: misspelt commands, commands as text, and words."""

from __future__ import annotations

import pytest

from bot import conversation as results
from bot.conversation import Conversation, Requester
from bot.model import ChatKind, ChatRef, Platform
from bot.storage.store import SqlStore
from handlers import button_actions, typed_texts
from handlers.button_actions import Action
from handlers.requests import Target
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline

CHAT = ChatRef(Platform.TELEGRAM, "5")
OWNER, MEMBER = Requester("5", is_admin=True), Requester("6", is_admin=False)
TARGET = Target(CHAT, "Ann", OWNER, kind=ChatKind.PRIVATE)


@pytest.fixture
def talk(store: SqlStore) -> Conversation:
    return conversation_of(store, FakeClock(), FakePipeline())


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("subscibe cs.CV", "subscribe cs.CV"),
        ("Subscribe@other_bot cs.CV", "subscribe cs.CV"),
        ("un-subscribe 2", "unsubscribe 2"),
        ("follow NeRF", "subscribe NeRF"),
        ("list", "subscriptions"),
        ("time 9:00", "settings time 9:00"),
        ("lang zh", "settings language zh"),
        ("halp", "help"),
        ("xyzzy", None),
        ("", None),
    ],
)
def test_a_misspelt_command_is_guessed_with_its_whole_line(line: str, meant: str | None) -> None:
    assert typed_texts.likely_line(line) == meant


async def test_a_misspelt_command_is_run_by_its_button_only(talk: Conversation, store: SqlStore) -> None:
    asked = await typed_texts.answer(talk, TARGET, "/subscibe diffusion")
    assert isinstance(asked, results.DidYouMeanCommand)
    assert not await store.subscriptions(CHAT)
    member = Target(CHAT, "Ann", MEMBER)
    refused = await button_actions.perform(talk, member, Action("run", asked.key))
    assert isinstance(refused, results.NotAllowed)
    await button_actions.perform(talk, TARGET, Action("run", asked.key))
    assert [each.topic for each in await store.subscriptions(CHAT)] == ["diffusion"]
    # A key of an offered topic is none of a line, and the other way round.
    offer = await typed_texts.answer(talk, TARGET, "talking heads driven by audio")
    assert isinstance(offer, results.TopicOffer)
    run = await button_actions.perform(talk, TARGET, Action("run", offer.options[0].key))
    assert run == results.OfferExpired()
    assert await button_actions.perform(talk, TARGET, Action("take", asked.key)) == results.OfferExpired()


async def test_a_command_written_as_a_message_is_carried_out(talk: Conversation) -> None:
    assert isinstance(await typed_texts.answer(talk, TARGET, "/help"), results.Help)
    assert await typed_texts.answer(talk, TARGET, "/xyzzy") is None
