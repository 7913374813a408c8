"""The Telegram side of the service: one application for commands and sending, started and stopped in a running loop."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx
import structlog
from pydantic import SecretStr
from telegram import BotCommand, Update
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder, BaseUpdateProcessor

from bot.conversation import Conversation
from bot.errors import BadSetting, RetryLater
from bot.locales import INTERFACE_LANGUAGES, _, using
from bot.locales.catalogues import SOURCE_LANGUAGE
from bot.model import JSON, Platform
from bot.ports import Chats, Clock
from bot.settings import Settings
from handlers.commands import COMMANDS
from handlers.telegram.answers import AnswerPoster
from handlers.telegram.buttons import Buttons
from handlers.telegram.commands import Commands
from handlers.telegram.files import Files
from handlers.telegram.inline import InlineSearch
from handlers.telegram.languages import answering
from handlers.telegram.limits import Limiter
from handlers.telegram.managers import Managers
from handlers.telegram.membership import Membership
from handlers.telegram.messages import Messages
from handlers.telegram.open_cards import OpenCards
from handlers.telegram.paper_links import PaperLinks
from handlers.telegram.places import Places
from handlers.telegram.sender import TelegramSender
from handlers.telegram.token import bot_id_of
from handlers.telegram.topic_links import TopicLinks
from handlers.telegram.updates import Updates, readable
from handlers.telegram.warning import Warnings
from handlers.telegram.webhook import Webhook
from handlers.telegram.webhook_registration import WebhookRegistration
from handlers.unreachable import cannot_be_reached

log = structlog.get_logger()

UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER, Update.INLINE_QUERY]
"""The kinds of updates that Telegram is asked for; it keeps all others to itself."""

CONCURRENT_UPDATES = 64
"""Updates that are handled at the same time, so that a long reading does not delay the answers to others."""

STOP_SECONDS = 1.5
"""For ending polling and what is being handled; a supervisor kills a process that takes much longer."""

CLOSE_SECONDS = 0.5
"""For each of the further steps of stopping, which wait for nobody."""

FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 5.0, 300.0
"""Delays between attempts to reach Telegram; each is twice the one before."""

App = Application[Any, Any, Any, Any, Any, Any]


class TelegramApp:
    """An application with its sender."""

    def __init__(
        self,
        application: App,
        sender: TelegramSender,
        updates: Updates | WebhookRegistration,
        clock: Clock,
        webhook: Webhook | None = None,
    ) -> None:
        """`updates` is what makes updates come: polling, or Telegram's posts, which `webhook` receives.

        A polling app with a `webhook` handles what was posted before polling was chosen.
        """
        self.application, self.sender = application, sender
        self._problem: str | None = "not connected to Telegram yet"
        self._updates, self._clock, self._webhook = updates, clock, webhook
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
            for code, offered in offered_commands().items():
                await self.application.bot.set_my_commands(offered, language_code=code)
            await self.application.start()
            await self._begin_updates()
        self._problem = None
        log.info("telegram connected", name=self.application.bot.username)

    async def _begin_updates(self) -> None:
        updates, updater = self._updates, self.application.updater
        if isinstance(updates, WebhookRegistration):
            await updates.begin()
        elif updater is not None:
            # `_keep_trying` retries the start, and `problem` reports it, so the library must not. It also tells
            # Telegram to post to no address any more.
            await updater.start_polling(
                allowed_updates=UPDATES, error_callback=self._polling_failed, bootstrap_retries=0
            )
            updates.begin()  # only now: waiting for the start must not look like silence
        if self._webhook is not None:
            await self._webhook.open(self._hand_over, is_posted=isinstance(updates, WebhookRegistration))

    async def _hand_over(self, body: JSON) -> None:
        update = readable(body, self.application.bot)
        if update is not None:
            await self.application.update_queue.put(update)
        elif self._webhook is not None:
            await self._webhook.finished(int(body["update_id"]))

    @contextlib.contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Raise the library's errors as ours, and keep them as `problem`."""
        try:
            yield
        except InvalidToken:
            # Its number tells which token is meant, where the setting has several.
            number = bot_id_of(self.application.bot.token)
            self._problem = f"Telegram does not accept the token of bot {number}; copy it again from @BotFather."
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
        if isinstance(self._updates, Updates):
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
        if isinstance(self._updates, WebhookRegistration):
            steps.append(self._updates.end)
        if self._webhook is not None:
            steps.append(self._webhook.close)
        if application.updater is not None and application.updater.running:
            steps.append(application.updater.stop)
        if application.running:
            steps.append(application.stop)
        # At the same time: each of them may wait for Telegram.
        await asyncio.gather(*(_within(STOP_SECONDS, step) for step in steps))
        if isinstance(application.update_processor, Processor):
            await _within(CLOSE_SECONDS, application.update_processor.cancel)
        # After a start that failed half way the application closes nothing, so the bot's connections are closed too.
        for close in (application.shutdown, application.bot.shutdown):
            await _within(CLOSE_SECONDS, close)
        self._problem = self._problem or "stopped"


def offered_commands() -> dict[str | None, list[BotCommand]]:
    """The list of commands for each language of Telegram that has a catalogue; under None in English, for all others.

    Telegram tells languages apart by two letters: "zh" is in Simplified Chinese, which most of its readers write. The
    answers themselves, and /help, are in Traditional Chinese for who uses that.
    """
    offered: dict[str | None, list[BotCommand]] = {}
    for language in INTERFACE_LANGUAGES:
        if len(language) == 2:
            with using(language):
                commands = [BotCommand(command.name, _(command.description)) for command in COMMANDS]
            offered[language if language != SOURCE_LANGUAGE else None] = commands
    return offered


async def _within(seconds: float, step: Callable[[], Awaitable[None]]) -> None:
    """Do a step of stopping; a failure is logged."""
    try:
        async with asyncio.timeout(seconds):
            await step()
    except (TimeoutError, TelegramError, RuntimeError) as error:
        log.info("telegram did not stop cleanly", why=type(error).__name__)


def build(
    settings: Settings,
    conversation: Conversation,
    chats: Chats,
    clock: Clock,
    limiter: Limiter | None = None,
    updates: Updates | None = None,
    *,
    token: SecretStr | None = None,
    webhook: Webhook | None = None,
) -> TelegramApp:
    """The application of a bot, not yet started; without `token`, of the settings' first one.

    With `webhook`, Telegram posts updates there if TELEGRAM_WEBHOOK_URL is set. Raises `BadSetting` if the token cannot
    be one.
    """
    token = token or next(iter(settings.bot_tokens(Platform.TELEGRAM)), SecretStr(""))
    # Checked here, because the library would put any text into the address of its requests.
    bot_id_of(token.get_secret_value())
    polling = updates or Updates()
    limiter = limiter or Limiter(overall=settings.telegram_rate)
    done = webhook.finished if webhook is not None else None
    processor = Processor(CONCURRENT_UPDATES, done, functools.partial(answering, conversation))
    application = _application(token.get_secret_value(), settings.telegram_api_url, limiter, polling, processor)
    managers = Managers(chats, clock)
    warnings = Warnings(application.bot, managers)
    _register_handlers(application, conversation, managers, warnings, settings.data_dir)
    sender = TelegramSender(application.bot, settings.data_dir, warnings)
    if webhook is None or settings.telegram_webhook_url is None:
        return TelegramApp(application, sender, polling, clock, webhook)
    address = f"{settings.telegram_webhook_url}{webhook.path}"
    registration = WebhookRegistration(application.bot, address, webhook.secret, UPDATES, clock)
    return TelegramApp(application, sender, registration, clock, webhook)


def _register_handlers(
    application: App, conversation: Conversation, managers: Managers, warnings: Warnings, data_dir: Path
) -> None:
    """Add all handlers. The first one that takes an update is the only one, so status updates and files go before
    texts."""
    bot, answers = application.bot, AnswerPoster(application.bot, data_dir)
    places = Places(bot, managers)
    Membership(conversation, places, answers, warnings).register(application)
    Files(conversation, bot, places, answers).register(application)
    PaperLinks(conversation, places, answers).register(application)
    TopicLinks(conversation, places, answers).register(application)
    Commands(conversation, places, answers).register(application)
    Messages(conversation, bot, places, answers).register(application)
    Buttons(conversation, places, answers, OpenCards(bot, conversation, answers)).register(application)
    InlineSearch(conversation).register(application)


class Processor(BaseUpdateProcessor):
    """Handles so many updates at the same time, each in its `language`, and calls `done` with the number of each that
    is handled."""

    def __init__(
        self,
        most: int,
        done: Callable[[int], Awaitable[None]] | None,
        language: Callable[[object], AbstractAsyncContextManager[None]],
    ) -> None:
        super().__init__(most)
        self._done, self._language = done, language
        self._running: set[asyncio.Task[Any]] = set()

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs has a task
        self._running.add(task)
        try:
            # One that is cancelled is not done: the next process handles it. The library logs what handlers raise.
            async with self._language(update):
                await coroutine
            if self._done is not None and isinstance(update, Update):
                await self._done(update.update_id)
        finally:
            self._running.discard(task)

    async def cancel(self) -> None:
        """Cancel what is being handled. Left alone it would go on without a connection, and could answer nobody."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _application(token: str, url: str, limiter: Limiter, updates: Updates, processor: Processor) -> App:
    return (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{url}/bot")
        .base_file_url(f"{url}/file/bot")
        .rate_limiter(limiter)
        .concurrent_updates(processor)
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
