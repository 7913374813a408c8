"""Warns a server that the bot can no longer write in one of its channels.

The warning goes to the server's system channel, else to its owner. It mentions nobody.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import discord
import structlog
from discord.http import MultipartParameters

from bot.locales import _, using
from bot.render.nodes import Document, Line, Note, Text
from handlers.discord.markup import markdown
from handlers.discord.messages import TEXT_DISPLAY, message_body
from handlers.reply_parts import command, spans

log = structlog.get_logger()

TIMEOUT_SECONDS = 15.0
"""Seconds that a warning may take: the caller has other chats to serve."""


async def tell(client: discord.Client, channel_id: int, why: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
    """Write in another place of the same server why nothing can be written in a channel, and what to do. Never raises.

    Does nothing for a direct message: only its one person could be warned, who cannot be reached.
    """
    try:
        async with asyncio.timeout(timeout_seconds):
            is_warned = await _tell(client, channel_id, why)
    except Exception as error:  # a warning is extra, and its caller has a delivery to finish
        log.warning("server not warned", chat=channel_id, why=type(error).__name__)
    else:
        log.info("server warned" if is_warned else "no place for a warning", chat=channel_id, why=why)


async def _tell(client: discord.Client, channel_id: int, why: str) -> bool:
    guild_id, name = await _place(client, channel_id)
    if guild_id is None:
        return False
    guild = cast("dict[str, Any]", await client.http.get_guild(guild_id))
    with using(str(guild.get("preferred_locale") or "")):
        text = markdown(_warning(name, str(guild["name"]), why).blocks)
    # Not the channel that cannot be written to, which may be the system channel itself.
    system_channel = int(guild.get("system_channel_id") or 0)
    is_other = system_channel not in (0, channel_id)
    if is_other and _may_write(client, system_channel) and await _write(client, system_channel, text):
        return True
    try:
        direct = await client.http.start_private_message(int(guild["owner_id"]))
    except discord.HTTPException as error:
        log.info("owner not reached", code=error.code)
        return False
    return await _write(client, int(direct["id"]), text)


async def _place(client: discord.Client, channel_id: int) -> tuple[int | None, str]:
    """The id of a channel's server (None for a direct message or if unknown) and the channel's name ("" if unknown)."""
    known = client.get_channel(channel_id)
    if isinstance(known, discord.abc.GuildChannel | discord.Thread):
        return known.guild.id, known.name
    if known is not None:
        return None, ""
    try:
        raw = cast("dict[str, Any]", await client.http.get_channel(channel_id))
    except (discord.Forbidden, discord.NotFound):
        return None, ""
    return (int(raw["guild_id"]) if raw.get("guild_id") else None), str(raw.get("name") or "")


def _may_write(client: discord.Client, channel_id: int) -> bool:
    """Whether an attempt makes sense: a refused request counts against the bot, so the gateway's data is trusted."""
    channel = client.get_channel(channel_id)
    if not isinstance(channel, discord.abc.GuildChannel) or channel.guild.me is None:
        return True
    rights = channel.permissions_for(channel.guild.me)
    return rights.view_channel and rights.send_messages


async def _write(client: discord.Client, channel_id: int, text: str) -> bool:
    body = message_body([{"type": TEXT_DISPLAY, "content": text}])
    try:
        with MultipartParameters(payload=body, multipart=None, files=None) as parameters:
            await client.http.send_message(channel_id, params=parameters)
    except (discord.Forbidden, discord.NotFound) as error:
        log.info("place takes no warning", channel=channel_id, code=error.code)
        return False
    return True


def _warning(name: str, server: str, why: str) -> Document:
    problem = _("I can no longer write in #{channel} of “{server}”: {why}.")
    told = problem.format(channel=name, server=server, why=why.rstrip("."))
    request = _("Let me see that channel and write there again, then send {command} there.")
    kept = _("Nothing is lost meanwhile: what comes is kept, and goes out then.")
    todo = spans(request, command=command("subscriptions"))
    return Document((Line((Text(told),)), Line(todo), Note((Text(kept),))))
