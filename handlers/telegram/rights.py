"""Whether a member of a chat may post there, as Telegram tells it. Pure."""

from __future__ import annotations

import enum

from telegram import ChatMember, ChatMemberAdministrator, ChatMemberRestricted
from telegram.constants import ChatType


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
