"""The buttons with which people vote on papers and ask why they came, for the cards of every platform."""

from __future__ import annotations

from collections.abc import Collection

from bot.model import ChatRef, VoteKind
from bot.render.labels import label
from bot.render.nodes import Button
from handlers.button_actions import Action

SIGNS = {VoteKind.UP: "👍", VoteKind.DOWN: "👎", VoteKind.SAVED: "🔖"}
"""What stands on the buttons, in their order."""

VOTE_VERBS = {VoteKind.UP: "up", VoteKind.DOWN: "down", VoteKind.SAVED: "save"}
"""The verbs of the buttons."""

KIND_OF_VERB = {verb: kind for kind, verb in VOTE_VERBS.items()}
"""What the buttons with these verbs vote."""

_MARK = " ✓"


def vote_button(
    kind: VoteKind, paper_id: str, number: int | None = None, *, chat_id: str | None = None, is_on: bool = False
) -> Button:
    """`number` is that of the paper in its message, where the buttons of several papers stand together. `chat_id` names
    another chat than the one that the message is about; `is_on`: the one reader of the message has voted so."""
    sign = SIGNS[kind] if number is None else f"{SIGNS[kind]} {number}"
    return Button(marked(sign, is_on=is_on), action=str(Action(VOTE_VERBS[kind], paper_id, chat_id)))


def marked(text: str, *, is_on: bool) -> str:
    """The text of a vote's button with the mark of a vote that was cast, or without it."""
    plain = text.removesuffix(_MARK)
    return f"{plain}{_MARK}" if is_on else plain


def vote_buttons(
    paper_id: str, votes: Collection[VoteKind] = (), *, saved_in: ChatRef | None = None
) -> tuple[Button, ...]:
    """The buttons to vote on one paper, as a row, with marks at the reader's `votes`.

    `saved_in` is the chat in which the paper is saved, if that is not the chat of the digest.
    """
    elsewhere = {VoteKind.SAVED: saved_in.id} if saved_in is not None else {}
    return tuple(vote_button(kind, paper_id, chat_id=elsewhere.get(kind), is_on=kind in votes) for kind in SIGNS)


def why_button(paper_id: str, language: str) -> Button:
    """For digests, and only where one person alone reads the answer."""
    return Button(label("why", language), action=str(Action("why", paper_id)))
