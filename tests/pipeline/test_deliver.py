"""The courier's pool: nobody is held up by another, whoever stops or dies while waiting leaves nothing in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, cast

import pytest

from bot.errors import CannotTell, StoreUnavailable
from bot.model import (
    Chat,
    ChatGone,
    ChatRef,
    DeliveryState,
    NewDigest,
    NotSent,
    NotSentCause,
    Outcome,
    Part,
    Platform,
    Unknown,
)
from bot.pipeline import DeliveryWorker
from bot.pipeline.deliver import AT_ONCE
from bot.ports import Store
from tests.fakes.senders import FakePlatform
from tests.pipeline.conftest import Scene

DAY = date(2026, 6, 2)


def chats(platform: Platform, count: int) -> list[ChatRef]:
    return [ChatRef(platform, str(1000 + number)) for number in range(count)]


async def write(scene: Scene, refs: list[ChatRef], parts: int = 1) -> None:
    """A digest of so many parts for each chat."""
    for ref in refs:
        await scene.store.add_chat(Chat(ref))
        made = tuple(Part({"text": f"{n}"}, (f"2606.{n:05}",)) for n in range(parts))
        new = NewDigest(ref, str(DAY), DAY, DAY, DAY, (), made, None)
        assert await scene.store.write_digest(new, scene.clock.now())


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - what is waited for is a count in the stand-in
            await asyncio.sleep(0.002)


async def states(scene: Scene) -> list[DeliveryState]:
    return sorted(each.state for each in await scene.store.deliveries(limit=1000))


async def test_a_slow_chat_holds_nobody_up(scene: Scene) -> None:
    refs = chats(Platform.TELEGRAM, 3 * AT_ONCE)
    await write(scene, refs)
    scene.telegram.gates = {refs[0]: asyncio.Event()}
    delivering = asyncio.create_task(scene.courier.deliver())
    await until(lambda: len(scene.telegram.accepted) == len(refs) - 1)
    assert not delivering.done()
    scene.telegram.gates[refs[0]].set()
    assert await delivering == len(refs)


async def test_a_platform_that_waits_does_not_hold_up_the_other(scene: Scene) -> None:
    await write(scene, [*chats(Platform.TELEGRAM, 2 * AT_ONCE), *chats(Platform.DISCORD, 5)])
    scene.telegram.turns = asyncio.Event()
    delivering = asyncio.create_task(scene.courier.deliver())
    await until(lambda: len(scene.discord.accepted) == 5)
    assert scene.telegram.accepted == []
    scene.telegram.turns.set()
    assert await delivering == 2 * AT_ONCE + 5


async def test_so_many_are_in_hand_and_no_more_and_parts_keep_their_order(scene: Scene) -> None:
    refs = chats(Platform.TELEGRAM, AT_ONCE + 20)
    await write(scene, refs, parts=3)
    scene.telegram.gates = dict.fromkeys(refs, asyncio.Event())
    delivering = asyncio.create_task(scene.courier.deliver())
    await until(lambda: len(scene.telegram.under_way) == AT_ONCE)
    await asyncio.sleep(0.05)
    assert scene.telegram.most_at_once == AT_ONCE
    scene.telegram.gates[refs[0]].set()
    assert await delivering == 3 * len(refs)
    assert scene.telegram.most_at_once == AT_ONCE
    for ref in refs:
        keys = [key for chat, key, _ in scene.telegram.accepted if chat == ref]
        assert keys == sorted(keys)


async def test_stopping_lets_go_of_what_waits_and_sees_requests_to_their_end(scene: Scene) -> None:
    refs = chats(Platform.TELEGRAM, 10)
    await write(scene, refs)
    scene.telegram.gates = dict.fromkeys(refs[:2], asyncio.Event())
    courier = scene.courier
    delivering = asyncio.create_task(courier.deliver())
    await until(lambda: len(scene.telegram.accepted) == 8)
    courier.stop()
    await write(scene, chats(Platform.DISCORD, 1))
    assert not delivering.done()
    scene.telegram.gates[refs[0]].set()
    assert await delivering == 10
    assert await courier.deliver() == 0, "it stays stopped"
    assert await states(scene) == [*[DeliveryState.SENT] * 10, DeliveryState.WAITING]


@pytest.mark.parametrize("how", ["stopped", "cancelled"])
async def test_who_ends_while_waiting_for_a_turn_leaves_nothing_in_doubt(scene: Scene, how: str) -> None:
    await write(scene, chats(Platform.TELEGRAM, 10))
    scene.telegram.turns = asyncio.Event()
    courier = scene.courier
    delivering = asyncio.create_task(courier.deliver())
    await until(lambda: scene.telegram.waiting == 10)
    if how == "stopped":
        courier.stop()
        assert await delivering == 0
    else:
        delivering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivering
    assert set(await states(scene)) == {DeliveryState.LEASED}
    scene.telegram.turns.set()
    await scene.store.expire_leases("host/2/b", scene.clock.now())
    senders = {Platform.TELEGRAM: scene.telegram}
    assert await DeliveryWorker(scene.store, senders, scene.clock, "host/2/b").deliver() == 10
    assert set(await states(scene)) == {DeliveryState.SENT}


async def test_a_turn_that_does_not_come_costs_no_try_and_can_hold_the_platform(scene: Scene) -> None:
    await write(scene, chats(Platform.TELEGRAM, 3))
    scene.telegram.no_turn = [NotSent("slow down", 90, whole_platform=True)] * 3
    assert await scene.courier.deliver() == 0
    deliveries = await scene.store.deliveries()
    assert {each.attempts for each in deliveries} == {0}
    assert {each.state for each in deliveries} == {DeliveryState.WAITING}
    scene.clock.advance(91)
    assert await scene.courier.deliver() == 3


async def test_where_the_platform_does_not_let_us_look_it_is_tried_later(scene: Scene) -> None:
    await write(scene, chats(Platform.DISCORD, 1))
    scene.discord.stores_unknown = True
    scene.discord.fails(Unknown("reset"))
    assert await scene.courier.deliver() == 0
    scene.clock.advance(60)
    scene.discord.hides = 1
    assert await scene.courier.deliver() == 0
    assert await states(scene) == [DeliveryState.VERIFY_FIRST], "it may have arrived, as before"
    scene.clock.advance(60)
    assert await scene.courier.deliver() == 1
    assert len(scene.discord.accepted) == 1
    [delivery] = await scene.store.deliveries()
    assert delivery.attempts == 1, "what was found was not sent again"


async def test_looks_that_are_not_let_come_ever_more_seldom_and_let_the_later_parts_go(scene: Scene) -> None:
    scene.discord.hides = 10_000
    scene.discord.knows_keys = True
    await write(scene, chats(Platform.DISCORD, 1), parts=3)
    scene.discord.fails(Unknown("reset"))
    for _ in range(3 * 120):
        await scene.courier.deliver()
        scene.clock.advance(30)
    assert 10_000 - scene.discord.hides < 20, "in three hours"
    assert [part.payload["text"] for _, _, part in scene.discord.accepted] == ["1", "2"]
    assert await states(scene) == [DeliveryState.SENT, DeliveryState.SENT, DeliveryState.VERIFY_FIRST]


async def test_what_surely_was_not_sent_is_sent_again_without_a_look(scene: Scene) -> None:
    scene.discord = WithoutHistory(Platform.DISCORD)
    await write(scene, chats(Platform.DISCORD, 1))
    scene.discord.fails(NotSent("slow mode", 3600.0))
    await scene.courier.deliver()
    scene.clock.advance(3601)
    assert await scene.courier.deliver() == 1


async def test_what_somebody_asks_for_again_is_sent_also_where_nobody_can_tell(scene: Scene) -> None:
    scene.discord = WithoutHistory(Platform.DISCORD)
    await write(scene, chats(Platform.DISCORD, 1))
    scene.discord.fails(Unknown("reset"))
    await scene.courier.deliver()
    scene.clock.advance(60)
    await scene.courier.deliver()
    [delivery] = await scene.store.deliveries()
    assert delivery.state is DeliveryState.IN_DOUBT
    assert await scene.store.reopen(delivery.id, scene.clock.now(), "replayed")
    assert await scene.courier.deliver() == 1


async def test_a_platform_that_hangs_keeps_neither_the_other_nor_its_own_other_chats_waiting(scene: Scene) -> None:
    [stuck, *_] = chats(Platform.DISCORD, 1)
    await write(scene, [stuck])
    scene.discord.gates[stuck] = asyncio.Event()
    senders = {Platform.TELEGRAM: scene.telegram, Platform.DISCORD: scene.discord}
    courier = DeliveryWorker(scene.store, senders, scene.clock, "host/1/a", poll_seconds=0.01)
    hanging = asyncio.create_task(courier.deliver([Platform.DISCORD]))
    await until(lambda: scene.discord.under_way)
    await write(scene, [ChatRef(Platform.TELEGRAM, "7"), ChatRef(Platform.DISCORD, "8")])
    assert await courier.deliver([Platform.TELEGRAM]) == 1
    await until(lambda: len(scene.discord.accepted) == 1)
    scene.discord.gates[stuck].set()
    assert await hanging == 2


async def test_where_nobody_can_tell_whether_it_arrived_it_is_not_sent_again(scene: Scene) -> None:
    scene.discord = WithoutHistory(Platform.DISCORD, stores_unknown=True)
    await write(scene, chats(Platform.DISCORD, 1), parts=2)
    scene.discord.fails(Unknown("reset"))
    await scene.courier.deliver()
    scene.clock.advance(60)
    await scene.courier.deliver()
    assert len(scene.discord.accepted) == 2
    assert await states(scene) == [DeliveryState.IN_DOUBT, DeliveryState.SENT]
    scene.clock.advance(100_000)
    assert await scene.courier.deliver() == 0


class WithoutHistory(FakePlatform):
    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:
        raise CannotTell("Paperboy may not read what was written in the channel.")


async def test_an_unknown_part_that_never_settles_lets_the_others_go_after_a_few_tries(scene: Scene) -> None:
    scene.discord = Ill(Platform.DISCORD, knows_keys=True)
    await write(scene, chats(Platform.DISCORD, 1), parts=3)
    for _ in range(8):
        await scene.courier.deliver()
        scene.clock.advance(30)
    assert [part.payload["text"] for _, _, part in scene.discord.accepted] == ["1", "2"]
    [unknown] = [each for each in await scene.store.deliveries() if each.state is not DeliveryState.SENT]
    assert unknown.state is DeliveryState.VERIFY_FIRST


class Ill(FakePlatform):
    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:
        return Unknown("answered 500") if part.payload["text"] == "0" else await super().send(chat, part, key)


async def test_a_wait_that_the_platform_names_is_kept_by_the_next_process(scene: Scene) -> None:
    await write(scene, chats(Platform.TELEGRAM, 1))
    scene.telegram.fails(NotSent("flood", 300.0, whole_platform=True, cause=NotSentCause.LIMIT))
    await scene.courier.deliver()
    await write(scene, [ChatRef(Platform.TELEGRAM, "77")])
    assert await scene.courier.deliver() == 0
    scene.clock.advance(299)
    assert await scene.courier.deliver() == 0
    scene.clock.advance(2)
    assert await scene.courier.deliver() == 2


async def test_what_had_to_wait_with_its_platform_counts_no_failure_of_its_own(scene: Scene) -> None:
    await write(scene, chats(Platform.TELEGRAM, 9))
    scene.telegram.fails(*[NotSent("no route", whole_platform=True)] * 9)
    await scene.courier.deliver()
    deliveries = await scene.store.deliveries()
    assert [each.failures for each in deliveries] == [0] * 9
    assert await scene.store.oldest_waiting() == scene.clock.now()


async def test_a_mistake_in_looking_for_one_part_keeps_no_other_from_going(scene: Scene) -> None:
    scene.discord = Shortsighted(Platform.DISCORD)
    await write(scene, chats(Platform.DISCORD, 2))
    scene.discord.fails(Unknown("reset"), Unknown("reset"))
    await scene.courier.deliver()
    scene.clock.advance(60)
    assert await scene.courier.deliver() == 1
    assert sorted(each.failures for each in await scene.store.deliveries()) == [1, 2]


class Shortsighted(FakePlatform):
    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:
        if chat.id == "1000":
            raise KeyError("author")
        return None


async def test_a_platform_that_was_not_reached_is_tried_at_once_by_the_next_process(scene: Scene) -> None:
    await write(scene, chats(Platform.TELEGRAM, 9))
    scene.telegram.turns = asyncio.Event()
    scene.telegram.fails(NotSent("no route", whole_platform=True))
    first = asyncio.create_task(scene.courier.deliver())
    await until(lambda: scene.telegram.waiting == 9)
    scene.clock.advance(1)
    scene.telegram.turns.set()
    await first
    assert await scene.store.value("hold of telegram") is None
    await write(scene, [ChatRef(Platform.TELEGRAM, "77")])
    assert await scene.courier.deliver() == 1


async def test_a_hold_that_a_clock_running_ahead_has_set_does_not_outlast_it(scene: Scene) -> None:
    courier = scene.courier
    await write(scene, chats(Platform.TELEGRAM, 1))
    scene.clock.advance(30 * 86_400)
    scene.telegram.fails(NotSent("no route", whole_platform=True))
    assert await courier.deliver() == 0
    scene.clock.advance(-30 * 86_400)
    assert await courier.deliver() == 1


async def test_managers_are_told_once_before_a_chat_is_left_alone(scene: Scene) -> None:
    [chat] = chats(Platform.TELEGRAM, 1)
    await write(scene, [chat], parts=2)
    scene.telegram.fails(ChatGone("bot was kicked from the channel"))
    await scene.courier.deliver()
    await scene.courier.deliver()
    assert scene.telegram.warned == [(chat, "bot was kicked from the channel")]
    await scene.store.resume(chat, None)
    assert await scene.courier.deliver() == 2


async def test_managers_are_told_once_though_the_database_stumbles(scene: Scene) -> None:
    [chat] = chats(Platform.TELEGRAM, 1)
    await write(scene, [chat])
    scene.telegram.fails(ChatGone("blocked"))
    store = cast(Store, Stumbling(scene.store, 3))
    await DeliveryWorker(store, {Platform.TELEGRAM: scene.telegram}, scene.clock, "host/1/a").deliver()
    assert scene.telegram.warned == [(chat, "blocked")]


async def test_a_warning_that_fails_leaves_the_chat_suspended_all_the_same(scene: Scene) -> None:
    scene.telegram = Speechless()
    [chat] = chats(Platform.TELEGRAM, 1)
    await write(scene, [chat])
    scene.telegram.fails(ChatGone("blocked"))
    await scene.courier.deliver()
    suspended = await scene.store.chat(chat)
    assert suspended is not None
    assert suspended.suspended == "blocked"


class Speechless(FakePlatform):
    async def warn(self, chat: ChatRef, text: str) -> None:
        raise RuntimeError("no words")


class Stumbling:
    """A store whose `settle` does not serve for a while."""

    def __init__(self, store: Store, times: int) -> None:
        self._store, self._times = store, times

    def __getattr__(self, name: str) -> Any:
        if name == "settle" and self._times:
            self._times -= 1
            raise StoreUnavailable("The database is locked.")
        return getattr(self._store, name)


async def test_what_came_of_a_request_is_written_as_soon_as_the_database_serves_again(scene: Scene) -> None:
    await write(scene, chats(Platform.TELEGRAM, 1))
    store = cast(Store, Stumbling(scene.store, 3))
    assert await DeliveryWorker(store, {Platform.TELEGRAM: scene.telegram}, scene.clock, "host/1/a").deliver() == 1
    assert await states(scene) == [DeliveryState.SENT]


async def test_a_database_that_is_gone_is_told_and_the_rest_is_seen_to_its_end(scene: Scene) -> None:
    await write(scene, chats(Platform.TELEGRAM, 3))
    store = cast(Store, Stumbling(scene.store, 1_000))
    with pytest.raises(StoreUnavailable):
        await DeliveryWorker(store, {Platform.TELEGRAM: scene.telegram}, scene.clock, "host/1/a").deliver()
    assert len(scene.telegram.accepted) == 3
    assert set(await states(scene)) == {DeliveryState.SENDING}, "nobody knows what came of them"
