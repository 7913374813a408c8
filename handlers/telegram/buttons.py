"""Pressed buttons on Telegram → use cases → replies. A client may send forged data, so all of it is checked."""

from __future__ import annotations

from typing import Any

import structlog
from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update
from telegram.constants import ChatType
from telegram.ext import Application, CallbackQueryHandler, ContextTypes

from bot.conversation import (
    CardFigures,
    Conversation,
    NotAllowed,
    NotYours,
    PaperNotKept,
    Result,
    Stale,
    Voted,
    VoteNotKept,
)
from bot.locales import N_, _
from handlers import replies
from handlers.button_actions import BUTTONS, Action, is_in_place, parse, perform
from handlers.requests import Target
from handlers.telegram.answers import AnswerPoster, acknowledge
from handlers.telegram.open_cards import CARD_RESULTS, OpenCards, has_figures
from handlers.telegram.places import Places, own_private
from handlers.telegram.texts import first_line

log = structlog.get_logger()

NOT_OURS = N_("That button no longer means anything; /help shows what I can do.")
TOO_OLD = N_("That message is too old for its buttons. The commands still work: /help lists them.")

OLD_VERBS = frozenset(("open", "next", "back", "read", "proof", "bib", "up", "down", "save", "why", "deep"))
"""What a button does also below a message that Telegram does not show the bot any more, after about a month."""


class Buttons:
    """The handler of callback queries."""

    def __init__(self, conversation: Conversation, places: Places, answers: AnswerPoster, cards: OpenCards) -> None:
        self._conversation = conversation
        self._places = places
        self._answers = answers
        self._cards = cards

    def register(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        application.add_handler(CallbackQueryHandler(self.pressed))

    async def pressed(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Do what a button says, for the person who pressed it. Forged and stale data get a polite answer."""
        query = update.callback_query
        if query is None:
            return
        action = parse(query.data)
        # The library gives such a message as a `Message` without anything but its chat and number.
        if action is not None and query.message is not None and not query.message.is_accessible:
            await self._pressed_old(query, query.message, action)
            return
        message = query.message if isinstance(query.message, Message) else None
        if action is None or message is None or not _can_have_pressed(message, query):
            await acknowledge(query, _(NOT_OURS), alert=True)
            return
        operation = BUTTONS[action.verb]
        target = await self._places.of_button(
            message,
            query.from_user,
            action.chat_id,
            look_up_rights=operation.looks_up_rights,
            is_for_members=operation.is_for_members,
        )
        if target is None:
            log.warning("button of another chat", chat=message.chat.id, about=action.chat_id)
            await acknowledge(query, _(NOT_OURS), alert=True)
            return
        if action.verb == "read":
            await acknowledge(query)
            await self._cards.read(message, action, target)
            return
        # Rights were looked up above, at every press: the message may be old and its reader no admin any more.
        result = await self._perform(query, message, action, target)
        await self._places.remember_manager(target, message.chat.id, result)
        await self._answer(query, message, action, target, result)

    async def _perform(self, query: CallbackQuery, message: Message, action: Action, target: Target) -> Result:
        if not self._is_answered_at_once(action, target):
            return await perform(self._conversation, target, action)
        await acknowledge(query, _("On it …"))
        async with self._answers.working(message):
            return await perform(self._conversation, target, action)

    def _is_answered_at_once(self, action: Action, target: Target) -> bool:
        """Whether a press is answered before its work, which may be long."""
        operation = BUTTONS[action.verb]
        is_refused = operation.needs_rights and not target.requester.is_admin
        # Telegram takes one answer to a press. If the use case is going to refuse, its sentence must be that answer.
        return operation.is_slow and not is_refused

    async def _answer(
        self, query: CallbackQuery, message: Message, action: Action, target: Target, result: Result
    ) -> None:
        if _fits_a_pop_up(result) and self._is_answered_at_once(action, target):
            await self._answers.answer_alone(message, target, result)
            return
        if await _told_in_pop_up(query, target, result):
            if isinstance(result, Voted) and message.chat.type == ChatType.PRIVATE:
                await self._cards.mark(message, action, result.votes)
            return
        await acknowledge(query)
        if isinstance(result, CARD_RESULTS):
            await self._cards.show(message, action, target, result)
            return
        reply = replies.reply(result, target.name)
        # A message with pictures has a caption and no text, and cannot become a message of text.
        if is_in_place(action) and message.text:
            await self._answers.replace(message, reply, target.chat)
        else:
            await self._answers.answer(message, reply, target.chat, target.requester)

    async def _pressed_old(self, query: CallbackQuery, message: MaybeInaccessibleMessage, action: Action) -> None:
        """A press below a message whose text and buttons Telegram does not tell any more.

        Whether the message has the button cannot be checked, so only what a person may do in their own private chat by
        a command as well is done, and answered by a new message.
        """
        target = own_private(message.chat, query.from_user)
        is_own = target is not None and action.chat_id in (None, target.chat.id)
        if target is None or not is_own or action.verb not in OLD_VERBS:
            await acknowledge(query, _(TOO_OLD), alert=True)
            return
        if BUTTONS[action.verb].is_slow:
            await acknowledge(query, _("On it …"))
        result = await perform(self._conversation, target, action)
        if not BUTTONS[action.verb].is_slow and await _told_in_pop_up(query, target, result):
            return
        await acknowledge(query)
        await self._answers.post(target.chat, replies.reply(result, target.name))


def _fits_a_pop_up(result: Result) -> bool:
    if isinstance(result, CardFigures) and has_figures(result):
        return False
    return isinstance(result, NotAllowed | NotYours | Stale | VoteNotKept | PaperNotKept | CardFigures | Voted)


async def _told_in_pop_up(query: CallbackQuery, target: Target, result: Result) -> bool:
    """Tell the one who pressed alone, if that is enough: the message is shared with the others in the chat."""
    if not _fits_a_pop_up(result):
        return False
    # The reply to a stale button points at buttons, which a pop-up does not have.
    text = _(NOT_OURS) if isinstance(result, Stale) else first_line(replies.reply(result, target.name))
    await acknowledge(query, text, alert=not isinstance(result, Voted))
    return True


def _can_have_pressed(message: Message, query: CallbackQuery) -> bool:
    """Whether a message has the button that was pressed: Telegram passes on whatever data somebody's client sends.

    A private chat has the id of its person; nobody else sees its buttons.
    """
    if message.chat.type == ChatType.PRIVATE and message.chat.id != query.from_user.id:
        return False
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return any(button.callback_data == query.data for row in rows for button in row)
