"""The addresses of a Discord message that its plain text does not show."""

from __future__ import annotations

import re

import discord

_MARKDOWN = re.compile(r"\]\(\s*<?(https?://[^\s)>]+)")


def links_of(message: discord.Message) -> tuple[str, ...]:
    """The addresses behind words and in embeds, also in the messages that this one forwards."""
    parts: list[discord.Message | discord.MessageSnapshot] = [message, *message.message_snapshots]
    found = [address for part in parts for address in _MARKDOWN.findall(part.content or "")]
    found += [part.content for part in message.message_snapshots if part.content]
    found += [embed.url for part in parts for embed in part.embeds if embed.url]
    return tuple(dict.fromkeys(found))
