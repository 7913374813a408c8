"""Several bots of one platform send at the same time, each to the chats that it serves."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

from bot.model import Bot, Chat, ChatRef, DeliveryState, NewDigest, NotSent, NotSentCause, Part, Platform
from bot.pipeline import DeliveryWorker
from tests.fakes.senders import FakePlatform
from tests.pipeline.conftest import Scene

DAY = date(2026, 6, 2)
FIRST, SECOND = Bot(Platform.TELEGRAM, "111"), Bot(Platform.TELEGRAM, "222", is_first=False)


def ref(number: int) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(number))


def worker(scene: Scene, bot: Bot, sender: FakePlatform) -> DeliveryWorker:
    return DeliveryWorker(scene.store, {bot.platform: sender}, scene.clock, f"{scene.owner} {bot}", bot=bot)


async def write(scene: Scene, chat: ChatRef, bot: str, parts: int = 1) -> None:
    await scene.store.add_chat(Chat(chat, bot=bot))
    made = tuple(Part({"text": f"{n}"}, (f"2606.{n:05}",)) for n in range(parts))
    assert await scene.store.write_digest(NewDigest(chat, str(DAY), DAY, DAY, DAY, (), made, None), scene.clock.now())


async def test_each_bot_sends_to_its_own_chats_and_the_first_to_those_of_none(scene: Scene) -> None:
    names = ("111", "222", "", "333")
    for number, name in enumerate([*names, *names], 1):
        await write(scene, ref(number), name, parts=2)
    one, two = FakePlatform(), FakePlatform()
    sent = await asyncio.gather(worker(scene, FIRST, one).deliver(), worker(scene, SECOND, two).deliver())
    assert list(sent) == [8, 4]
    assert {chat for chat, _, _ in one.accepted} == {ref(1), ref(3), ref(5), ref(7)}
    assert {chat for chat, _, _ in two.accepted} == {ref(2), ref(6)}
    waiting = await scene.store.deliveries(states=[DeliveryState.WAITING])
    assert {each.chat for each in waiting} == {ref(4), ref(8)}, "the token of their bot was removed"


async def test_what_a_bot_has_leased_is_sent_by_the_one_that_the_chat_moves_to(scene: Scene) -> None:
    await write(scene, ref(1), "111", parts=2)
    one, two = FakePlatform(turns=asyncio.Event()), FakePlatform()
    assert one.turns is not None
    first = asyncio.create_task(worker(scene, FIRST, one).deliver())
    while not one.waiting:  # noqa: ASYNC110 - what is waited for is a count in the stand-in
        await asyncio.sleep(0.002)
    await scene.store.bind_bot(ref(1), "222")
    assert await worker(scene, SECOND, two).deliver() == 2
    one.turns.set()
    assert await first == 0
    assert one.accepted == []


async def test_the_limit_of_one_bot_holds_no_other_and_is_kept_by_the_next_process(scene: Scene) -> None:
    for number, name in enumerate(("111", "222"), 1):
        await write(scene, ref(number), name)
    one, two = FakePlatform(), FakePlatform()
    one.fails(NotSent("slow down", 600.0, whole_platform=True, cause=NotSentCause.LIMIT))
    assert await worker(scene, FIRST, one).deliver() == 0
    assert await worker(scene, SECOND, two).deliver() == 1
    await write(scene, ref(3), "111")
    assert await worker(scene, FIRST, one).deliver() == 0, "another process, which has read the hold"
    scene.clock.advance(601)
    assert await worker(scene, FIRST, one).deliver() == 2


async def test_what_another_bot_was_sending_when_its_process_ended_is_left_to_it(scene: Scene) -> None:
    await write(scene, ref(1), "111")
    now = scene.clock.now()
    [leased] = await scene.store.lease("ended", [Platform.TELEGRAM], now, now + timedelta(minutes=1), 1)
    assert await scene.store.begin(leased.id, "ended", now)
    scene.clock.advance(120)
    await worker(scene, SECOND, FakePlatform()).deliver()
    assert [each.state for each in await scene.store.deliveries()] == [DeliveryState.SENDING]
    await worker(scene, FIRST, FakePlatform()).deliver()
    assert [each.state for each in await scene.store.deliveries()] == [DeliveryState.IN_DOUBT]
