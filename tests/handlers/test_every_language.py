"""What both platforms show is in the language of the one who reads it: replies, buttons, commands, errors."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import AppCommandType

from bot.conversation import Conversation, Requester, Result
from bot.errors import ModelUnavailable, Paused, SourceUnavailable, StoreUnavailable
from bot.locales import INTERFACE_LANGUAGES, interface_language, using
from bot.model import JSON, ChatRef, Platform
from bot.render.nodes import Reply
from bot.storage.store import SqlStore
from handlers import button_actions, replies
from handlers.commands import COMMANDS, Command
from handlers.discord.cards import reply_components
from handlers.discord.client import PaperboyClient
from handlers.discord.http_trace import InvalidRequests
from handlers.discord.languages import CommandTranslator
from handlers.requests import ARGUMENT, ChatName, Operation, Request, Target
from handlers.telegram.app import offered_commands
from handlers.telegram.cards import reply_messages
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline, made_up_digest
from tests.handlers.every_result import EVERY_RESULT
from tests.handlers.test_commands import EXPECTED_OF_BUTTONS, EXPECTED_OF_COMMANDS, PLAIN_WORDS
from tests.locales.english import untranslated
from tests.locales.test_pseudo_language import NOT_TRANSLATED, data

CHAT = ChatRef(Platform.DISCORD, "5")
HERE, ELSEWHERE = ChatName("#4711"), ChatName("#4711", is_elsewhere=True)
LOCALES = [locale for locale in discord.Locale if interface_language(locale.value) not in (None, "en")]


def conversation(store: SqlStore) -> Conversation:
    return conversation_of(store, FakeClock(), FakePipeline(made_up_digest()))


def texts_of(component: object) -> Iterator[str]:
    """All that a component of Discord shows: texts, labels, placeholders, options."""
    if isinstance(component, list):
        for each in component:
            yield from texts_of(each)
    elif isinstance(component, dict):
        for name, value in component.items():
            if name in ("content", "label", "placeholder", "description") and isinstance(value, str):
                yield value
            else:
                yield from texts_of(value)


def on_telegram(messages: Sequence[JSON]) -> Iterator[str]:
    for message in messages:
        yield message["html"]
        yield from (button["text"] for row in message["buttons"] for button in row)


def spoken(value: Any, language: str) -> Any:
    """The same sample, with cards, digests and chats in this language."""
    if isinstance(value, tuple):
        return tuple(spoken(each, language) for each in value)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
    changed = {name: language if name == "language" else spoken(each, language) for name, each in fields.items()}
    return dataclasses.replace(value, **changed)


def shown(reply: Reply) -> list[str]:
    """What both platforms make of a reply."""
    return [*on_telegram(reply_messages(reply)), *texts_of(reply_components(reply, CHAT))]


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
@pytest.mark.parametrize("chat", [HERE, ELSEWHERE], ids=["here", "elsewhere"])
def test_every_reply_is_in_the_language_on_both_platforms(language: str, chat: ChatName) -> None:
    wrong: dict[str, list[str]] = {}
    for number, result in enumerate(EVERY_RESULT):
        kind = type(result).__name__
        if kind in NOT_TRANSLATED:
            continue
        with using(language):
            reply = replies.reply(spoken(result, language), chat)
        found = untranslated(language, shown(reply), data(result))
        if found:
            wrong[f"{number} {kind}"] = found
    assert wrong == {}


async def answered(language: str, operation: Operation, arguments: dict[str, str], store: SqlStore) -> Reply:
    """The reply to a person with this language, in a private chat that follows a topic."""
    talk = conversation(store)
    person = Requester("5", is_admin=True, language=language)
    assert await talk.answer_language(CHAT, person) == language
    with using(language, of_new_chats=language):
        await talk.subscribe(person, CHAT, "cs.CV")
        await talk.subscribe(person, CHAT, PLAIN_WORDS)
        result: Result = await operation.use_case(talk, Request(Target(CHAT, "", person), arguments))
        return replies.reply(result)


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
async def test_every_command_answers_in_the_language(store: SqlStore, command: Command, language: str) -> None:
    arguments, _ = EXPECTED_OF_COMMANDS[command.name]
    reply = await answered(language, command.operation, arguments, store)
    assert untranslated(language, shown(reply)) == []


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
@pytest.mark.parametrize("verb", button_actions.BUTTONS)
async def test_every_button_answers_in_the_language(store: SqlStore, verb: str, language: str) -> None:
    argument, _ = EXPECTED_OF_BUTTONS[verb]
    reply = await answered(language, button_actions.BUTTONS[verb], {ARGUMENT: argument}, store)
    assert untranslated(language, shown(reply)) == []


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_what_goes_wrong_is_told_in_the_language(language: str) -> None:
    errors = (Paused("x"), SourceUnavailable("x"), ModelUnavailable("x"), StoreUnavailable("x"))
    with using(language):
        told = [*map(replies.put_off, errors), replies.apology("0a1b"), replies.unknown_command()]
        assert untranslated(language, [text for reply in told for text in shown(reply)]) == []


async def test_both_platforms_list_every_command_in_every_language(store: SqlStore, tmp_path: Path) -> None:
    """The names are the same everywhere; descriptions are in each language that a platform tells apart."""
    client = PaperboyClient(conversation(store), InvalidRequests(FakeClock().now), tmp_path, store)
    tree, translator = client.tree, CommandTranslator()
    commands, menus = (tree.get_commands(type=kind) for kind in (AppCommandType.chat_input, AppCommandType.message))
    on_discord: list[JSON] = [await each.get_translated_payload(tree, translator) for each in commands]
    in_menus: list[JSON] = [await each.get_translated_payload(tree, translator) for each in menus]
    await client.close()
    names = [command.name for command in COMMANDS]
    assert sorted(each["name"] for each in on_discord) == sorted(names)
    for language, listed in offered_commands().items():
        assert [each.command for each in listed] == names
        assert untranslated(language or "en", [each.description for each in listed]) == []
    locales = {locale.value for locale in LOCALES}
    assert {interface_language(locale) for locale in locales} == set(INTERFACE_LANGUAGES) - {"en"}
    for menu in in_menus:
        assert set(menu.get("name_localizations", {})) == locales, menu["name"]
    for described in (each for command in on_discord for each in (command, *command["options"])):
        assert set(described.get("description_localizations", {})) == locales, described["name"]
