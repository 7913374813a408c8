"""Answers interactions in time: each is acknowledged before any work begins, and the answer follows."""

from __future__ import annotations

import contextlib
import io
import secrets
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import aiohttp
import discord
import structlog

from bot.conversation import Result
from bot.errors import RetryLater, TellUser
from bot.model import JSON, ChatRef
from bot.render.nodes import Reply
from handlers import replies
from handlers.discord.cards import reply_components
from handlers.discord.messages import FILE, present
from handlers.discord.targets import own_chat
from handlers.requests import ChatName

log = structlog.get_logger()

ENDED = frozenset({10015, 50027})
"""Discord's error codes for the token of an interaction after its 15 minutes."""

_SENDING = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError)


class RawLayout(discord.ui.LayoutView):
    """Finished components as a view that discord.py sends without keeping it: presses come to `on_interaction`."""

    def __init__(self, components: list[JSON]) -> None:
        # Stopped at once: discord.py would otherwise keep every view for ever, waiting for presses.
        super().__init__(timeout=None)
        self._raw = components
        self.stop()

    def to_components(self) -> list[JSON]:
        return self._raw

    def has_components_v2(self) -> bool:
        return True


async def reply_to(work: Awaitable[Result], name: ChatName, **context: object) -> Reply:
    """Await a use case and return its reply; `name` is the name of its chat. Raises nothing.

    An unexpected error becomes an apology with a reference, which is logged together with `context`.
    """
    try:
        return replies.reply(await work, name)
    except TellUser as error:
        return replies.reply(error)
    except RetryLater as error:
        log.warning("command put off", why=str(error), **context)
        return replies.refused(str(error))
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("command failed", reference=reference, **context)
        return replies.apology(reference)


class InteractionResponder:
    """Answers interactions and direct messages. Pictures are files below `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    async def respond(
        self,
        interaction: discord.Interaction[Any],
        work: Awaitable[Reply],
        about: ChatRef,
        *,
        private: bool,
        in_place: bool = False,
    ) -> None:
        """Answer with the reply that `work` (which raises nothing) comes to; its buttons are for the chat `about`.

        `private` is whether to announce the answer privately. `in_place` replaces the message whose button was pressed.
        """
        # Before the work, however short it usually is: Discord gives up on an interaction after 3 s without a response,
        # and a busy store or processor can take them.
        is_awaited = await self._acknowledge(interaction, private, in_place)
        reply = await work  # the use case is carried out even if its reply cannot be delivered
        if not is_awaited:
            return
        try:
            await self._answer(interaction, reply, about, private=private, in_place=in_place)
        except discord.HTTPException as error:
            if error.code not in ENDED:
                log.warning("answer not delivered", chat=interaction.channel_id, error=str(error)[:200])
                return
            await self._answer_late(interaction, reply, about)
        except _SENDING as error:
            log.warning("answer not delivered", chat=interaction.channel_id, error=str(error)[:200])

    async def respond_now(self, interaction: discord.Interaction[Any], reply: Reply) -> None:
        """Answer with a reply that needs no work, in the interaction's own chat."""
        first, *rest = self._messages(reply, own_chat(interaction))
        view, files = first
        try:
            await interaction.response.send_message(
                view=view, files=files, ephemeral=reply.private, allowed_mentions=discord.AllowedMentions.none()
            )
            await self._follow_up(interaction, rest, reply.private)
        except _SENDING as error:
            log.warning("answer not delivered", chat=interaction.channel_id, error=str(error)[:200])

    async def write(self, channel: discord.abc.Messageable, work: Awaitable[Reply], about: ChatRef) -> None:
        """Show "typing" in a channel, then the reply that `work` comes to."""
        with contextlib.suppress(*_SENDING):  # the reply does not depend on it
            await channel.typing()
        try:
            for view, files in self._messages(await work, about):
                await channel.send(view=view, files=files, allowed_mentions=discord.AllowedMentions.none())
        except _SENDING as error:
            log.warning("answer not delivered", error=str(error)[:200])

    async def _acknowledge(self, interaction: discord.Interaction[Any], private: bool, in_place: bool) -> bool:
        """Tell Discord that an answer comes; returns whether it waits for one."""
        try:
            await interaction.response.defer(ephemeral=private, thinking=not in_place)
        except _SENDING as error:
            log.warning("interaction not acknowledged", chat=interaction.channel_id, error=str(error)[:200])
            return False
        return True

    async def _answer(
        self, interaction: discord.Interaction[Any], reply: Reply, about: ChatRef, *, private: bool, in_place: bool
    ) -> None:
        """Fill an acknowledged interaction."""
        first, *rest = self._messages(reply, about)
        if in_place and not reply.private:
            # A private message cannot become a public one.
            await self._follow_up(interaction, [first, *rest], reply.private)
            return
        if reply.private and not (private or in_place):
            # The first follow-up is as public as the deferral that it replaces, so that one is deleted.
            await interaction.delete_original_response()
            await self._follow_up(interaction, [first, *rest], reply.private)
            return
        view, files = first
        await interaction.edit_original_response(
            view=view, attachments=files, allowed_mentions=discord.AllowedMentions.none()
        )
        await self._follow_up(interaction, rest, reply.private)

    async def _answer_late(self, interaction: discord.Interaction[Any], reply: Reply, about: ChatRef) -> None:
        """Deliver an answer that took longer than the interaction lasts: to the channel if it is for all, else to the
        person, as far as they take messages."""
        place = interaction.channel if not reply.private else None
        try:
            for view, files in self._messages(reply, about):
                send = place.send if isinstance(place, discord.abc.Messageable) else interaction.user.send
                await send(view=view, files=files, allowed_mentions=discord.AllowedMentions.none())
        except _SENDING as error:
            log.warning("late answer not delivered", chat=interaction.channel_id, error=str(error)[:200])

    async def _follow_up(
        self, interaction: discord.Interaction[Any], messages: list[tuple[RawLayout, list[discord.File]]], private: bool
    ) -> None:
        for view, files in messages:
            await interaction.followup.send(
                view=view,
                files=files,
                ephemeral=private,
                allowed_mentions=discord.AllowedMentions.none(),
                wait=True,
            )

    def _messages(self, reply: Reply, about: ChatRef) -> list[tuple[RawLayout, list[discord.File]]]:
        messages = []
        for payload in reply_components(reply, about):
            components, paths = present(payload, self._data_dir)
            messages.append((RawLayout(components), [discord.File(path) for path in paths]))
        if reply.files:
            shown = [{"type": FILE, "file": {"url": f"attachment://{file.name}"}} for file in reply.files]
            attached = [discord.File(io.BytesIO(file.content), file.name) for file in reply.files]
            messages.append((RawLayout(shown), attached))
        return messages
