"""The stand-in is as strict as the Bot API: what it accepts is what Telegram would."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_world import Limits

ANN, GROUP = 5, -1001000000001


@pytest.fixture
async def tg() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(Limits(overall=5, per_chat=2, per_group=3)) as server:
        for user in range(1, 10):
            server.world.user(user)
        yield server


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def call(http: aiohttp.ClientSession, tg: FakeTelegram, method: str, **params: Any) -> dict[str, Any]:
    async with http.post(f"{tg.url}/bot{tg.token}/{method}", json=params) as answer:
        body: dict[str, Any] = await answer.json()
        assert body["ok"] == (answer.status == 200)
        return body


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"chat_id": 404, "text": "x"}, "chat not found"),
        ({"chat_id": ANN, "text": " "}, "message text is empty"),
        ({"chat_id": ANN, "text": "🦊" * 2049}, "message is too long"),
        ({"chat_id": ANN, "text": "<b>x", "parse_mode": "HTML"}, "can't parse entities"),
        ({"chat_id": ANN, "text": "<p>x</p>", "parse_mode": "HTML"}, "unsupported start tag"),
        ({"chat_id": ANN, "text": "x", "message_thread_id": 3}, "message thread not found"),
        (
            {
                "chat_id": ANN,
                "text": "x",
                "reply_markup": json.dumps({"inline_keyboard": [[{"text": "x", "callback_data": "x" * 65}]]}),
            },
            "BUTTON_DATA_INVALID",
        ),
        (
            {
                "chat_id": ANN,
                "text": "x",
                "reply_markup": json.dumps({"inline_keyboard": [[{"text": "x", "url": "javascript:x"}]]}),
            },
            "is invalid",
        ),
    ],
)
async def test_a_bad_message_is_refused_in_telegrams_words(
    tg: FakeTelegram, http: aiohttp.ClientSession, params: dict[str, Any], said: str
) -> None:
    body = await call(http, tg, "sendMessage", **params)
    assert said.casefold() in body["description"].casefold()
    assert tg.world.messages == []


async def test_too_many_messages_are_refused_with_429_and_retry_after(
    tg: FakeTelegram, http: aiohttp.ClientSession
) -> None:
    answers = [await call(http, tg, "sendMessage", chat_id=ANN, text="x") for _ in range(3)]
    assert [answer["ok"] for answer in answers] == [True, True, False]
    assert answers[2]["parameters"]["retry_after"] >= 3
    others = [await call(http, tg, "sendMessage", chat_id=user, text="x") for user in (1, 2, 3, 4)]
    assert [answer["ok"] for answer in others] == [True, True, True, False]


async def test_updates_are_given_until_confirmed_and_only_to_the_last_poller(
    tg: FakeTelegram, http: aiohttp.ClientSession
) -> None:
    tg.say(ANN, ANN, "/start")
    [first] = (await call(http, tg, "getUpdates", timeout=0))["result"]
    [again] = (await call(http, tg, "getUpdates", timeout=0))["result"]
    assert first == again
    assert first["message"]["entities"][0]["type"] == "bot_command"
    waiting = asyncio.create_task(call(http, tg, "getUpdates", offset=first["update_id"] + 1, timeout=20))
    await tg.until(lambda: tg.polls == 1)
    second = asyncio.create_task(call(http, tg, "getUpdates", timeout=20))
    await tg.until(lambda: tg.conflicts == 1)
    assert (await waiting)["error_code"] == 409
    tg.say(ANN, ANN, "hello")
    assert (await second)["result"][0]["message"]["text"] == "hello"


async def test_it_runs_as_a_process_of_its_own(http: aiohttp.ClientSession) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.telegram", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().strip()
        said = {"chat_id": ANN, "user_id": ANN, "text": "/start"}
        async with http.post(f"{url}/_say", json=said) as answer:
            assert (await answer.json())["message_id"] == 1
        async with http.post(
            f"{url}/bot123456:TEST-token_of_the_stand-in/sendMessage", json={"chat_id": ANN, "text": "x"}
        ):
            pass
        async with http.get(f"{url}/_messages") as answer:
            assert [each["text"] for each in await answer.json()] == ["x"]
    finally:
        process.terminate()
        await process.wait()
