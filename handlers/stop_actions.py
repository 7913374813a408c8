"""Commands and buttons about deleting chats."""

from __future__ import annotations

from bot.conversation import Conversation, Result, Stale
from bot.model import ChatKind
from handlers.requests import ARGUMENT, Operation, Request


async def ask(conversation: Conversation, request: Request) -> Result:
    target = request.target
    # A private chat of Telegram has the id of its person.
    is_private = target.kind is ChatKind.PRIVATE or target.chat.id == target.requester.user_id
    return await conversation.stopping.ask(target.requester, target.chat, is_private=is_private)


async def _forget(conversation: Conversation, request: Request) -> Result:
    # Any argument but the exact word asks: nothing is deleted because of data that was cut or changed.
    if request.arguments[ARGUMENT] != "yes":
        return await ask(conversation, request)
    return await conversation.stopping.forget(request.target.requester, request.target.chat)


async def _keep(conversation: Conversation, _request: Request) -> Result:
    return await conversation.stopping.keep()


async def _erase(conversation: Conversation, request: Request) -> Result:
    target = request.target
    ident, _, word = request.arguments[ARGUMENT].partition("=")
    if not ident:
        return Stale()
    if word != "yes":
        return await conversation.stopping.ask_erase(target.requester, target.chat.platform, ident)
    return await conversation.stopping.erase(target.requester, target.chat.platform, ident)


ACTIONS = {
    "forget": Operation(use_case=_forget, needs_rights=True, is_in_place=True),
    "keep": Operation(use_case=_keep, is_in_place=True),
    # The rights in a chat that cannot be reached are those that the store knows of.
    "erase": Operation(use_case=_erase, is_in_place=True),
}
"""Arguments: forget:yes (without "yes" it asks first), erase:CHAT_ID=yes (likewise); keep takes none."""
