"""The Discord client: registers commands, receives interactions, and follows servers and channels."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import structlog
import yarl

from bot.conversation import Conversation, Help, Requester, Result
from bot.errors import RetryLater, TellUser
from bot.model import ChatKind, ChatRef
from bot.ports import ValueStore
from handlers import list_files, typed_texts
from handlers.discord.buttons import Buttons
from handlers.discord.commands import Tree
from handlers.discord.files import like_file, read_pdf
from handlers.discord.greeting import greet
from handlers.discord.http_trace import DiscordClock, InvalidRequests, RequestInterval, bounded, trace_config
from handlers.discord.languages import CommandTranslator, in_language_of
from handlers.discord.links import links_of
from handlers.discord.mentions import answer_mention
from handlers.discord.responding import InteractionResponder, reply_to
from handlers.discord.targets import channel_ref
from handlers.requests import HERE, Target

log = structlog.get_logger()


REGISTERED = "discord commands"
"""The name of the values that keep the hashes of the registered commands, followed by the application's id."""

LONGEST_LIMIT_SECONDS = 30.0
"""discord.py itself waits out rate limits up to this long, the least that it accepts; after longer ones a delivery is
retried later."""


SPARE_SESSIONS = 1
"""Session starts that are never used up: Discord resets the token of a bot that starts more sessions than it may."""


IDENTIFY_SECONDS = 5.0
"""Time between two sessions that begin; Discord takes one in five seconds from most bots."""


MOST_PDFS = 3
"""PDFs of one message that are read."""


class NoSessionsLeft(TimeoutError):
    """The bot may not begin another session for `wait` seconds. discord.py tries a shard again after a `TimeoutError`,
    while any other error of ours would end all shards."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"no session may begin for {wait:.0f} s")
        self.wait = wait

    def words(self, now: datetime) -> str:
        until = now + timedelta(seconds=self.wait)
        return f"Discord lets the bot connect no more until {until:%Y-%m-%d %H:%M} UTC"


class _TriedAgain(Exception):
    """discord.py tries to launch a shard again."""


class PaperboyClient(discord.AutoShardedClient):
    """Uses no privileged intent and caches no members or messages. `connected` is set while all shards are."""

    def __init__(
        self,
        conversation: Conversation,
        invalid: InvalidRequests,
        data_dir: Path,
        values: ValueStore,
        discord_clock: DiscordClock | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(
            # Of servers' messages Discord gives the text of those alone that name the bot.
            intents=discord.Intents(guilds=True, messages=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            # Rights come with interactions or from roles, so members are not needed (and are a privileged intent).
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            http_trace=trace_config(invalid, RequestInterval(), discord_clock, self._before_gateway),
            max_ratelimit_timeout=LONGEST_LIMIT_SECONDS,
            guild_ready_timeout=0.25,  # seconds without another server before `on_ready`; the default is 2
        )
        self.connected = asyncio.Event()
        self._shards_up: set[int] = set()
        self._launching: set[int] = set()
        self._no_sessions: str | None = None
        self._sleep = sleep
        self._has_begun = False
        self._conversation, self._values = conversation, values
        self._responder = InteractionResponder(data_dir)
        self._buttons = Buttons(conversation, self._responder)
        self.tree = Tree(self, conversation, self._responder)

    # ── beginning and ending ──

    async def login(self, token: str) -> None:
        self._has_begun = True
        await super().login(token)

    async def close(self) -> None:
        # The library's own method fails on a client that was never logged in.
        await (super().close() if self._has_begun else self.http.close())

    async def setup_hook(self) -> None:
        """Register the commands, but only if the table changed: Discord limits how often that may be done."""
        translator = CommandTranslator()
        await self.tree.set_translator(translator)
        table = [await command.get_translated_payload(self.tree, translator) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps([self.application_id, table], sort_keys=True).encode()).hexdigest()
        name = f"{REGISTERED} {self.application_id}"
        # Without the registration the commands of the earlier release still work, and the next start tries again.
        try:
            if (await self._values.value(name) or {}).get("hash") == digest:
                return
            await self.tree.sync()
            await self._values.remember_value(name, {"hash": digest})
            log.info("discord commands registered", commands=len(table))
        except (discord.DiscordException, RetryLater) as error:
            log.warning("discord commands not registered", error=str(error)[:200])

    # ── sessions and shards ──

    async def require_session_left(self, *, for_all_shards: bool = False) -> None:
        """Ask Discord whether a session may begin, or one for each shard.

        Raises `NoSessionsLeft`, and `discord.GatewayNotFound` or aiohttp's errors if Discord does not answer.
        """
        shards, _url, limit = await self.http.get_bot_gateway()
        needed = shards if for_all_shards else 1
        # A second more, because the number of sessions is reset only after that time.
        if limit["remaining"] < needed + SPARE_SESSIONS:
            raise NoSessionsLeft((bounded(limit["reset_after"] / 1000) or 0.0) + 1.0)

    async def _before_gateway(self, url: yarl.URL) -> None:
        """Check the session limit before a connection on which a session begins. Resuming one costs no start, and is
        done at another address."""
        if url.with_query(None) != discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY:
            return
        try:
            await self.require_session_left()
        except NoSessionsLeft as error:
            self._no_sessions = error.words(discord.utils.utcnow())
            log.warning("discord allows no more sessions for now", wait=error.wait)
            raise
        except discord.RateLimited as error:  # the library would end all shards
            raise TimeoutError("Discord asked to wait") from error
        self._no_sessions = None

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002 - the library's
        if not initial:
            await self._sleep(IDENTIFY_SECONDS)

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:  # noqa: ARG002
        """Connect a shard, however often it has to be tried, at the configured address of the gateway.

        The library's method calls itself again after a failure: an outage of hours would end in a `RecursionError`.
        """
        if shard_id in self._launching:
            raise _TriedAgain
        self._launching.add(shard_id)
        try:
            while True:
                try:
                    configured = discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
                    return await super().launch_shard(configured, shard_id, initial=initial)
                except _TriedAgain:  # the library has logged the failure, and waited
                    initial = False
        finally:
            self._launching.discard(shard_id)

    async def forget_session(self) -> None:
        """Reset the HTTP client, so that another login is possible; discord.py has no method for that."""
        await self.http.close()
        self.http.connector = discord.utils.MISSING
        self.http.clear()

    def reopen(self) -> None:
        """Allow another login and connection after the library has closed the client; the shards are counted anew."""
        self.clear()
        self.http.connector = discord.utils.MISSING
        self.shard_count = None  # type: ignore[assignment] # as before the library has asked
        self._shards_up.clear()

    @property
    def problem(self) -> str | None:
        """Why some servers' commands are not answered, in a few words; None if all are."""
        if self.connected.is_set():
            return None
        if self._no_sessions is not None:
            return self._no_sessions
        if not self._shards_up:
            return "Discord's gateway is not connected"
        count = self.shard_count or 1
        return f"{count - len(self._shards_up)} of {count} connections to Discord's gateway are down"

    async def on_ready(self) -> None:
        log.info("discord connected", servers=len(self.guilds), shards=self.shard_count)

    async def on_shard_ready(self, shard_id: int) -> None:
        self._shard_changed(shard_id, is_up=True)

    async def on_shard_resumed(self, shard_id: int) -> None:
        self._shard_changed(shard_id, is_up=True)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        self._shard_changed(shard_id, is_up=False)

    def _shard_changed(self, shard_id: int, *, is_up: bool) -> None:
        (self._shards_up.add if is_up else self._shards_up.discard)(shard_id)
        if len(self._shards_up) == self.shard_count:
            self.connected.set()
        else:
            self.connected.clear()

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        log.exception("discord event failed", event_name=event_method)

    # ── people ──

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Handle pressed buttons, also those of old messages; slash commands go to the tree by themselves."""
        # discord.py dispatches presses to views that it keeps in memory, which would end with the process.
        if interaction.type is discord.InteractionType.component:
            await self._buttons.press(interaction)

    async def on_message(self, message: discord.Message) -> None:
        """Answer a direct message: read the papers that it names or that are attached, like those of attached lists, or
        say what its words can mean. Of a server's messages only those that name the bot, or reply to it, are meant.
        """
        if message.author.bot:
            return
        if message.guild is not None:
            if self.user is not None:
                await answer_mention(self._conversation, self._responder, message, self.user.id)
            return
        ref = channel_ref(message.channel.id)
        for work in self._wanted(message, ref):
            answer = reply_to(work, HERE, chat=str(ref), command="message")
            await self._responder.write(message.channel, in_language_of(self._conversation, ref, answer), ref)

    def _wanted(self, message: discord.Message, ref: ChatRef) -> list[Coroutine[Any, Any, Result]]:
        """The use cases that a direct message asks for."""
        person = Requester(str(message.author.id), is_admin=True)  # a direct message belongs to its person alone
        if lists := [file for file in message.attachments if list_files.is_list(file.filename)]:
            return [like_file(self._conversation, person, ref, file) for file in lists]
        text, links = message.content.strip(), links_of(message)
        if pdfs := [file for file in message.attachments if list_files.is_pdf(file.filename)]:
            words = "\n".join([text, *links])
            return [read_pdf(self._conversation, person, ref, file, words) for file in pdfs[:MOST_PDFS]]
        if text or links:
            target = Target(ref, "", person, kind=ChatKind.PRIVATE)
            return [_answer(self._conversation, target, text, links)]
        return [_not_a_list()] if message.attachments else []

    # ── servers and channels ──

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._suspend((*guild.channels, *guild.threads), "Paperboy was removed from the server")

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._suspend((channel, *getattr(channel, "threads", ())), "the channel was deleted")

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        await self._conversation.chats.suspend(channel_ref(payload.thread_id), "the thread was deleted")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Resume the chats of a server that the bot was invited to again, and greet it."""
        for channel in (*guild.channels, *guild.threads):
            await self._conversation.chats.resume(channel_ref(channel.id))
        await greet(self, self._conversation, self._responder, guild)

    async def _suspend(self, channels: Iterable[discord.abc.GuildChannel | discord.Thread], reason: str) -> None:
        for channel in channels:
            await self._conversation.chats.suspend(channel_ref(channel.id), reason)


async def _answer(conversation: Conversation, target: Target, text: str, links: Sequence[str]) -> Result:
    result = await typed_texts.answer(conversation, target, text, links)
    return Help() if result is None else result


async def _not_a_list() -> Result:
    raise TellUser(list_files.what_is_taken())
