"""Figures for files that leave DATA_DIR: each gets the address under which its reader finds it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.model import Card, Digest
from bot.render.cards import shown_figures

Place = Callable[[str], str | None]
"""From a figure's file (a path below DATA_DIR) to its new address, None where it cannot be shown."""


def files_of(shown: Card | Digest) -> tuple[str, ...]:
    """The files of the figures that are shown, once each, in order."""
    cards = (shown,) if isinstance(shown, Card) else shown.cards
    return tuple(dict.fromkeys(figure.file for card in cards for figure in shown_figures(card) if figure.file))


def placed(shown: Card | Digest, place: Place) -> Card | Digest:
    """The same with every shown figure at its new address; one without an address is linked where it came from."""
    if isinstance(shown, Digest):
        return replace(shown, cards=tuple(_card(card, place) for card in shown.cards))
    return _card(shown, place)


def _card(card: Card, place: Place) -> Card:
    moved = {figure: replace(figure, file=place(figure.file or "")) for figure in shown_figures(card)}
    return replace(card, figures=tuple(moved.get(figure, figure) for figure in card.figures))
