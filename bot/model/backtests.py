"""What a topic would have brought on past listing days, and what to follow instead if that is too much or nothing."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date

from bot.model.papers import Paper


class RefinementKind(enum.StrEnum):
    """How a topic that is offered differs from the one that was asked for."""

    CATEGORY = "category"
    """Only the papers of one category; `detail` is its code."""
    SPELLING = "spelling"
    """A word that no paper has is replaced; `detail` is the word that papers have."""
    WORDING = "wording"
    """Another wording of the same thing is added; `detail` is that wording."""
    INTEREST = "interest"
    """Papers about it, instead of exactly these words."""
    EVERYWHERE = "everywhere"
    """An interest without the categories that it names."""


@dataclass(frozen=True, slots=True)
class Refinement:
    """A normalized topic to follow instead; `count` is how many papers it would have brought on the days of the
    backtest, None where that was not found out."""

    kind: RefinementKind
    query: str
    detail: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a normalized topic would have brought on the latest stored listing days.

    `days` are (listing day, papers), oldest first; a paper that is announced twice counts on its first day. `shown` are
    the best papers, best first, and `left_out` the closest of those that it does not bring. `is_least`: more papers may
    be close, but not all could be read in time. `earlier` are the days before `days`, which were looked at because
    these brought nothing. `is_by_words`: closeness was measured by words alone, which only finds English papers for
    English words. `beside` are the counts of other queries that were asked for, on the same days.
    """

    query: str
    days: tuple[tuple[date, int], ...] = ()
    shown: tuple[Paper, ...] = ()
    left_out: tuple[Paper, ...] = ()
    is_least: bool = False
    earlier: tuple[tuple[date, int], ...] = ()
    is_by_words: bool = False
    refinements: tuple[Refinement, ...] = ()
    beside: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """Papers on all of `days`."""
        return sum(count for _, count in self.days)

    @property
    def a_day(self) -> float:
        """Papers a listing day; 0 without days."""
        return self.count / len(self.days) if self.days else 0.0

    @property
    def last_match(self) -> date | None:
        """The latest of all days with a paper."""
        return max((day for day, count in (*self.earlier, *self.days) if count), default=None)
