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
from handlers.discord.targets import channel_ref, message_target


async def answer_mention(
    conversation: Conversation, responder: InteractionResponder, message: discord.Message, own_id: int
) -> None:
    """Read the papers that the message links to, or say what its words can mean; other messages stay unanswered."""
    # A reply with a ping mentions the bot too, but below a digest people mostly write to each other.
    is_named = _mention(own_id).search(message.content) is not None
    if is_named or any(user.id == own_id for user in message.mentions):
        answered = _answer(conversation, responder, message, own_id, is_named=is_named)
        await in_language_of(conversation, channel_ref(message.channel.id), answered)


def _mention(user_id: int) -> re.Pattern[str]:
    return re.compile(rf"<@!?{user_id}>")


async def _answer(
    conversation: Conversation,
    responder: InteractionResponder,
    message: discord.Message,
    own_id: int,
    *,
    is_named: bool,
) -> None:
    text, links = _mention(own_id).sub(" ", message.content).strip(), links_of(message)
    target = message_target(message)
    asked = conversation.understanding.in_group(target.requester, target.chat, text, links, is_named=is_named)
    if not is_named and not ids.all_papers("\n".join([text, *links])):
        # The answer to a question of the bot, or nothing for it: then nothing shows that it has read along.
        if (result := await asked) is None:
            return
        asked = _as_it_is(result)
    answer = reply_to(_or_help(asked), target.name, chat=str(target.chat), command="mention")
    await responder.write(message.channel, answer, target.chat, answers=message)


async def _as_it_is(result: Result) -> Result | None:
    return result


async def _or_help(asked: Coroutine[Any, Any, Result | None]) -> Result:
    """The result; help where the bot was named without a word."""
    return await asked or Help()
