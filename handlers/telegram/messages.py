"""Telegram messages that are no command of the table: texts and forwarded posts in private, and what names the bot in a
group."""

from __future__ import annotations

from typing import Any

from telegram import Message, MessageEntity, MessageOriginChannel, Update, User
from telegram.ext import Application, ContextTypes, ExtBot, MessageHandler, filters

from bot.arxiv import ids
from bot.conversation import Conversation
from handlers import replies, typed_texts
from handlers.requests import Target
from handlers.telegram.answers import AnswerPoster
from handlers.telegram.named_chats import takes_words
from handlers.telegram.places import Places
from handlers.telegram.texts import channel_reply, links_of, text_of

Context = ContextTypes.DEFAULT_TYPE


class Messages:
    """The handlers; they must come after those of commands and files."""

    def __init__(self, conversation: Conversation, bot: ExtBot[Any], places: Places, answers: AnswerPoster) -> None:
        self._conversation, self._bot, self._places, self._answers = conversation, bot, places, answers

    def register(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        new = filters.UpdateType.MESSAGE
        private = new & filters.ChatType.PRIVATE
        written = filters.TEXT | filters.CAPTION
        # Forwarded posts before texts: they have a text too, and only the first handler that fits an update gets it.
        application.add_handler(MessageHandler(private & filters.FORWARDED, self.forwarded))
        application.add_handler(MessageHandler(private & written, self.text))
        application.add_handler(MessageHandler(new & filters.ChatType.GROUPS & written, self.in_group))

    async def text(self, update: Update, _: Context) -> None:
        """Answer a message in private: read what its links name, else what its words mean."""
        message = update.effective_message
        if message is None:
            return
        target, text = await self._read(message, update.effective_user)
        await self._answer(message, target, text)

    async def _answer(self, message: Message, target: Target, text: str) -> None:
        async with self._answers.working(message):
            result = await typed_texts.answer(self._conversation, target, text, links_of(message))
            reply = replies.unknown_command() if result is None else replies.reply(result, target.name)
        await self._answers.answer(message, reply, target.chat)

    async def _read(self, message: Message, user: User | None) -> tuple[Target, str]:
        """The chat that a message in private is about, and its text without the name of that chat: a misspelt command
        may name one, too. Raises `TellUser` for a channel that cannot be managed."""
        text = text_of(message)
        typed, _, line = text.partition(" ")
        meant = typed_texts.likely_line(typed.removeprefix("/")) if typed.startswith("/") else None
        command = typed_texts.command_named(meant.partition(" ")[0]) if meant else None
        if command is not None and command.operation.is_about_chat and user is not None:
            may_be_words = await takes_words(self._conversation, command.name, line)
            target, rest = await self._places.named(line.strip(), user, takes_words=may_be_words)
            if target is not None:
                return target, f"{typed} {rest}".strip()
        return await self._places.of_author(message, user, look_up_rights=False), text

    async def forwarded(self, update: Update, context: Context) -> None:
        """Read the papers that a forwarded post names, in its words or below them. Another post of a channel names that
        channel; any other forward is read like a text."""
        message, user = update.effective_message, update.effective_user
        if message is None or user is None:
            return
        names_papers = bool(ids.all_papers("\n".join([text_of(message), *links_of(message)])))
        if names_papers or not isinstance(message.forward_origin, MessageOriginChannel):
            await self.text(update, context)
            return
        target = await self._places.channel(message.forward_origin.chat.id, user)
        await self._answers.answer(message, channel_reply(target.chat, target.title), target.chat)

    async def in_group(self, update: Update, _: Context) -> None:
        """Answer a message of a group that names the bot or replies to it; the others are none of our business."""
        message = update.effective_message
        if message is None or message.via_bot is not None:
            return
        if self._is_command_to_bot(message):
            target = await self._places.of_author(message, update.effective_user, look_up_rights=True)
            await self._answer(message, target, text_of(message))
            return
        is_named, text = self._without_mention(message)
        if not (is_named or self._is_reply_to_bot(message)):
            return
        target = await self._places.of_author(message, update.effective_user, look_up_rights=False)
        result = await self._conversation.understanding.in_group(
            target.requester, target.chat, text, links_of(message), is_named=is_named
        )
        if result is not None:
            await self._answers.answer(message, replies.reply(result, target.name), target.chat)

    def _is_reply_to_bot(self, message: Message) -> bool:
        answered = message.reply_to_message
        return answered is not None and answered.from_user is not None and answered.from_user.id == self._bot.id

    def _is_command_to_bot(self, message: Message) -> bool:
        """Whether a message begins with "/word@bot": the word is no command, since those have handlers of their own."""
        command = (text_of(message).split(maxsplit=1) or [""])[0]
        return command.startswith("/") and command.casefold().endswith(f"@{self._bot.username}".casefold())

    def _without_mention(self, message: Message) -> tuple[bool, str]:
        """Whether a message names the bot, and its text without that name."""
        own, text = f"@{self._bot.username}", text_of(message)
        parse = message.parse_entities if message.text else message.parse_caption_entities
        mine = [name for name in parse([MessageEntity.MENTION]).values() if name.casefold() == own.casefold()]
        for mention in mine:
            text = text.replace(mention, " ")
        return bool(mine), text.strip()
