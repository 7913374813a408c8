"""Whether updates come: every way in which they can fail to is known while it lasts, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.conversation import Conversation, Defaults
from handlers.telegram.app import TelegramApp, build
from handlers.telegram.updates import SILENT_SECONDS, Updates
from tests.fakes.clock import FakeClock
from tests.fakes.stores import memory_store
from tests.fakes.telegram import FakeTelegram
from tests.handlers.telegram.conftest import Desk, settings_for

ANN = 5


@asynccontextmanager
async def polling(tg: FakeTelegram, folder: Path) -> AsyncIterator[TelegramApp]:
    desk, clock = Desk(), FakeClock()
    async with memory_store() as store:
        talk = Conversation(store, clock, desk.read, desk.compose, Defaults())
        app = build(settings_for(tg, folder), talk, store, clock)
        await app.start()
        yield app
        await app.stop()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - the library tells nobody
            await asyncio.sleep(0.01)


async def test_a_telegram_that_stops_giving_updates_is_a_problem_until_it_gives_them_again(
    tg: FakeTelegram, tmp_path: Path
) -> None:
    async with polling(tg, tmp_path) as app:
        assert app.problem is None
        tg.fail("getUpdates", "502", stored=False, times=2)
        tg.say(ANN, ANN, "/help")  # ends the poll under way
        await until(lambda: app.problem is not None)
        assert app.problem == "Telegram gives no updates: Bad Gateway (502)"
        await until(lambda: app.problem is None)
        assert await tg.wait_for(ANN)


def test_a_telegram_that_never_answers_is_a_problem_though_no_error_comes() -> None:
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


async def test_a_token_that_was_taken_back_is_named(tg: FakeTelegram, tmp_path: Path) -> None:
    async with polling(tg, tmp_path) as app:
        tg.token = "1:another"
        tg.say(ANN, ANN, "/help")
        await until(lambda: app.problem is not None)
        assert "@BotFather" in (app.problem or "")
