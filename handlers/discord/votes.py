"""A select menu for voting on compact cards, which have no buttons of their own. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model import JSON, Card
from bot.render.cards import title_of
from bot.render.labels import label
from handlers.button_actions import Action
from handlers.reply_parts import shortened

# https://discord.com/developers/docs/components/reference#string-select
ACTION_ROW, STRING_SELECT = 1, 3
MAX_OPTIONS = 25
_LABEL_LENGTH = 100

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
