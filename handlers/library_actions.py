"""What the buttons below saved papers, searches and past digests do.

Arguments: saved:FIRST:OWNER[:x] (x: with buttons that remove), unsave:PAPER:FIRST:OWNER, refs:FORMAT:OWNER,
find:KEY:FIRST, past:FIRST. OWNER is `owner_key` of the person whose papers a list shows.
"""

from __future__ import annotations

import re

from bot.conversation import Conversation, NotYours, Result, Stale
from bot.conversation.library import owner_key
from bot.references import CitationFormat
from handlers.requests import ARGUMENT, Operation, Request

_SAVED = re.compile(r"(?P<first>[0-9]{1,5}):(?P<owner>[0-9a-f]{4})(?P<removing>:x)?")
_REMOVED = re.compile(r"(?P<paper>[^:]+):(?P<first>[0-9]{1,5}):(?P<owner>[0-9a-f]{4})")
_REFERENCES = re.compile(r"(?P<form>[a-z]{2,4}):(?P<owner>[0-9a-f]{4})")
_FOUND = re.compile(r"(?P<key>[0-9a-f]{12}):(?P<first>[0-9]{1,3})")


def _read(pattern: re.Pattern[str], request: Request) -> re.Match[str] | Stale | NotYours:
    """The argument of a button of a personal list; its owner must be who presses it."""
    match = pattern.fullmatch(request.arguments[ARGUMENT])
    if match is None:
        return Stale()
    return match if match["owner"] == owner_key(request.target.requester) else NotYours()


async def _saved(conversation: Conversation, request: Request) -> Result:
    read, target = _read(_SAVED, request), request.target
    if not isinstance(read, re.Match):
        return read
    is_removing = read["removing"] is not None
    return await conversation.library.saved(target.requester, target.chat, int(read["first"]), is_removing=is_removing)


async def _unsave(conversation: Conversation, request: Request) -> Result:
    read, target = _read(_REMOVED, request), request.target
    if not isinstance(read, re.Match):
        return read
    return await conversation.library.remove(target.requester, target.chat, read["paper"], int(read["first"]))


async def _references(conversation: Conversation, request: Request) -> Result:
    read, target = _read(_REFERENCES, request), request.target
    if not isinstance(read, re.Match):
        return read
    if read["form"] not in set(CitationFormat):
        return Stale()
    return await conversation.library.saved_references(target.requester, target.chat, CitationFormat(read["form"]))


async def _find(conversation: Conversation, request: Request) -> Result:
    match, target = _FOUND.fullmatch(request.arguments[ARGUMENT]), request.target
    if match is None:
        return Stale()
    return await conversation.library.more(target.requester, target.chat, match["key"], int(match["first"]))


async def _past(conversation: Conversation, request: Request) -> Result:
    first = request.arguments[ARGUMENT]
    if not (first.isascii() and first.isdecimal() and len(first) <= 5):
        return Stale()
    return await conversation.library.history(request.target.chat, int(first))


ACTIONS = {
    "saved": Operation(use_case=_saved, is_in_place=True),
    "unsave": Operation(use_case=_unsave, is_in_place=True),
    "refs": Operation(use_case=_references),
    "find": Operation(use_case=_find, is_in_place=True),
    "past": Operation(use_case=_past, is_in_place=True),
}
