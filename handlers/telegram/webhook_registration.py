"""Tells Telegram where to post the updates of a bot, and watches whether it can."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import structlog
from telegram import WebhookInfo
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot.ports import Clock
from handlers.telegram.updates import REFUSED

log = structlog.get_logger()

CHECK_SECONDS = 60.0
"""How often Telegram is asked whether it can post."""

RECENT = timedelta(minutes=2)
"""A failure to post that is older than this is over: Telegram tries again sooner."""

CONNECTIONS = 40
"""Requests that Telegram makes at the same time."""


class WebhookRegistration:
    """`problem` says why no updates come, as a sentence; None if they do."""

    def __init__(self, bot: ExtBot[Any], url: str, secret: str, kinds: list[str], clock: Clock) -> None:
        self._bot, self._url, self._secret, self._kinds, self._clock = bot, url, secret, kinds, clock
        self.problem: str | None = None
        self._began_at = clock.now()
        self._watching: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Register the address. Raises `TelegramError`."""
        await self._register()
        self.problem, self._began_at = None, self._clock.now()
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(), name="telegram webhook")

    async def end(self) -> None:
        """Stop watching. The address stays registered: Telegram keeps the updates until the service runs again."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None

    async def check(self) -> None:
        """Ask Telegram whether it can post, and register the address again if another one is."""
        try:
            info = await self._bot.get_webhook_info()
            if info.url != self._url:
                await self._register()
                self.problem = "another program has changed where Telegram posts updates; it was changed back"
                log.warning("telegram webhook changed by another program")
                return
        except InvalidToken:
            self.problem = REFUSED
            return
        except TelegramError as error:
            self.problem = f"Telegram does not say whether it can post updates: {error.message[:120]}"
            return
        self.problem = _problem_of(info, self._url, self._began_at, self._clock.now())

    async def _register(self) -> None:
        await self._bot.set_webhook(
            self._url, allowed_updates=self._kinds, secret_token=self._secret, max_connections=CONNECTIONS
        )

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self.check()


def _problem_of(info: WebhookInfo, url: str, began_at: datetime, now: datetime) -> str | None:
    failed_at = info.last_error_date
    # While the service was down Telegram could not post either, which is over. Its times are whole seconds.
    if failed_at is None or failed_at <= began_at + timedelta(seconds=1) or now - failed_at > RECENT:
        return None
    return f"Telegram cannot post updates to {url}: {info.last_error_message or 'it does not say why'}"
