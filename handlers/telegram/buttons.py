"""Pressed buttons on Telegram → use cases → replies. A client may send forged data, so all of it is checked."""

from __future__ import annotations

from typing import Any

import structlog
from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType
from telegram.ext import Application, CallbackQueryHandler, ContextTypes

from bot.conversation import Conversation, NotAllowed, PaperNotKept, Result, Stale, Voted, VoteNotKept
from bot.locales import N_, _
from handlers import replies
from handlers.button_actions import BUTTONS, Action, is_in_place, parse, perform
from handlers.requests import Target
from handlers.telegram.answers import AnswerPoster, acknowledge
from handlers.telegram.places import Places
from handlers.telegram.texts import first_line

log = structlog.get_logger()

NOT_OURS = N_("That button no longer means anything; /help shows what I can do.")


class Buttons:
    """The handler of callback queries."""

    def __init__(self, conversation: Conversation, places: Places, answers: AnswerPoster) -> None:
        self._conversation = conversation
        self._places = places
        self._answers = answers

    def register(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        application.add_handler(CallbackQueryHandler(self.pressed))

    async def pressed(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Do what a button says, for the person who pressed it. Forged and stale data get a polite answer."""
        query = update.callback_query
        if query is None:
            return
        # A message that is too old comes as an InaccessibleMessage, without the buttons to compare with.
        message = query.message if isinstance(query.message, Message) else None
        action = parse(query.data)
        if action is None or message is None or not _can_have_pressed(message, query):
            await acknowledge(query, _(NOT_OURS), alert=True)
            return
        look_up_rights = BUTTONS[action.verb].needs_rights
        target = await self._places.of_button(message, query.from_user, action.chat_id, look_up_rights=look_up_rights)
        if target is None:
            log.warning("button of another chat", chat=message.chat.id, about=action.chat_id)
            await acknowledge(query, _(NOT_OURS), alert=True)
            return
        # Rights were looked up above, at every press: the message may be old and its reader no admin any more.
        result = await self._perform(query, message, action, target)
        await self._places.remember_manager(target, message.chat.id, result)
        await self._answer(query, message, action, target, result)

    async def _perform(self, query: CallbackQuery, message: Message, action: Action, target: Target) -> Result:
        operation = BUTTONS[action.verb]
        is_refused = operation.needs_rights and not target.requester.is_admin
        # Telegram takes one answer to a press. If the use case is going to refuse, its sentence must be that answer.
        if not operation.is_slow or is_refused:
            return await perform(self._conversation, target, action)
        await acknowledge(query, _("On it …"))
        async with self._answers.working(message):
            return await perform(self._conversation, target, action)

    async def _answer(
        self, query: CallbackQuery, message: Message, action: Action, target: Target, result: Result
    ) -> None:
        reply = replies.reply(result, target.name)
        # In a pop-up, for the person alone: the message is shared with the others in the chat and stays as it is.
        if isinstance(result, NotAllowed | Stale | VoteNotKept | PaperNotKept):
            await acknowledge(query, first_line(reply), alert=True)
            return
        if isinstance(result, Voted):
            await acknowledge(query, first_line(reply))
            return
        await acknowledge(query)
        # A message with pictures has a caption and no text, and cannot become a message of text.
        if is_in_place(action) and message.text:
            await self._answers.replace(message, reply, target.chat)
        else:
            await self._answers.answer(message, reply, target.chat)


def _can_have_pressed(message: Message, query: CallbackQuery) -> bool:
    """Whether a message has the button that was pressed: Telegram passes on whatever data somebody's client sends.

    A private chat has the id of its person; nobody else sees its buttons.
    """
    if message.chat.type == ChatType.PRIVATE and message.chat.id != query.from_user.id:
        return False
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return any(button.callback_data == query.data for row in rows for button in row)
