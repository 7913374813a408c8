"""Answers interactions in time: at once, or, if the work takes long, by a deferred response that is filled later."""

from __future__ import annotations

import asyncio
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

AT_ONCE_SECONDS = 1.5
"""How long an answer may take before it is deferred: Discord gives up on an interaction after 3 s without a response,
and the way to Discord takes some of them."""

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
        return replies.put_off(error)
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

        `private` is whether to announce it privately, should it take long. `in_place` replaces the message whose
        button was pressed.
        """
        # wait() and not wait_for(), which would cancel the work when the time is up.
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task}, timeout=AT_ONCE_SECONDS)
            if task.done():
                await self._at_once(interaction, task.result(), about, in_place)
            else:
                await interaction.response.defer(ephemeral=private, thinking=True)
                await self._later(interaction, await task, about, private)
        except _SENDING as error:
            log.warning("answer not delivered", chat=interaction.channel_id, error=str(error)[:200])
            await task  # the use case is carried out even if its reply cannot be delivered

    async def respond_now(self, interaction: discord.Interaction[Any], reply: Reply) -> None:
        """Answer with a reply that needs no work, in the interaction's own chat."""
        try:
            await self._at_once(interaction, reply, own_chat(interaction), in_place=False)
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

    async def _at_once(
        self, interaction: discord.Interaction[Any], reply: Reply, about: ChatRef, in_place: bool
    ) -> None:
        first, *rest = self._messages(reply, about)
        view, files = first
        # An edit can neither add messages nor make a public reply of a private message.
        if in_place and not rest and not files and reply.private:
            await interaction.response.edit_message(view=view, allowed_mentions=discord.AllowedMentions.none())
            return
        await interaction.response.send_message(
            view=view, files=files, ephemeral=reply.private, allowed_mentions=discord.AllowedMentions.none()
        )
        await self._follow_up(interaction, rest, reply.private)

    async def _later(
        self, interaction: discord.Interaction[Any], reply: Reply, about: ChatRef, announced_privately: bool
    ) -> None:
        if reply.private and not announced_privately:
            # The first follow-up is as public as the deferral that it replaces, so that one is deleted.
            await interaction.delete_original_response()
        await self._follow_up(interaction, self._messages(reply, about), reply.private)

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
