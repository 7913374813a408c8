"""Connects the platforms that have a token: for the service with their commands, for one pass only to send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.decisions.health import Service
from bot.errors import RetryLater
from bot.model import Bot, Platform
from bot.ports import Clock, Sender, Store
from bot.service.app import App
from bot.service.bots import bots_of
from bot.service.logs import redact
from bot.service.status import SERVICE_STATE

if TYPE_CHECKING:
    from handlers.discord.app import DiscordApp
    from handlers.telegram.app import TelegramApp

log = structlog.get_logger()


REPORT_EVERY = timedelta(minutes=1)
"""How often the service reports its state if nothing changed: the report shows other processes that it is running."""


class Connected(Protocol):
    """A platform's side of the service.

    `problem` says why commands are not answered there; None while they are.
    """

    @property
    def sender(self) -> Sender: ...

    @property
    def problem(self) -> str | None: ...


@asynccontextmanager
async def connected(app: App, bot: Bot) -> AsyncIterator[Connected]:
    """Answer the commands of a bot inside this context.

    A platform that cannot be reached is retried in the background. Raises `BadSetting` for a bad token.
    """
    platform_app = _platform_app(app, bot)
    try:
        await platform_app.start()
        yield platform_app
    finally:  # also after a start that failed half way, which has opened connections
        await platform_app.stop()


class PlatformWatch:
    """Stores the state of the platforms, for /healthz and for other processes."""

    def __init__(self, store: Store, clock: Clock, platforms: Mapping[Platform, Connected]) -> None:
        self._store, self._clock, self._platforms = store, clock, platforms
        self._state = Service(clock.now(), {})
        self._stored: Service | None = None

    async def report(self) -> None:
        """Store the state if it changed, or if it was last stored `REPORT_EVERY` ago.

        Raises `StoreUnavailable`; the next call writes what could not be written.
        """
        # A problem may quote an address with a token in it, and the state is shown on a public page.
        now, stored = self._clock.now(), self._stored
        problems = {
            name: redact(platform.problem) if platform.problem else None for name, platform in self._platforms.items()
        }
        self._state = self._state.updated(problems, now)
        if stored is None or self._state.platforms != stored.platforms or abs(now - stored.at) >= REPORT_EVERY:
            await self._store.remember_value(SERVICE_STATE, self._state.as_json())
            # Only after the write, so that a change which could not be written is written by the next call.
            self._stored = self._state


@asynccontextmanager
async def senders_only(app: App) -> AsyncIterator[dict[Platform, Sender]]:
    """Return senders for the platforms that have a token and can be reached now.

    Raises `BadSetting` for a bad token.
    """
    senders: dict[Platform, Sender] = {}
    async with AsyncExitStack() as stack:
        for bot in bots_of(app.settings):
            platform_app = _platform_app(app, bot)
            stack.push_async_callback(platform_app.stop)
            try:
                await platform_app.log_in()
            except RetryLater as error:
                log.error("platform cannot be reached; its digests wait", platform=str(bot.platform), reason=str(error))
            else:
                senders[bot.platform] = platform_app.sender
        yield senders


def _platform_app(app: App, bot: Bot) -> TelegramApp | DiscordApp:
    """Build the app of a bot. Raises `BadSetting` for a bad token."""
    # Imported here: the client libraries are heavy, and a platform without a token does not need its own.
    if bot.platform is Platform.TELEGRAM:
        from handlers.telegram.app import build as build_telegram

        return build_telegram(app.settings, app.conversation(), app.store, app.clock)
    from handlers.discord.app import build as build_discord

    return build_discord(app.settings, app.conversation(), app.store, app.clock)
