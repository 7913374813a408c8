"""Suspends, resumes and moves chats when the bot is added, removed, blocked or muted, or a group gets another id."""

from __future__ import annotations

from typing import Any

import structlog
from telegram import ChatMemberUpdated, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden
from telegram.ext import Application, ChatMemberHandler, ContextTypes, MessageHandler, filters

from bot.conversation import Conversation
from bot.locales import N_
from bot.model import ChatRef
from handlers import replies
from handlers.requests import ChatName
from handlers.telegram.answers import AnswerPoster
from handlers.telegram.places import Places, Posting, kind_of, posting, ref_of, title_of
from handlers.telegram.texts import channel_reply
from handlers.telegram.warning import Warnings

log = structlog.get_logger()

Context = ContextTypes.DEFAULT_TYPE


class Membership:
    """The handlers of updates about the bot's own place in chats."""

    def __init__(self, conversation: Conversation, places: Places, answers: AnswerPoster, warnings: Warnings) -> None:
        self._conversation = conversation
        self._places = places
        self._answers = answers
        self._warnings = warnings

    def register(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, self.migrated))
        application.add_handler(ChatMemberHandler(self.changed, ChatMemberHandler.MY_CHAT_MEMBER))

    async def changed(self, update: Update, _: Context) -> None:
        """Suspend or resume a chat by what the bot may post there before and after the change."""
        change = update.my_chat_member
        if change is None:
            return
        chat = change.chat
        before, now = posting(chat.type, change.old_chat_member), posting(chat.type, change.new_chat_member)
        if now is Posting.GONE and chat.type == ChatType.PRIVATE:
            await self._conversation.chats.suspend(ref_of(chat.id), "blocked by the user")
        elif now is Posting.GONE:
            await self._closed(ref_of(chat.id), "removed from the chat", N_("I was removed from it"))
        elif now is Posting.MUTE and before > now:
            reason = "the right to post was taken away"
            await self._closed(ref_of(chat.id), reason, N_("the right to post was taken from me"))
        # Only a gain of rights resumes: after any other change the chat is as unreachable as before.
        elif now > before and now > Posting.MUTE:
            await self._conversation.chats.resume(ref_of(chat.id))
            if chat.type == ChatType.CHANNEL:
                await self._bound(change)
            elif chat.type != ChatType.PRIVATE and before is Posting.GONE:
                await self._greet(ref_of(chat.id), change)

    async def _closed(self, ref: ChatRef, reason: str, warning: str) -> None:
        """Suspend a group or a channel where nothing can be sent any more, and tell its managers.

        It is suspended first: a delivery that is refused meanwhile would otherwise tell them a second time.
        """
        received_digests = await self._conversation.chats.receives(ref)
        await self._conversation.chats.suspend(ref, reason)
        # Nothing is missing in a chat that follows nothing, or that was suspended before.
        if received_digests:
            await self._warnings.tell(ref, warning)

    async def _greet(self, ref: ChatRef, change: ChatMemberUpdated) -> None:
        """Say in a group what the bot does, and who may set it up."""
        title = title_of(change.chat)
        welcome = await self._conversation.beginning.added(ref, title, kind_of(change.chat))
        if welcome is None:
            return
        await self._places.managers.add(change.from_user.id, change.chat.id)
        try:
            await self._answers.post(ref, replies.reply(welcome, ChatName(title)), ref)
        except (Forbidden, BadRequest) as error:  # the group lets only some of its members write
            log.info("group not greeted", chat=str(ref), why=error.message)

    async def _bound(self, change: ChatMemberUpdated) -> None:
        user, channel = change.from_user, change.chat
        await self._places.managers.bind(user.id, channel.id, title_of(channel))
        try:
            reply = channel_reply(ref_of(channel.id), title_of(channel))
            await self._answers.post(ref_of(user.id), reply, ref_of(channel.id))
        except (Forbidden, BadRequest):  # a bot may not write first to somebody who never spoke to it
            log.info("channel bound by somebody who never spoke to us", channel=channel.id)

    async def migrated(self, update: Update, _: Context) -> None:
        """Move a group that became a supergroup to its new id. Both chats get a message about it, in any order."""
        message = update.effective_message
        if message is None:
            return
        if message.migrate_to_chat_id:
            await self._conversation.chats.move(ref_of(message.chat.id), ref_of(message.migrate_to_chat_id))
        elif message.migrate_from_chat_id:
            await self._conversation.chats.move(ref_of(message.migrate_from_chat_id), ref_of(message.chat.id))
