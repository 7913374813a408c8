"""Documents on Telegram that hold lists of papers: liked for the chat in which they are sent to the bot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from telegram import Document, Message, MessageEntity, Update, User
from telegram.error import TelegramError
from telegram.ext import Application, CommandHandler, ContextTypes, ExtBot, MessageHandler, filters

from bot.conversation import Conversation
from handlers import list_files, replies
from handlers.commands import COMMANDS
from handlers.telegram.answers import AnswerPoster
from handlers.telegram.places import Places
from handlers.telegram.texts import links_of, text_of

log = structlog.get_logger()

Context = ContextTypes.DEFAULT_TYPE


class _IsList(filters.MessageFilter):
    """Documents whose name is that of a list of papers."""

    def filter(self, message: Message) -> bool:
        return message.document is not None and list_files.is_list(message.document.file_name)


class _IsPdf(filters.MessageFilter):
    """Documents whose name is that of a PDF."""

    def filter(self, message: Message) -> bool:
        return message.document is not None and list_files.is_pdf(message.document.file_name)


class _QuotesList(filters.MessageFilter):
    """Messages that answer a list of papers."""

    def filter(self, message: Message) -> bool:
        quoted = message.reply_to_message
        return quoted is not None and quoted.document is not None and list_files.is_list(quoted.document.file_name)


class Files:
    """The handlers of documents."""

    def __init__(self, conversation: Conversation, bot: ExtBot[Any], places: Places, answers: AnswerPoster) -> None:
        self._conversation, self._bot, self._places, self._answers = conversation, bot, places, answers

    def register(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Add the handlers; they must come before those of commands and texts."""
        new = filters.UpdateType.MESSAGE
        lists = _IsList()
        names = [command.name for command in COMMANDS if command.takes_file]
        application.add_handler(CommandHandler(names, self.quoted, filters=new & _QuotesList()))
        application.add_handler(MessageHandler(new & filters.ChatType.PRIVATE & lists, self.sent))
        application.add_handler(MessageHandler(new & filters.ChatType.GROUPS & lists, self.sent_to_group))
        pdfs = _IsPdf()
        application.add_handler(MessageHandler(new & filters.ChatType.PRIVATE & pdfs, self.paper))
        application.add_handler(MessageHandler(new & filters.ChatType.GROUPS & pdfs, self.paper_in_group))
        others = filters.Document.ALL & ~filters.CAPTION & ~filters.FORWARDED
        application.add_handler(MessageHandler(new & filters.ChatType.PRIVATE & others, self.other))

    async def sent(self, update: Update, _: Context) -> None:
        """Like the papers of a list."""
        message = update.effective_message
        if message is not None and message.document is not None:
            await self._like(message, message.document, update.effective_user)

    async def sent_to_group(self, update: Update, context: Context) -> None:
        """Like the papers of a list that was sent to the bot; the group's other files are none of our business."""
        message = update.effective_message
        if message is not None and self._is_to_bot(message):
            await self.sent(update, context)

    async def paper(self, update: Update, _: Context) -> None:
        """Read the paper that a PDF is."""
        message = update.effective_message
        document = message.document if message is not None else None
        if message is None or document is None:
            return
        target = await self._places.of_author(message, update.effective_user, look_up_rights=False)
        name = list_files.shown_name(document.file_name)
        caption = "\n".join([text_of(message), *links_of(message)])
        async with self._answers.working(message):
            result = await self._conversation.understanding.document(
                target.requester,
                target.chat,
                name,
                caption,
                lambda: _content(document, name, list_files.check_pdf_size),
            )
        await self._answers.answer(message, replies.reply(result, target.name), target.chat)

    async def paper_in_group(self, update: Update, context: Context) -> None:
        """Read the paper of a PDF that was sent to the bot."""
        message = update.effective_message
        if message is not None and self._is_to_bot(message):
            await self.paper(update, context)

    async def quoted(self, update: Update, _: Context) -> None:
        """Like the papers of the list that a command answers."""
        message = update.effective_message
        quoted = message.reply_to_message if message is not None else None
        if message is not None and quoted is not None and quoted.document is not None:
            await self._like(message, quoted.document, update.effective_user)

    async def other(self, update: Update, _context: Context) -> None:
        """Say which files are read."""
        if update.effective_message is not None:
            await self._answers.answer(update.effective_message, replies.refused(list_files.what_is_taken()))

    async def _like(self, message: Message, document: Document, user: User | None) -> None:
        target = await self._places.of_author(message, user, look_up_rights=True)
        name = list_files.shown_name(document.file_name)
        async with self._answers.working(message):
            content = await _content(document, name, list_files.check_size)
            result = await self._conversation.likes.from_file(
                target.requester, target.chat, content, name, target.title
            )
        await self._answers.answer(message, replies.reply(result, target.name), target.chat)

    def _is_to_bot(self, message: Message) -> bool:
        """Whether a message answers one of the bot's, or its caption names the bot."""
        answered = message.reply_to_message
        if answered is not None and answered.from_user is not None and answered.from_user.id == self._bot.id:
            return True
        mentions = message.parse_caption_entities([MessageEntity.MENTION]).values()
        return any(mention.casefold() == f"@{self._bot.username}".casefold() for mention in mentions)


async def _content(document: Document, name: str, check_size: Callable[[str, int], None]) -> bytes:
    """Download a document. Raises `TellUser` if it is too large or Telegram does not give it."""
    # Before asking Telegram, which gives bots no file above 20 MB; and what it says again may be another size.
    check_size(name, document.file_size or 0)
    try:
        file = await document.get_file()
        check_size(name, file.file_size or 0)
        content = bytes(await file.download_as_bytearray())
    except TelegramError as error:
        log.warning("file not fetched", why=error.message)
        raise list_files.not_fetched(name) from error
    check_size(name, len(content))
    return content
