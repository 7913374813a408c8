"""The buttons of the first minute (areas, following one, the hour, the place) and of a chat's list of topics."""

from __future__ import annotations

from bot.conversation import Conversation, Result
from bot.model import ChatKind
from handlers.requests import ARGUMENT, Operation, Request, Target

SKIP = "skip"
"""The argument of "zone" that keeps the time zone as it is."""


def _may_type(target: Target) -> bool:
    """Whether the next message in the chat comes to the bot, and is about that chat."""
    return target.kind is ChatKind.PRIVATE and not target.is_elsewhere


async def _begin(conversation: Conversation, request: Request) -> Result:
    target = request.target
    return await conversation.beginning.ask_topic(
        target.requester, target.chat, target.title, may_type=_may_type(target)
    )


async def _area(conversation: Conversation, request: Request) -> Result:
    target, key = request.target, request.arguments[ARGUMENT]
    return await conversation.beginning.area(target.requester, target.chat, key, may_type=_may_type(target))


async def _pick(conversation: Conversation, request: Request) -> Result:
    target, key = request.target, request.arguments[ARGUMENT]
    where = target.asked_in or target.chat
    return await conversation.beginning.pick(target.requester, target.chat, where, target.kind, key, target.title)


async def _hour(conversation: Conversation, request: Request) -> Result:
    target, hour = request.target, request.arguments[ARGUMENT]
    where = target.asked_in or target.chat
    return await conversation.beginning.at(target.requester, target.chat, where, target.kind, hour)


async def _zone(conversation: Conversation, request: Request) -> Result:
    target, name = request.target, request.arguments[ARGUMENT]
    return await conversation.beginning.zone(target.requester, target.chat, "" if name == SKIP else name)


async def _topics(conversation: Conversation, request: Request) -> Result:
    target, page = request.target, request.arguments[ARGUMENT]
    is_page = page.isascii() and page.isdecimal() and len(page) <= 2  # no chat has a hundred pages
    number = int(page) if is_page else 0
    return await conversation.subscriptions(target.chat, number, target.requester.user_id)


async def _share(conversation: Conversation, request: Request) -> Result:
    return await conversation.sharing.share(request.target.chat, request.target.bot_name)


ACTIONS = {
    "topics": Operation(use_case=_topics, is_in_place=True),
    "share": Operation(use_case=_share),
    "begin": Operation(use_case=_begin, needs_rights=True, is_in_place=True),
    "area": Operation(use_case=_area, needs_rights=True, is_in_place=True),
    "pick": Operation(use_case=_pick, needs_rights=True, needs_posting=True, is_in_place=True),
    "hour": Operation(use_case=_hour, needs_rights=True, is_in_place=True),
    "zone": Operation(use_case=_zone, needs_rights=True, is_in_place=True),
}
"""Arguments: area: and pick:AREA or a category, hour:0 to 23, zone:NAME or "skip", topics:PAGE from 0
(empty for the first); begin and share take none."""
