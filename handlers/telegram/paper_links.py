"""Links below the lists of groups and channels, which open a paper or further papers in the reader's private chat."""

from __future__ import annotations

from typing import Any

import structlog
from telegram import Message, Update, User
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.conversation import Conversation, PaperNotKept, Result, Stale
from bot.locales import _
from handlers import deep_links, replies
from handlers.button_actions import Action, perform
from handlers.deep_links import ListLink, PaperLink
from handlers.requests import Target
from handlers.telegram.answers import AnswerPoster
from handlers.telegram.card_pages import card_message
from handlers.telegram.open_cards import CARD_RESULTS
from handlers.telegram.places import Places, ref_of_message
from handlers.telegram.texts import text_of

log = structlog.get_logger()


class PaperLinks:
    """The handler of /start with the parameter of a `PaperLink` or a `ListLink`.

    What belongs to a group or a channel is shown to those alone who are in it now. Anybody else gets the paper itself,
    about their own private chat, which says nothing about the other chat.
    """

    def __init__(self, conversation: Conversation, places: Places, answers: AnswerPoster) -> None:
        self._conversation, self._places, self._answers = conversation, places, answers

    def register(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Add the handler; it goes before that of /start."""
        asked = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE & filters.Regex(r"^/start(@\w+)? +[pl]_")
        application.add_handler(MessageHandler(asked, self.followed))

    async def followed(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        message, user = update.effective_message, update.effective_user
        if message is None or user is None:
            return
        link = deep_links.parse(text_of(message).split(maxsplit=1)[1].strip())
        if isinstance(link, PaperLink | ListLink):
            await self._open(link, message, user)
        else:
            sentence = _("That link is damaged. Send me the number of a paper or its link, and I read it.")
            await self._answers.answer(message, replies.refused(sentence))
        await self._greet(message, user)

    async def _open(self, link: PaperLink | ListLink, message: Message, user: User) -> None:
        own = await self._places.own(message, user, look_up_rights=False)
        target = await self._places.of_member(link.chat, user)
        if isinstance(link, ListLink):
            await self._list(link, message, target)
            return
        result = await perform(self._conversation, target or own, Action("open", link.paper_id))
        if isinstance(result, PaperNotKept):
            # A link may be older than what is kept of the chat's digests.
            async with self._answers.working(message):
                result = await self._conversation.papers.summarize(own.chat, link.paper_id, own.requester.user_id)
        await self._post(message, target or own, result)

    async def _list(self, link: ListLink, message: Message, target: Target | None) -> None:
        if target is None:
            sentence = _("Only members of that chat can see more of its papers.")
            await self._answers.answer(message, replies.refused(sentence))
            return
        result = await perform(self._conversation, target, Action("next", f"{link.slot}:{link.first}"))
        if isinstance(result, Stale):
            sentence = _("That list is not kept any more; the next one comes with the next papers.")
            await self._answers.answer(message, replies.refused(sentence))
            return
        await self._post(message, target, result)

    async def _post(self, message: Message, target: Target, result: Result) -> None:
        reply = replies.reply(result, target.name)
        if isinstance(result, CARD_RESULTS):
            await self._answers.post_payload(ref_of_message(message), card_message(result, reply), target.chat)
        else:
            await self._answers.answer(message, reply, target.chat)

    async def _greet(self, message: Message, user: User) -> None:
        """Greet somebody new, after what they came for."""
        own = await self._places.own(message, user, look_up_rights=False)
        if not await self._conversation.beginning.has_begun(own.chat):
            welcome = await self._conversation.beginning.start(own.requester, own.chat, own.kind, own.title)
            await self._answers.answer(message, replies.reply(welcome, own.name))
