"""Marks at the vote buttons of a message that one person alone sees. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.model import JSON, VoteKind
from handlers.button_actions import parse
from handlers.vote_buttons import KIND_OF_VERB, marked


def with_votes(components: Sequence[JSON], paper_id: str, votes: Collection[VoteKind]) -> list[JSON]:
    """The components of a message that one person alone sees, with marks at the person's `votes` on a paper."""
    drawn: list[JSON] = []
    for component in components:
        component = dict(component)
        action = parse(component.get("custom_id"))
        kind = KIND_OF_VERB.get(action.verb) if action is not None and action.argument == paper_id else None
        if kind is not None:
            component["label"] = marked(str(component.get("label", "")), is_on=kind in votes)
        if "components" in component:
            component["components"] = with_votes(component["components"], paper_id, votes)
        drawn.append(component)
    return drawn
