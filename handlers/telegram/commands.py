"""Telegram updates → use cases → replies: commands, links sent in private, buttons, coming and going."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from telegram import (
    CallbackQuery,
    ChatMemberUpdated,
    Message,
    MessageOriginChannel,
    Update,
    User,
)
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, NetworkError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.conversation import (
    Changed,
    Conversation,
    NotAllowed,
    Requester,
    Result,
    Stale,
    Subscribed,
    Subscriptions,
    Unsubscribed,
)
from bot.errors import RetryLater, StoreUnavailable, TellUser
from bot.model import ChatRef, Depth
from bot.render.nodes import Button, Document, Line, Reply, Text
from handlers import actions, replies
from handlers.commands import COMMANDS
from handlers.telegram.answers import Answers, acknowledge
from handlers.telegram.places import Place, Places, Posting, posting, ref_of, ref_of_message, title_of
from handlers.telegram.warning import Warnings

log = structlog.get_logger()

NEED_RIGHTS = frozenset({"subscribe", "unsubscribe", "digest", "settings", "stop"})
"""Commands for which it matters whether the asker is an admin."""

SLOW = frozenset({"summarize", "digest"})

_IN_PLACE = frozenset({"settings", "choose", "set", "topics", "drop"})
_VERBS_WITH_RIGHTS = frozenset({"drop", "set", "digest", "forget", "resend"})
_ABOUT = re.compile(r"(?P<action>.*)@(?P<chat>-100\d{5,13})", re.DOTALL)

Context = ContextTypes.DEFAULT_TYPE


class Commands:
    """The handlers of one application."""

    def __init__(self, conversation: Conversation, places: Places, answers: Answers, warnings: Warnings) -> None:
        self._conversation = conversation
        self._places = places
        self._answers = answers
        self._warnings = warnings

    def register(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Add every handler, and the one boundary for errors."""
        new = filters.UpdateType.MESSAGE  # an edited message is not asked again
        for command in COMMANDS:
            application.add_handler(CommandHandler(command.name, self._command(command.name), filters=new))
        application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, self.migrated))
        private = new & filters.ChatType.PRIVATE
        application.add_handler(MessageHandler(private & filters.FORWARDED, self.forwarded))
        application.add_handler(MessageHandler(private & (filters.TEXT | filters.CAPTION), self.text))
        application.add_handler(CallbackQueryHandler(self.pressed))
        application.add_handler(ChatMemberHandler(self.membership, ChatMemberHandler.MY_CHAT_MEMBER))
        application.add_error_handler(self.failed)

    # ── commands ──

    def _command(self, name: str) -> Callable[[Update, Context], Coroutine[Any, Any, None]]:
        async def handle(update: Update, _: Context) -> None:
            message = update.effective_message
            if message is not None:
                await self._answer_command(name, message, update.effective_user)

        return handle

    async def _answer_command(self, name: str, message: Message, user: User | None) -> None:
        words = _said(message).split(maxsplit=1)
        argument = words[1].strip() if len(words) > 1 else ""
        place: Place | None = None
        if message.chat.type == ChatType.PRIVATE and user is not None:
            place, argument = await self._places.elsewhere(argument, user)
        if place is None:
            place = await self._places.of(message, user, rights=name in NEED_RIGHTS)
        if name in SLOW:
            async with self._answers.working(message):
                result = await self._do(name, place, argument, message)
        else:
            result = await self._do(name, place, argument, message)
        await self._remember_who(place, message.chat.id, result)
        reply = replies.reply(result)
        if isinstance(result, Subscriptions) and not place.elsewhere and message.chat.type == ChatType.PRIVATE:
            reply = await self._with_channels(reply, message.chat.id)
        await self._answers.say(message, reply, place.ref if place.elsewhere else None)

    async def _remember_who(self, place: Place, chat_id: int, result: Result) -> None:
        """Who sets something up in a group is told when it no longer works there."""
        user_id = place.asker.user_id
        if chat_id < 0 and isinstance(result, Subscribed | Unsubscribed | Changed) and user_id.isdecimal():
            with contextlib.suppress(StoreUnavailable):  # what was asked for is done
                await self._places.managers.add(int(user_id), chat_id)

    async def _do(self, name: str, place: Place, argument: str, message: Message) -> Result:
        talk, asker, ref = self._conversation, place.asker, place.ref
        match name:
            case "start":
                return await talk.start(ref, place.title)
            case "help":
                return await talk.help()
            case "subscribe":
                return await talk.subscribe(asker, ref, argument, place.title)
            case "unsubscribe":
                return await talk.unsubscribe(asker, ref, argument)
            case "subscriptions":
                return await talk.subscriptions(ref)
            case "summarize":
                return await self._summarize(ref, argument or _quoted(message))
            case "digest":
                return await talk.digest_now(asker, ref)
            case "settings":
                return await self._settings(asker, ref, argument, place.title)
            case "privacy":
                return await talk.privacy()
            case "health":
                return await talk.health(asker, ref)
            case "stop":
                return await talk.ask_forget(asker, ref)
        raise LookupError(f"no use case for /{name}")

    async def _summarize(self, ref: ChatRef, argument: str) -> Result:
        link, _, last = argument.rpartition(" ")
        if link and last.casefold() in (*Depth,):
            return await self._conversation.summarize(ref, link, Depth(last.casefold()))
        return await self._conversation.summarize(ref, argument)

    async def _settings(self, asker: Requester, ref: ChatRef, argument: str, title: str) -> Result:
        name, _, value = argument.partition(" ")
        if not name:
            return await self._conversation.settings(ref)
        if not value.strip():
            return await self._conversation.choices(ref, name.casefold())
        return await self._conversation.change(asker, ref, name, value, title)

    async def _with_channels(self, reply: Reply, user_id: int) -> Reply:
        """The list of a private chat also offers the channels that its person manages."""
        known = await self._places.managers.channels(user_id)
        rows = tuple((Button(f"📣 {title[:40]}", action=f"topics:@{ident}"),) for ident, title in known.items())
        return Reply(reply.document, (*reply.buttons, *rows), reply.private)

    # ── other messages in private ──

    async def text(self, update: Update, _: Context) -> None:
        """A link or an id is read; anything else gets a word about what can be sent."""
        message = update.effective_message
        if message is None:
            return
        text = _said(message)
        if text.startswith("/"):
            await self._answers.say(message, replies.unknown_command())
            return
        async with self._answers.working(message):
            result = await self._conversation.summarize(ref_of_message(message), text)
        await self._answers.say(message, replies.reply(result))

    async def forwarded(self, update: Update, context: Context) -> None:
        """A post forwarded from a channel names that channel; other forwards are read like any text."""
        message, user = update.effective_message, update.effective_user
        if message is None or user is None:
            return
        if not isinstance(message.forward_origin, MessageOriginChannel):
            await self.text(update, context)
            return
        place = await self._places.channel(message.forward_origin.chat.id, user)
        await self._answers.say(message, _channel_reply(place.ref, place.title), place.ref)

    # ── buttons ──

    async def pressed(self, update: Update, _: Context) -> None:
        """Do what a button says, for the person who pressed it. Forged and stale data get a polite answer."""
        query = update.callback_query
        if query is None:
            return
        message = query.message if isinstance(query.message, Message) else None
        data, about = _read_data(query.data)
        action = actions.parse(data)
        foreign = message is None or not _carries(message, query.data)
        if action is None or message is None or foreign or (about and message.chat.type != ChatType.PRIVATE):
            await acknowledge(query, "That button no longer means anything; /help shows what I can do.", alert=True)
            return
        place = await self._place_of_press(query, message, about, action.verb)
        if action.verb in actions.SLOW:
            await acknowledge(query, "On it …")
            async with self._answers.working(message):
                result = await actions.perform(self._conversation, place.asker, place.ref, action)
        else:
            result = await actions.perform(self._conversation, place.asker, place.ref, action)
        await self._remember_who(place, message.chat.id, result)
        await self._answer_press(query, message, action.verb, place, result)

    async def _place_of_press(self, query: CallbackQuery, message: Message, about: int | None, verb: str) -> Place:
        if about is not None:
            return await self._places.channel(about, query.from_user)
        if message.chat.type == ChatType.PRIVATE:
            return await self._places.of(message, query.from_user, rights=True)
        # The message is the bot's own; the rights are those of the person who pressed.
        allowed = verb in _VERBS_WITH_RIGHTS and await self._places.is_admin(message.chat.id, query.from_user.id)
        asker = Requester(str(query.from_user.id), is_admin=allowed)
        return Place(ref_of_message(message), title_of(message.chat), asker)

    async def _answer_press(
        self, query: CallbackQuery, message: Message, verb: str, place: Place, result: Result
    ) -> None:
        reply = replies.reply(result)
        if isinstance(result, NotAllowed | Stale):
            await acknowledge(query, _first_line(reply), alert=True)
            return
        await acknowledge(query)
        about = place.ref if place.elsewhere else None
        if verb in _IN_PLACE and message.text:
            await self._answers.replace(message, reply, about)
        else:
            await self._answers.say(message, reply, about)

    # ── coming and going ──

    async def membership(self, update: Update, _: Context) -> None:
        """The bot was blocked, unblocked, added or removed, or its rights changed: only what it may post counts."""
        changed = update.my_chat_member
        if changed is None:
            return
        chat = changed.chat
        before, now = posting(chat.type, changed.old_chat_member), posting(chat.type, changed.new_chat_member)
        if now is Posting.GONE and chat.type == ChatType.PRIVATE:
            await self._conversation.suspend(ref_of(chat.id), "blocked by the user")
        elif now is Posting.GONE:
            await self._closed(ref_of(chat.id), "removed from the chat", told="I was removed from it")
        elif now is Posting.MUTE and before > now:
            why = "the right to post was taken away"
            await self._closed(ref_of(chat.id), why, told="the right to post was taken from me")
        elif now > before and now > Posting.MUTE:
            await self._conversation.resume(ref_of(chat.id))
            if chat.type == ChatType.CHANNEL:
                await self._bound(changed)

    async def _closed(self, ref: ChatRef, why: str, *, told: str) -> None:
        """Nothing can be sent to a group or a channel any more. It is suspended before its people are told, so that
        nobody who finds it closed meanwhile tells them again."""
        received = await self._conversation.receives(ref)
        await self._conversation.suspend(ref, why)
        if received:
            await self._warnings.tell(ref, told)

    async def _bound(self, changed: ChatMemberUpdated) -> None:
        user, channel = changed.from_user, changed.chat
        await self._places.managers.bind(user.id, channel.id, title_of(channel))
        try:
            reply = _channel_reply(ref_of(channel.id), title_of(channel))
            await self._answers.say_to(ref_of(user.id), reply, ref_of(channel.id))
        except (Forbidden, BadRequest):
            log.info("channel bound by somebody who never spoke to us", channel=channel.id)

    async def migrated(self, update: Update, _: Context) -> None:
        """A group became a supergroup: its id changes everywhere."""
        message = update.effective_message
        if message is None:
            return
        if message.migrate_to_chat_id:
            await self._conversation.move(ref_of(message.chat.id), ref_of(message.migrate_to_chat_id))
        elif message.migrate_from_chat_id:
            await self._conversation.move(ref_of(message.migrate_from_chat_id), ref_of(message.chat.id))

    # ── the boundary ──

    async def failed(self, update: object, context: Context) -> None:
        """Whatever a handler raises becomes one sentence; what is not the person's doing is logged with a reference."""
        error = context.error
        if not isinstance(update, Update) or error is None:
            log.warning("telegram polling", why=str(error))
            return
        if isinstance(error, Forbidden):
            log.info("nobody to answer", why=error.message)
            return
        if isinstance(error, TellUser):
            reply, said = replies.reply(error), str(error)
        elif isinstance(error, RetryLater):
            log.warning("command put off", why=str(error))
            reply, said = replies.refused(str(error)), str(error)
        else:
            reference = secrets.token_hex(4)
            log.error("command failed", reference=reference, exc_info=error)
            reply = replies.apology(reference)
            said = _first_line(reply)
        try:
            if update.callback_query is not None:
                await acknowledge(update.callback_query, said, alert=True)
            elif update.effective_message is not None:
                await self._answers.say(update.effective_message, reply)
        except NetworkError as failure:
            log.warning("an apology could not be sent", why=str(failure))


def _carries(message: Message, data: str | None) -> bool:
    """Whether a message has the button that was pressed: Telegram hands on whatever data somebody's client sends."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return any(button.callback_data == data for row in rows for button in row)


def _read_data(data: object) -> tuple[str | None, int | None]:
    """The action of a button and the channel it is about: "drop:0a1b@-100123" → ("drop:0a1b", -100123)."""
    if not isinstance(data, str):
        return None, None
    match = _ABOUT.fullmatch(data)
    return (match["action"], int(match["chat"])) if match else (data, None)


def _quoted(message: Message) -> str:
    """The text that a command answers to: /summarize below somebody's link."""
    return _said(message.reply_to_message) if message.reply_to_message else ""


def _said(message: Message) -> str:
    """A message's text, without the invisible joiners that our own messages carry and people copy."""
    return (message.text or message.caption or "").replace("\u2060", "")


def _first_line(reply: Reply) -> str:
    block = reply.document.blocks[0]
    return "".join(span.text for span in block.spans) if isinstance(block, Line) else ""


def _channel_reply(ref: ChatRef, title: str) -> Reply:
    lines = (
        Line((Text(f"I can post in {title or 'that channel'}. To follow something there, write me for example:"),)),
        Line((Text(f"/subscribe {ref.id} cs.CV", code=True),)),
    )
    buttons = (Button("Its topics", action="topics:"), Button("Its settings", action="settings:"))
    return Reply(Document(lines), (buttons,))
