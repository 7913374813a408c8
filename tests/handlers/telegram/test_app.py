"""The application starts and stops: bad tokens, an unreachable Telegram, and a quick stop."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.errors import BadSetting, RetryLater
from bot.model import ChatRef, Part, Platform, Sent
from bot.storage.store import SqlStore
from handlers.telegram.app import TelegramApp, build
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline
from tests.fakes.telegram import FakeTelegram
from tests.handlers.telegram.conftest import settings_for

ANN = 5


def made(
    tg: FakeTelegram, store: SqlStore, folder: Path, token: str | None = None, pipeline: FakePipeline | None = None
) -> TelegramApp:
    pipeline, clock = pipeline or FakePipeline(), FakeClock()
    talk = conversation_of(store, clock, pipeline)
    return build(settings_for(tg, folder, token), talk, store, clock)


@pytest.mark.parametrize("token", ["nonsense", ":", "12:", "a:b"])
async def test_a_malformed_token_is_reported_before_any_request(
    tg: FakeTelegram, store: SqlStore, tmp_path: Path, token: str
) -> None:
    with pytest.raises(BadSetting, match=r"TELEGRAM_BOT_TOKEN: .*@BotFather"):
        made(tg, store, tmp_path, token)


async def test_a_refused_token_is_reported_in_one_sentence_without_the_token(
    tg: FakeTelegram, store: SqlStore, tmp_path: Path
) -> None:
    app = made(tg, store, tmp_path, "1:wrong")
    with pytest.raises(BadSetting, match="TELEGRAM_BOT_TOKEN") as refused:
        await app.start()
    assert "1:wrong" not in str(refused.value)


async def test_logging_in_is_enough_to_send(tg: FakeTelegram, store: SqlStore, tmp_path: Path) -> None:
    tg.world.user(ANN)
    app = made(tg, store, tmp_path)
    await app.log_in()
    part = Part({"kind": "message", "html": "hello", "buttons": []})
    assert isinstance(await app.sender.send(ChatRef(Platform.TELEGRAM, str(ANN)), part, "key"), Sent)
    await app.stop()
    assert "getUpdates" not in {method for method, _ in tg.requests}


async def test_starting_is_retried_in_the_background_while_telegram_is_unreachable(
    tg: FakeTelegram, store: SqlStore, tmp_path: Path
) -> None:
    tg.fail("getMe", "502", stored=False, times=2)
    app = made(tg, store, tmp_path)
    await app.start()
    assert app.problem is not None
    tg.say(ANN, ANN, "/help")
    assert await tg.wait_for(ANN)
    assert app.problem is None
    await app.stop()


async def test_logging_in_raises_retry_later_while_telegram_is_unreachable(
    tg: FakeTelegram, store: SqlStore, tmp_path: Path
) -> None:
    tg.fail("getMe", "500", stored=False)
    app = made(tg, store, tmp_path)
    with pytest.raises(RetryLater, match=r"^Telegram does not serve \("):
        await app.log_in()
    await app.stop()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://telegram.invalid", "telegram.invalid was not found"),
        ("http://127.0.0.1:9", "no connection to 127.0.0.1"),
    ],
)
async def test_an_unreachable_telegram_is_reported_without_names_of_libraries(
    tg: FakeTelegram, store: SqlStore, tmp_path: Path, url: str, reason: str
) -> None:
    pipeline, clock = FakePipeline(), FakeClock()
    talk = conversation_of(store, clock, pipeline)
    settings = settings_for(tg, tmp_path).model_copy(update={"telegram_api_url": url})
    app = build(settings, talk, store, clock)
    with pytest.raises(RetryLater) as caught:
        await app.log_in()
    assert str(caught.value) == f"Telegram cannot be reached ({reason}); check the network."
    await app.stop()


async def test_stopping_does_not_wait_for_a_reading(tg: FakeTelegram, store: SqlStore, tmp_path: Path) -> None:
    pipeline = FakePipeline()
    pipeline.may_finish.clear()
    app = made(tg, store, tmp_path, pipeline=pipeline)
    await app.start()
    tg.say(ANN, ANN, "/summarize 2406.14272")
    await tg.until(lambda: bool(tg.world.actions))
    async with asyncio.timeout(10):
        await app.stop()
    assert not app.application.running


async def test_another_process_that_polls_is_reported_and_polling_goes_on(
    tg: FakeTelegram, store: SqlStore, tmp_path: Path
) -> None:
    first, second = made(tg, store, tmp_path), made(tg, store, tmp_path)
    await first.start()
    await tg.until(lambda: any(method == "getUpdates" for method, _ in tg.requests))
    await second.start()
    await tg.until(lambda: tg.conflicts > 0)
    await first.stop()
    tg.say(ANN, ANN, "/help")
    assert await tg.wait_for(ANN)
    await second.stop()
