"""A select menu for voting on compact cards, which have no buttons of their own. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.model import JSON, Card, VoteKind
from bot.render.cards import title_of
from bot.render.labels import label
from handlers.button_actions import Action, parse
from handlers.reply_parts import shortened
from handlers.vote_buttons import VOTE_VERBS, marked

# https://discord.com/developers/docs/components/reference#string-select
ACTION_ROW, STRING_SELECT = 1, 3
MAX_OPTIONS = 25
_LABEL_LENGTH = 100

KINDS = {verb: kind for kind, verb in VOTE_VERBS.items()}

MENU_COMPONENTS = 4
"""Components of the menus below a message: at most two menus, since a message has fewer than 50 cards."""


def vote_menus(cards: Sequence[Card], language: str) -> list[JSON]:
    """Menus from which a person chooses one of these papers, to be offered its buttons alone."""
    menus: list[JSON] = []
    for at in range(0, len(cards), MAX_OPTIONS):
        options = [_option(card) for card in cards[at : at + MAX_OPTIONS]]
        # What is chosen comes back in the option's value. The menu's own name must differ from that of the others.
        select = {
            "type": STRING_SELECT,
            "custom_id": str(Action("rate", f"menu-{at}")),
            "placeholder": label("vote", language),
            "options": options,
        }
        menus.append({"type": ACTION_ROW, "components": [select]})
    return menus


def _option(card: Card) -> JSON:
    return {"label": shortened(title_of(card.paper), _LABEL_LENGTH), "value": str(Action("rate", card.paper.id))}


def with_votes(components: Sequence[JSON], paper_id: str, votes: Collection[VoteKind]) -> list[JSON]:
    """The components of a message that one person alone sees, with marks at the person's `votes` on a paper."""
    drawn: list[JSON] = []
    for component in components:
        component = dict(component)
        action = parse(component.get("custom_id"))
        kind = KINDS.get(action.verb) if action is not None and action.argument == paper_id else None
        if kind is not None:
            component["label"] = marked(str(component.get("label", "")), is_on=kind in votes)
        if "components" in component:
            component["components"] = with_votes(component["components"], paper_id, votes)
        drawn.append(component)
    return drawn
