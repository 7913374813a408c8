"""People are answered on Discord in their own language, or in that of the chat."""

from __future__ import annotations

import pytest

from bot.conversation import Conversation, Requester
from bot.locales import INTERFACE_LANGUAGES, interface_language
from bot.model import JSON
from handlers.discord.targets import channel_ref
from tests.fakes.discord import FakeDiscord

ANN = 42
SLASH = 1
"""The type of a command that is written; those of menus have another."""
WHO_MAY = {
    "en-GB": "Only the operators of this service",
    "zh-CN": "只有此服务的运营者",
    "zh-TW": "只有此服務的營運者",
    "es-ES": "Solo los operadores de este servicio",
    "es-419": "Solo los operadores de este servicio",
    "ja": "このサービスの運営者だけが",
    "ru": "Это могут спросить только операторы",
    "th": "Only the operators of this service",
}

SLASH, IN_MESSAGE_MENU = 1, 3

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize("locale", WHO_MAY)
async def test_a_person_is_answered_in_the_language_of_their_discord(
    dc: FakeDiscord, channel: int, locale: str
) -> None:
    dc.interactions.locales[ANN] = locale
    assert WHO_MAY[locale] in (await dc.interactions.slash(channel, "health", person=ANN)).text


async def test_the_language_of_a_channel_wins_over_that_of_its_members(dc: FakeDiscord, channel: int) -> None:
    dc.interactions.locales[ANN] = "es-ES"
    await dc.interactions.slash(channel, "settings", person=ANN, name="language", value="zh-Hant")
    assert WHO_MAY["zh-TW"] in (await dc.interactions.slash(channel, "health", person=ANN)).text


async def test_a_pressed_button_is_answered_in_the_language_of_who_pressed_it(dc: FakeDiscord, channel: int) -> None:
    dc.interactions.locales[ANN] = "ja"
    said = await dc.interactions.slash(channel, "help", person=ANN)
    assert "できること" in said.text
    pressed = await dc.interactions.click(channel, "drop:0123456789ab", person=ANN)
    assert "そのボタンはもう使えません" in pressed.text


async def test_a_message_in_private_is_answered_in_the_language_of_its_chat(
    dc: FakeDiscord, conversation: Conversation
) -> None:
    """Discord tells no language with a message: it is that of the commands with which the chat began."""
    place = dc.world.add_dm(ANN)
    dc.interactions.locales[ANN] = "ru"
    await dc.interactions.slash(place, "start", person=ANN)
    assert await conversation.answer_language(channel_ref(place), Requester("42", is_admin=True)) == "ru"


async def test_commands_and_options_are_described_in_every_language_that_discord_has(dc: FakeDiscord) -> None:
    expected = {"zh-CN", "zh-TW", "es-ES", "es-419", "ja", "ru"}
    assert {interface_language(locale) for locale in expected} == set(INTERFACE_LANGUAGES) - {"en"}
    assert dc.commands
    for menu in (command for command in dc.commands if command["type"] != SLASH):
        assert set(menu["name_localizations"]) == expected, menu["name"]
    for command in (command for command in dc.commands if command["type"] == SLASH):
        for described in (command, *command["options"]):
            localized: JSON = described.get("description_localizations") or {}
            assert set(localized) == expected, described["name"]
            assert all(1 <= len(text) <= 100 for text in localized.values())
            assert not described.get("name_localizations")


async def test_a_command_in_the_menu_of_a_message_has_a_name_in_every_language(dc: FakeDiscord) -> None:
    (command,) = [each for each in dc.commands if each.get("type") == IN_MESSAGE_MENU]
    assert set(command["name_localizations"]) == {"zh-CN", "zh-TW", "es-ES", "es-419", "ja", "ru"}
    assert all(1 <= len(name) <= 32 for name in command["name_localizations"].values())
