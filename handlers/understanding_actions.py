"""What the buttons of offers do. Arguments: take: and narrow:KEY of an offered topic, run:KEY of a misspelt command."""

from __future__ import annotations

from bot.conversation import Conversation, OfferExpired, Result
from bot.model import ChatKind
from handlers.commands import COMMANDS
from handlers.requests import ARGUMENT, Operation, Request, dispatch


async def _take(conversation: Conversation, request: Request) -> Result:
    target = request.target
    return await conversation.understanding.take(
        target.requester, target.chat, request.arguments[ARGUMENT], target.title
    )


async def _narrow(conversation: Conversation, request: Request) -> Result:
    target = request.target
    asked_in = target.asked_in or target.chat
    # Elsewhere the bot may not get the next message, or it may be meant for others. Only on Telegram is a chat managed
    # from a private one, which has the id of its person.
    may_type = asked_in.id == target.requester.user_id or (target.kind is ChatKind.PRIVATE and not target.is_elsewhere)
    return await conversation.understanding.ask_words(
        target.requester, target.chat, asked_in, request.arguments[ARGUMENT], may_type=may_type
    )


async def _run(conversation: Conversation, request: Request) -> Result:
    line = await conversation.understanding.line(request.target.chat, request.arguments[ARGUMENT])
    name, _, rest = (line or "").partition(" ")
    command = next((each for each in COMMANDS if each.name == name), None)
    if command is None:
        return OfferExpired()
    return await dispatch(conversation, command.operation, Request(request.target, command.read_line(rest)))


ACTIONS = {
    "take": Operation(use_case=_take, needs_rights=True, needs_posting=True, is_in_place=True),
    "narrow": Operation(use_case=_narrow, needs_rights=True),
    "run": Operation(use_case=_run, may_need_rights=True, is_slow=True),
}
