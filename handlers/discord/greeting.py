"""Greets a server that the bot was added to.

Discord does not tell who added it, and a bot may write only where it has the right to. So the greeting goes to the
channel that the server has chosen for such messages, else to the server's owner in private.
"""

from __future__ import annotations

import discord
import structlog

from bot.conversation import Conversation, GroupWelcome
from bot.locales import _, using
from bot.model import ChatKind
from bot.render.nodes import Document, Line, Reply, Text
from handlers import replies
from handlers.discord.responding import InteractionResponder
from handlers.discord.targets import channel_ref
from handlers.reply_parts import command, spans
from handlers.requests import ChatName

log = structlog.get_logger()


async def greet(
    client: discord.Client, conversation: Conversation, responder: InteractionResponder, guild: discord.Guild
) -> None:
    """Say once what the bot does and who may set it up. Raises nothing of Discord's, and `StoreUnavailable`."""
    # A server has an id like a channel's, which no channel has.
    welcome = await conversation.beginning.added(channel_ref(guild.id), guild.name, ChatKind.GROUP)
    if welcome is None:
        return
    with using(str(guild.preferred_locale)):
        channel = guild.system_channel
        if channel is not None and _may_write(channel):
            await responder.write(channel, _welcome(welcome, f"#{channel.name}"), channel_ref(channel.id))
            return
        try:
            # The owner is no member that is cached.
            direct = await client.http.start_private_message(int(guild.owner_id or 0))
        except discord.HTTPException as error:
            log.info("server not greeted", server=guild.id, code=error.code)
            return
        channel_id = int(direct["id"])
        await responder.write(
            client.get_partial_messageable(channel_id), _to_owner(guild.name), channel_ref(channel_id)
        )


async def _welcome(welcome: GroupWelcome, channel: str) -> Reply:
    return replies.reply(welcome, ChatName(channel))


async def _to_owner(server: str) -> Reply:
    thanks = _("I am in {server} now, and bring new arXiv papers to its channels, in one message a day.")
    how = _("In the channel that should get them, write {command} and what its readers work on.")
    lines = (Line((Text(thanks.format(server=server)),)), Line(spans(how, command=command("subscribe"))))
    return Reply(Document(lines))


def _may_write(channel: discord.TextChannel) -> bool:
    rights = channel.permissions_for(channel.guild.me)
    return rights.administrator or (rights.view_channel and rights.send_messages)
