"""What the buttons of lists and opened cards do.

Arguments: open:PAPER, next:SLOT:FIRST, read:PAPER[:PAGE], proof:PAPER:DEPTH[:PAGE], back:PAPER, figs:PAPER,
bib:PAPER[:FORMAT], close:. A paper may have a version, DEPTH is "b" or "d", PAGE counts from 0.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.conversation import CardView, Conversation, OpenedCard, Result, Stale
from bot.model import ChatRef, Depth
from bot.references.citations import CitationFormat
from handlers.requests import ARGUMENT, Operation, Request, Target

_VIEW = re.compile(r"(?P<paper>[^:]+)(?::(?P<depth>[bd]))?(?::(?P<page>[0-9]{1,2}))?")
_NEXT = re.compile(r"(?P<slot>[^:]{1,32}):(?P<first>[0-9]{1,3})")


def view_argument(shown: OpenedCard, page: int = 0) -> tuple[str, str]:
    """The verb and the argument of a button for a page of what an opened card shows."""
    paper = shown.card.paper.versioned_id
    if shown.view is CardView.READING:
        return "read", f"{paper}:{page}"
    if shown.view is CardView.EVIDENCE:
        return "proof", f"{paper}:{shown.depth.value[0]}:{page}"
    return "back", paper


def _saved_in(target: Target) -> ChatRef | None:
    """The person's private chat, where a card of a group or a channel is open in it: /saved is typed there."""
    return target.asked_in if target.is_elsewhere and target.chat.is_group else None


async def _open(conversation: Conversation, request: Request) -> Result:
    target = request.target
    await conversation.beginning.note_kind(target.chat, target.kind)
    paper = request.arguments[ARGUMENT]
    return await conversation.cards.open(target.requester, target.chat, paper, saved_in=_saved_in(target))


async def _next(conversation: Conversation, request: Request) -> Result:
    match = _NEXT.fullmatch(request.arguments[ARGUMENT])
    if match is None:
        return Stale()
    return await conversation.pages.next(request.target.chat, match["slot"], int(match["first"]))


async def _read(conversation: Conversation, request: Request) -> Result:
    match = _VIEW.fullmatch(request.arguments[ARGUMENT])
    if match is None:
        return Stale()
    target = request.target
    return await conversation.cards.read(
        target.requester, target.chat, match["paper"], int(match["page"] or 0), saved_in=_saved_in(target)
    )


async def reading(conversation: Conversation, request: Request) -> Result:
    """The first half of "read", for platforms that show that a paper is being read: what is there at once."""
    match = _VIEW.fullmatch(request.arguments[ARGUMENT])
    if match is None:
        return Stale()
    target = request.target
    return await conversation.cards.reading(
        target.requester, target.chat, match["paper"], int(match["page"] or 0), saved_in=_saved_in(target)
    )


async def after_reading(conversation: Conversation, target: Target, result: Result, asked_for: str) -> Result | None:
    """What a card shows once its paper has been read, where its reader has asked for this verb last: the reading, the
    front that says that it is there, or None for what the card shows already."""
    if asked_for == "read":
        return result
    if asked_for != "back" or not isinstance(result, OpenedCard) or result.view is not CardView.READING:
        return None
    front = await conversation.cards.back(
        target.requester, target.chat, result.card.paper.versioned_id, saved_in=result.saved_in
    )
    return replace(front, is_ready=True) if isinstance(front, OpenedCard) else None


async def _proof(conversation: Conversation, request: Request) -> Result:
    match = _VIEW.fullmatch(request.arguments[ARGUMENT])
    if match is None:
        return Stale()
    target, depth = request.target, Depth.DEEP if match["depth"] == "d" else Depth.BRIEF
    page = int(match["page"] or 0)
    return await conversation.cards.evidence(target.requester, target.chat, match["paper"], depth, page)


async def _back(conversation: Conversation, request: Request) -> Result:
    target = request.target
    paper = request.arguments[ARGUMENT]
    return await conversation.cards.back(target.requester, target.chat, paper, saved_in=_saved_in(target))


async def _figures(conversation: Conversation, request: Request) -> Result:
    target = request.target
    return await conversation.cards.figures(target.requester, target.chat, request.arguments[ARGUMENT])


async def _cite(conversation: Conversation, request: Request) -> Result:
    paper, _, form = request.arguments[ARGUMENT].partition(":")
    if form and form not in set(CitationFormat):
        return Stale()
    target = request.target
    return await conversation.cards.cite(target.requester, target.chat, paper, CitationFormat(form or "bib"))


async def _close(conversation: Conversation, _: Request) -> Result:
    return await conversation.cards.close()


# Whoever sees a list may open its papers, so no rights are needed. Only a reading takes long.
ACTIONS = {
    "open": Operation(use_case=_open, is_for_members=True),
    "next": Operation(use_case=_next, is_for_members=True, is_in_place=True),
    "read": Operation(use_case=_read, is_for_members=True, is_in_place=True, is_slow=True),
    "proof": Operation(use_case=_proof, is_for_members=True, is_in_place=True),
    "back": Operation(use_case=_back, is_for_members=True, is_in_place=True),
    "figs": Operation(use_case=_figures, is_for_members=True),
    "bib": Operation(use_case=_cite, is_for_members=True, is_in_place=True),
    "close": Operation(use_case=_close, is_for_members=True, is_in_place=True),
}
