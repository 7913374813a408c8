"""Telegram messages → use cases → replies: commands, links sent in private, and the handler of all errors."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from telegram import CallbackQuery, Message, Update, User
from telegram.constants import ChatType
from telegram.error import Forbidden, TelegramError
from telegram.ext import Application, CommandHandler, ContextTypes, filters

from bot.conversation import Candidate, Conversation, NotAllowed, NotOperator, WhichChat
from bot.errors import RetryLater, TellUser
from bot.render.nodes import Reply
from handlers import replies
from handlers.button_actions import BUTTONS, parse
from handlers.commands import COMMANDS, Command
from handlers.requests import Request, Target, dispatch
from handlers.telegram.answers import AnswerPoster, acknowledge
from handlers.telegram.named_chats import named_by_title, takes_words
from handlers.telegram.places import Places, ref_of, ref_of_message
from handlers.telegram.texts import first_line, quoted_text, text_of

log = structlog.get_logger()

Context = ContextTypes.DEFAULT_TYPE


class Commands:
    """The handlers of messages, and of the errors that any handler raises."""

    def __init__(self, conversation: Conversation, places: Places, answers: AnswerPoster) -> None:
        self._conversation = conversation
        self._places = places
        self._answers = answers

    def register(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Add the handlers, and the error handler of the whole application."""
        new = filters.UpdateType.MESSAGE  # a command is not carried out again when its message is edited
        for command in COMMANDS:
            application.add_handler(CommandHandler(command.name, self._handler(command), filters=new))
        application.add_error_handler(self.failed)

    # ── commands ──

    def _handler(self, command: Command) -> Callable[[Update, Context], Coroutine[Any, Any, None]]:
        async def handle(update: Update, _: Context) -> None:
            message = update.effective_message
            if message is not None:
                await self._answer_command(command, message, update.effective_user)

        return handle

    async def _answer_command(self, command: Command, message: Message, user: User | None) -> None:
        if (question := await self._which_chat(command, message, user)) is not None:
            await self._answers.answer(message, replies.reply(question))
            return
        target, request = await self._read(command, message, user)
        if command.operation.is_slow:
            async with self._answers.working(message):
                result = await dispatch(self._conversation, command.operation, request)
        else:
            result = await dispatch(self._conversation, command.operation, request)
        await self._places.remember_manager(target, message.chat.id, result)
        if isinstance(result, NotAllowed | NotOperator):
            await self._answers.answer_alone(message, target, result)
            return
        reply = replies.reply(result, target.name)
        await self._answers.answer(message, reply, target.chat, target.requester)

    async def _which_chat(self, command: Command, message: Message, user: User | None) -> WhichChat | None:
        """The question which chat is meant, where a title at the beginning of the line may name several chats."""
        words = text_of(message).split(maxsplit=1)
        if (
            not command.operation.is_about_chat
            or message.chat.type != ChatType.PRIVATE
            or user is None
            or not words[1:]
        ):
            return None
        titles = await self._places.managers.channels(user.id)
        line = words[1].strip()
        found = named_by_title(line, titles, takes_words=await takes_words(self._conversation, command.name, line))
        if found is None or (found.is_sure and len(found.chat_ids) == 1):
            return None
        where = ref_of_message(message)
        own = () if found.is_sure else (Candidate(where, "", line),)
        others = tuple(Candidate(ref_of(each), titles[each], found.rest) for each in found.chat_ids)
        return await self._conversation.chat_choices.ask(where, command.name, (*others, *own))

    async def _read(self, command: Command, message: Message, user: User | None) -> tuple[Target, Request]:
        """What a command is about and its arguments. Raises `TellUser` for a channel that cannot be managed."""
        words = text_of(message).split(maxsplit=1)
        line = words[1].strip() if len(words) > 1 else ""
        target: Target | None = None
        # Other chats are named only in private: in a group everybody would read the answer about them.
        if command.operation.is_about_chat and message.chat.type == ChatType.PRIVATE and user is not None:
            may_be_words = await takes_words(self._conversation, command.name, line)
            target, line = await self._places.named(line, user, takes_words=may_be_words)
        if target is None:
            target = await self._places.of_author(message, user, look_up_rights=command.operation.looks_up_rights)
        arguments = command.read_line(line)
        for argument in command.arguments:
            if argument.may_be_quoted and not arguments.get(argument.name):
                arguments[argument.name] = quoted_text(message)
        return target, Request(target, arguments)

    # ── errors ──

    async def failed(self, update: object, context: Context) -> None:
        """Answer the error of a handler with one sentence; an unexpected one is logged with a reference."""
        error = context.error
        if not isinstance(update, Update) or error is None:  # polling failed, so there is no one to answer
            log.warning("telegram polling", why=str(error))
            return
        if isinstance(error, Forbidden):  # the bot may not write there, so no answer could arrive
            log.info("answer not allowed", why=error.message)
            return
        try:
            await self._report(update, _reply_to_error(error))
        except TelegramError as failure:
            log.warning("an apology could not be sent", why=str(failure))

    async def _report(self, update: Update, reply: Reply) -> None:
        query, message = update.callback_query, update.effective_message
        if query is not None and not _is_slow(query):
            await acknowledge(query, first_line(reply), alert=True)
            return
        if query is not None:
            await acknowledge(query)
        if isinstance(message, Message):
            await self._answers.answer(message, reply)


def _is_slow(query: CallbackQuery) -> bool:
    """Whether the press of this button was answered at once, before the work, and can have no pop-up any more."""
    action = parse(query.data)
    return action is not None and BUTTONS[action.verb].is_slow


def _reply_to_error(error: Exception) -> Reply:
    if isinstance(error, TellUser):
        return replies.reply(error)
    if isinstance(error, RetryLater):
        log.warning("command put off", why=str(error))
        return replies.put_off(error)
    reference = secrets.token_hex(4)
    log.error("command failed", reference=reference, exc_info=error)
    return replies.apology(reference)
