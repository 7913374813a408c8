"""The `discord.Client`: registers commands, hears of interactions, and of servers and channels that come and go."""

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
from handlers.discord.http_trace import InvalidRequests, RequestInterval, TheirClock, bounded, trace_config
from handlers.discord.responding import InteractionResponder, reply_to
from handlers.discord.targets import channel_ref
from handlers.requests import HERE

log = structlog.get_logger()


REGISTERED = "discord commands"
"""The name under which the hash of the registered commands is kept."""

LONGEST_LIMIT_SECONDS = 30.0
"""Rate limits up to this are waited for by discord.py (it takes no less); longer ones are the pipeline's business."""


SPARE_SESSIONS = 1
"""So many beginnings of sessions are left alone: Discord resets the token of a bot that begins more than it may."""


class NoSessionsLeft(Exception):
    """Discord lets the bot begin hardly any more sessions for `wait` seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"no session may begin for {wait:.0f} s")
        self.wait = wait


class PaperboyClient(discord.Client):
    """Asks for no privileged intent and keeps no members or messages in memory. `connected` is set while the gateway
    serves us."""

    def __init__(
        self,
        conversation: Conversation,
        invalid: InvalidRequests,
        data_dir: Path,
        values: ValueStore,
        theirs: TheirClock | None = None,
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, dm_messages=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            http_trace=trace_config(invalid, RequestInterval(), theirs, self._before_gateway),
            max_ratelimit_timeout=LONGEST_LIMIT_SECONDS,
            guild_ready_timeout=0.25,
        )
        self.connected = asyncio.Event()
        self._conversation, self._values = conversation, values
        self._responder = InteractionResponder(data_dir)
        self.tree = Tree(self, conversation, self._responder)

    # ── beginning ──

    async def setup_hook(self) -> None:
        """Register the commands, but only where the table changed: Discord limits how often one may."""
        table = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        text = json.dumps([self.application_id, table], sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        try:
            if (await self._values.value(REGISTERED) or {}).get("hash") == digest:
                return
            await self.tree.sync()
            await self._values.remember_value(REGISTERED, {"hash": digest})
            log.info("discord commands registered", commands=len(table))
        except (discord.DiscordException, RetryLater) as error:
            log.warning("discord commands not registered", error=str(error)[:200])

    async def _before_gateway(self) -> None:
        """Before a connection that replaces a lost one: to resume costs nothing, another session does. The first one's
        place was looked for before."""
        if self.ws is not None and self.ws.session_id is None:
            await self.require_session_left()

    async def require_session_left(self) -> None:
        """Ask Discord whether a session may begin. Raises `NoSessionsLeft`, and `discord.GatewayNotFound` or what
        aiohttp raises where Discord does not say."""
        _shards, _url, limit = await self.http.get_bot_gateway()
        if limit["remaining"] <= SPARE_SESSIONS:
            raise NoSessionsLeft((bounded(limit["reset_after"] / 1000) or 0.0) + 1.0)

    async def forget_session(self) -> None:
        """Make a login possible again after one that failed; discord.py has no word for it."""
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
        """Slash commands go to the tree by themselves; buttons come here, also those of messages from long ago."""
        if interaction.type is discord.InteractionType.component:
            await press(self._conversation, interaction, self._responder)

    async def on_message(self, message: discord.Message) -> None:
        """A link in a direct message is read, as if by /summarize; in servers we do not listen."""
        if message.guild is None and not message.author.bot and message.content.strip():
            ref = channel_ref(message.channel.id)
            work = self._conversation.summarize(ref, message.content)
            reply = reply_to(work, HERE, chat=str(ref), command="message")
            await self._responder.write(message.channel, reply, ref)

    # ── places ──

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._suspend((*guild.channels, *guild.threads), "Paperboy was removed from the server")

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._suspend((channel, *getattr(channel, "threads", ())), "the channel was deleted")

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        await self._conversation.suspend(channel_ref(payload.thread_id), "the thread was deleted")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Invited again: what was suspended goes on, if Discord lets us."""
        for channel in (*guild.channels, *guild.threads):
            await self._conversation.resume(channel_ref(channel.id))

    async def _suspend(self, places: Iterable[discord.abc.GuildChannel | discord.Thread], why: str) -> None:
        for place in places:
            await self._conversation.suspend(channel_ref(place.id), why)
