"""The buttons with which people vote on papers and ask why they came, for the cards of every platform."""

from __future__ import annotations

from bot.model import VoteKind
from bot.render.nodes import Button
from handlers.button_actions import Action

SIGNS = {VoteKind.UP: "👍", VoteKind.DOWN: "👎", VoteKind.SAVED: "🔖"}
"""What stands on the buttons, in their order."""

WHY = "❔"

_VERBS = {VoteKind.UP: "up", VoteKind.DOWN: "down", VoteKind.SAVED: "save"}


def vote_button(kind: VoteKind, paper_id: str, number: int | None = None) -> Button:
    """`number` is that of the paper in its message, where the buttons of several papers stand together."""
    sign = SIGNS[kind]
    return Button(sign if number is None else f"{sign} {number}", action=str(Action(_VERBS[kind], paper_id)))


def why_button(paper_id: str, number: int | None = None) -> Button:
    """`number` as for `vote_button`."""
    return Button(WHY if number is None else f"{WHY} {number}", action=str(Action("why", paper_id)))


def vote_buttons(paper_id: str, number: int | None = None) -> tuple[Button, ...]:
    """All buttons of one paper, as a row."""
    return (*(vote_button(kind, paper_id, number) for kind in SIGNS), why_button(paper_id, number))
