"""A digest that is asked for arrives within seconds, also during a broadcast to thousands of chats."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from telegram.ext import ApplicationBuilder

from bot import pipeline
from bot.model import (
    Chat,
    ChatRef,
    DeliveryState,
    Digest,
    NewDigest,
    NothingToSend,
    Part,
    Platform,
    Priority,
    Settlement,
)
from bot.pipeline import DeliveryWorker, DigestBuilder
from handlers.telegram.cards import TelegramRenderer
from handlers.telegram.limits import Limiter
from handlers.telegram.sender import TelegramSender
from tests.fakes.makers import AbstractReader
from tests.fakes.telegram import FakeTelegram
from tests.pipeline.conftest import ANN, DAYS, Scene

BROADCAST = 300
ONE_DIGEST = Part({"kind": "message", "html": "a card", "buttons": []}, ("2606.00001",))


@pytest.fixture
async def tg() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def sender(tg: FakeTelegram, tmp_path: Path) -> AsyncIterator[TelegramSender]:
    """A sender with the real limiter, whose clock runs a hundred times as fast."""
    limiter = Limiter(lambda: 100 * time.monotonic(), lambda seconds: asyncio.sleep(seconds / 100))
    builder = ApplicationBuilder().token(tg.token).base_url(f"{tg.url}/bot").rate_limiter(limiter)
    application = builder.connection_pool_size(64).job_queue(None).build()
    await application.bot.request.initialize()
    yield TelegramSender(application.bot, tmp_path)
    await limiter.shutdown()
    await application.bot.request.shutdown()


async def queue(scene: Scene, *idents: int) -> None:
    """Put a digest of one message into the outbox for each of these chats."""
    refs = [ChatRef(Platform.TELEGRAM, str(ident)) for ident in idents]
    for ref in refs:
        await scene.store.add_chat(Chat(ref))
    digests = [NewDigest(ref, "2026-06-01", DAYS[0], DAYS[0], DAYS[0], (), (ONE_DIGEST,), None) for ref in refs]
    assert all(await scene.store.write_digests(digests, scene.clock.now()))


async def ask(scene: Scene, ref: ChatRef) -> Digest | NothingToSend | None:
    chat = await scene.store.chat(ref)
    assert chat is not None
    builder = DigestBuilder({Platform.TELEGRAM: TelegramRenderer()}, scene.makers, AbstractReader())
    return await pipeline.digest_now(scene.store, builder, chat, scene.clock)


async def until_served(
    scene: Scene, tg: FakeTelegram, sender: TelegramSender, ref: ChatRef
) -> tuple[Digest | NothingToSend | None, int]:
    """Send a broadcast, and let a chat ask for its digest after sixty messages.

    Returns the answer to the chat, and the number of messages to others before its own.
    """
    chats = range(1000, 1000 + BROADCAST)
    for ident in (*chats, int(ref.id)):
        tg.world.user(ident)
    await queue(scene, *chats)
    worker = DeliveryWorker(scene.store, {Platform.TELEGRAM: sender}, scene.clock, scene.owner)
    running = asyncio.create_task(worker.deliver())
    await tg.until(lambda: len(tg.world.messages) >= 60, timeout=30)
    said = await ask(scene, ref)
    asked_at = len(tg.world.messages)
    await tg.wait_for(int(ref.id), timeout=30)
    worker.stop()
    await running
    order = [each.chat.id for each in tg.world.messages]
    return said, order.index(int(ref.id)) - asked_at


async def test_a_digest_asked_for_during_a_broadcast_is_among_the_next_few_dozen_messages(
    scene: Scene, tg: FakeTelegram, sender: TelegramSender
) -> None:
    await scene.follow(ANN, "cs.CV")
    await scene.prepare()
    said, others = await until_served(scene, tg, sender, ANN)
    assert isinstance(said, Digest)
    assert others < 50


async def test_a_waiting_digest_is_sent_earlier_when_its_chat_asks(
    scene: Scene, tg: FakeTelegram, sender: TelegramSender
) -> None:
    last = ChatRef(Platform.TELEGRAM, str(1000 + BROADCAST - 1))
    said, others = await until_served(scene, tg, sender, last)
    assert said == NothingToSend("Your digest is on its way already.", is_under_way=True)
    assert others < 120


async def put_off(scene: Scene, why: str | None, minutes: float, *, again: bool = False) -> None:
    """Try the first part and postpone it by so many minutes."""
    now = scene.clock.now()
    [first] = await scene.store.lease("w", tuple(Platform), now, now + timedelta(minutes=3), 9)
    assert await scene.store.begin(first.id, "w", now)
    state = DeliveryState.VERIFY_FIRST if again else DeliveryState.WAITING
    later = now + timedelta(minutes=minutes)
    await scene.store.settle(first.id, Settlement(state, why, next_attempt_at=later), now)


async def two_parts(scene: Scene) -> ChatRef:
    ref = ChatRef(Platform.TELEGRAM, "7")
    await scene.store.add_chat(Chat(ref))
    parts = (ONE_DIGEST, ONE_DIGEST)
    assert await scene.store.write_digest(
        NewDigest(ref, "d", DAYS[0], DAYS[0], DAYS[0], (), parts, None), scene.clock.now()
    )
    return ref


@pytest.mark.parametrize(
    ("why", "minutes", "time"),
    [
        ("Telegram asked us to slow down", 560, "14:20"),
        ("Not now.", 0.2, "05:01"),
        (None, 24 * 60, "Tuesday 2 June, 05:00"),
    ],
)
async def test_a_digest_behind_a_postponed_part_is_not_reported_as_on_its_way(
    scene: Scene, why: str | None, minutes: float, time: str
) -> None:
    ref = await two_parts(scene)
    await put_off(scene, why, minutes)
    assert await ask(scene, ref) == NothingToSend(
        f"Your digest waits, because it could not be sent; it is tried again at {time} UTC.",
        is_under_way=True,
    )
    second, _first = await scene.store.deliveries(chat=ref)
    assert second.next_attempt_at == scene.clock.now(), "as it was"
    scene.clock.advance(minutes * 60)
    assert await ask(scene, ref) == NothingToSend("Your digest is on its way already.", is_under_way=True)


async def test_a_digest_behind_a_part_that_is_looked_up_is_not_reported_as_on_its_way(scene: Scene) -> None:
    ref = await two_parts(scene)
    await put_off(scene, "Discord answered 502", 5, again=True)
    said = "Your digest waits, because it could not be sent; it is tried again at 05:05 UTC."
    assert await ask(scene, ref) == NothingToSend(said, is_under_way=True)
    scene.clock.advance(5 * 60)
    assert await ask(scene, ref) == NothingToSend("Your digest is on its way already.", is_under_way=True)


async def test_a_new_digest_behind_a_postponed_part_is_written_and_reported_as_waiting(scene: Scene) -> None:
    await scene.follow(ANN, "cs.CV")
    await scene.prepare()
    assert isinstance(await ask(scene, ANN), Digest)
    await put_off(scene, "Telegram asked us to slow down", 25 * 60)
    scene.morning(DAYS[1], 5)
    await scene.prepare()
    before = len(await scene.store.deliveries(chat=ANN))
    said = "Your digest waits, because it could not be sent; it is tried again at 06:00 UTC."
    assert await ask(scene, ANN) == NothingToSend(said, is_under_way=True)
    assert len(await scene.store.deliveries(chat=ANN)) > before


async def test_a_part_that_is_being_sent_is_on_its_way(scene: Scene) -> None:
    await queue(scene, 7)
    ref, now = ChatRef(Platform.TELEGRAM, "7"), scene.clock.now()
    [only] = await scene.store.lease("w", tuple(Platform), now, now + timedelta(minutes=3), 9)
    assert await ask(scene, ref) == NothingToSend("Your digest is on its way already.", is_under_way=True)
    assert await scene.store.begin(only.id, "w", now)
    assert await ask(scene, ref) == NothingToSend("Your digest is on its way already.", is_under_way=True)
    await scene.store.settle(only.id, Settlement(DeliveryState.SENT), now)
    assert await ask(scene, ref) is None


async def test_a_requested_digest_does_not_make_the_outbox_look_old(scene: Scene) -> None:
    await queue(scene, 7)
    ref = ChatRef(Platform.TELEGRAM, "7")
    assert await scene.store.hasten(ref, scene.clock.now()) == 1
    [delivery] = await scene.store.deliveries(chat=ref)
    assert delivery.priority is Priority.PERSON_WAITING
    assert await scene.store.oldest_waiting() == scene.clock.now()
