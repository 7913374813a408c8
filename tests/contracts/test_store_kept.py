"""What is remembered for a while of chats, on every store."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from bot.model import FOREVER, Chat, ChatKind, ChatRef, Kept, OpensIn, Platform
from bot.ports import Store
from bot.storage.kept import MOST_OF_A_KIND

ANN, BOB = ChatRef(Platform.TELEGRAM, "1"), ChatRef(Platform.DISCORD, "1")
GROUP, TOPIC, MOVED = (ChatRef(Platform.TELEGRAM, ident) for ident in ("-5", "-5/7", "-1005"))
NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
VALUE = Kept(ANN, "offer", "k", {"text": "diffusion"}, LATER)


async def kept_of(store: Store, ref: ChatRef) -> list[Kept]:
    return [kept for kept in await store.all_kept("offer", NOW) if kept.chat == ref]


async def test_a_value_is_kept_until_its_time(store: Store) -> None:
    await store.keep(VALUE, NOW)
    assert await store.kept(ANN, "offer", "k", NOW) == VALUE
    assert await store.kept(ANN, "offer", "k", LATER) is None


async def test_values_of_other_chats_kinds_and_keys_are_others(store: Store) -> None:
    await store.keep(VALUE, NOW)
    for ref, kind, key in ((BOB, "offer", "k"), (ANN, "undo", "k"), (ANN, "offer", "other")):
        assert await store.kept(ref, kind, key, NOW) is None


async def test_a_new_value_takes_the_place_of_the_one_before(store: Store) -> None:
    await store.keep(VALUE, NOW)
    await store.keep(replace(VALUE, value={"text": "flow"}), NOW)
    assert [kept.value for kept in await kept_of(store, ANN)] == [{"text": "flow"}]


async def test_of_two_who_take_a_value_one_gets_it(store: Store) -> None:
    await store.keep(VALUE, NOW)
    taken = await asyncio.gather(*(store.take_kept(ANN, "offer", "k", NOW) for _ in range(2)))
    assert sorted(taken, key=str) == sorted([VALUE, None], key=str)


async def test_the_number_of_values_has_a_limit_and_the_oldest_go(store: Store) -> None:
    for number in range(MOST_OF_A_KIND + 2):
        await store.keep(replace(VALUE, key=f"{number:04}"), NOW + timedelta(milliseconds=number))
    kept = await kept_of(store, ANN)
    assert [kept[0].key, kept[-1].key, len(kept)] == ["0002", f"{MOST_OF_A_KIND + 1:04}", MOST_OF_A_KIND]


async def test_a_forgotten_chat_leaves_nothing(store: Store) -> None:
    await store.add_chat(Chat(ANN))
    for ref in (ANN, BOB):
        await store.keep(replace(VALUE, chat=ref), NOW)
    await store.forget(ANN)
    assert not await kept_of(store, ANN)
    assert await kept_of(store, BOB)


async def test_what_is_kept_follows_a_chat_and_its_topics_to_their_new_ids(store: Store) -> None:
    for ref in (GROUP, TOPIC):
        await store.keep(replace(VALUE, chat=ref), NOW)
    await store.move_chat(GROUP, MOVED, NOW)
    topic = ChatRef(Platform.TELEGRAM, "-1005/7")
    assert [len(await kept_of(store, ref)) for ref in (GROUP, TOPIC, MOVED, topic)] == [0, 0, 1, 1]


async def test_the_settings_of_the_conversation_are_stored(store: Store) -> None:
    await store.add_chat(Chat(ANN))
    chat = await store.change_chat(
        ANN,
        NOW,
        kind=ChatKind.GROUP,
        days=frozenset({0, 4}),
        paused_until=FOREVER,
        quiet=(time(22), time(7)),
        opens_in=OpensIn.HERE,
        has_own_language=True,
    )
    stored = await store.chat(ANN)
    assert stored == chat
    assert stored is not None
    assert (stored.days, stored.paused_until, stored.quiet) == (frozenset({0, 4}), FOREVER, (time(22), time(7)))
