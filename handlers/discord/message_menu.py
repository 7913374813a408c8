"""The command in the context menu of any message: the papers that it links to."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.arxiv import ids
from bot.conversation import Conversation, Requester, Result
from bot.errors import TellUser
from bot.locales import N_, _
from bot.model import ChatRef
from handlers.discord.languages import in_language, speaking_to
from handlers.discord.links import links_of
from handlers.discord.responding import InteractionResponder, reply_to
from handlers.discord.targets import own_chat, own_target
from handlers.discord.visits import BY_ANYONE, EVERYWHERE

NAME = N_("Summarize links")
"""What stands in the menu; Discord allows 32 characters."""

MOST_LINKS = 5
"""Papers of one message that are read."""


def summarize_links(conversation: Conversation, responder: InteractionResponder) -> app_commands.ContextMenu:
    """The command, also for use where the bot is no member. The one who asks alone sees the answer."""

    async def callback(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        with speaking_to(interaction):
            target, shown_in = own_target(interaction), own_chat(interaction)
            asked = _read(conversation, target.requester, shown_in, message)
            answer = reply_to(asked, target.name, command=NAME, chat=str(shown_in))
            reply = in_language(conversation, interaction, shown_in, answer)
            await responder.respond(interaction, reply, shown_in, private=True, only_private=True)

    menu = app_commands.ContextMenu(name=NAME, callback=callback)
    menu.allowed_contexts, menu.allowed_installs = EVERYWHERE, BY_ANYONE
    return menu


async def _read(conversation: Conversation, requester: Requester, chat: ChatRef, message: discord.Message) -> Result:
    papers = ids.all_papers("\n".join([message.content, *links_of(message)]))
    if not papers:
        raise TellUser(_("That message has no link to a paper on arXiv."))
    return await conversation.understanding.papers(requester, chat, papers[:MOST_LINKS])
