"""What Discord offers while somebody types, and the menus of options that have few values."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from bot.conversation import Conversation, Defaults, setting_values
from bot.errors import StoreUnavailable
from bot.locales import _, interface_language, using
from bot.model import JSON, ChatRef, Subscription
from bot.ports import Store
from bot.storage.store import SqlStore
from handlers.discord import completion
from handlers.discord.app import DiscordApp
from tests.fakes.clock import FakeClock
from tests.fakes.discord import FakeDiscord
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import FakePipeline

ANN = 42


def option(dc: FakeDiscord, command: str, name: str) -> JSON:
    (found,) = [
        each for made in dc.commands if made["name"] == command for each in made["options"] if each["name"] == name
    ]
    return dict(found)


@pytest.mark.parametrize(
    ("command", "name", "expected"),
    [
        ("summarize", "depth", ["brief", "deep"]),
        ("saved", "format", ["bib", "ris", "json", "md", "csv"]),
        ("cite", "format", ["bib", "ris", "json", "md", "csv"]),
        ("settings", "name", [name for name in setting_values.NAMES if name != "opens"]),
    ],
)
async def test_an_option_with_few_values_is_a_menu(
    app: DiscordApp, dc: FakeDiscord, command: str, name: str, expected: list[str]
) -> None:
    made = option(dc, command, name)
    assert [each["value"] for each in made["choices"]] == expected
    assert not made.get("autocomplete")
    assert all(0 < len(each["name"]) <= 100 for each in made["choices"])


async def test_the_names_in_a_menu_are_those_of_the_catalogue(app: DiscordApp, dc: FakeDiscord) -> None:
    menus = (("settings", "name"), ("summarize", "depth"), ("cite", "format"))
    choices = [each for command, name in menus for each in option(dc, command, name)["choices"]]
    for locale in ("es-ES", "es-419", "ja", "ru", "zh-CN", "zh-TW"):
        for each in choices:
            with using(interface_language(locale) or ""):
                expected = _(each["name"])
            assert (each.get("name_localizations") or {}).get(locale, each["name"]) == expected, locale


async def test_every_setting_that_a_menu_names_can_be_completed(app: DiscordApp, dc: FakeDiscord, channel: int) -> None:
    for each in option(dc, "settings", "name")["choices"]:
        offered = await dc.interactions.autocomplete(channel, "settings", "value", "", name=each["value"])
        assert 0 < len(offered) <= completion.MAX_CHOICES, each["value"]


@pytest.mark.parametrize(
    ("name", "typed", "expected"),
    [
        ("timezone", "zur", "Europe/Zurich"),
        ("timezone", "köln", "Europe/Berlin"),
        ("language", "ger", "de"),
        ("language", "中", "zh"),
        ("days", "mon", "d01234"),
    ],
)
async def test_zones_and_languages_are_found_by_the_beginning_of_their_names(
    app: DiscordApp, dc: FakeDiscord, channel: int, name: str, typed: str, expected: str
) -> None:
    offered = await dc.interactions.autocomplete(channel, "settings", "value", typed, name=name)
    assert expected in [each["value"] for each in offered]


async def test_values_are_named_in_the_language_of_who_types(app: DiscordApp, dc: FakeDiscord, channel: int) -> None:
    dc.interactions.locales[ANN] = "es-ES"
    offered = await dc.interactions.autocomplete(channel, "settings", "value", "alem", person=ANN, name="language")
    assert "de" in [each["value"] for each in offered]


async def test_a_command_that_is_not_known_any_more_offers_nothing(
    app: DiscordApp, dc: FakeDiscord, channel: int
) -> None:
    assert await dc.interactions.autocomplete(channel, "arxiv", "words", "a") == []


class StuckStore:
    """A store whose database does not answer for some questions, or only with an error."""

    def __init__(self, store: SqlStore, error: Exception | None) -> None:
        self._store, self._error = store, error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def subscriptions(self, _ref: ChatRef | None = None) -> list[Subscription]:
        if self._error is not None:
            raise self._error
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


@pytest.mark.parametrize("error", [None, StoreUnavailable("locked"), ZeroDivisionError()], ids=repr)
class TestWithoutAnAnswerOfTheStore:
    @pytest.fixture
    def conversation(
        self, error: Exception | None, store: SqlStore, clock: FakeClock, pipeline: FakePipeline
    ) -> Conversation:
        stuck = cast(Store, StuckStore(store, error))
        return Conversation(
            stuck, clock, pipeline.read, pipeline.compose, finder(store), insight_of(store, clock), Defaults()
        )

    async def test_nothing_is_offered_in_time(self, app: DiscordApp, dc: FakeDiscord, channel: int) -> None:
        """The stand-in takes no answer after Discord's three seconds."""
        assert await dc.interactions.autocomplete(channel, "unsubscribe", "topic", "cs") == []
