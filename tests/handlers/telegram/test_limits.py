"""The limiter on a clock of its own: never early, people before digests, and calm after a 429."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram import Message
from telegram.error import RetryAfter
from telegram.ext import ApplicationBuilder, ExtBot

from handlers.telegram.limits import Limiter, Urgency
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_world import Limits


class Time:
    """A clock for one limiter: time stands still while anything can go on, and jumps when all is asleep."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, waking))
        await waking

    async def run(self, tasks: Iterable[asyncio.Task[Any]]) -> None:
        tasks = list(tasks)
        while not all(task.done() for task in tasks):
            for _ in range(12):
                await asyncio.sleep(0)
            self._sleepers = [(at, waking) for at, waking in self._sleepers if not waking.done()]
            if self._sleepers and not all(task.done() for task in tasks):
                at, waking = min(self._sleepers, key=lambda each: each[0])
                self.now = max(self.now, at)
                waking.set_result(None)


class Platform:
    """Where requests arrive: keeps (time, chat, name) and refuses with 429 what a test says."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.arrived: list[tuple[float, str, str]] = []
        self.refuse: Callable[[str], int | None] = lambda _chat: None

    async def take(self, chat: str, name: str) -> str:
        self.arrived.append((self.time.now, chat, name))
        if seconds := self.refuse(chat):
            raise RetryAfter(seconds)
        return name


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def platform(time: Time) -> Platform:
    return Platform(time)


@pytest.fixture
def limiter(time: Time) -> Limiter:
    return Limiter(lambda: time.now, time.sleep)


def send(
    limiter: Limiter, platform: Platform, chat: object, name: str = "", urgency: Urgency | None = Urgency.DIGEST
) -> asyncio.Task[Any]:
    request = limiter.process_request(platform.take, (str(chat), name), {}, "sendMessage", {"chat_id": chat}, urgency)
    return asyncio.ensure_future(request)


async def test_never_more_than_thirty_in_a_second_and_hardly_fewer(
    limiter: Limiter, platform: Platform, time: Time
) -> None:
    await time.run([send(limiter, platform, chat) for chat in range(1, 301)])
    times = [at for at, _, _ in platform.arrived]
    assert all(later - earlier >= 1.0 for earlier, later in zip(times, times[30:], strict=False))
    assert 299 / (times[-1] - times[0]) >= 0.97 * 30


async def test_a_chat_gets_one_message_a_second_while_others_go_on(
    limiter: Limiter, platform: Platform, time: Time
) -> None:
    await time.run([send(limiter, platform, chat) for chat in (1, 1, 1, 2, 3)])
    ones = [at for at, chat, _ in platform.arrived if chat == "1"]
    assert [round(at - 1000, 3) for at in ones] == [0, 1, 2]
    assert {at for at, chat, _ in platform.arrived if chat in "23"} == {1000.0}


async def test_a_group_gets_twenty_messages_a_minute(limiter: Limiter, platform: Platform, time: Time) -> None:
    await time.run([send(limiter, platform, -100, urgency=Urgency.ANSWER) for _ in range(41)])
    times = [at for at, _, _ in platform.arrived]
    assert all(later - earlier >= 60 for earlier, later in zip(times, times[20:], strict=False))


async def test_an_answer_to_a_person_goes_before_digests_that_wait(
    limiter: Limiter, platform: Platform, time: Time
) -> None:
    digests = [send(limiter, platform, chat, "digest") for chat in range(1, 200)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    answer = send(limiter, platform, 900, "answer", None)
    await time.run([*digests, answer])
    names = [name for _, _, name in platform.arrived]
    assert names.index("answer") <= 30


async def test_requests_that_send_nothing_never_wait(limiter: Limiter, platform: Platform, time: Time) -> None:
    running = [send(limiter, platform, chat) for chat in range(1, 100)]
    for endpoint in ("answerCallbackQuery", "sendChatAction", "getChatMember"):
        done = await limiter.process_request(platform.take, ("1", endpoint), {}, endpoint, {"chat_id": 1}, None)
        assert done == endpoint
    assert time.now == 1000.0
    await time.run(running)


async def test_a_slow_request_keeps_its_slot_until_a_second_after_its_reply(
    limiter: Limiter, platform: Platform, time: Time
) -> None:
    async def slow(chat: str, name: str) -> str:
        await time.sleep(0.4)
        return await platform.take(chat, name)

    first = limiter.process_request(slow, ("1", "slow"), {}, "sendMessage", {"chat_id": 1}, None)
    await time.run([asyncio.ensure_future(first)])
    await time.run([send(limiter, platform, 1, "next")])
    assert [(round(at - 1000, 3), name) for at, _, name in platform.arrived] == [(0.4, "slow"), (1.4, "next")]


async def test_an_album_counts_as_its_pictures(limiter: Limiter, platform: Platform, time: Time) -> None:
    def album(chat: int) -> asyncio.Task[Any]:
        data = {"chat_id": chat, "media": [1] * 10}
        return asyncio.ensure_future(
            limiter.process_request(platform.take, (str(chat), ""), {}, "sendMediaGroup", data, Urgency.DIGEST)
        )

    singles = [send(limiter, platform, chat) for chat in range(101, 106)]
    await time.run([*singles, *(album(chat) for chat in range(1, 7))])
    assert [sum(at < 1001 for at, chat, _ in platform.arrived if len(chat) == size) for size in (3, 1)] == [5, 2]


async def test_a_429_is_given_to_the_sender_and_halts_only_its_chat(
    limiter: Limiter, platform: Platform, time: Time
) -> None:
    platform.refuse = lambda chat: 7 if chat == "1" else None
    first = send(limiter, platform, 1)
    await time.run([first])
    assert isinstance(first.exception(), RetryAfter)
    platform.refuse = lambda _chat: None
    await time.run([send(limiter, platform, 1, "again"), send(limiter, platform, 2, "other")])
    arrived = {name: at for at, _, name in platform.arrived}
    assert arrived["other"] == 1000.0
    assert arrived["again"] >= 1007.0


async def test_429s_in_several_chats_halt_everything_and_bring_the_rate_down_until_it_is_quiet(
    limiter: Limiter, platform: Platform, time: Time
) -> None:
    platform.refuse = lambda _chat: 5
    await time.run([send(limiter, platform, chat) for chat in (1, 2, 3)])
    platform.refuse = lambda _chat: None
    platform.arrived.clear()
    await time.run([send(limiter, platform, chat) for chat in range(10, 100)])
    times = [at for at, _, _ in platform.arrived]
    assert times[0] >= 1005.0
    assert sum(at < times[0] + 1 for at in times) == 10
    time.now += 60
    platform.arrived.clear()
    await time.run([send(limiter, platform, chat) for chat in range(100, 400)])
    last = platform.arrived[-1][0]
    time.now += 60
    platform.arrived.clear()
    await time.run([send(limiter, platform, chat) for chat in range(400, 500)])
    assert sum(at < time.now + 1 for at, _, _ in platform.arrived) > 20
    assert last > 1000


async def test_an_answer_to_a_person_is_sent_again_once_after_the_wait(
    limiter: Limiter, platform: Platform, time: Time
) -> None:
    answers = iter([3, None])
    platform.refuse = lambda _chat: next(answers)
    answer = send(limiter, platform, 1, "answer", None)
    await time.run([answer])
    assert answer.result() == "answer"
    assert [at for at, _, _ in platform.arrived] == [1000.0, 1003.0]


async def test_a_digest_for_a_chat_that_is_halted_long_is_given_back_at_once(
    limiter: Limiter, platform: Platform, time: Time
) -> None:
    platform.refuse = lambda _chat: 300
    await time.run([send(limiter, platform, 1)])
    platform.refuse = lambda _chat: None
    later = send(limiter, platform, 1)
    await time.run([later])
    assert isinstance(later.exception(), RetryAfter)
    assert time.now == 1000.0
    assert len(platform.arrived) == 1


async def test_one_who_stops_waiting_takes_no_turn(limiter: Limiter, platform: Platform, time: Time) -> None:
    running = [send(limiter, platform, 1, str(number)) for number in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    running[1].cancel()
    await time.run(running)
    assert [name for _, _, name in platform.arrived] == ["0", "2"]
    assert time.now < 1002


async def test_stopping_ends_the_wait(limiter: Limiter, platform: Platform) -> None:
    waiting = [send(limiter, platform, 1) for _ in range(2)]
    for _ in range(5):
        await asyncio.sleep(0)
    await limiter.shutdown()
    waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert len(platform.arrived) == 1


async def test_a_higher_rate_is_used_and_other_limits_stay(platform: Platform, time: Time) -> None:
    limiter = Limiter(lambda: time.now, time.sleep, overall=500)
    await time.run([send(limiter, platform, chat) for chat in [*range(1, 1501), 7]])
    times = [at for at, _, _ in platform.arrived]
    assert all(later - earlier >= 1.0 for earlier, later in zip(times, times[500:], strict=False))
    assert 1500 / (times[-1] - times[0]) >= 0.97 * 500
    first, second = [at for at, chat, _ in platform.arrived if chat == "7"]
    assert second - first >= 1.0


@asynccontextmanager
async def bot_at(rate: int, tg: FakeTelegram) -> AsyncIterator[ExtBot[Any]]:
    application = ApplicationBuilder().token(tg.token).base_url(f"{tg.url}/bot").rate_limiter(Limiter(overall=rate))
    bot = application.job_queue(None).build().bot
    await bot.request.initialize()
    for chat in range(1, 71):
        tg.world.user(chat)
    yield bot
    await bot.request.shutdown()


async def test_more_than_thirty_a_second_are_paid_broadcasts() -> None:
    async with FakeTelegram(Limits(paid_messages=1_000)) as tg, bot_at(200, tg) as bot:
        await asyncio.gather(*(bot.send_message(chat, "one") for chat in range(1, 71)))
        assert tg.world.buckets.refused == 0
        times = [each.at for each in tg.world.messages]
        assert len(times) == 70
        assert tg.world.buckets.limits.paid_messages < 1_000


@pytest.mark.parametrize("stars", [0, 20])
async def test_without_stars_messages_go_out_unpaid_and_at_the_free_rate(stars: int) -> None:
    async with FakeTelegram(Limits(paid_messages=stars, penalty=1)) as tg, bot_at(200, tg) as bot:
        sending = (bot.send_message(chat, "one") for chat in range(1, 71))
        assert all(isinstance(each, Message) for each in await asyncio.gather(*sending))
        assert len(tg.world.messages) == 70, "each message once"
        await bot.send_message(1, "two")
        last = [params for method, params in tg.requests if method == "sendMessage"][-1]
        assert "allow_paid_broadcast" not in last


async def test_the_platform_itself_refuses_nothing_of_what_the_limiter_lets_go() -> None:
    async with FakeTelegram(Limits()) as tg:
        application = ApplicationBuilder().token(tg.token).base_url(f"{tg.url}/bot").rate_limiter(Limiter())
        bot = application.job_queue(None).build().bot
        await bot.request.initialize()
        for chat in range(1, 71):
            tg.world.user(chat)
        await asyncio.gather(*(bot.send_message(chat, "one") for chat in range(1, 71)))
        await bot.request.shutdown()
    assert tg.world.buckets.refused == 0
    assert len(tg.world.messages) == 70
