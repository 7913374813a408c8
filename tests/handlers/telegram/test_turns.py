"""Waiting for Telegram's limits before a delivery begins: who waits has asked Telegram for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from telegram.error import RetryAfter
from telegram.ext import ApplicationBuilder

from bot.model import ChatRef, NotSent, Part, Platform, Priority, Sent
from handlers.telegram.limits import MAX_WAIT_SECONDS, Limiter, Urgency
from handlers.telegram.sender import TelegramSender
from tests.fakes.telegram import FakeTelegram
from tests.handlers.telegram.test_limits import Time

PART = Part({"kind": "message", "html": "a card", "buttons": []})
ANN, BEN = ChatRef(Platform.TELEGRAM, "5"), ChatRef(Platform.TELEGRAM, "6")


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def tg() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        for chat in (ANN, BEN):
            server.world.user(int(chat.id))
        yield server


@pytest.fixture
async def sender(tg: FakeTelegram, time: Time, tmp_path: Path) -> AsyncIterator[TelegramSender]:
    limiter = Limiter(lambda: time.now, time.sleep)
    builder = ApplicationBuilder().token(tg.token).base_url(f"{tg.url}/bot").rate_limiter(limiter)
    application = builder.job_queue(None).build()
    await application.bot.request.initialize()
    yield TelegramSender(application.bot, tmp_path)
    await limiter.shutdown()
    await application.bot.request.shutdown()


async def refuse(limiter: Limiter, chat: str, seconds: int) -> None:
    async def request() -> None:
        raise RetryAfter(seconds)

    with pytest.raises(RetryAfter):
        await limiter.process_request(request, (), {}, "sendMessage", {"chat_id": chat}, Urgency.DIGEST)


async def test_what_is_sent_in_its_turn_waits_no_second_time(tg: FakeTelegram, sender: TelegramSender) -> None:
    async with sender.turn(ANN, PART) as wait:
        assert wait is None
        assert isinstance(await sender.send(ANN, PART, "key"), Sent)
    assert len(tg.messages(5)) == 1


async def test_the_next_turn_of_a_chat_comes_a_second_later_and_until_then_nothing_is_asked(
    tg: FakeTelegram, sender: TelegramSender, time: Time
) -> None:
    async with sender.turn(ANN, PART):
        await sender.send(ANN, PART, "one")
    before = len(tg.requests)

    async def second() -> float:
        async with sender.turn(ANN, PART) as wait:
            assert wait is None
            assert len(tg.requests) == before
            return time.now

    task = asyncio.ensure_future(second())
    await time.run([task])
    assert task.result() >= 1001.0


async def test_a_turn_that_was_not_used_is_no_message_to_come(sender: TelegramSender, time: Time) -> None:
    async with sender.turn(ANN, PART):
        pass
    async with sender.turn(BEN, PART) as wait:
        assert wait is None
    assert time.now == 1000.0


async def test_a_chat_that_is_halted_long_gets_no_turn_and_the_others_do(sender: TelegramSender) -> None:
    limiter = sender._bot.rate_limiter
    assert isinstance(limiter, Limiter)
    await refuse(limiter, "5", int(MAX_WAIT_SECONDS) + 40)
    async with sender.turn(ANN, PART) as wait:
        assert isinstance(wait, NotSent)
        assert not wait.whole_platform
        assert (wait.retry_after or 0) > MAX_WAIT_SECONDS
    async with sender.turn(BEN, PART) as wait:
        assert wait is None


async def test_where_telegram_halts_us_altogether_the_whole_platform_waits(sender: TelegramSender) -> None:
    limiter = sender._bot.rate_limiter
    assert isinstance(limiter, Limiter)
    await refuse(limiter, "7", 100)
    await refuse(limiter, "8", 100)
    async with sender.turn(ANN, PART) as wait:
        assert isinstance(wait, NotSent)
        assert wait.whole_platform


async def test_turns_are_given_early_by_what_it_takes_to_write_down_and_nothing_leaves_too_soon(time: Time) -> None:
    limiter = Limiter(lambda: time.now, time.sleep)
    left: list[float] = []

    async def request() -> None:
        left.append(time.now)

    async def deliver(chat: int) -> None:
        async with limiter.early_turn(str(chat)):
            await time.sleep(0.08)  # the row is marked; were it not early, 92% of the rate would be left
            await limiter.process_request(request, (), {}, "sendMessage", {"chat_id": chat}, Urgency.NOW)

    await time.run([asyncio.ensure_future(deliver(chat)) for chat in range(1, 301)])
    assert all(later - earlier >= 0.999_999 for earlier, later in zip(left, left[30:], strict=False))
    assert 150 / (left[-1] - left[-151]) >= 0.95 * 30
    await limiter.shutdown()


async def test_an_answer_waits_for_no_digest_that_has_an_early_turn(time: Time) -> None:
    limiter = Limiter(lambda: time.now, time.sleep)
    done: list[str] = []

    async def request(name: str) -> None:
        done.append(name)

    async def deliver(chat: int) -> None:
        async with limiter.early_turn(str(chat)):
            await time.sleep(0.08)
            await limiter.process_request(request, ("digest",), {}, "sendMessage", {"chat_id": chat}, Urgency.NOW)

    digests = [asyncio.ensure_future(deliver(chat)) for chat in range(1, 200)]
    await time.run(digests[:60])
    before = len(done)
    answer = asyncio.ensure_future(
        limiter.process_request(request, ("answer",), {}, "sendMessage", {"chat_id": 900}, None)
    )
    await time.run([*digests, answer])
    assert done.index("answer") - before <= 12
    await limiter.shutdown()


async def test_a_digest_that_somebody_asked_for_waits_for_no_other_and_with_no_more_patience(
    sender: TelegramSender, time: Time
) -> None:
    limiter = sender._bot.rate_limiter
    assert isinstance(limiter, Limiter)
    done: list[str] = []

    async def deliver(chat: str, priority: Priority) -> None:
        async with sender.turn(ChatRef(Platform.TELEGRAM, chat), PART, priority) as wait:
            assert wait is None
            done.append(chat)

    await refuse(limiter, "5", int(MAX_WAIT_SECONDS) + 40)
    async with sender.turn(ANN, PART, Priority.PERSON_WAITING) as wait:
        assert isinstance(wait, NotSent)
    digests = [asyncio.ensure_future(deliver(str(chat), Priority.DIGEST)) for chat in range(100, 300)]
    await time.run(digests[:60])
    before = len(done)
    await time.run([asyncio.ensure_future(deliver("900", Priority.PERSON_WAITING)), *digests])
    assert done.index("900") - before <= 12
