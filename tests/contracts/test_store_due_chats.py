"""Chats by due time: read in pages, counted by bot, and moved to other minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.model import FOREVER, Chat, ChatRef, Platform
from bot.ports import Store

NINE = datetime(2026, 6, 2, 9, tzinfo=UTC)


def ref(number: int) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(number))


async def with_due_chats(store: Store, count: int, due_at: datetime = NINE, first: int = 1) -> None:
    for number in range(first, first + count):
        await store.add_chat(Chat(ref(number), next_due_at=due_at))


async def test_due_chats_come_in_pages_by_due_time(store: Store) -> None:
    await with_due_chats(store, 3, NINE, first=5)
    await with_due_chats(store, 2, NINE - timedelta(hours=1), first=8)
    found: list[ChatRef] = []
    last: Chat | None = None
    while page := await store.due_chats(NINE, limit=2, after=last):
        assert len(page) <= 2
        found += [chat.ref for chat in page]
        last = page[-1]
    assert found == [ref(8), ref(9), ref(5), ref(6), ref(7)]
    assert [chat.ref for chat in await store.due_chats(NINE, among=[ref(6), ref(99)])] == [ref(6)]


async def test_coming_chats_are_those_after_now_and_not_suspended(store: Store) -> None:
    await with_due_chats(store, 4)
    await store.suspend(ref(2), "gone", NINE)
    await store.set_due(ref(3), NINE + timedelta(hours=1))
    before = NINE - timedelta(minutes=1)
    coming = await store.coming_chats(before, NINE, limit=10, after=None)
    assert [chat.ref for chat in coming] == [ref(1), ref(4)]
    assert await store.coming_chats(NINE, NINE + timedelta(minutes=1), limit=10, after=None) == []


async def test_due_chats_are_counted_by_bot_and_moved_unless_their_hour_was_changed(store: Store) -> None:
    await with_due_chats(store, 3)
    await store.bind_bot(ref(3), "7")
    before, later = NINE - timedelta(minutes=1), NINE + timedelta(minutes=5)
    counts = await store.due_counts(before, NINE)
    assert counts == {(Platform.TELEGRAM, ""): {NINE: 2}, (Platform.TELEGRAM, "7"): {NINE: 1}}
    assert await store.chats_due_at(NINE, Platform.TELEGRAM, "") == [ref(1), ref(2)]
    await store.set_due(ref(2), NINE + timedelta(hours=3))
    await store.move_due([ref(1), ref(2)], NINE, later)
    found = await store.chats_of([ref(2), ref(1), ref(42)])
    assert [(chat.ref, chat.next_due_at) for chat in found.values()] == [
        (ref(2), NINE + timedelta(hours=3)),
        (ref(1), later),
    ]


async def test_a_due_time_of_a_clock_that_ran_ahead_counts_as_due_unless_the_chat_waits_for_its_day_or_is_paused(
    store: Store,
) -> None:
    far, weekly = NINE + timedelta(days=3), frozenset({4})
    await store.add_chat(Chat(ref(1), next_due_at=far))
    await store.add_chat(Chat(ref(2), next_due_at=far, days=weekly))
    await store.add_chat(Chat(ref(3), next_due_at=NINE + timedelta(days=9), days=weekly))
    await store.add_chat(Chat(ref(4), next_due_at=far, paused_until=far - timedelta(hours=3)))
    await store.add_chat(Chat(ref(5), next_due_at=far, paused_until=NINE - timedelta(hours=3)))
    assert [chat.ref for chat in await store.due_chats(NINE)] == [ref(1), ref(5), ref(3)]


async def test_a_pause_and_other_days_move_the_due_time(store: Store) -> None:
    await with_due_chats(store, 1)
    before = NINE - timedelta(minutes=1)
    weekly = await store.change_chat(ref(1), before, days=frozenset({4}))
    assert weekly is not None
    assert weekly.next_due_at == NINE + timedelta(days=3)
    paused = await store.change_chat(ref(1), before, paused_until=FOREVER)
    assert paused is not None
    assert paused.next_due_at is None
    assert await store.due_chats(NINE + timedelta(days=300)) == []
    resumed = await store.change_chat(ref(1), before, paused_until=None)
    assert resumed is not None
    assert resumed.next_due_at == NINE + timedelta(days=3)
