"""Both platforms offer the commands of the one table, and both understand every button."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from telegram.ext import CommandHandler

from bot import conversation as results
from bot.conversation import Conversation, Defaults, Requester, topic_key
from bot.model import ChatRef, Platform
from bot.settings import load
from bot.storage.store import SqlStore
from handlers import actions
from handlers.commands import COMMANDS
from handlers.discord.client import PaperboyClient
from handlers.discord.http_trace import InvalidRequests
from handlers.telegram.app import build
from tests.fakes.clock import FakeClock
from tests.fakes.stores import memory_store
from tests.handlers.discord.desk import Desk

CHAT = ChatRef(Platform.DISCORD, "5")
OWNER = Requester("5", is_admin=True)


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with memory_store() as opened:
        yield opened


@pytest.fixture
def talk(store: SqlStore) -> Conversation:
    desk = Desk()
    return Conversation(store, FakeClock(), desk.read, desk.digest, Defaults())


async def test_both_platforms_offer_the_same_commands(talk: Conversation, store: SqlStore, tmp_path: Path) -> None:
    clock = FakeClock()
    settings = load(telegram_bot_token=SecretStr("1:x"), telegram_api_url="http://127.0.0.1:9", data_dir=tmp_path)
    application = build(settings, talk, store, clock).application
    handled = [each for group in application.handlers.values() for each in group if isinstance(each, CommandHandler)]
    on_telegram = {name for handler in handled for name in handler.commands}
    client = PaperboyClient(talk, InvalidRequests(clock.now), tmp_path, store)
    on_discord = {command.name for command in client.tree.get_commands()}
    await client.close()
    assert on_telegram == on_discord == {command.name for command in COMMANDS}


@pytest.mark.parametrize("verb", sorted(actions.VERBS))
async def test_every_button_does_what_its_verb_says(talk: Conversation, verb: str) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    argument, kind = {
        "digest": ("", results.DigestComing),
        "topics": ("", results.Subscriptions),
        "help": ("", results.Help),
        "drop": (topic_key("cat:cs.CV"), results.Unsubscribed),
        "settings": ("", results.SettingsView),
        "choose": ("language", results.Choices),
        "set": ("size=5", results.Changed),
        "deep": ("2406.14272v1", results.PaperCard),
        "forget": ("yes", results.Forgotten),
        "resend": ("1", results.Stale),  # there is no such delivery; tests/pipeline/test_resend.py has some
    }[verb]
    action = actions.parse(f"{verb}:{argument}")
    assert action is not None
    assert isinstance(await actions.perform(talk, OWNER, CHAT, action), kind)


@pytest.mark.parametrize(
    "text", ["drop:", "drop:000000000000", "deep:passwd", "deep:", "set:size", "choose:", "set:=1"]
)
async def test_an_action_that_means_nothing_any_more_changes_nothing(
    talk: Conversation, store: SqlStore, text: str
) -> None:
    await talk.subscribe(OWNER, CHAT, "cs.CV")
    before = await store.chat(CHAT)
    action = actions.parse(text)
    assert action is not None
    result = await actions.perform(talk, OWNER, CHAT, action)
    assert isinstance(result, results.Stale | results.NotAccepted)
    assert await store.chat(CHAT) == before
    assert len(await store.subscriptions(CHAT)) == 1
