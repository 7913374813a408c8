"""The Telegram side of the service: one application for commands and sending, started and stopped in a running loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import structlog
from pydantic import SecretStr
from telegram import BotCommand, Update
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder

from bot.conversation import Conversation
from bot.errors import BadSetting, RetryLater
from bot.model import Platform
from bot.ports import Chats, Clock
from bot.settings import Settings
from handlers.commands import COMMANDS
from handlers.telegram.answers import AnswerPoster
from handlers.telegram.buttons import Buttons
from handlers.telegram.commands import Commands
from handlers.telegram.limits import Limiter
from handlers.telegram.managers import Managers
from handlers.telegram.membership import Membership
from handlers.telegram.places import Places
from handlers.telegram.sender import TelegramSender
from handlers.telegram.token import bot_id_of
from handlers.telegram.updates import Updates
from handlers.telegram.warning import Warnings
from handlers.unreachable import cannot_be_reached

log = structlog.get_logger()

UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
"""The kinds of updates that Telegram is asked for; it keeps all others to itself."""

CONCURRENT_UPDATES = 64
"""Updates that are handled at the same time, so that a long reading does not delay the answers to others."""

STOP_SECONDS = 4.0
"""Each step of stopping may take a third of this, because a supervisor kills a process that takes much longer."""

FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 5.0, 300.0
"""Delays between attempts to reach Telegram; each is twice the one before."""

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
        """Why commands are not answered, in a few words; None if they are."""
        return self._problem or self._updates.problem

    async def start(self) -> None:
        """Begin to answer commands. Raises `BadSetting` for a token that Telegram does not accept.

        If Telegram cannot be reached, it is tried again in the background; `problem` says so.
        """
        try:
            await self._begin()
        except BadSetting:  # trying again cannot help, and the library has opened connections
            await self.stop()
            raise
        except RetryLater as error:
            log.warning("telegram cannot be reached", why=str(error))
            self._task = asyncio.create_task(self._keep_trying(), name="telegram start")

    async def log_in(self) -> None:
        """Connect for sending only. Raises `BadSetting` for a refused token, `RetryLater` for any other failure."""
        with self._translated_errors():
            await self.application.initialize()

    async def _begin(self) -> None:
        await self.log_in()
        with self._translated_errors():
            offered = [BotCommand(command.name, command.description) for command in COMMANDS]
            await self.application.bot.set_my_commands(offered)
            await self.application.start()
            updater = self.application.updater
            if updater is not None:
                # `_keep_trying` retries the start, and `problem` reports it, so the library must not.
                await updater.start_polling(
                    allowed_updates=UPDATES, error_callback=self._polling_failed, bootstrap_retries=0
                )
        self._problem = None
        self._updates.begin()  # only now: waiting for the start must not look like silence
        log.info("telegram connected", name=self.application.bot.username)

    @contextlib.contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Raise the library's errors as ours, and keep them as `problem`."""
        try:
            yield
        except InvalidToken:
            self._problem = "Telegram does not accept this token; copy it again from @BotFather."
            raise BadSetting("TELEGRAM_BOT_TOKEN", self._problem) from None
        except TelegramError as error:
            self._problem = f"{self._unreachable(error) or f'Telegram does not serve ({error.message})'}."
            raise RetryLater(self._problem) from error

    async def _keep_trying(self) -> None:
        delay = FIRST_RETRY_SECONDS
        while True:
            await self._clock.sleep(delay)
            delay = min(2 * delay, LONGEST_RETRY_SECONDS)
            try:
                # The attempt before may have failed after the application was started.
                if self.application.running:
                    await self.application.stop()
                await self._begin()
            except RetryLater:
                continue
            except BadSetting as error:
                log.error("telegram refuses", why=str(error))
            return

    def _polling_failed(self, error: TelegramError) -> None:
        """Note a failure of long polling; the library tries again by itself."""
        after = f", retry after {error.retry_after}" if isinstance(error, RetryAfter) else ""
        reason = f"{self._unreachable(error) or error.message}{after}"
        self._updates.failed(reason)
        log.warning("telegram does not give updates", why=reason)

    def _unreachable(self, error: TelegramError) -> str | None:
        """Describe a failed connection; None if Telegram answered."""
        # The package wraps httpx's errors and quotes them, with the names of their classes.
        is_connection = isinstance(error.__cause__, httpx.HTTPError)
        return cannot_be_reached("Telegram", self.application.bot.base_url, error) if is_connection else None

    async def stop(self) -> None:
        """End polling, and updates that are being handled; takes a few seconds at most."""
        # The background start must end first: it would start again what is stopped here.
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
        # After a start that failed half way the application closes nothing, so the bot's connections are closed too.
        for step in (*steps, application.shutdown, application.bot.shutdown):
            try:
                async with asyncio.timeout(STOP_SECONDS / 3):
                    await step()
            except (TimeoutError, TelegramError, RuntimeError) as error:
                log.info("telegram did not stop cleanly", why=type(error).__name__)
        self._problem = self._problem or "stopped"


def build(
    settings: Settings,
    conversation: Conversation,
    chats: Chats,
    clock: Clock,
    limiter: Limiter | None = None,
    updates: Updates | None = None,
    *,
    token: SecretStr | None = None,
) -> TelegramApp:
    """The application of a bot, not yet started; without `token`, of the settings' first one.

    Raises `BadSetting` if the token cannot be one.
    """
    token = token or next(iter(settings.bot_tokens(Platform.TELEGRAM)), SecretStr(""))
    # Checked here, because the library would put any text into the address of its requests.
    bot_id_of(token.get_secret_value())
    updates = updates or Updates()
    limiter = limiter or Limiter(overall=settings.telegram_rate)
    application = _application(token.get_secret_value(), settings.telegram_api_url, limiter, updates)
    answers = AnswerPoster(application.bot, settings.data_dir)
    managers = Managers(chats, clock)
    places, warnings = Places(application.bot, managers), Warnings(application.bot, managers)
    # The first handler that takes an update is the only one, so the status updates go before texts.
    Membership(conversation, places, answers, warnings).register(application)
    Commands(conversation, places, answers).register(application)
    Buttons(conversation, places, answers).register(application)
    return TelegramApp(application, TelegramSender(application.bot, settings.data_dir, warnings), updates, clock)


def _application(token: str, url: str, limiter: Limiter, updates: Updates) -> App:
    return (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{url}/bot")
        .base_file_url(f"{url}/file/bot")
        .rate_limiter(limiter)
        .concurrent_updates(CONCURRENT_UPDATES)
        .job_queue(None)  # the service has a scheduler of its own
        # After a read timeout it is not known whether the message arrived, so these are long.
        .connect_timeout(10)
        .read_timeout(40)
        .write_timeout(40)
        .media_write_timeout(60)
        .pool_timeout(40)
        .get_updates_request(updates)
        .build()
    )
