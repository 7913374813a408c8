"""The inbox: an update is new once, pending until it is handled, and remembered for a while."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.model import Bot, Platform
from bot.ports import Store
from tests.contracts.samples import NOW

BOT, OTHER = Bot(Platform.TELEGRAM, "111"), Bot(Platform.TELEGRAM, "222", is_first=False)


def body(number: int) -> dict[str, object]:
    return {"update_id": number, "message": {"text": f"a \0 and \ud800, {number}"}}


async def test_an_update_is_new_once_though_it_comes_twice_at_a_time(store: Store) -> None:
    kept = await asyncio.gather(*(store.keep_update(BOT, number, body(number), NOW) for number in (1, 2, 1, 3, 1)))
    assert (sorted(kept), kept[1], kept[3]) == ([False, False, True, True, True], True, True)
    assert await store.keep_update(BOT, 1, body(1), NOW) is False
    assert await store.keep_update(OTHER, 1, body(1), NOW) is True
    assert (await store.pending_updates(BOT), await store.pending_updates(OTHER)) == (3, 1)


async def test_pending_updates_are_taken_oldest_first_until_they_are_finished(store: Store) -> None:
    for number in (3, 1, 2**40, 2):
        await store.keep_update(BOT, number, body(number), NOW)
    taken = await store.take_updates(BOT, 2)
    assert [(each.number, each.body, each.attempts) for each in taken] == [(1, body(1), 1), (2, body(2), 1)]
    assert [each.number for each in await store.take_updates(BOT, 9, but=[1, 3])] == [2, 2**40]
    await asyncio.gather(*(store.finish_update(BOT, number) for number in (1, 3, 2**40)))
    [left] = await store.take_updates(BOT, 9)
    assert (left.number, left.attempts) == (2, 3)
    assert await store.keep_update(BOT, 3, body(3), NOW) is False, "a handled one is remembered"
    assert await store.pending_updates(BOT) == 1


async def test_updates_are_forgotten_after_a_while(store: Store) -> None:
    await store.keep_update(BOT, 1, body(1), NOW)
    await store.finish_update(BOT, 1)
    await store.keep_update(BOT, 2, body(2), NOW + timedelta(hours=1))
    assert await store.forget_updates(NOW + timedelta(minutes=1)) == 1
    assert await store.keep_update(BOT, 1, body(1), NOW) is True
    assert await store.keep_update(BOT, 2, body(2), NOW) is False
