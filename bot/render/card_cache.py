"""What renderers made of cards, kept for the next chats that are shown the same papers."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from bot.model import Card

T = TypeVar("T")


class CardCache(Generic[T]):
    """Values made of cards by what all chats share of them: everything but the reasons why they match.

    Cards count as equal if they hold the same objects, since comparing whole summaries would cost as much as it saves.
    """

    def __init__(self, most: int = 5000) -> None:
        self._most = most
        # The card is kept with its value: while it is here, no other object can get the identity of one of its parts.
        self._kept: dict[Hashable, tuple[Card, T]] = {}

    def clear(self) -> None:
        """Drop all values."""
        self._kept.clear()

    def get(self, card: Card, variant: Hashable, make: Callable[[], T]) -> T:
        """The value of a card in a variant (language, style …), made if needed; those not used lately are dropped."""
        key = (id(card.paper), id(card.announcement), id(card.summary), id(card.links), id(card.figures), variant)
        kept = self._kept.pop(key, None) or (card, make())
        if len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = kept  # last again: a dictionary keeps the order in which keys were added
        return kept[1]
