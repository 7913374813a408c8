"""The platforms that have a token, connected: for the service with their commands, for one pass only to send."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from bot.app import App
from bot.errors import RetryLater
from bot.model import Platform
from bot.ports import Sender

if TYPE_CHECKING:
    from handlers.discord.app import DiscordApp
    from handlers.telegram.app import TelegramApp

log = structlog.get_logger()


@asynccontextmanager
async def connected(app: App) -> AsyncIterator[dict[Platform, Sender]]:
    """Answer commands on every platform that has a token, and give what sends there.

    A platform that cannot be reached is tried again in the background. Raises `BadSetting` for a bad token.
    """
    senders: dict[Platform, Sender] = {}
    async with AsyncExitStack() as stack:
        if app.settings.telegram_bot_token:
            telegram = _telegram(app)
            stack.push_async_callback(telegram.stop)
            await telegram.start()
            senders[Platform.TELEGRAM] = telegram.sender
        if app.settings.discord_bot_token:
            discord = _discord(app)
            stack.push_async_callback(discord.stop)
            await discord.start()
            senders[Platform.DISCORD] = discord.sender
        yield senders


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
