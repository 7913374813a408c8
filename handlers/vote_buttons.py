"""The buttons with which people vote on papers and ask why they came, for the cards of every platform."""

from __future__ import annotations

from bot.model import VoteKind
from bot.render.labels import label
from bot.render.nodes import Button
from handlers.button_actions import Action

SIGNS = {VoteKind.UP: "👍", VoteKind.DOWN: "👎", VoteKind.SAVED: "🔖"}
"""What stands on the buttons, in their order."""

_VERBS = {VoteKind.UP: "up", VoteKind.DOWN: "down", VoteKind.SAVED: "save"}


def vote_button(kind: VoteKind, paper_id: str, number: int | None = None) -> Button:
    """`number` is that of the paper in its message, where the buttons of several papers stand together."""
    sign = SIGNS[kind]
    return Button(sign if number is None else f"{sign} {number}", action=str(Action(_VERBS[kind], paper_id)))


def vote_buttons(paper_id: str) -> tuple[Button, ...]:
    """The buttons to vote on one paper, as a row."""
    return tuple(vote_button(kind, paper_id) for kind in SIGNS)


def why_button(paper_id: str, language: str) -> Button:
    """For digests, and only where one person alone reads the answer."""
    return Button(label("why", language), action=str(Action("why", paper_id)))
