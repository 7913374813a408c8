"""The order of what a search has found: by how well it matches, and how new it is. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from bot.model import FoundPaper

HALF_AFTER_DAYS = 180
"""A paper of this age has half of what newness adds."""

NEWNESS = 0.5
"""What newness adds to a match at most; the best match of a search has 1."""


def in_order(found: Collection[FoundPaper], today: date) -> list[FoundPaper]:
    """The papers, best first; of equal ones the newer first."""
    best = max((each.match for each in found), default=0.0)

    def worth(each: FoundPaper) -> tuple[float, date, str]:
        day = each.day or date.min
        newness: float = 0.5 ** (max((today - day).days, 0) / HALF_AFTER_DAYS)
        match = each.match / best if best > 0 else 1.0
        return (match + NEWNESS * newness, day, each.paper_id)

    return sorted(found, key=worth, reverse=True)
