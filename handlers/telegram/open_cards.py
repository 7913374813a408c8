"""Opened cards on Telegram: one silent reply to the list, which every further tap edits in place."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from weakref import WeakValueDictionary

import structlog
from telegram import Message
from telegram.constants import ChatType
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from bot.conversation import (
    BeingRead,
    CardClosed,
    CardFigures,
    CitedPaper,
    Conversation,
    DigestPage,
    OpenedCard,
    Result,
)
from bot.model import JSON, ChatRef, VoteKind
from bot.render.cards import shown_figures
from handlers import replies
from handlers.button_actions import Action, parse, perform
from handlers.card_actions import after_reading, reading
from handlers.requests import ARGUMENT, Request, Target
from handlers.telegram.answers import AnswerPoster
from handlers.telegram.card_pages import card_message
from handlers.telegram.places import ref_of_message
from handlers.vote_buttons import KIND_OF_VERB, marked

log = structlog.get_logger()

CARD_RESULTS = (OpenedCard, BeingRead, CitedPaper, CardFigures, CardClosed, DigestPage)
"""The results that `OpenCards.show` shows."""

_LIST = "list"
"""Added to the key of a list under which its further pages are remembered, where they are a message of their own."""


class OpenCards:
    """Shows cards and pages of lists, and remembers which message a list's cards are shown in."""

    def __init__(self, bot: ExtBot[Any], conversation: Conversation, answers: AnswerPoster) -> None:
        self._bot, self._conversation, self._answers = bot, conversation, answers
        # Two taps at once must not post two cards. Kept only while somebody holds one.
        self._locks: WeakValueDictionary[tuple[ChatRef, str], asyncio.Lock] = WeakValueDictionary()
        self._being_read: dict[tuple[int, int], str] = {}
        """What people have asked a card for since its paper is being read, by chat and message: a verb."""

    async def show(self, message: Message, action: Action, target: Target, result: Result) -> None:
        """Show what a button below `message` came to; `message` is the list, or the card itself. Raises
        `TelegramError`."""
        if isinstance(result, CardFigures):  # an album, and no page of the card
            reply = replies.reply(result, target.name)
            await self._answers.post(ref_of_message(message), reply, target.chat, message.message_id)
            return
        payload = self._payload(result, target)
        if isinstance(result, CardClosed):
            await self._close(message, payload, target)
        elif action.verb == "open":
            await self._below(message, str(message.message_id), payload, target)
        elif isinstance(result, DigestPage):
            await self._turn(message, payload, target)
        else:
            await self._in_place(message, payload, target, action.verb)

    async def read(self, message: Message, action: Action, target: Target) -> None:
        """Show that the paper is being read, then the reading; nothing is done if it is being read already.

        Whoever has left meanwhile, for the front of the card or for another paper, stays there.
        """
        key = (message.chat.id, message.message_id)
        if key in self._being_read:
            return
        self._being_read[key] = action.verb
        try:
            # First what takes no time: a reading that is there, or that it is being made.
            result = await reading(self._conversation, Request(target, {ARGUMENT: action.argument}))
            if not isinstance(result, BeingRead):
                await self._in_place(message, self._payload(result, target), target)
                return
            with contextlib.suppress(TelegramError):  # only a hint: the reading will report what is wrong
                await self._in_place(message, self._payload(result, target), target)
            result = await perform(self._conversation, target, action)
        finally:
            asked_for = self._being_read.pop(key)
        if (now := await after_reading(self._conversation, target, result, asked_for)) is not None:
            await self._in_place(message, self._payload(now, target), target)

    async def mark(self, message: Message, action: Action, votes: frozenset[VoteKind]) -> None:
        """Mark on the buttons how their one reader has voted on the paper of the button that was pressed. Raises
        `TelegramError`."""
        rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
        made: list[list[JSON]] = []
        for row in rows:
            made.append([])
            for button in row:
                each, text = parse(button.callback_data), button.text
                if each is not None and each.verb in KIND_OF_VERB and _is_about_same(each, action):
                    text = marked(text, is_on=KIND_OF_VERB[each.verb] in votes)
                made[-1].append({"text": text, "url": button.url, "action": button.callback_data})
        await self._answers.change_buttons(message, made)

    # ── where it is shown ──

    async def _below(self, listed: Message, key: str, payload: JSON, target: Target) -> None:
        """Show a card as the one reply to a list: in the message with the card before, if that is still there."""
        where, cards = ref_of_message(listed), self._conversation.cards
        lock = self._locks.setdefault((where, key), asyncio.Lock())
        async with lock:
            known = await cards.shown_at(where, key)
            if known is not None and await self._answers.edit(where, int(known), payload, target.chat):
                self._moved((listed.chat.id, int(known)), "open")
                return
            sent = await self._answers.post_payload(where, payload, target.chat, listed.message_id)
            await cards.remember(where, key, str(sent.message_id))

    async def _turn(self, message: Message, payload: JSON, target: Target) -> None:
        """Show another page of a list: in its place where one person reads it, else as a reply."""
        if message.chat.type != ChatType.PRIVATE and not await self._is_page(message):
            await self._below(message, f"{message.message_id}{_LIST}", payload, target)
            return
        rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
        # The addresses below a list, of the archive for instance, are those of all its pages.
        links = [{"text": button.text, "url": button.url} for row in rows for button in row if button.url]
        await self._in_place(
            message, {**payload, "buttons": [*payload["buttons"], *([links] if links else [])]}, target
        )

    async def _is_page(self, message: Message) -> bool:
        """Whether a message is itself a reply with further pages of a list."""
        replied = message.reply_to_message
        if replied is None:
            return False
        key = f"{replied.message_id}{_LIST}"
        return await self._conversation.cards.shown_at(ref_of_message(message), key) == str(message.message_id)

    async def _in_place(self, message: Message, payload: JSON, target: Target, verb: str = "") -> None:
        if verb:
            self._moved((message.chat.id, message.message_id), verb)
        where = ref_of_message(message)
        # A card with a picture of an earlier release has no text, and a message may have been deleted.
        if not await self._answers.edit(where, message.message_id, payload, target.chat):
            await self._answers.post_payload(where, payload, target.chat, message.message_id)

    async def _close(self, message: Message, payload: JSON, target: Target) -> None:
        self._moved((message.chat.id, message.message_id), "close")
        try:
            await self._bot.delete_message(message.chat.id, message.message_id)
        except BadRequest as error:  # a bot may delete its messages for two days only
            log.info("card not deleted", why=error.message)
            await self._answers.edit(ref_of_message(message), message.message_id, payload, target.chat)

    def _moved(self, key: tuple[int, int], verb: str) -> None:
        if key in self._being_read:
            self._being_read[key] = verb

    def _payload(self, result: Result, target: Target) -> JSON:
        return card_message(result, replies.reply(result, target.name))


def has_figures(result: Result) -> bool:
    """Whether there is something to post for a [Figures] button."""
    return isinstance(result, CardFigures) and bool(shown_figures(result.card))


def _is_about_same(button: Action, pressed: Action) -> bool:
    return button.argument == pressed.argument and button.chat_id == pressed.chat_id
