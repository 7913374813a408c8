"""Settings of a chat: read as people write them, refused with examples, kept when several people change them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import conversation as results
from bot.conversation import Conversation, Defaults, Requester, setting_values
from bot.model import Chat, ChatKind, ChatRef, Depth, Platform, Style
from bot.ports import Store
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline

CHAT = ChatRef(Platform.TELEGRAM, "5")
OWNER = Requester("5", is_admin=True)
NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def talk(store: SqlStore) -> Conversation:
    return conversation_of(store, FakeClock(NOW), FakePipeline(), Defaults("de", "Europe/Berlin", time(8, 30)))


@pytest.mark.parametrize(
    ("name", "given_value", "field", "value"),
    [
        ("language", "German", "language", "de"),
        ("language", "deutsch", "language", "de"),
        ("language", "中文", "language", "zh"),
        ("language", "ZH", "language", "zh"),
        ("language", "繁體中文", "language", "zh-Hant"),
        ("lang", "Español", "language", "es"),
        ("time", "9", "digest_time", time(9)),
        ("time", "9:30", "digest_time", time(9, 30)),
        ("time", "9am", "digest_time", time(9)),
        ("time", "9 p.m.", "digest_time", time(21)),
        ("time", "12am", "digest_time", time(0)),
        ("time", "12 pm", "digest_time", time(12)),
        ("time", "21.15", "digest_time", time(21, 15)),
        ("time", "21h15", "digest_time", time(21, 15)),
        ("time", "0930", "digest_time", time(9, 30)),
        ("time", "noon", "digest_time", time(12)),
        ("time", "midnight", "digest_time", time(0)),
        ("timezone", "Europe/Berlin", "timezone", "Europe/Berlin"),
        ("timezone", "europe/berlin", "timezone", "Europe/Berlin"),
        ("timezone", "new york", "timezone", "America/New_York"),
        ("timezone", "San Francisco", "timezone", "America/Los_Angeles"),
        ("timezone", "Zürich", "timezone", "Europe/Zurich"),
        ("timezone", "São Paulo", "timezone", "America/Sao_Paulo"),
        ("timezone", "서울", "timezone", "Asia/Seoul"),
        ("timezone", "utc", "timezone", "UTC"),
        ("size", "1", "size", 1),
        ("size", "50", "size", 50),
        ("size", "7 papers", "size", 7),
        ("style", "Titles", "style", Style.TITLES),
        ("depth", "deep", "depth", Depth.DEEP),
    ],
)
async def test_settings_are_read_as_people_write_them(
    talk: Conversation, store: SqlStore, name: str, given_value: str, field: str, value: object
) -> None:
    answer = await talk.chat_settings.change(OWNER, CHAT, name, given_value)
    assert isinstance(answer, results.Changed)
    kept = await store.chat(CHAT)
    assert kept is not None
    assert getattr(kept, field) == value


@pytest.mark.parametrize(
    ("name", "given_value", "example"),
    [
        ("language", "Germann", "de"),
        ("language", "Klingon", "English"),
        ("time", "25", "9:30"),
        ("time", "9:75", "9:30"),
        ("time", "soon", "9:30"),
        ("timezone", "Berln", "Europe/Berlin"),
        ("timezone", "Nowhere at all", "Berlin"),
        ("timezone", "+02:00", "Europe/Berlin"),
        ("timezone", "UTC-7", "America/Los_Angeles"),
        ("size", "0", "10"),
        ("size", "51", "10"),
        ("size", "-3", "10"),
        ("size", "٣x", "10"),
        ("style", "fancy", "cards"),
        ("depth", "", "brief"),
        ("colour", "red", "language"),
    ],
)
async def test_an_invalid_value_is_answered_with_examples_and_changes_nothing(
    talk: Conversation, store: SqlStore, name: str, given_value: str, example: str
) -> None:
    answer = await talk.chat_settings.change(OWNER, CHAT, name, given_value)
    assert isinstance(answer, results.NotAccepted)
    assert example in (*answer.examples, *dict(answer.options))
    assert await store.chat(CHAT) is None


async def test_a_new_time_or_time_zone_moves_the_next_digest(talk: Conversation, store: SqlStore) -> None:
    changed = await talk.chat_settings.change(OWNER, CHAT, "time", "15:00")
    assert isinstance(changed, results.Changed)
    assert changed.chat.next_due_at == datetime(2026, 6, 2, 13, 0, tzinfo=UTC)
    changed = await talk.chat_settings.change(OWNER, CHAT, "timezone", "Tokyo")
    assert isinstance(changed, results.Changed)
    assert changed.chat.next_due_at == datetime(2026, 6, 3, 6, 0, tzinfo=UTC)
    assert changed.first_due is not None
    assert changed.first_due.isoformat() == "2026-06-03T15:00:00+09:00"
    kept = await store.chat(CHAT)
    assert kept is not None
    assert kept.next_due_at == changed.chat.next_due_at


@pytest.mark.parametrize("name", setting_values.NAMES)
async def test_every_value_that_a_button_offers_is_accepted(talk: Conversation, name: str) -> None:
    group = ChatRef(Platform.TELEGRAM, "-5")  # only groups have all of them
    offered = await talk.chat_settings.choices(group, name)
    assert isinstance(offered, results.Choices)
    for value, _ in offered.options:
        assert isinstance(await talk.chat_settings.change(OWNER, group, name, value), results.Changed)


@pytest.mark.parametrize("name", setting_values.NAMES)
@given(given_value=st.text(max_size=40))
def test_no_value_breaks_a_setting(name: str, given_value: str) -> None:
    answer = setting_values.read(name, given_value, Chat(CHAT), NOW)
    assert isinstance(answer, setting_values.Change) or answer.examples or answer.options


async def test_settings_changed_at_once_by_several_people_are_all_kept(talk: Conversation, store: SqlStore) -> None:
    changes = {"language": "ja", "size": "3", "style": "titles", "time": "07:30", "timezone": "Asia/Tokyo"}
    asked = [talk.chat_settings.change(OWNER, CHAT, name, value, "Ann") for name, value in changes.items()]
    assert all(isinstance(each, results.Changed) for each in await asyncio.gather(*asked))
    chat = await store.chat(CHAT)
    assert chat is not None
    assert (chat.title, chat.language, chat.size, chat.style) == ("Ann", "ja", 3, Style.TITLES)
    assert (chat.digest_time, chat.timezone) == (time(7, 30), "Asia/Tokyo")
    assert chat.next_due_at == datetime(2026, 6, 2, 22, 30, tzinfo=UTC)


class InterruptedStore:
    """A store in which something else is written between the reading of a chat and what is written after it."""

    def __init__(self, store: SqlStore, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._store, self._meanwhile = store, meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def change_chat(self, ref: ChatRef, now: datetime, **changes: Any) -> Chat | None:
        await self._meanwhile()
        return await self._store.change_chat(ref, now, **changes)


async def test_a_change_does_not_undo_a_suspension_or_a_due_time_that_came_meanwhile(
    talk: Conversation, store: SqlStore
) -> None:
    await talk.beginning.start(OWNER, CHAT, ChatKind.PRIVATE)
    later = datetime(2026, 6, 9, 9, 0, tzinfo=UTC)

    async def meanwhile() -> None:
        await store.set_due(CHAT, later)
        await store.suspend(CHAT, "blocked", NOW)

    interrupted = cast(Store, InterruptedStore(store, meanwhile))
    interrupted_talk = conversation_of(interrupted, FakeClock(NOW), FakePipeline())
    assert isinstance(await interrupted_talk.chat_settings.change(OWNER, CHAT, "size", "3", "Ann"), results.Changed)
    chat = await store.chat(CHAT)
    assert chat is not None
    assert (chat.title, chat.size, chat.next_due_at, chat.suspended) == ("Ann", 3, later, "blocked")
