"""Every way in which polling for updates can fail is reported while it lasts, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from handlers.telegram.app import TelegramApp, build
from handlers.telegram.updates import CALM_SECONDS, SILENT_SECONDS, Updates
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline
from tests.fakes.stores import memory_store
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_world import user_json
from tests.handlers.telegram.conftest import settings_for

ANN, BOB = 5, 6


@asynccontextmanager
async def polling(tg: FakeTelegram, folder: Path, updates: Updates | None = None) -> AsyncIterator[TelegramApp]:
    pipeline, clock = FakePipeline(), FakeClock()
    async with memory_store() as store:
        talk = conversation_of(store, clock, pipeline)
        app = build(settings_for(tg, folder), talk, store, clock, updates=updates)
        await app.start()
        yield app
        await app.stop()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - the library tells nobody
            await asyncio.sleep(0.01)


async def test_failed_polling_is_a_problem_until_updates_come_again(tg: FakeTelegram, tmp_path: Path) -> None:
    now = 0.0
    async with polling(tg, tmp_path, Updates(lambda: now)) as app:
        assert app.problem is None
        tg.fail("getUpdates", "502", stored=False, times=2)
        tg.say(ANN, ANN, "/help")  # ends the poll under way
        await until(lambda: app.problem is not None)
        assert app.problem == "Telegram gives no updates: Bad Gateway (502)"
        assert await tg.wait_for(ANN)
        now += CALM_SECONDS
        tg.say(ANN, ANN, "/help")
        await until(lambda: app.problem is None)


async def test_two_polling_processes_are_a_problem_although_some_polls_succeed(
    tg: FakeTelegram, tmp_path: Path
) -> None:
    now = 0.0
    async with polling(tg, tmp_path, Updates(lambda: now)) as app, ClientSession() as other:
        for number in (1, 2):
            # Another process asks: the poll under way is refused, and the next one is answered.
            await tg.until(lambda: tg.polls == 1)
            await other.post(f"{tg.url}/bot{tg.token}/getUpdates", json={"timeout": 0})
            await until(lambda: app.problem is not None)
            tg.say(ANN, ANN, "/help")
            await tg.wait_for(ANN, number)
            assert "make sure that only one bot instance is running" in (app.problem or "")
            now += CALM_SECONDS / 2


async def test_an_unreadable_update_is_skipped_and_the_others_of_its_batch_are_answered(
    tg: FakeTelegram, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lacking = {"status": "restricted", "user": user_json(ANN), "note": "a secret word"}
    with capture_logs() as logs:
        async with polling(tg, tmp_path) as app:
            tg.world.push(my_chat_member={"chat": tg.world.user(ANN).as_json(), "new_chat_member": lacking})
            tg.say(ANN, ANN, "/help")
            await tg.wait_for(ANN)
            last = tg.world.push(my_chat_member={"new_chat_member": lacking})
            tg.say(BOB, BOB, "/help")
            await tg.wait_for(BOB)
            await tg.until(lambda: not any(each["update_id"] <= last for each in tg.world.updates))
            assert app.problem is None
    assert [each["kinds"] for each in logs if "not understood" in each["event"]] == [["my_chat_member"]] * 2
    assert "a secret word" not in f"{logs}{caplog.text}"


def test_silence_is_a_problem_although_no_request_fails() -> None:
    now = 0.0
    updates = Updates(lambda: now)
    now = 1000.0
    assert updates.problem is None, "nothing was asked for yet"
    updates.begin()
    now += SILENT_SECONDS
    assert updates.problem is None
    now += 1
    assert updates.problem == "Telegram does not answer when it is asked for updates"
    updates.begin()
    assert updates.problem is None


async def test_a_revoked_token_is_reported(tg: FakeTelegram, tmp_path: Path) -> None:
    async with polling(tg, tmp_path) as app:
        tg.token = "1:another"
        tg.say(ANN, ANN, "/help")
        await until(lambda: app.problem is not None)
        assert "@BotFather" in (app.problem or "")
