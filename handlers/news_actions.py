"""Buttons about follow-ups on papers, and about messages of the operators."""

from __future__ import annotations

from bot.conversation import Conversation, Result
from handlers.requests import ARGUMENT, Operation, Request


async def _news(conversation: Conversation, request: Request) -> Result:
    return await conversation.follow_ups.news(request.target.chat, request.arguments[ARGUMENT])


async def _send(conversation: Conversation, request: Request) -> Result:
    target = request.target
    return await conversation.broadcasts.send(target.requester, target.chat, request.arguments[ARGUMENT])


ACTIONS = {
    # For the one who asks alone, as the evidence.
    "news": Operation(use_case=_news),
    "tellall": Operation(use_case=_send, is_slow=True, is_in_place=True),
}
"""Arguments: news:PAPER_ID, tellall:KEY of a `BroadcastPlan`."""
