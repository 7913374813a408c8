"""The Discord side of the service: one client for commands and sending, started and stopped inside a running loop."""

from __future__ import annotations

import asyncio
import contextlib

import aiohttp
import discord
import structlog
import yarl
from pydantic import SecretStr

from bot.conversation import Conversation
from bot.errors import BadSetting, RetryLater
from bot.model import Platform
from bot.ports import Clock, ValueStore
from bot.settings import Settings
from handlers.discord.client import NoSessionsLeft, PaperboyClient
from handlers.discord.http_trace import INVALID_LIMIT, DiscordClock, InvalidRequests
from handlers.discord.refused_requests import Refusals
from handlers.discord.sender import DiscordSender
from handlers.discord.token import bot_id_of
from handlers.unreachable import cannot_be_reached

log = structlog.get_logger()

STOP_SECONDS = 2.0
"""For closing the connection; the process is killed if it takes much longer."""

FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 5.0, 300.0
"""Delays between attempts to connect; each is twice the one before."""

BAD_TOKEN = 4004
"""The gateway's close code for a token that is no longer valid."""
MORE_SHARDS = 4011
"""The gateway's close code for a bot that has too many servers for its number of shards."""
_REVOKED = "Discord does not accept the bot token any more; put a new one into DISCORD_BOT_TOKEN and start again"

MOST_INVALID = 8_000
"""Refused requests of all bots in ten minutes after which none is made; Discord blocks the address at 10,000."""

# What discord.py and aiohttp raise while Discord, or the network, does not answer as it should.
_UNREACHABLE = (aiohttp.ClientError, discord.HTTPException, discord.RateLimited, OSError, TimeoutError)


def _words_for(error: Exception) -> str:
    match error:
        case discord.HTTPException():
            return f"Discord does not serve (it answered {error.status})"
        case discord.RateLimited():
            return "Discord asked to wait"
    return cannot_be_reached("Discord", discord.http.Route.BASE, error)


class DiscordApp:
    """A client with its sender."""

    def __init__(
        self, token: str, client: PaperboyClient, sender: DiscordSender, refusals: Refusals, clock: Clock
    ) -> None:
        self.client, self.sender = client, sender
        self._refusals = refusals
        self._problem: str | None = "not connected to Discord yet"
        self._token, self._clock = token, clock
        self._task: asyncio.Task[None] | None = None

    @property
    def problem(self) -> str | None:
        """Why commands are not answered, in a few words; None if they are."""
        return self._problem or self.client.problem

    async def log_in(self) -> None:
        """Log in for sending only; commands are not answered. Raises `BadSetting` or `RetryLater`."""
        if not await self._log_in():
            raise RetryLater(f"{self._problem}.")

    async def start(self) -> None:
        """Log in, and connect in the background. Raises `BadSetting` for a token that Discord does not accept.

        If Discord cannot be reached, it is tried again in the background; `problem` says so.
        """
        # Once in the foreground, so that a wrong token ends the start of the service.
        logged_in = await self._log_in()
        self._task = asyncio.create_task(self._run(logged_in), name="discord")

    async def ready(self) -> None:
        """Wait until commands are answered. Raises `RetryLater` if the connection ended instead."""
        if self._task is None:
            raise RetryLater("Discord was not started.")
        waiting = asyncio.create_task(self.client.connected.wait())
        done, _ = await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if waiting not in done:
            waiting.cancel()
            raise RetryLater(self.problem or "Discord closed the connection.")

    async def stop(self) -> None:
        """Close the connection; takes a few seconds at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self.client.close()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.client.http.close()  # `client.close` may have run out of time
        await self._refusals.end()

    async def _log_in(self) -> bool:
        await self._refusals.begin()
        # After 10,000 refused requests in ten minutes Discord blocks the address, whatever process made them.
        if self._refusals.invalid.wait() is not None:
            self._problem = "too many requests to Discord were refused; waiting before it blocks us"
            log.warning("discord has to wait", why=self._problem)
            return False
        try:
            await self.client.login(self._token)
        except discord.LoginFailure:
            # With the HTTP session of a failed login, no other login would be possible.
            await self.client.forget_session()
            # Its id tells which token is meant, where the setting has several.
            why = f"Discord does not accept the token of bot {bot_id_of(self._token)}"
            raise BadSetting("DISCORD_BOT_TOKEN", f"{why}; copy it again from the developer portal.") from None
        except _UNREACHABLE as error:
            self._problem = _words_for(error)
            log.warning("discord cannot be reached", error=type(error).__name__)
            await self.client.forget_session()
            return False
        return True

    async def _run(self, logged_in: bool) -> None:
        try:
            if not logged_in:
                await self._keep_logging_in()
            while not await self._connect():
                if self.client.is_closed():
                    self.client.reopen()
                    await self._keep_logging_in()
        except BadSetting as error:
            self._problem = str(error)
            log.error("discord refuses the token")
        except Exception as error:  # this is a background task, in which the error would be lost
            self._problem = f"the connection to Discord failed ({type(error).__name__})"
            log.exception("discord stopped")

    async def _keep_logging_in(self) -> None:
        delay = FIRST_RETRY_SECONDS
        while True:
            # Each attempt may be one more refused request, of which Discord takes only so many from an address.
            await self._clock.sleep(max(delay, self._refusals.invalid.wait() or 0.0))
            delay = min(delay * 2, LONGEST_RETRY_SECONDS)
            if await self._log_in():
                return

    async def _connect(self) -> bool:
        """Stay connected as long as possible. Returns False if connecting may be tried again, True if it may not."""
        await self._wait_for_a_session()
        self._problem = None  # from here on `client.connected` tells
        try:
            await self.client.connect(reconnect=True)
        except (NoSessionsLeft, discord.RateLimited):
            return False
        except discord.PrivilegedIntentsRequired:
            self._problem = "Discord refuses the intents that Paperboy asks for"
        except discord.ConnectionClosed as error:
            if error.code == MORE_SHARDS:
                self._problem = "Discord asks for more connections, which are being made"
                log.warning("discord asks for more shards", shards=self.client.shard_count)
                return False
            is_revoked = error.code == BAD_TOKEN
            self._problem = _REVOKED if is_revoked else f"Discord closed the connection for good ({error})"
        except discord.GatewayNotFound as error:
            self._problem = f"Discord closed the connection for good ({error})"
        if self._problem:
            log.error("discord stopped", why=self._problem)
        return True

    async def _wait_for_a_session(self) -> None:
        """Wait until a session may begin: Discord resets the token of a bot that begins too many in a day."""
        delay = FIRST_RETRY_SECONDS
        while True:
            try:
                return await self.client.require_session_left(for_all_shards=True)
            except NoSessionsLeft as error:
                self._problem = error.words(self._clock.now())
                log.warning("discord allows no more sessions for now", wait=error.wait)
                await self._clock.sleep(error.wait)
            except (discord.GatewayNotFound, *_UNREACHABLE) as error:
                # discord.py reports a token that was revoked since the login as GatewayNotFound.
                if getattr(error.__cause__, "status", None) == 401:
                    raise BadSetting("DISCORD_BOT_TOKEN", _REVOKED) from None
                self._problem = _words_for(error)
                log.warning("discord cannot be reached", error=type(error).__name__)
                await self._clock.sleep(max(delay, self._refusals.invalid.wait() or 0.0))
                delay = min(delay * 2, LONGEST_RETRY_SECONDS)


def build(
    settings: Settings,
    conversation: Conversation,
    values: ValueStore,
    clock: Clock,
    *,
    token: SecretStr | None = None,
) -> DiscordApp:
    """The app of a bot, not yet started; without `token`, of the settings' first one. Raises `BadSetting` if the token
    cannot be one.

    discord.py keeps its addresses in class attributes, so the configured ones hold for the whole process.
    """
    tokens = settings.bot_tokens(Platform.DISCORD)
    token = token or next(iter(tokens), SecretStr(""))
    bot_id = bot_id_of(token.get_secret_value())
    discord.http.Route.BASE = settings.discord_api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)
    # Discord blocks an address, from which all bots of this process may make requests.
    invalid = InvalidRequests(clock.now, min(INVALID_LIMIT, MOST_INVALID // max(1, len(tokens))))
    discord_clock = DiscordClock(clock.now)
    client = PaperboyClient(conversation, invalid, settings.data_dir, values, discord_clock, clock.sleep)
    # A part that another of our bots may have sent, before the chat became this one's, is looked for too.
    authors = frozenset(int(bot_id_of(each.get_secret_value())) for each in tokens)
    sender = DiscordSender(client, invalid, settings.data_dir, discord_clock=discord_clock, authors=authors)
    return DiscordApp(token.get_secret_value(), client, sender, Refusals(invalid, values, bot_id), clock)
