"""Somebody's first days on Telegram, in each language of the interface."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.locales import INTERFACE_LANGUAGES
from bot.model import Platform
from handlers.telegram.cards import TelegramRenderer
from tests.fakes.telegram_world import FakeMessage
from tests.handlers.journeys import first_days, labelled
from tests.handlers.mornings import Mornings, open_mornings
from tests.handlers.telegram.conftest import Bench
from tests.handlers.telegram.test_commands import ANN, ref
from tests.handlers.telegram.test_open_cards import Scene

CODES = {"zh": "zh-hans", "zh-Hant": "zh-hant"}
"""What Telegram calls a language, where that is not our name for it."""


class OnTelegram:
    def __init__(self, bench: Bench, days: Mornings) -> None:
        self._scene = Scene(bench, days)
        self._tg = bench.tg
        self._message: FakeMessage | None = None
        self._seen = 0
        self._pop_up = ""

    @property
    def shown(self) -> Sequence[str]:
        assert self._message is not None
        return [self._message.text, *self._message.labels, *([self._pop_up] if self._pop_up else [])]

    async def command(self, name: str, **arguments: str) -> None:
        self._pop_up = ""
        await self._scene.bench.ask(ANN, " ".join([f"/{name}", *arguments.values()]))
        await self._scene.idle()
        self._look()

    async def press(self, label: str) -> None:
        assert self._message is not None
        await self._press(self._message, label)

    async def morning(self) -> None:
        await self._scene.days.announce()
        await self._scene.days.send(TelegramRenderer(), ref(ANN))
        self._look()

    async def open(self, number: int) -> None:
        await self.press(str(number))

    async def _press(self, message: FakeMessage, label: str) -> None:
        button = [button for row in message.buttons for button in row][labelled(label, message.labels)]
        answer = await self._scene.press(message, label, data=button["callback_data"])
        self._pop_up = str(answer.get("text") or "")
        self._look()

    def _look(self) -> None:
        """A message that is new is the latest; else the one that was pressed may have changed."""
        messages = self._tg.messages(ANN)
        if len(messages) > self._seen:
            self._message = messages[-1]
        self._seen = len(messages)


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
async def test_everything_of_the_first_days_is_in_the_language(bench: Bench, language: str) -> None:
    bench.tg.world.speaks[ANN] = CODES.get(language, language)
    async with open_mornings(bench.store, bench.clock, Platform.TELEGRAM, bench.app.sender) as days:
        await first_days(OnTelegram(bench, days), language)
    assert bench.tg.refused == []
