"""The delivery worker: no chat delays another, and a worker that ends while waiting leaves nothing in doubt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, time
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
    """Write a digest of so many parts for each chat."""
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


async def test_a_slow_chat_delays_no_other(scene: Scene) -> None:
    refs = chats(Platform.TELEGRAM, 3 * AT_ONCE)
    await write(scene, refs)
    scene.telegram.gates = {refs[0]: asyncio.Event()}
    delivering = asyncio.create_task(scene.worker.deliver())
    await until(lambda: len(scene.telegram.accepted) == len(refs) - 1)
    assert not delivering.done()
    scene.telegram.gates[refs[0]].set()
    assert await delivering == len(refs)


async def test_a_platform_that_waits_does_not_delay_the_other(scene: Scene) -> None:
    await write(scene, [*chats(Platform.TELEGRAM, 2 * AT_ONCE), *chats(Platform.DISCORD, 5)])
    scene.telegram.turns = asyncio.Event()
    delivering = asyncio.create_task(scene.worker.deliver())
    await until(lambda: len(scene.discord.accepted) == 5)
    assert scene.telegram.accepted == []
    scene.telegram.turns.set()
    assert await delivering == 2 * AT_ONCE + 5


async def test_at_most_a_fixed_number_is_in_hand_and_parts_keep_their_order(scene: Scene) -> None:
    refs = chats(Platform.TELEGRAM, AT_ONCE + 20)
    await write(scene, refs, parts=3)
    scene.telegram.gates = dict.fromkeys(refs, asyncio.Event())
    delivering = asyncio.create_task(scene.worker.deliver())
    await until(lambda: len(scene.telegram.under_way) == AT_ONCE)
    await asyncio.sleep(0.05)
    assert scene.telegram.most_at_once == AT_ONCE
    scene.telegram.gates[refs[0]].set()
    assert await delivering == 3 * len(refs)
    assert scene.telegram.most_at_once == AT_ONCE
    for ref in refs:
        keys = [key for chat, key, _ in scene.telegram.accepted if chat == ref]
        assert keys == sorted(keys)


async def test_stopping_drops_what_waits_and_lets_requests_end(scene: Scene) -> None:
    refs = chats(Platform.TELEGRAM, 10)
    await write(scene, refs)
    scene.telegram.gates = dict.fromkeys(refs[:2], asyncio.Event())
    worker = scene.worker
    delivering = asyncio.create_task(worker.deliver())
    await until(lambda: len(scene.telegram.accepted) == 8)
    worker.stop()
    await write(scene, chats(Platform.DISCORD, 1))
    assert not delivering.done()
    scene.telegram.gates[refs[0]].set()
    assert await delivering == 10
    assert await worker.deliver() == 0, "it stays stopped"
    assert await states(scene) == [*[DeliveryState.SENT] * 10, DeliveryState.WAITING]


@pytest.mark.parametrize("how", ["stopped", "cancelled"])
async def test_a_worker_that_ends_while_waiting_for_a_turn_leaves_nothing_in_doubt(scene: Scene, how: str) -> None:
    await write(scene, chats(Platform.TELEGRAM, 10))
    scene.telegram.turns = asyncio.Event()
    worker = scene.worker
    delivering = asyncio.create_task(worker.deliver())
    await until(lambda: scene.telegram.waiting == 10)
    if how == "stopped":
        worker.stop()
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


async def test_a_refused_turn_counts_no_attempt_and_can_hold_the_platform(scene: Scene) -> None:
    await write(scene, chats(Platform.TELEGRAM, 3))
    scene.telegram.no_turn = [NotSent("slow down", 90, whole_platform=True)] * 3
    assert await scene.worker.deliver() == 0
    deliveries = await scene.store.deliveries()
    assert {each.attempts for each in deliveries} == {0}
    assert {each.state for each in deliveries} == {DeliveryState.WAITING}
    scene.clock.advance(91)
    assert await scene.worker.deliver() == 3


async def test_a_delivery_that_cannot_be_verified_now_is_verified_later(scene: Scene) -> None:
    await write(scene, chats(Platform.DISCORD, 1))
    scene.discord.stores_unknown = True
    scene.discord.fails(Unknown("reset"))
    assert await scene.worker.deliver() == 0
    scene.clock.advance(60)
    scene.discord.hides = 1
    assert await scene.worker.deliver() == 0
    assert await states(scene) == [DeliveryState.VERIFY_FIRST], "it may have arrived, as before"
    scene.clock.advance(60)
    assert await scene.worker.deliver() == 1
    assert len(scene.discord.accepted) == 1
    [delivery] = await scene.store.deliveries()
    assert delivery.attempts == 1, "what was found was not sent again"


async def test_refused_verifications_back_off_and_let_later_parts_go(scene: Scene) -> None:
    scene.discord.hides = 10_000
    scene.discord.knows_keys = True
    await write(scene, chats(Platform.DISCORD, 1), parts=3)
    scene.discord.fails(Unknown("reset"))
    for _ in range(3 * 120):
        await scene.worker.deliver()
        scene.clock.advance(30)
    assert 10_000 - scene.discord.hides < 20, "in three hours"
    assert [part.payload["text"] for _, _, part in scene.discord.accepted] == ["1", "2"]
    assert await states(scene) == [DeliveryState.SENT, DeliveryState.SENT, DeliveryState.VERIFY_FIRST]


async def test_a_part_that_was_surely_not_sent_is_sent_again_without_verifying(scene: Scene) -> None:
    scene.discord = WithoutHistory(Platform.DISCORD)
    await write(scene, chats(Platform.DISCORD, 1))
    scene.discord.fails(NotSent("slow mode", 3600.0))
    await scene.worker.deliver()
    scene.clock.advance(3601)
    assert await scene.worker.deliver() == 1


async def test_a_forced_delivery_is_sent_even_if_it_cannot_be_verified(scene: Scene) -> None:
    scene.discord = WithoutHistory(Platform.DISCORD)
    await write(scene, chats(Platform.DISCORD, 1))
    scene.discord.fails(Unknown("reset"))
    await scene.worker.deliver()
    scene.clock.advance(60)
    await scene.worker.deliver()
    [delivery] = await scene.store.deliveries()
    assert delivery.state is DeliveryState.IN_DOUBT
    assert await scene.store.reopen(delivery.id, scene.clock.now(), "replayed")
    assert await scene.worker.deliver() == 1


async def test_a_platform_that_hangs_keeps_neither_the_other_nor_its_own_other_chats_waiting(scene: Scene) -> None:
    [stuck, *_] = chats(Platform.DISCORD, 1)
    await write(scene, [stuck])
    scene.discord.gates[stuck] = asyncio.Event()
    senders = {Platform.TELEGRAM: scene.telegram, Platform.DISCORD: scene.discord}
    worker = DeliveryWorker(scene.store, senders, scene.clock, "host/1/a", poll_seconds=0.01)
    hanging = asyncio.create_task(worker.deliver([Platform.DISCORD]))
    await until(lambda: scene.discord.under_way)
    await write(scene, [ChatRef(Platform.TELEGRAM, "7"), ChatRef(Platform.DISCORD, "8")])
    assert await worker.deliver([Platform.TELEGRAM]) == 1
    await until(lambda: len(scene.discord.accepted) == 1)
    scene.discord.gates[stuck].set()
    assert await hanging == 2


async def test_a_delivery_that_can_never_be_verified_is_not_sent_again(scene: Scene) -> None:
    scene.discord = WithoutHistory(Platform.DISCORD, stores_unknown=True)
    await write(scene, chats(Platform.DISCORD, 1), parts=2)
    scene.discord.fails(Unknown("reset"))
    await scene.worker.deliver()
    scene.clock.advance(60)
    await scene.worker.deliver()
    assert len(scene.discord.accepted) == 2
    assert await states(scene) == [DeliveryState.IN_DOUBT, DeliveryState.SENT]
    scene.clock.advance(100_000)
    assert await scene.worker.deliver() == 0


class WithoutHistory(FakePlatform):
    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:
        raise CannotTell("Paperboy may not read what was written in the channel.")


async def test_an_unknown_part_that_never_settles_lets_the_others_go_after_a_few_tries(scene: Scene) -> None:
    scene.discord = Ill(Platform.DISCORD, knows_keys=True)
    await write(scene, chats(Platform.DISCORD, 1), parts=3)
    for _ in range(8):
        await scene.worker.deliver()
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
    await scene.worker.deliver()
    await write(scene, [ChatRef(Platform.TELEGRAM, "77")])
    assert await scene.worker.deliver() == 0
    scene.clock.advance(299)
    assert await scene.worker.deliver() == 0
    scene.clock.advance(2)
    assert await scene.worker.deliver() == 2


async def test_a_wait_of_the_whole_platform_counts_no_failure_of_a_delivery(scene: Scene) -> None:
    await write(scene, chats(Platform.TELEGRAM, 9))
    scene.telegram.fails(*[NotSent("no route", whole_platform=True)] * 9)
    await scene.worker.deliver()
    deliveries = await scene.store.deliveries()
    assert [each.failures for each in deliveries] == [0] * 9
    assert await scene.store.oldest_waiting() == scene.clock.now()


async def test_an_exception_while_verifying_one_part_stops_no_other(scene: Scene) -> None:
    scene.discord = Shortsighted(Platform.DISCORD)
    await write(scene, chats(Platform.DISCORD, 2))
    scene.discord.fails(Unknown("reset"), Unknown("reset"))
    await scene.worker.deliver()
    scene.clock.advance(60)
    assert await scene.worker.deliver() == 1
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
    first = asyncio.create_task(scene.worker.deliver())
    await until(lambda: scene.telegram.waiting == 9)
    scene.clock.advance(1)
    scene.telegram.turns.set()
    await first
    assert await scene.store.value("hold of telegram") is None
    await write(scene, [ChatRef(Platform.TELEGRAM, "77")])
    assert await scene.worker.deliver() == 1


async def test_a_hold_that_a_clock_running_ahead_has_set_does_not_outlast_it(scene: Scene) -> None:
    worker = scene.worker
    await write(scene, chats(Platform.TELEGRAM, 1))
    scene.clock.advance(30 * 86_400)
    scene.telegram.fails(NotSent("no route", whole_platform=True))
    assert await worker.deliver() == 0
    scene.clock.advance(-30 * 86_400)
    assert await worker.deliver() == 1


async def test_managers_are_warned_once_when_a_chat_is_suspended(scene: Scene) -> None:
    [chat] = chats(Platform.TELEGRAM, 1)
    await write(scene, [chat], parts=2)
    scene.telegram.fails(ChatGone("bot was kicked from the channel"))
    await scene.worker.deliver()
    await scene.worker.deliver()
    assert scene.telegram.warned == [(chat, "bot was kicked from the channel")]
    await scene.store.resume(chat, None, scene.clock.now())
    assert await scene.worker.deliver() == 2


async def test_managers_are_warned_once_even_if_the_database_fails_for_a_moment(scene: Scene) -> None:
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
    await scene.worker.deliver()
    suspended = await scene.store.chat(chat)
    assert suspended is not None
    assert suspended.suspended == "blocked"


class Speechless(FakePlatform):
    async def warn(self, chat: ChatRef, text: str) -> None:
        raise RuntimeError("no words")


class Stumbling:
    """A store whose `settle` fails so many times."""

    def __init__(self, store: Store, times: int) -> None:
        self._store, self._times = store, times

    def __getattr__(self, name: str) -> Any:
        if name == "settle" and self._times:
            self._times -= 1
            raise StoreUnavailable("The database is locked.")
        return getattr(self._store, name)


async def test_an_outcome_is_written_as_soon_as_the_database_serves_again(scene: Scene) -> None:
    await write(scene, chats(Platform.TELEGRAM, 1))
    store = cast(Store, Stumbling(scene.store, 3))
    assert await DeliveryWorker(store, {Platform.TELEGRAM: scene.telegram}, scene.clock, "host/1/a").deliver() == 1
    assert await states(scene) == [DeliveryState.SENT]


async def test_a_lost_database_is_reported_and_requests_under_way_end(scene: Scene) -> None:
    await write(scene, chats(Platform.TELEGRAM, 3))
    store = cast(Store, Stumbling(scene.store, 1_000))
    with pytest.raises(StoreUnavailable):
        await DeliveryWorker(store, {Platform.TELEGRAM: scene.telegram}, scene.clock, "host/1/a").deliver()
    assert len(scene.telegram.accepted) == 3
    assert set(await states(scene)) == {DeliveryState.SENDING}, "nobody knows their outcome"


# ── sound ──


async def test_only_the_first_part_of_a_digest_makes_a_sound_and_none_in_quiet_hours(scene: Scene) -> None:
    loud, asleep = chats(Platform.TELEGRAM, 2)
    await write(scene, [loud, asleep], parts=2)
    await scene.store.change_chat(asleep, scene.clock.now(), quiet=(time(4, 0), time(6, 0)))
    await scene.worker.deliver()
    got = {
        (ref, bool(part.payload.get("silent")))
        for ref, _, part in scene.telegram.accepted
        if part.payload["text"] == "0"
    }
    assert got == {(loud, False), (asleep, True)}
    assert all(part.payload["silent"] for _, _, part in scene.telegram.accepted if part.payload["text"] == "1")


async def test_a_digest_that_somebody_waits_for_makes_no_sound(scene: Scene) -> None:
    [ref] = chats(Platform.TELEGRAM, 1)
    await write(scene, [ref])
    await scene.store.hasten(ref, scene.clock.now())
    await scene.worker.deliver()
    [(_, _, part)] = scene.telegram.accepted
    assert part.payload["silent"]
    [stored] = await scene.store.deliveries()
    assert "silent" not in stored.part.payload, "equal digests stay one payload"
