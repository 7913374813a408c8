"""Who speaks where: chats and forum topics as refs, rights, and channels that are managed from a private chat."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Any

import structlog
from telegram import Chat as TelegramChat
from telegram import (
    ChatFullInfo,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberOwner,
    ChatMemberRestricted,
    Message,
    User,
)
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden
from telegram.ext import ExtBot

from bot.conversation import Requester
from bot.errors import TellUser
from bot.model import ChatRef, Platform
from handlers.telegram.managers import Managers


class Posting(enum.IntEnum):
    """Less is less."""

    GONE = 0
    """Not there: never came, left, was removed, or is blocked."""
    MUTE = 1
    """There, and may not post."""
    AS_ALL = 2
    """May post where all members of the group may."""
    SURE = 3


def posting(chat_type: str, member: ChatMember) -> Posting:
    """What a member may do in a chat of this type."""
    match member:
        case ChatMemberRestricted():
            if not member.is_member:
                return Posting.GONE
            return Posting.SURE if member.can_send_messages else Posting.MUTE
        case ChatMemberAdministrator() if chat_type == ChatType.CHANNEL and not member.can_post_messages:
            return Posting.MUTE
    match member.status:
        case ChatMember.ADMINISTRATOR | ChatMember.OWNER:
            return Posting.SURE
        case ChatMember.MEMBER if chat_type == ChatType.PRIVATE:
            return Posting.SURE
        case ChatMember.MEMBER:
            return Posting.MUTE if chat_type == ChatType.CHANNEL else Posting.AS_ALL
    return Posting.GONE


log = structlog.get_logger()

_TARGET = re.compile(r"(@[A-Za-z][A-Za-z0-9_]{3,31}|-100\d{5,13})(?:\s+|$)")


@dataclass(frozen=True, slots=True)
class Place:
    """What a command is about: the chat, its title, and who asks. `elsewhere` if it is not where they write."""

    ref: ChatRef
    title: str
    asker: Requester
    elsewhere: bool = False


def ref_of(chat_id: int, thread: int | None = None) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, f"{chat_id}/{thread}" if thread else str(chat_id))


def ref_of_message(message: Message) -> ChatRef:
    """The chat of a message, or its forum topic (other threads are only replies)."""
    return ref_of(message.chat.id, message.message_thread_id if message.is_topic_message else None)


def title_of(chat: TelegramChat | ChatFullInfo) -> str:
    return chat.title or chat.full_name or chat.username or ""


class Places:
    """Looks rights up with Telegram; which channels a person manages is remembered by `managers`."""

    def __init__(self, bot: ExtBot[Any], managers: Managers) -> None:
        self._bot = bot
        self.managers = managers

    async def of(self, message: Message, user: User | None, *, rights: bool) -> Place:
        """The place of a message. Without `rights` nobody looks whether the user is an admin: they count as none."""
        ref, title = ref_of_message(message), title_of(message.chat)
        if message.chat.type == ChatType.PRIVATE:
            return Place(
                ref, title, Requester(str(message.chat.id), is_admin=user is None or user.id == message.chat.id)
            )
        if message.sender_chat is not None and message.sender_chat.id == message.chat.id:
            return Place(ref, title, Requester(str(message.chat.id), is_admin=True))  # an anonymous admin
        if user is None:
            return Place(ref, title, Requester("", is_admin=False))
        allowed = rights and await self.is_admin(message.chat.id, user.id)
        return Place(ref, title, Requester(str(user.id), is_admin=allowed))

    async def elsewhere(self, argument: str, user: User) -> tuple[Place | None, str]:
        """The channel that an argument begins with ("@name …", "-100… …"), and the rest of it.

        Raises `TellUser` if that is no channel where the user is an admin and the bot may post.
        """
        match = _TARGET.match(argument)
        if match is None:
            return None, argument
        return await self.channel(match[1], user), argument[match.end() :].strip()

    async def channel(self, ident: str | int, user: User) -> Place:
        """A channel or group for its admin. Raises `TellUser` as above."""
        try:
            chat = await self._bot.get_chat(ident)
        except (BadRequest, Forbidden):
            raise TellUser(f"I cannot see {ident}; make me an admin of it first, then try again.") from None
        if chat.type == ChatType.PRIVATE:
            raise TellUser(f"{ident} is no channel.")
        if not await self.is_admin(chat.id, user.id):
            raise TellUser("Only admins of that channel can do this, and I must be one too to see who is.")
        if chat.type == ChatType.CHANNEL and not await self._may_post(chat.id):
            raise TellUser(f"I may not post in {title_of(chat)}; make me an admin who can post messages.")
        await self.managers.bind(user.id, chat.id, title_of(chat))
        return Place(ref_of(chat.id), title_of(chat), Requester(str(user.id), is_admin=True), elsewhere=True)

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        try:
            member = await self._bot.get_chat_member(chat_id, user_id)
        except (BadRequest, Forbidden) as error:
            log.info("rights cannot be looked up", chat=chat_id, why=error.message)
            return False
        return isinstance(member, ChatMemberAdministrator | ChatMemberOwner)

    async def _may_post(self, chat_id: int) -> bool:
        try:
            member = await self._bot.get_chat_member(chat_id, self._bot.id)
        except (BadRequest, Forbidden):
            return False
        return isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
