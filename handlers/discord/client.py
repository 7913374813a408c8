"""The `discord.Client`: registers commands, receives interactions, and follows servers and channels."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import discord
import structlog

from bot.conversation import Conversation
from bot.errors import RetryLater
from bot.ports import ValueStore
from handlers.discord.buttons import press
from handlers.discord.commands import Tree
from handlers.discord.http_trace import DiscordClock, InvalidRequests, RequestInterval, bounded, trace_config
from handlers.discord.responding import InteractionResponder, reply_to
from handlers.discord.targets import channel_ref
from handlers.requests import HERE

log = structlog.get_logger()


REGISTERED = "discord commands"
"""The name of the value that keeps the hash of the registered commands."""

LONGEST_LIMIT_SECONDS = 30.0
"""discord.py itself waits out rate limits up to this long, the least that it accepts; after longer ones a delivery is
retried later."""


SPARE_SESSIONS = 1
"""Session starts that are never used up: Discord resets the token of a bot that starts more sessions than it may."""


class NoSessionsLeft(Exception):
    """The bot may not begin another session for `wait` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"no session may begin for {wait:.0f} s")
        self.wait = wait


class PaperboyClient(discord.Client):
    """Uses no privileged intent and caches no members or messages. `connected` is set while the gateway is."""

    def __init__(
        self,
        conversation: Conversation,
        invalid: InvalidRequests,
        data_dir: Path,
        values: ValueStore,
        discord_clock: DiscordClock | None = None,
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, dm_messages=True),
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
        self._conversation, self._values = conversation, values
        self._responder = InteractionResponder(data_dir)
        self.tree = Tree(self, conversation, self._responder)

    # ── beginning ──

    async def setup_hook(self) -> None:
        """Register the commands, but only if the table changed: Discord limits how often that may be done."""
        table = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        # With the application's id: another bot of the same database has registered nothing yet.
        text = json.dumps([self.application_id, table], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        # Without the registration the commands of the earlier release still work, and the next start tries again.
        try:
            if (await self._values.value(REGISTERED) or {}).get("hash") == digest:
                return
            await self.tree.sync()
            await self._values.remember_value(REGISTERED, {"hash": digest})
            log.info("discord commands registered", commands=len(table))
        except (discord.DiscordException, RetryLater) as error:
            log.warning("discord commands not registered", error=str(error)[:200])

    async def _before_gateway(self) -> None:
        """Check the session limit before a lost connection is replaced.

        Resuming a session costs no start, a new one does. The first session's start was checked before `connect`.
        """
        if self.ws is not None and self.ws.session_id is None:
            await self.require_session_left()

    async def require_session_left(self) -> None:
        """Ask Discord whether a session may begin.

        Raises `NoSessionsLeft`, and `discord.GatewayNotFound` or aiohttp's errors if Discord does not answer.
        """
        _shards, _url, limit = await self.http.get_bot_gateway()
        # A second more, because the number of sessions is reset only after that time.
        if limit["remaining"] <= SPARE_SESSIONS:
            raise NoSessionsLeft((bounded(limit["reset_after"] / 1000) or 0.0) + 1.0)

    async def forget_session(self) -> None:
        """Reset the HTTP client, so that another login is possible; discord.py has no method for that."""
        await self.http.close()
        self.http.connector = discord.utils.MISSING
        self.http.clear()

    async def on_ready(self) -> None:
        self.connected.set()
        log.info("discord connected", servers=len(self.guilds))

    async def on_resumed(self) -> None:
        self.connected.set()

    async def on_disconnect(self) -> None:
        self.connected.clear()

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        log.exception("discord event failed", event_name=event_method)

    # ── people ──

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Handle pressed buttons, also those of old messages; slash commands go to the tree by themselves."""
        # discord.py dispatches presses to views that it keeps in memory, which would end with the process.
        if interaction.type is discord.InteractionType.component:
            await press(self._conversation, interaction, self._responder)

    async def on_message(self, message: discord.Message) -> None:
        """Read the paper that a link in a direct message names, as /summarize does; servers' messages are ignored."""
        if message.guild is None and not message.author.bot and message.content.strip():
            ref = channel_ref(message.channel.id)
            work = self._conversation.summarize(ref, message.content)
            reply = reply_to(work, HERE, chat=str(ref), command="message")
            await self._responder.write(message.channel, reply, ref)

    # ── servers and channels ──

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._suspend((*guild.channels, *guild.threads), "Paperboy was removed from the server")

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._suspend((channel, *getattr(channel, "threads", ())), "the channel was deleted")

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        await self._conversation.suspend(channel_ref(payload.thread_id), "the thread was deleted")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Resume the chats of a server that the bot was invited to again."""
        for channel in (*guild.channels, *guild.threads):
            await self._conversation.resume(channel_ref(channel.id))

    async def _suspend(self, channels: Iterable[discord.abc.GuildChannel | discord.Thread], reason: str) -> None:
        for channel in channels:
            await self._conversation.suspend(channel_ref(channel.id), reason)
