"""Which listing days have been had, archive by archive, and which were missed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta

from bot.model import ListingRecord

LOOK_BACK = timedelta(days=7)
"""Listing days that every poll goes over again for gaps."""

LONGEST = timedelta(days=30)
"""A longer absence than this is not caught up: nobody reads a month of papers in one morning."""


ARXIV_BEGAN = date(1991, 8, 14)


def since(latest: date | None) -> date:
    """The listing day from which a new subscription counts: the latest we have, or whichever comes first."""
    return latest or ARXIV_BEGAN


class Ledger:
    """The ledger's lines, asked by archive. A day is had when its line is complete."""

    def __init__(self, lines: Iterable[ListingRecord]) -> None:
        self._had: dict[str, set[date]] = {}
        self._begun: dict[str, date] = {}
        for line in lines:
            self._begun[line.archive] = min(line.day, self._begun.get(line.archive, line.day))
            if line.complete:
                self._had.setdefault(line.archive, set()).add(line.day)

    def has(self, archives: Collection[str], day: date) -> bool:
        """Whether the listing of `day` was had for all of these archives."""
        return all(day in self._had.get(archive, ()) for archive in archives)

    def missed(
        self, archives: Collection[str], expected: date, listing_days: Callable[[date, date], list[date]]
    ) -> list[date]:
        """Days up to `expected` that some archive owes. An archive never asked for owes only the latest listing."""
        days: set[date] = set()
        for archive in archives:
            days.update(self._missed_of(archive, expected, listing_days))
        return sorted(days)

    def _missed_of(self, archive: str, expected: date, listing_days: Callable[[date, date], list[date]]) -> list[date]:
        begun, had = self._begun.get(archive), self._had.get(archive, set())
        if begun is None:
            return [expected]
        last_had = max((day for day in had if day <= expected), default=begun)
        since = max(begun, expected - LONGEST, min(expected - LOOK_BACK, last_had))
        return [day for day in listing_days(since, expected) if day not in had]

    def should_have(self, archives: Collection[str], day: date) -> bool:
        """Whether a paper of these archives announced on `day` must have been in a listing that was had.

        The first listing ever had of an archive does not count: what came before it was never asked for.
        """
        return any(day in self._had.get(archive, ()) and day > self._begun[archive] for archive in archives)
