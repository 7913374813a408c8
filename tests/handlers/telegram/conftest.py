"""The whole Telegram side on the stand-in: real python-telegram-bot, a real store, and a fake pipeline."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.conversation import Conversation, Defaults
from bot.settings import Settings, load
from bot.storage.store import SqlStore
from handlers.telegram.app import TelegramApp, build
from handlers.telegram.limits import Limiter
from tests.fakes.clock import FakeClock
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import FakePipeline
from tests.fakes.stores import memory_store
from tests.fakes.telegram import FakeTelegram

JOINER = "\u2060"  # keeps Telegram from making links and commands of plain text; nobody sees it
NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)


@dataclass
class Bench:
    """The running application with everything around it."""

    tg: FakeTelegram
    app: TelegramApp
    store: SqlStore
    pipeline: FakePipeline
    talk: Conversation
    clock: FakeClock

    async def ask(self, chat_id: int, text: str, *, user: int | None = None, thread: int | None = None) -> str:
        """Write a message and return the text of the next answer in that chat."""
        before = len(self.tg.messages(chat_id))
        self.tg.say(chat_id, user or chat_id, text, thread=thread)
        return (await self.tg.wait_for(chat_id, before + 1))[before].text.replace(JOINER, "")

    async def eventually(self, read: Callable[[], Awaitable[object]], expected: object) -> None:
        """Wait until what is read from the store is as expected."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                while await read() != expected:  # noqa: ASYNC110 - a database sets no event
                    await asyncio.sleep(0.01)
        assert await read() == expected

    async def settled(self) -> None:
        """Wait until the bot has fetched every update, and polls again."""
        last = self.tg.world.updates[-1]["update_id"] if self.tg.world.updates else 0
        await self.tg.until(lambda: not any(each["update_id"] <= last for each in self.tg.world.updates))


READINGS_PER_HOUR = 20
"""More than any test needs that is not about the limit."""


def settings_for(tg: FakeTelegram, folder: Path, token: str | None = None) -> Settings:
    return load(telegram_bot_token=SecretStr(token or tg.token), telegram_api_url=tg.url, data_dir=folder)


@pytest.fixture
async def tg() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
def readings_per_hour() -> int:
    """For one person; 0 for no limit."""
    return READINGS_PER_HOUR


@pytest.fixture
async def bench(tg: FakeTelegram, tmp_path: Path, readings_per_hour: int) -> AsyncIterator[Bench]:
    async with memory_store() as store:
        pipeline, clock = FakePipeline(), FakeClock(NOW)
        insight = insight_of(store, clock)
        talk = Conversation(
            store,
            clock,
            pipeline.read,
            pipeline.compose,
            finder(store),
            insight,
            Defaults(),
            readings_per_hour=readings_per_hour,
        )
        # Limits have tests of their own; here their seconds pass a hundred times as fast.
        limiter = Limiter(lambda: 100 * time.monotonic(), lambda seconds: asyncio.sleep(seconds / 100))
        app = build(settings_for(tg, tmp_path), talk, store, clock, limiter)
        await app.start()
        try:
            yield Bench(tg, app, store, pipeline, talk, clock)
        finally:
            await app.stop()
