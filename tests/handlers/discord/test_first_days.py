"""Somebody's first days on Discord, in each language of the interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bot.locales import INTERFACE_LANGUAGES
from bot.model import Platform
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp
from handlers.discord.cards import DiscordRenderer
from tests.fakes.clock import FakeClock
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_interactions import Interaction
from tests.fakes.discord_limits import walk
from tests.handlers.discord.samples import chat
from tests.handlers.journeys import first_days, labelled
from tests.handlers.mornings import Mornings, open_mornings

ANN = 42
LOCALES = {"en": "en-GB", "zh": "zh-CN", "zh-Hant": "zh-TW", "es": "es-ES"}
"""What Discord calls a language, where that is not our name for it."""


class OnDiscord:
    def __init__(self, dc: FakeDiscord, days: Mornings) -> None:
        self._dc, self._days = dc, days
        self._place = dc.world.add_dm(ANN)
        self._message: dict[str, Any] = {}

    @property
    def shown(self) -> Sequence[str]:
        names = ("content", "label", "placeholder", "description")
        found = [str(self._message.get("content") or "")]
        for component in walk(self._message["components"]):
            for each in (component, *component.get("options", ())):
                found += [str(each[name]) for name in names if each.get(name)]
        return found

    async def command(self, name: str, **arguments: str) -> None:
        options: dict[str, Any] = dict(arguments)
        self._look(await self._dc.interactions.slash(self._place, name, person=ANN, **options))

    async def press(self, label: str) -> None:
        buttons = [each for each in walk(self._message["components"]) if each.get("custom_id") and each.get("label")]
        pressed = buttons[labelled(label, [str(each["label"]) for each in buttons])]["custom_id"]
        self._look(await self._dc.interactions.click(self._place, pressed, person=ANN, message=self._message))

    async def morning(self) -> None:
        await self._days.announce()
        await self._days.send(DiscordRenderer(), chat(self._place))
        self._message = self._dc.world.accepted[-1]["message"]

    async def open(self, number: int) -> None:
        (menu,) = [each for each in walk(self._message["components"]) if each.get("options")]
        chosen = menu["options"][number - 1]["value"]
        self._look(
            await self._dc.interactions.click(
                self._place, menu["custom_id"], chosen=chosen, person=ANN, message=self._message
            )
        )

    def _look(self, done: Interaction) -> None:
        if done.messages:  # a message that was closed leaves nothing
            self._message = done.messages[-1]


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
async def test_everything_of_the_first_days_is_in_the_language(
    app: DiscordApp, dc: FakeDiscord, store: SqlStore, clock: FakeClock, language: str
) -> None:
    dc.interactions.locales[ANN] = LOCALES.get(language, language)
    async with open_mornings(store, clock, Platform.DISCORD, app.sender) as days:
        await first_days(OnDiscord(dc, days), language)
    assert [request for request, status in dc.requests if status >= 400] == []
