"""The Telegram side of the service: one application for commands and sending, started and stopped in a running loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import structlog
from telegram import BotCommand, Update
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder

from bot.conversation import Conversation
from bot.errors import BadSetting, RetryLater
from bot.ports import Chats, Clock
from bot.settings import Settings
from handlers.commands import COMMANDS
from handlers.telegram.answers import Answers
from handlers.telegram.commands import Commands
from handlers.telegram.limits import Limiter
from handlers.telegram.managers import Managers
from handlers.telegram.places import Places
from handlers.telegram.sender import TelegramSender
from handlers.telegram.updates import Updates
from handlers.telegram.warning import Warnings

log = structlog.get_logger()

UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
AT_ONCE = 64
"""Updates that are worked on together, so that a long reading keeps nobody waiting."""

STOP_SECONDS = 4.0
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 5.0, 300.0

App = Application[Any, Any, Any, Any, Any, Any]


class TelegramApp:
    """An application with its sender."""

    def __init__(self, application: App, sender: TelegramSender, updates: Updates, clock: Clock) -> None:
        self.application, self.sender = application, sender
        self._problem: str | None = "not connected to Telegram yet"
        self._updates, self._clock = updates, clock
        self._task: asyncio.Task[None] | None = None

    @property
    def problem(self) -> str | None:
        """Why commands are not answered, in a few words; None while all is well."""
        return self._problem or self._updates.problem

    async def start(self) -> None:
        """Begin to answer. Raises `BadSetting` for a token that Telegram does not accept.

        Where Telegram cannot be reached it keeps trying in the background; `problem` says so.
        """
        try:
            await self._begin()
        except BadSetting:
            await self.stop()
            raise
        except RetryLater as error:
            log.warning("telegram cannot be reached", why=str(error))
            self._task = asyncio.create_task(self._keep_trying(), name="telegram start")

    async def log_in(self) -> None:
        """Reach Telegram, only to send. Raises `BadSetting` for a token it does not accept, else `RetryLater`."""
        with self._telling():
            await self.application.initialize()

    async def _begin(self) -> None:
        await self.log_in()
        with self._telling():
            await self.application.bot.set_my_commands([BotCommand(each.name, each.description) for each in COMMANDS])
            await self.application.start()
            updater = self.application.updater
            if updater is not None:
                await updater.start_polling(
                    allowed_updates=UPDATES, error_callback=self._polling_failed, bootstrap_retries=0
                )
        self._problem = None
        self._updates.begin()
        log.info("telegram connected", name=self.application.bot.username)

    @contextlib.contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except InvalidToken:
            self._problem = "Telegram does not accept this token; copy it anew from @BotFather."
            raise BadSetting("TELEGRAM_BOT_TOKEN", self._problem) from None
        except TelegramError as error:
            self._problem = f"Telegram cannot be reached: {error.message}."
            raise RetryLater(self._problem) from error

    async def _keep_trying(self) -> None:
        delay = FIRST_RETRY_SECONDS
        while True:
            await self._clock.sleep(delay)
            delay = min(2 * delay, LONGEST_RETRY_SECONDS)
            try:
                if self.application.running:
                    await self.application.stop()
                await self._begin()
            except RetryLater:
                continue
            except BadSetting as error:
                log.error("telegram refuses", why=str(error))
            return

    def _polling_failed(self, error: TelegramError) -> None:
        after = f", retry after {error.retry_after}" if isinstance(error, RetryAfter) else ""
        self._updates.failed(f"{error.message}{after}")
        log.warning("telegram does not give updates", why=f"{error.message}{after}")

    async def stop(self) -> None:
        """End polling and work in hand; takes a few seconds at most."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        application = self.application
        steps: list[Callable[[], Awaitable[None]]] = []
        if application.updater is not None and application.updater.running:
            steps.append(application.updater.stop)
        if application.running:
            steps.append(application.stop)
        # A bot that never got as far as the application still has connections to close.
        for step in (*steps, application.shutdown, application.bot.shutdown):
            try:
                async with asyncio.timeout(STOP_SECONDS / 3):
                    await step()
            except (TimeoutError, TelegramError, RuntimeError) as error:
                log.info("telegram stopped in a hurry", why=type(error).__name__)
        self._problem = self._problem or "stopped"


def build(
    settings: Settings,
    conversation: Conversation,
    chats: Chats,
    clock: Clock,
    limiter: Limiter | None = None,
    updates: Updates | None = None,
) -> TelegramApp:
    """The application for these settings, not yet started. Raises `BadSetting` where no token could be one."""
    token = settings.telegram_bot_token.get_secret_value().strip() if settings.telegram_bot_token else ""
    number, _, secret = token.partition(":")
    if not (number.isdecimal() and secret):
        raise BadSetting("TELEGRAM_BOT_TOKEN", "that is no token; @BotFather gives one like 123456:ABC-def.")
    updates = updates or Updates()
    application = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{settings.telegram_api_url}/bot")
        .base_file_url(f"{settings.telegram_api_url}/file/bot")
        .rate_limiter(limiter or Limiter())
        .concurrent_updates(AT_ONCE)
        .job_queue(None)
        # A read time-out leaves a message of unknown fate, so give Telegram its time.
        .connect_timeout(10)
        .read_timeout(40)
        .write_timeout(40)
        .media_write_timeout(60)
        .pool_timeout(40)
        .get_updates_request(updates)
        .build()
    )
    answers = Answers(application.bot, settings.data_dir)
    managers = Managers(chats, clock)
    warnings = Warnings(application.bot, managers)
    Commands(conversation, Places(application.bot, managers), answers, warnings).register(application)
    return TelegramApp(application, TelegramSender(application.bot, settings.data_dir, warnings), updates, clock)
