"""Posts replies in the chats that asked, shows that the bot is working, and acknowledges pressed buttons."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
from telegram import CallbackQuery, InputFile, Message
from telegram.constants import ChatAction, ChatType, ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot

from bot.conversation import Requester, Result
from bot.locales import _
from bot.model import JSON, ChatRef, Platform
from bot.render.nodes import Reply
from handlers import replies
from handlers.reply_parts import one_line
from handlers.requests import Target
from handlers.telegram.cards import reply_messages
from handlers.telegram.places import ref_of_message
from handlers.telegram.sender import NO_PREVIEW, UnsendableError, address, keyboard_of, post

log = structlog.get_logger()

TYPING_SECONDS = 4.5
"""Telegram shows "typing" for five seconds, so it is sent again a little earlier."""

ALERT_LENGTH = 200
"""Characters that the answer to a pressed button can have (answerCallbackQuery)."""


class AnswerPoster:
    """Posts replies. `data_dir` is where their pictures are.

    `about` is always the chat that a reply's buttons are for; None stands for the chat that the reply is posted in.
    """

    def __init__(self, bot: ExtBot[Any], data_dir: Path) -> None:
        self._bot = bot
        self._data_dir = data_dir

    @property
    def bot_name(self) -> str:
        """The bot's @name without the sign."""
        return self._bot.username

    async def answer(
        self, message: Message, reply: Reply, about: ChatRef | None = None, asker: Requester | None = None
    ) -> None:
        """Post a reply below the message that asked; in groups as an answer to it. Raises `TelegramError`.

        Files that are for `asker` alone go to their private chat.
        """
        if reply.files and reply.private and asker is not None and message.chat.type != ChatType.PRIVATE:
            reply = await self._in_private(asker, reply)
        # In a group others may write meanwhile; in private there is only one conversation.
        reply_to = message.message_id if message.chat.type != ChatType.PRIVATE else None
        await self.post(ref_of_message(message), reply, about, reply_to)

    async def post(
        self, where: ChatRef, reply: Reply, about: ChatRef | None = None, reply_to: int | None = None
    ) -> None:
        """Post a reply in a chat; its first message answers `reply_to`. Raises `TelegramError`."""
        for payload in reply_messages(reply):
            if reply.silent:
                payload["silent"] = True
            try:
                await post(self._bot, where, payload, self._data_dir, about=about, reply_to=reply_to)
            except UnsendableError as error:  # a missing picture must not keep back the text
                log.warning("part of an answer left out", chat=str(where), why=str(error))
            reply_to = None
        await self._post_files(where, reply)

    async def answer_alone(self, message: Message, target: Target, result: Result) -> None:
        """Answer what only the one who asked needs to know: in their private chat where they have one with the bot,
        else below their message. Raises `TelegramError`."""
        if message.chat.type != ChatType.PRIVATE:
            name = replace(target.name, is_elsewhere=True)
            try:
                await self.post(_private_chat(target.requester), replies.reply(result, name), target.chat)
                return
            except (Forbidden, BadRequest) as error:
                log.info("no private chat", why=error.message)
        await self.answer(message, replies.reply(result, target.name), target.chat)

    async def _in_private(self, asker: Requester, reply: Reply) -> Reply:
        """Post a reply to a person in private; what to say where it was asked for."""
        try:
            await self.post(_private_chat(asker), reply)
        except (Forbidden, BadRequest) as error:
            log.info("no private chat", why=error.message)
            return one_line(_("That is for you alone: write to me in private first, then ask here again."))
        return one_line(_("I have sent it to you in private."))

    async def _post_files(self, where: ChatRef, reply: Reply) -> None:
        """Post a reply's files, silently: the text before them has rung."""
        ident, thread = address(where)
        for file in reply.files:
            try:
                await self._bot.send_document(
                    ident,
                    InputFile(file.content, filename=file.name),
                    message_thread_id=thread,
                    disable_notification=True,
                )
            except BadRequest as error:  # a group may allow text and no documents
                log.warning("file not posted", chat=str(where), why=error.message)
                refusal = one_line(_("I cannot post files here; ask me for it in private."))
                await self.post(where, refusal)
                return

    async def post_payload(self, where: ChatRef, payload: JSON, about: ChatRef, reply_to: int | None = None) -> Message:
        """Post one message that is rendered already. Raises `TelegramError` or `UnsendableError`."""
        return await post(self._bot, where, payload, self._data_dir, about=about, reply_to=reply_to)

    async def replace(self, message: Message, reply: Reply, about: ChatRef | None = None) -> None:
        """Put a reply in the place of the bot's own message; post a new message if that cannot be edited."""
        payloads, where = reply_messages(reply), ref_of_message(message)
        # A message of text can become only one other message of text.
        is_text = len(payloads) == 1 and payloads[0]["kind"] == "message"
        if is_text and await self.edit(where, message.message_id, payloads[0], about or where):
            await self._post_files(where, reply)
        else:
            await self.answer(message, reply, about)

    async def edit(self, where: ChatRef, message_id: int, payload: JSON, about: ChatRef) -> bool:
        """Put a text in the place of one of the bot's own; False if that message cannot be edited (any more)."""
        ident, _ = address(where)
        try:
            await self._bot.edit_message_text(
                chat_id=ident,
                message_id=message_id,
                text=payload["html"],
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=keyboard_of(self._bot, payload, about),
            )
        except BadRequest as error:
            # Telegram refuses an edit that changes nothing: the text is there already, after a second press.
            if "not modified" in error.message:
                return True
            log.info("message not edited", why=error.message)
            return False
        return True

    async def change_buttons(self, message: Message, rows: Sequence[Sequence[JSON]]) -> None:
        """Replace the buttons of one of the bot's own messages, each with the chat that it names. Raises
        `TelegramError`."""
        with contextlib.suppress(BadRequest):  # they are so already, or the message is gone
            await self._bot.edit_message_reply_markup(
                chat_id=message.chat.id,
                message_id=message.message_id,
                reply_markup=keyboard_of(self._bot, {"buttons": rows}, ref_of_message(message)),
            )

    @contextlib.asynccontextmanager
    async def working(self, message: Message) -> AsyncIterator[None]:
        """Show "typing" in the message's chat while the block runs."""
        task = asyncio.create_task(self._type(ref_of_message(message)), name="telegram typing")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _type(self, where: ChatRef) -> None:
        ident, thread = address(where)
        while True:
            with contextlib.suppress(TelegramError):  # only a hint: the reply itself will report what is wrong
                await self._bot.send_chat_action(ident, ChatAction.TYPING, message_thread_id=thread)
            await asyncio.sleep(TYPING_SECONDS)


def _private_chat(person: Requester) -> ChatRef:
    """Where to write to a person; a chat that Telegram refuses for an anonymous admin, whose id is that of the group,
    and for a channel, which has none."""
    return ChatRef(Platform.TELEGRAM, person.user_id if person.user_id.isdecimal() else "0")


async def acknowledge(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> None:
    """Answer a pressed button. Raises nothing: what the button does must not depend on this answer."""
    try:
        await query.answer(text[:ALERT_LENGTH] if text else None, show_alert=alert)
    except TelegramError as error:  # for example, a press that is too old cannot be answered any more
        log.info("press not acknowledged", why=error.message)
