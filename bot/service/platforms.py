"""The platforms that have a token, connected: for the service with their commands, for one pass only to send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.decisions.health import Service
from bot.errors import RetryLater
from bot.model import Platform
from bot.ports import Clock, Sender, Store
from bot.service.app import App
from bot.service.logs import redact
from bot.service.status import REMEMBERED

if TYPE_CHECKING:
    from handlers.discord.app import DiscordApp
    from handlers.telegram.app import TelegramApp

log = structlog.get_logger()


TELL_AGAIN = timedelta(minutes=1)
"""How often the service says how it is where nothing changed: whoever reads it knows by that that it runs."""


class Connected(Protocol):
    """A platform's side of the service: what sends there, and why commands are not answered, None while they are."""

    @property
    def sender(self) -> Sender: ...

    @property
    def problem(self) -> str | None: ...


@asynccontextmanager
async def connected(app: App) -> AsyncIterator[dict[Platform, Connected]]:
    """Answer commands on every platform that has a token.

    A platform that cannot be reached is tried again in the background. Raises `BadSetting` for a bad token.
    """
    platforms: dict[Platform, Connected] = {}
    async with AsyncExitStack() as stack:
        if app.settings.telegram_bot_token:
            telegram = _telegram(app)
            stack.push_async_callback(telegram.stop)
            await telegram.start()
            platforms[Platform.TELEGRAM] = telegram
        if app.settings.discord_bot_token:
            discord = _discord(app)
            stack.push_async_callback(discord.stop)
            await discord.start()
            platforms[Platform.DISCORD] = discord
        yield platforms


class PlatformWatch:
    """Looks after the platforms, and lets the store remember what it saw: for /healthz, and for other processes."""

    def __init__(self, store: Store, clock: Clock, platforms: Mapping[Platform, Connected]) -> None:
        self._store, self._clock, self._platforms = store, clock, platforms
        self._seen = Service(clock.now(), {})
        self._told: Service | None = None

    async def look(self) -> None:
        """Raises `StoreUnavailable`; what was not written then is written by the next look."""
        now, told = self._clock.now(), self._told
        problems = {name: redact(each.problem) if each.problem else None for name, each in self._platforms.items()}
        self._seen = self._seen.now(problems, now)
        if told is None or self._seen.platforms != told.platforms or abs(now - told.at) >= TELL_AGAIN:
            await self._store.remember_value(REMEMBERED, self._seen.as_json())
            self._told = self._seen


@asynccontextmanager
async def senders_only(app: App) -> AsyncIterator[dict[Platform, Sender]]:
    """What sends to the platforms that have a token and answer now. Raises `BadSetting` for a bad token."""
    senders: dict[Platform, Sender] = {}
    async with AsyncExitStack() as stack:
        if app.settings.telegram_bot_token:
            telegram = _telegram(app)
            stack.push_async_callback(telegram.stop)
            await _reached(telegram, Platform.TELEGRAM, senders)
        if app.settings.discord_bot_token:
            discord = _discord(app)
            stack.push_async_callback(discord.stop)
            await _reached(discord, Platform.DISCORD, senders)
        yield senders


async def _reached(platform_app: TelegramApp | DiscordApp, platform: Platform, senders: dict[Platform, Sender]) -> None:
    try:
        await platform_app.log_in()
    except RetryLater as error:
        log.error("platform cannot be reached; its digests wait", platform=str(platform), why=str(error))
    else:
        senders[platform] = platform_app.sender


def _telegram(app: App) -> TelegramApp:
    from handlers.telegram.app import build

    return build(app.settings, app.conversation(), app.store, app.clock)


def _discord(app: App) -> DiscordApp:
    from handlers.discord.app import build

    return build(app.settings, app.conversation(), app.store, app.clock)
