"""Messages on a server that name the bot or answer one of its own; of others Discord does not give the text."""

from __future__ import annotations

import re
from collections.abc import Coroutine
from typing import Any

import discord

from bot.arxiv import ids
from bot.conversation import Conversation, Help, Result
from handlers.discord.languages import in_language_of
from handlers.discord.links import links_of
from handlers.discord.responding import InteractionResponder, reply_to
from handlers.discord.targets import message_target


async def answer_mention(
    conversation: Conversation, responder: InteractionResponder, message: discord.Message, own_id: int
) -> None:
    """Read the papers that the message links to, or say what its words can mean; other messages stay unanswered."""
    mention = re.compile(rf"<@!?{own_id}>")
    is_named = mention.search(message.content) is not None
    # A reply with a ping mentions the bot too, but below a digest people mostly write to each other.
    if not is_named and all(user.id != own_id for user in message.mentions):
        return
    text, links = mention.sub(" ", message.content).strip(), links_of(message)
    target = message_target(message)
    asked = conversation.understanding.in_group(target.requester, target.chat, text, links, is_named=is_named)
    if not is_named and not ids.all_papers("\n".join([text, *links])):
        # The answer to a question of the bot, or nothing for it: then nothing shows that it has read along.
        if (result := await asked) is None:
            return
        asked = _as_it_is(result)
    answer = reply_to(_or_help(asked), target.name, chat=str(target.chat), command="mention")
    reply = in_language_of(conversation, target.chat, answer)
    await responder.write(message.channel, reply, target.chat, answers=message)


async def _as_it_is(result: Result) -> Result | None:
    return result


async def _or_help(asked: Coroutine[Any, Any, Result | None]) -> Result:
    """The result; help where the bot was named without a word."""
    return await asked or Help()
