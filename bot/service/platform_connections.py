"""Connects the platforms that have a token: for the service with their commands, for one pass only to send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.decisions.health import MAX_SILENCE, Service
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
    from handlers.telegram.webhook import Webhook

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


def webhooks_of(app: App) -> dict[Bot, Webhook]:
    """What receives the updates that Telegram posts, for each bot there. Raises `BadSetting` for a bad token.

    It has to be there before the bot is connected, and in each process: Telegram posts to whichever the address leads.
    """
    bots = {bot: token for bot, token in bots_of(app.settings).items() if bot.platform is Platform.TELEGRAM}
    if not bots:
        return {}
    from handlers.telegram.webhook import Webhook, secret_of

    given = app.settings.telegram_webhook_secret
    secrets = {
        bot: (given.get_secret_value() if given else secret_of(token.get_secret_value())) for bot, token in bots.items()
    }
    return {bot: Webhook(bot, secret, app.store, app.clock) for bot, secret in secrets.items()}


@asynccontextmanager
async def connected(app: App, bot: Bot, webhook: Webhook | None = None) -> AsyncIterator[Connected]:
    """Answer the commands of a bot inside this context; `webhook` is the one of a Telegram bot.

    A platform that cannot be reached is retried in the background. Raises `BadSetting` for a bad token.
    """
    platform_app = _platform_app(app, bot, webhook)
    try:
        await platform_app.start()
        yield platform_app
    finally:  # also after a start that failed half way, which has opened connections
        await platform_app.stop()


UNSERVED = "no process has taken the bot"


class PlatformWatch:
    """Stores the state of the platforms, for /healthz and for other processes.

    `connected` are the bots that this process serves now, `bots` all that the settings have tokens for. Every process
    stores what it knows of its own bots, and of the platforms what all processes together know.
    """

    def __init__(
        self, store: Store, clock: Clock, connected: Mapping[Bot, Connected], bots: Collection[Bot] = ()
    ) -> None:
        self._store, self._clock, self._connected, self._bots = store, clock, connected, bots
        self._state = Service(clock.now(), {})
        self._stored: Service | None = None
        self._reported: dict[Bot, tuple[str | None, datetime]] = {}

    async def report(self) -> None:
        """Store the state if it changed, or if it was last stored `REPORT_EVERY` ago.

        Raises `StoreUnavailable`; the next call writes what could not be written.
        """
        now, stored = self._clock.now(), self._stored
        problems = {bot: await self._problem(bot, now) for bot in sorted({*self._bots, *self._connected})}
        self._state = self._state.updated(by_platform(problems), now)
        if stored is None or self._state.platforms != stored.platforms or abs(now - stored.at) >= REPORT_EVERY:
            await self._store.remember_value(SERVICE_STATE, self._state.as_json())
            # Only after the write, so that a change which could not be written is written by the next call.
            self._stored = self._state

    async def _problem(self, bot: Bot, now: datetime) -> str | None:
        """Why a bot answers no commands, in words without secrets; None if it does. Stores that of our own bots."""
        name = f"connection of {bot}"
        if bot not in self._connected:
            self._reported.pop(bot, None)
            told = await self._store.value(name)
            if told is None or abs(now - datetime.fromisoformat(told["at"])) > MAX_SILENCE:
                return UNSERVED
            return str(told["problem"]) if told["problem"] else None
        # A problem may quote an address with a token in it, and the state is shown on a public page.
        problem = self._connected[bot].problem
        problem = redact(problem) if problem else None
        before, at = self._reported.get(bot, (None, None))
        if at is None or problem != before or abs(now - at) >= REPORT_EVERY:
            await self._store.remember_value(name, {"problem": problem, "at": now.isoformat()})
            self._reported[bot] = problem, now
        return problem


def by_platform(problems: Mapping[Bot, str | None]) -> dict[Platform, str | None]:
    """The problems of each platform in one sentence, which names the bots if the platform has several."""
    found: dict[Platform, str | None] = {}
    for platform in dict.fromkeys(bot.platform for bot in problems):
        own = {bot: problem for bot, problem in problems.items() if bot.platform is platform}
        if len(own) == 1:
            [found[platform]] = own.values()
        else:
            troubled = [f"bot {bot.id}: {problem.rstrip('.')}" for bot, problem in own.items() if problem]
            found[platform] = "; ".join(troubled) or None
    return found


@asynccontextmanager
async def senders_only(app: App) -> AsyncIterator[dict[Bot, Sender]]:
    """Return senders for the bots that have a token and can be reached now.

    Raises `BadSetting` for a bad token.
    """
    senders: dict[Bot, Sender] = {}
    async with AsyncExitStack() as stack:
        for bot in bots_of(app.settings):
            platform_app = _platform_app(app, bot)
            stack.push_async_callback(platform_app.stop)
            try:
                await platform_app.log_in()
            except RetryLater as error:
                log.error("platform cannot be reached; its digests wait", bot=str(bot), reason=str(error))
            else:
                senders[bot] = platform_app.sender
        yield senders


def _platform_app(app: App, bot: Bot, webhook: Webhook | None = None) -> TelegramApp | DiscordApp:
    """Build the app of a bot. Raises `BadSetting` for a bad token."""
    # Imported here: the client libraries are heavy, and a platform without a token does not need its own.
    token = bots_of(app.settings)[bot]
    if bot.platform is Platform.TELEGRAM:
        from handlers.telegram.app import build as build_telegram

        return build_telegram(app.settings, app.conversation(bot), app.store, app.clock, token=token, webhook=webhook)
    from handlers.discord.app import build as build_discord

    return build_discord(app.settings, app.conversation(bot), app.store, app.clock, token=token)
