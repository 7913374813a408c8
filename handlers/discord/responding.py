"""Answers an interaction in time: at once where it can, else after announcing it; private where the reply is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import aiohttp
import discord
import structlog

from bot.model import JSON
from bot.render.nodes import Reply
from handlers.discord.cards import reply_components
from handlers.discord.messages import present

log = structlog.get_logger()

AT_ONCE_SECONDS = 1.5
"""How long an answer may take before it is announced; Discord takes an interaction for failed after 3 s."""

_SENDING = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError)


class RawLayout(discord.ui.LayoutView):
    """Components that are made already, as a view that discord.py sends and forgets."""

    def __init__(self, components: list[JSON]) -> None:
        super().__init__(timeout=None)
        self._raw = components
        self.stop()

    def to_components(self) -> list[JSON]:
        return self._raw

    def has_components_v2(self) -> bool:
        return True


class Answer:
    """Gives replies. Pictures are files below `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    async def give(
        self, interaction: discord.Interaction[Any], work: Awaitable[Reply], *, private: bool, in_place: bool = False
    ) -> None:
        """Answer with the reply that `work` (which raises nothing) comes to.

        `private` is whether to announce it privately, should it take long. `in_place` replaces the message that a
        button stands on.
        """
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task}, timeout=AT_ONCE_SECONDS)
            if task.done():
                await self._at_once(interaction, task.result(), in_place)
            else:
                await interaction.response.defer(ephemeral=private, thinking=True)
                await self._later(interaction, await task, private)
        except _SENDING as error:
            log.warning("answer not delivered", chat=interaction.channel_id, error=str(error)[:200])
            await task  # what was asked for is done all the same

    async def say(self, channel: discord.abc.Messageable, work: Awaitable[Reply]) -> None:
        """Show that something is being written, and then the reply."""
        try:
            await channel.typing()
            for view, files in self._messages(await work):
                await channel.send(view=view, files=files, allowed_mentions=discord.AllowedMentions.none())
        except _SENDING as error:
            log.warning("answer not delivered", error=str(error)[:200])

    async def _at_once(self, interaction: discord.Interaction[Any], reply: Reply, in_place: bool) -> None:
        first, *rest = self._messages(reply)
        view, files = first
        if in_place and not rest and not files and reply.private:
            await interaction.response.edit_message(view=view, allowed_mentions=discord.AllowedMentions.none())
            return
        await interaction.response.send_message(
            view=view, files=files, ephemeral=reply.private, allowed_mentions=discord.AllowedMentions.none()
        )
        await self._follow_up(interaction, rest, reply.private)

    async def _later(self, interaction: discord.Interaction[Any], reply: Reply, announced_privately: bool) -> None:
        if reply.private and not announced_privately:
            # The first follow-up is as public as its announcement: take that away.
            await interaction.delete_original_response()
        await self._follow_up(interaction, self._messages(reply), reply.private)

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

    def _messages(self, reply: Reply) -> list[tuple[RawLayout, list[discord.File]]]:
        messages = []
        for payload in reply_components(reply):
            components, paths = present(payload, self._data_dir)
            messages.append((RawLayout(components), [discord.File(path) for path in paths]))
        return messages
