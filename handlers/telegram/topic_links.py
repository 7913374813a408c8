"""Links that follow a topic in one tap: in private, or in a group that the bot is added to with the link."""

from __future__ import annotations

import re
from typing import Any

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.conversation import Conversation, LinkDamaged, Result
from handlers import deep_links, replies
from handlers.deep_links import KeptTopicLink, TopicLink
from handlers.requests import ARGUMENT, Operation, Request, dispatch
from handlers.telegram.answers import AnswerPoster
from handlers.telegram.places import Places
from handlers.telegram.texts import text_of

_ASKED = re.compile(r"^/start(?:@(?P<bot>\w+))? +[tk]_")


class TopicLinks:
    """The handler of /start with the parameter of a `TopicLink` or a `KeptTopicLink`."""

    def __init__(self, conversation: Conversation, places: Places, answers: AnswerPoster) -> None:
        self._conversation, self._places, self._answers = conversation, places, answers

    def register(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Add the handler; it goes before that of /start."""
        asked = filters.UpdateType.MESSAGE & filters.Regex(_ASKED)
        application.add_handler(MessageHandler(asked, self.followed))

    async def followed(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        asked = _ASKED.match(text_of(message)) if message is not None else None
        if message is None or asked is None:
            return
        # In a group that lets its bots read everything, a command may name another one.
        if asked["bot"] and asked["bot"].casefold() != self._answers.bot_name.casefold():
            return
        target = await self._places.of_author(message, update.effective_user, look_up_rights=True)
        request = Request(target, {ARGUMENT: text_of(message).split(maxsplit=1)[1].strip()})
        async with self._answers.working(message):
            result = await dispatch(self._conversation, FOLLOW, request)
        await self._places.remember_manager(target, message.chat.id, result)
        await self._answers.answer(message, replies.reply(result, target.name), target.chat)


async def _follow(conversation: Conversation, request: Request) -> Result:
    link, target = deep_links.parse(request.arguments[ARGUMENT]), request.target
    match link:
        case TopicLink(topic):
            text: str | None = topic
        case KeptTopicLink(key):
            text = await conversation.sharing.topic_of(key)
        case _:
            text = None
    if text is None:
        return LinkDamaged()
    return await conversation.sharing.follow(target.requester, target.chat, text, target.title)


FOLLOW = Operation(use_case=_follow, needs_rights=True, needs_posting=True, is_slow=True)
