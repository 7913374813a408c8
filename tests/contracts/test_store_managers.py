"""The promises of `bot.ports.Store`, kept alike by SQLite and PostgreSQL: who manages which chat."""

from __future__ import annotations

import asyncio

import pytest

from bot.model import MOST_MANAGED_CHATS, MOST_MANAGERS, ChatRef, Platform
from bot.ports import Store
from tests.contracts.samples import ANN, NOW, with_chats

GROUP, SUPER = ChatRef(Platform.TELEGRAM, "-1"), ChatRef(Platform.TELEGRAM, "-1002")
THREAD, SUPER_THREAD = ChatRef(Platform.TELEGRAM, "-1/45"), ChatRef(Platform.TELEGRAM, "-1002/45")
OTHER = ChatRef(Platform.TELEGRAM, "-17")


async def remember(store: Store, ref: ChatRef, *people: int, title: str | None = None) -> None:
    for person in people:
        await store.remember_manager(ref, str(person), NOW, title=title)


async def offered(store: Store, person: int) -> list[tuple[str, str]]:
    managed = await store.managed_chats(Platform.TELEGRAM, str(person))
    return [(ref.id, title) for ref, title in managed.items()]


async def test_managers_are_listed_oldest_first_and_once(store: Store) -> None:
    await remember(store, GROUP, 5, 6)
    await remember(store, THREAD, 5, 7)
    assert await store.managers(GROUP) == ["5", "6", "7"], "a forum topic counts as its chat"
    assert await store.managers(THREAD) == ["5", "6", "7"]
    assert await store.managers(OTHER) == []


async def test_a_chat_is_offered_to_a_person_under_its_latest_title(store: Store) -> None:
    await remember(store, GROUP, 5)
    assert await offered(store, 5) == []
    await remember(store, GROUP, 5, title="Vision")
    await remember(store, OTHER, 5, title="")
    await remember(store, GROUP, 5)
    assert await offered(store, 5) == [("-1", "Vision"), ("-17", "")]
    await remember(store, GROUP, 5, title="Vision and more")
    assert await offered(store, 5) == [("-1", "Vision and more"), ("-17", "")]


async def test_only_the_latest_managers_and_offers_are_kept(store: Store) -> None:
    await remember(store, GROUP, 1, title="Vision")
    await remember(store, GROUP, *range(2, MOST_MANAGERS + 4))
    assert await store.managers(GROUP) == [str(person) for person in range(4, MOST_MANAGERS + 4)]
    assert await offered(store, 1) == [("-1", "Vision")], "an offer outlives the list of whom to tell"
    for number in range(MOST_MANAGED_CHATS + 2):
        await remember(store, ChatRef(Platform.TELEGRAM, f"-200{number}"), 9, title="A channel")
    assert [ident for ident, _ in await offered(store, 9)] == [f"-200{n}" for n in range(2, MOST_MANAGED_CHATS + 2)]


async def test_managers_remembered_at_once_are_all_remembered(store: Store) -> None:
    await asyncio.gather(*(remember(store, GROUP, person, title=f"{person}") for person in range(MOST_MANAGERS)))
    assert sorted(await store.managers(GROUP)) == [str(person) for person in range(MOST_MANAGERS)]


async def test_moving_takes_along_who_manages_the_chat(store: Store) -> None:
    await remember(store, OTHER, 5, title="Another")
    await remember(store, GROUP, 5, 6, title="Vision")
    await remember(store, SUPER, 7)
    await remember(store, SUPER, 5)
    await remember(store, SUPER, 6, title="Vision (super)")
    await with_chats(store, THREAD)

    await store.move_chat(THREAD, SUPER_THREAD, NOW)

    assert await offered(store, 5) == [("-17", "Another"), ("-1002", "Vision")]
    assert await offered(store, 6) == [("-1002", "Vision (super)")]
    assert await store.managers(GROUP) == []
    assert await store.managers(SUPER) == ["5", "6", "7"]
    assert await store.managers(OTHER) == ["5"]
    await store.move_chat(GROUP, SUPER, NOW)  # both the delivery and the chat itself may report the move
    assert await store.managers(SUPER) == ["5", "6", "7"]


async def test_a_failed_move_leaves_the_managers_as_they_were(store: Store) -> None:
    await remember(store, GROUP, 5, title="Vision")
    await with_chats(store, GROUP)
    with pytest.raises(AttributeError):
        await store.move_chat(GROUP, ChatRef("telegram", "-1002"), NOW)  # type: ignore[arg-type]
    assert await offered(store, 5) == [("-1", "Vision")]
    assert [chat.ref for chat in await store.chats()] == [GROUP]


async def test_forgetting_a_chat_deletes_its_managers_and_what_a_person_managed(store: Store) -> None:
    third = ChatRef(Platform.TELEGRAM, "-18")
    for ref, people in ((GROUP, (101, 6)), (OTHER, (101,)), (third, (6, 101))):
        await remember(store, ref, *people, title=None if ref == third else "A title")
    await with_chats(store, ANN, THREAD, GROUP)
    await store.forget(GROUP)
    assert await store.managers(GROUP) == ["101", "6"], "a topic of it still receives"
    await store.forget(THREAD)
    assert await store.managers(GROUP) == []
    assert await offered(store, 6) == []
    assert await offered(store, 101) == [("-17", "A title")]
    await store.forget(ANN)
    assert await offered(store, 101) == []
    assert await store.managers(OTHER) == []
    assert await store.managers(third) == ["6"]
