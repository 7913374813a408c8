"""What to ask of the models while the day's budget lasts: singly, several in one request, or not today. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Allowance, Depth, WantedSummary
from bot.model.languages import is_english

BATCH = 8
"""Abstracts that share one request at most."""

LATE = timedelta(hours=1)
"""Past its time by more than this a summary was missing when its digest went out: it can wait for those to come."""

_BRIEF_TOKENS = 2_000
_SHARED_TOKENS = 1_200
_DEEP_TOKENS = 25_000


@dataclass(frozen=True, slots=True)
class Plan:
    """Groups of brief summaries (one language each, no paper twice) that share a request, those that are made one by
    one, and those for which today's budget does not reach."""

    batches: tuple[tuple[WantedSummary, ...], ...] = ()
    singles: tuple[WantedSummary, ...] = ()
    left_out: tuple[WantedSummary, ...] = ()


def plan(wanted: Sequence[WantedSummary], left: Allowance, now: datetime) -> Plan:
    """One by one where the budget lasts for that; else brief ones together, then deep ones in their order.

    A fifth is kept back for second askings. What goes out soonest, to most chats, comes first; what has gone out
    without a summary comes last.
    """
    ordered = tuple(sorted(wanted, key=lambda one: _urgency(one, now)))
    purse = RemainingBudget(left)
    if purse.takes(sum(map(requests_for, ordered)), sum(map(_tokens, ordered))):
        return Plan(singles=ordered)
    batches: list[tuple[WantedSummary, ...]] = []
    singles: list[WantedSummary] = []
    left_out: list[WantedSummary] = []
    for group in grouped([one for one in ordered if one.key.depth is Depth.BRIEF]):
        fitting = purse.fitting(group)
        if fitting:
            batches.append(fitting)
        left_out += group[len(fitting) :]
    for one in ordered:
        if one.key.depth is Depth.DEEP:
            pays = purse.spends(requests_for(one), _tokens(one))
            (singles if pays else left_out).append(one)
    return Plan(tuple(batches), tuple(singles), tuple(left_out))


def requests_for(wanted: WantedSummary) -> int:
    """What one summary takes where nothing goes wrong: a deep one in another language is read, then said."""
    return 2 if wanted.key.depth is Depth.DEEP and not is_english(wanted.key.language) else 1


def grouped(wanted: Iterable[WantedSummary]) -> list[tuple[WantedSummary, ...]]:
    """Groups of one language each, with no paper twice in one, in order."""
    groups: list[list[WantedSummary]] = []
    for one in wanted:
        for group in groups:
            fits = len(group) < BATCH and group[0].key.language == one.key.language
            if fits and all(other.key.paper_id != one.key.paper_id for other in group):
                group.append(one)
                break
        else:
            groups.append([one])
    return [tuple(group) for group in groups]


def _urgency(wanted: WantedSummary, now: datetime) -> tuple[bool, int, datetime, str]:
    return wanted.due_at + LATE < now, -wanted.chats, wanted.due_at, wanted.key.paper_id


def _tokens(wanted: WantedSummary) -> int:
    return _DEEP_TOKENS if wanted.key.depth is Depth.DEEP else _BRIEF_TOKENS


class RemainingBudget:
    """What is left while a plan is made."""

    def __init__(self, left: Allowance) -> None:
        self._requests = None if left.requests is None else left.requests - left.requests // 5
        self._tokens = None if left.tokens is None else left.tokens - left.tokens // 5

    def takes(self, requests: int, tokens: int) -> bool:
        enough = self._requests is None or requests <= self._requests
        return enough and (self._tokens is None or tokens <= self._tokens)

    def spends(self, requests: int, tokens: int) -> bool:
        """Take it out if it is there."""
        if not self.takes(requests, tokens):
            return False
        self._requests = None if self._requests is None else self._requests - requests
        self._tokens = None if self._tokens is None else self._tokens - tokens
        return True

    def fitting(self, group: tuple[WantedSummary, ...]) -> tuple[WantedSummary, ...]:
        """The first of a group for which one request and its tokens are left."""
        count = len(group)
        while count and not self.spends(1, count * _SHARED_TOKENS):
            count -= 1
        return group[:count]
