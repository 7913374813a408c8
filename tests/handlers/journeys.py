"""What somebody does in their first days with the bot, the same on both platforms, and that it is in their language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.conversation.likely_zones import likely_zones
from bot.locales import _, formats, pgettext, using
from tests.locales.english import untranslated
from tests.relevance.papers import SUBJECTS


class Hands(Protocol):
    """A person on a platform."""

    @property
    def shown(self) -> Sequence[str]:
        """What the bot showed after the last step: the texts and labels of its message, and a pop-up."""

    async def command(self, name: str, **arguments: str) -> None: ...

    async def press(self, label: str) -> None:
        """Press the button of the latest message with this label, or else with one that begins so."""

    async def morning(self) -> None:
        """A day's papers come, as a list with numbers."""

    async def open(self, number: int) -> None:
        """Open a paper of that list."""


def labelled(label: str, labels: Sequence[str]) -> int:
    """The place of a button by its label, or by the beginning of it."""
    found = [at for at, each in enumerate(labels) if each == label]
    found += [at for at, each in enumerate(labels) if each.startswith(label)]
    assert found, f"no button {label!r} among {labels}"
    return found[0]


async def first_days(hands: Hands, language: str) -> None:
    """From /start to /stop, in a private chat."""
    traveller = _Traveller(hands, language)
    await traveller.begins()
    await traveller.reads()
    await traveller.changes_a_setting()
    await traveller.looks_back()
    await traveller.stops()


class _Traveller:
    def __init__(self, hands: Hands, language: str) -> None:
        self._hands, self._language = hands, language
        # Titles and abstracts of papers are in English for everybody.
        self._data = [text for subject in SUBJECTS for text in subject]

    async def begins(self) -> None:
        await self._command("start")
        await self._press(self._said("Computer vision"))
        await self._press("✓")
        await self._press(self._city(likely_zones(self._language, "UTC")[0]))
        await self._command("subscriptions")

    async def reads(self) -> None:
        await self._hands.morning()
        self._check()
        await self._hands.open(1)
        self._check()
        await self._press(self._said("Evidence", "button"))
        await self._press("⟵")
        await self._press(self._said("Cite", "button"))
        await self._press("⟵")
        await self._press("🔖")

    async def changes_a_setting(self) -> None:
        await self._command("settings")
        await self._press(self._said("Papers a digest"))
        await self._press("5")
        await self._press(self._said("Undo", "button"))

    async def looks_back(self) -> None:
        await self._command("search", words="talking heads")
        assert any("Talking heads driven by audio" in each for each in self._hands.shown), self._hands.shown
        await self._command("saved")
        await self._command("history")

    async def stops(self) -> None:
        await self._command("stop")
        await self._press(self._said("Keep", "button"))

    async def _command(self, name: str, **arguments: str) -> None:
        await self._hands.command(name, **arguments)
        self._check()

    async def _press(self, label: str) -> None:
        await self._hands.press(label)
        self._check()

    def _check(self) -> None:
        shown = self._hands.shown
        assert shown
        assert untranslated(self._language, shown, self._data) == [], shown

    # Only for a moment, so that the bot speaks the language on its own.

    def _said(self, message: str, context: str = "") -> str:
        with using(self._language):
            return pgettext(context, message) if context else _(message)

    def _city(self, zone: str) -> str:
        with using(self._language):
            return formats.city(zone)
