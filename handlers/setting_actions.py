"""Commands and buttons about settings, pauses and taking changes back."""

from __future__ import annotations

from bot.conversation import Conversation, Result
from handlers.requests import ARGUMENT, Operation, Request


async def settings(conversation: Conversation, request: Request) -> Result:
    target = request.target
    line = f"{request.arguments.get('name', '')} {request.arguments.get('value', '')}"
    # Looking needs no rights; changes check them.
    return await conversation.chat_settings.line(target.requester, target.chat, line, target.title)


async def pause(conversation: Conversation, request: Request) -> Result:
    target = request.target
    words = request.arguments.get("how_long", "") or request.arguments.get(ARGUMENT, "")
    return await conversation.schedule.pause_for(target.requester, target.chat, words, target.title)


async def resume(conversation: Conversation, request: Request) -> Result:
    return await conversation.schedule.resume(request.target.requester, request.target.chat)


async def _choose(conversation: Conversation, request: Request) -> Result:
    name, _, page = request.arguments[ARGUMENT].partition("/")
    number = int(page) if page.isascii() and page.isdecimal() and len(page) < 4 else 0
    return await conversation.chat_settings.choices(request.target.chat, name, number)


async def _set(conversation: Conversation, request: Request) -> Result:
    name, _, value = request.arguments[ARGUMENT].partition("=")
    return await conversation.chat_settings.change(request.target.requester, request.target.chat, name, value)


async def _day(conversation: Conversation, request: Request) -> Result:
    target = request.target
    return await conversation.chat_settings.toggle_day(target.requester, target.chat, request.arguments[ARGUMENT])


async def _undo(conversation: Conversation, request: Request) -> Result:
    target = request.target
    return await conversation.undo.undo(target.requester, target.chat, request.arguments[ARGUMENT])


ACTIONS = {
    "settings": Operation(use_case=settings, is_in_place=True),
    "choose": Operation(use_case=_choose, is_in_place=True),
    "set": Operation(use_case=_set, needs_rights=True, is_in_place=True),
    "day": Operation(use_case=_day, needs_rights=True, is_in_place=True),
    "pause": Operation(use_case=pause, needs_rights=True, is_in_place=True),
    "resume": Operation(use_case=resume, needs_rights=True, is_in_place=True),
    "undo": Operation(use_case=_undo, needs_rights=True, is_in_place=True),
}
"""Arguments: choose:SETTING or SETTING/PAGE, set:SETTING=VALUE, day:NUMBER (0 is Monday), pause:LENGTH (without one it
asks), undo:KEY (see `Undo.offer`); the others take none."""
