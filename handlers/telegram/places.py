"""Finds the chat that a message or a button is about, and the rights of its author there."""

from __future__ import annotations

import contextlib
import enum
import re
from dataclasses import replace
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
from telegram.error import BadRequest, ChatMigrated, Forbidden
from telegram.ext import ExtBot

from bot.conversation import AskPlace, Changed, Requester, Result, Subscribed, Unsubscribed
from bot.errors import StoreUnavailable, TellUser
from bot.locales import _
from bot.model import ChatKind, ChatRef, Platform
from handlers.requests import Target
from handlers.telegram.managers import Managers
from handlers.telegram.named_chats import named_by_title

log = structlog.get_logger()

# Ids of channels and supergroups begin with -100; public names have 4 to 32 characters.
_CHANNEL_ID = re.compile(r"-100[0-9]{5,13}")
_NAMED = re.compile(rf"(@[A-Za-z][A-Za-z0-9_]{{3,31}}|{_CHANNEL_ID.pattern})(?:\s+|$)")
"""A channel by its @name or its id, at the beginning of an argument."""


class Posting(enum.IntEnum):
    """What the bot may do in a chat. Ordered from no access to full access."""

    GONE = 0
    """Not a member: never added, left, removed, or blocked."""
    MUTE = 1
    """A member that may not post."""
    AS_ALL = 2
    """May post where all members of the group may; their permissions are not known."""
    SURE = 3
    """May post for certain."""


def posting(chat_type: str, member: ChatMember) -> Posting:
    """How far a member may post in a chat of this type (https://core.telegram.org/bots/api#chatmember)."""
    match member:
        case ChatMemberRestricted():
            if not member.is_member:
                return Posting.GONE
            return Posting.SURE if member.can_send_messages else Posting.MUTE
        # Every admin of a group may post, but an admin of a channel only with the right to.
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


def ref_of(chat_id: int, thread: int | None = None) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, f"{chat_id}/{thread}" if thread else str(chat_id))


def ref_of_message(message: Message) -> ChatRef:
    """The chat of a message, or its forum topic (other threads are only replies)."""
    return ref_of(message.chat.id, message.message_thread_id if message.is_topic_message else None)


def title_of(chat: TelegramChat | ChatFullInfo) -> str:
    return chat.title or chat.full_name or chat.username or ""


def kind_of(chat: TelegramChat | ChatFullInfo) -> ChatKind:
    """What kind of place a chat of Telegram is."""
    match chat.type:
        case ChatType.PRIVATE:
            return ChatKind.PRIVATE
        case ChatType.CHANNEL:
            return ChatKind.CHANNEL
    return ChatKind.GROUP


def _requester(user_id: int, user: User | None, *, is_admin: bool) -> Requester:
    language = user.language_code or "" if user else ""
    return Requester(str(user_id), is_admin=is_admin, language=language)


def is_in_chat(member: ChatMember) -> bool:
    """Whether a member of a chat is still in it."""
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER)


def own_private(chat: TelegramChat, user: User) -> Target | None:
    """A person's private chat with the bot, None if `chat` is another one."""
    if chat.type != ChatType.PRIVATE or chat.id != user.id:
        return None
    return Target(ref_of(chat.id), title_of(chat), _requester(user.id, user, is_admin=True), kind=ChatKind.PRIVATE)


class Places:
    """Finds the target of a request; looks rights up with Telegram, and `managers` keeps who manages which chat."""

    def __init__(self, bot: ExtBot[Any], managers: Managers) -> None:
        self._bot = bot
        self.managers = managers

    async def own(self, message: Message, user: User | None, *, look_up_rights: bool) -> Target:
        """The chat of a message, for the user who wrote it or pressed its button.

        Without `look_up_rights` Telegram is not asked whether the user is an admin of a group: they count as none.
        """
        ref, title, kind = ref_of_message(message), title_of(message.chat), kind_of(message.chat)
        if message.chat.type == ChatType.PRIVATE:
            # A private chat has the id of its person. Somebody else's id there can only be forged.
            is_owner = user is None or user.id == message.chat.id
            requester = _requester(message.chat.id, user, is_admin=is_owner)
            return Target(ref, title, requester, kind=kind, bot_name=self._bot.username)
        if user is None:  # a message without an author, as the posts of channels are
            return Target(ref, title, Requester("", is_admin=False), kind=kind)
        is_admin = look_up_rights and await self.is_admin(message.chat.id, user.id)
        requester = _requester(user.id, user, is_admin=is_admin)
        return Target(ref, title, requester, kind=kind, bot_name=self._bot.username)

    async def of_author(self, message: Message, user: User | None, *, look_up_rights: bool) -> Target:
        """`own` for the author of a message. An anonymous admin writes in the name of the group itself."""
        if message.sender_chat is not None and message.sender_chat.id == message.chat.id:
            requester = _requester(message.chat.id, None, is_admin=True)
            return Target(ref_of_message(message), title_of(message.chat), requester, kind=kind_of(message.chat))
        return await self.own(message, user, look_up_rights=look_up_rights)

    async def of_button(
        self,
        message: Message,
        user: User,
        chat_id: str | None,
        *,
        look_up_rights: bool,
        is_for_members: bool = False,
    ) -> Target | None:
        """The chat that a button is about, for the user who pressed it: of the message, or the one it names.

        Returns None for a chat that no button on this message can be about. Raises `TellUser` as `channel` does, and
        with `is_for_members` for somebody who is not in that chat (any more).
        """
        own_chat = ref_of_message(message)
        named_chat = own_chat if chat_id is None else ChatRef(Platform.TELEGRAM, chat_id)
        if named_chat.place == own_chat.place:
            return replace(await self.own(message, user, look_up_rights=look_up_rights), chat=named_chat)
        if message.chat.type == ChatType.PRIVATE and is_for_members and named_chat.is_group:
            target = await self.of_member(named_chat, user)
            if target is None:
                raise TellUser(_("Only members of that chat can do this."))
            return target
        # Only a private chat holds buttons about other chats, and only about those that `channel` can check.
        if message.chat.type == ChatType.PRIVATE and _CHANNEL_ID.fullmatch(named_chat.id):
            return await self.channel(int(named_chat.id), user)
        return None

    async def of_member(self, ref: ChatRef, user: User) -> Target | None:
        """A group, a forum topic or a channel for somebody who is in it now, from their private chat with the bot; None
        for anybody else, and where Telegram does not let the bot look."""
        if not ref.is_group:
            return None
        try:
            member = await self._bot.get_chat_member(int(ref.place), user.id)
            chat = await self._bot.get_chat(int(ref.place))
        except (BadRequest, Forbidden, ChatMigrated) as error:
            log.info("membership cannot be looked up", chat=str(ref), why=error.message)
            return None
        if not is_in_chat(member):
            return None
        is_admin = isinstance(member, ChatMemberAdministrator | ChatMemberOwner)
        return Target(
            ref,
            title_of(chat),
            _requester(user.id, user, is_admin=is_admin),
            is_elsewhere=True,
            asked_in=ref_of(user.id),
            kind=kind_of(chat),
        )

    async def named(self, argument: str, user: User, *, takes_words: bool = False) -> tuple[Target | None, str]:
        """The chat that an argument begins with ("@name …", "-100… …", or its title, in quotation marks or not), and
        the rest of the argument. `takes_words` as in `named_by_title`.

        Raises `TellUser` if that is not a channel where the user is an admin and the bot may post.
        """
        match = _NAMED.match(argument)
        if match is not None:
            return await self.channel(match[1], user), argument[match.end() :].strip()
        found = named_by_title(argument, await self.managers.channels(user.id), takes_words=takes_words)
        if found is None or not found.is_sure or len(found.chat_ids) > 1:
            return None, argument
        return await self.channel(found.chat_ids[0], user), found.rest

    async def channel(self, ident: str | int, user: User) -> Target:
        """A channel or group, for its admin. Raises `TellUser` as above."""
        try:
            chat = await self._bot.get_chat(ident)
        except (BadRequest, Forbidden):
            problem = _("I cannot see {channel}; make me an admin of it first, then try again.")
            raise TellUser(problem.format(channel=ident)) from None
        if chat.type == ChatType.PRIVATE:
            raise TellUser(_("{channel} is not a channel.").format(channel=ident))
        if not await self.is_admin(chat.id, user.id):
            raise TellUser(_("Only admins of that channel can do this, and I must be one too to see who is."))
        if chat.type == ChatType.CHANNEL and not await self._may_post(chat.id):
            problem = _("I may not post in {channel}; make me an admin who can post messages.")
            raise TellUser(problem.format(channel=title_of(chat)))
        # Only after all checks: what is bound is offered in the person's list and gets warnings.
        await self.managers.bind(user.id, chat.id, title_of(chat))
        # These are managed from the private chat of their admin alone.
        return Target(
            ref_of(chat.id),
            title_of(chat) or str(ident),
            _requester(user.id, user, is_admin=True),
            is_elsewhere=True,
            asked_in=ref_of(user.id),
            kind=kind_of(chat),
            bot_name=self._bot.username,
        )

    async def remember_manager(self, target: Target, chat_id: int, result: Result) -> None:
        """Remember people who set something up in a group: they are told when the bot can no longer post there."""
        user_id = target.requester.user_id
        if chat_id < 0 and isinstance(result, Subscribed | AskPlace | Unsubscribed | Changed) and user_id.isdecimal():
            with contextlib.suppress(StoreUnavailable):  # the request itself has been carried out
                # With its title it can be named in their private chat; a small group cannot be looked up from there.
                if _CHANNEL_ID.fullmatch(str(chat_id)) and not target.is_elsewhere:
                    await self.managers.bind(int(user_id), chat_id, target.title)
                else:
                    await self.managers.add(int(user_id), chat_id)

    async def is_admin(self, chat_id: int, user_id: int) -> bool:
        """Whether a user administers a chat now; False where Telegram does not let the bot look.

        Raises `TellUser` for a group that has become a supergroup: its old messages still have their buttons.
        """
        try:
            member = await self._bot.get_chat_member(chat_id, user_id)
        except ChatMigrated:
            raise TellUser(_("This group has another id now; send the command there again.")) from None
        except (BadRequest, Forbidden) as error:  # in channels, only an admin is shown the members
            log.info("rights cannot be looked up", chat=chat_id, why=error.message)
            return False
        return isinstance(member, ChatMemberAdministrator | ChatMemberOwner)

    async def _may_post(self, chat_id: int) -> bool:
        try:
            member = await self._bot.get_chat_member(chat_id, self._bot.id)
        except (BadRequest, Forbidden):
            return False
        return isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
