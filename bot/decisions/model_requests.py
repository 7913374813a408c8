"""Plans the requests to the models within the rest of the day's budget: single, in batches, or not today. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.model import Allowance, Depth, SummaryRequest, WantedSummary
from bot.model.languages import is_english

MOST_IN_BATCH = 8
"""Papers that share one judge's request and, where the budget is short, one request for their summaries as well. What a
reply lacks is asked for again in halves (see `bot.summaries`)."""

_BATCH_REQUESTS = 2
"""One for the summaries and one for the judge. Both have to be affordable: statements that nobody could judge are not
shown, so that the first request alone would buy nothing but a choice of sentences."""

LATE = timedelta(hours=1)
"""Time after the due time when the digest was sent without the summary, which is then no longer urgent."""

_RETRY_SHARE = 5
"""One fifth of the budget is reserved for second requests, which a reply that fails its checks needs."""

# Estimated tokens of one summary, requests and replies of the maker and of the judge together. Papers in a batch share
# the maker's instructions. Of a brief one, the judge takes about 900.
_BRIEF_TOKENS = 2_500
_BATCHED_TOKENS = 2_000
_DEEP_TOKENS = 33_000
_TRANSLATION_TOKENS = 12_000


LEAST_REQUESTS = _BATCH_REQUESTS
LEAST_TOKENS = _BATCHED_TOKENS * _RETRY_SHARE // (_RETRY_SHARE - 1)
"""The smallest limits of a day with which any brief summary is planned."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`batches` of brief summaries (of one language each, no paper twice) that share a request, `singles` that have
    requests of their own (brief ones share the judge's), and those for which today's budget is not enough."""

    batches: tuple[tuple[WantedSummary, ...], ...] = ()
    singles: tuple[WantedSummary, ...] = ()
    left_out: tuple[WantedSummary, ...] = ()


def plan(wanted: Sequence[WantedSummary], allowance: Allowance, now: datetime) -> Plan:
    """Plan all of them one by one if the budget is enough for that; otherwise brief ones in batches, then deep ones.

    The most urgent come first: those that most chats wait for, of these the first due. A summary whose digest has
    gone out without it comes last. Part of the budget is kept for second requests.
    """
    ordered = tuple(sorted(wanted, key=lambda summary: _urgency(summary, now)))
    budget = RemainingBudget(allowance)
    if budget.covers(requests_for(ordered), sum(map(_tokens_for, ordered))):
        return Plan(singles=ordered)
    # Brief ones first: with the tokens of one deep summary, many papers get a brief one.
    batches: list[tuple[WantedSummary, ...]] = []
    singles: list[WantedSummary] = []
    left_out: list[WantedSummary] = []
    for group in in_batches([summary for summary in ordered if summary.key.depth is Depth.BRIEF]):
        covered = budget.spend_on_batch(group)
        if covered:
            batches.append(covered)
        left_out += group[len(covered) :]
    for summary in ordered:
        if summary.key.depth is Depth.DEEP:
            is_covered = budget.spend(requests_for([summary]), _tokens_for(summary))
            (singles if is_covered else left_out).append(summary)
    return Plan(tuple(batches), tuple(singles), tuple(left_out))


def is_enough_for_one(allowance: Allowance) -> bool:
    """Whether a day's budget allows the plan to make any summary with a model: a brief one, and its judge's request."""
    return RemainingBudget(allowance).covers(_BATCH_REQUESTS, _BATCHED_TOKENS)


def requests_for(singles: Sequence[WantedSummary]) -> int:
    """Requests that summaries take one by one if none is repeated.

    Brief ones take one each and one of the judge for each group of eight. A deep one is read and judged, and in another
    language then translated and judged again.
    """
    brief = [wanted for wanted in singles if wanted.key.depth is Depth.BRIEF]
    deep = [wanted for wanted in singles if wanted.key.depth is Depth.DEEP]
    return len(brief) + len(in_batches(brief)) + sum(2 if is_english(wanted.key.language) else 4 for wanted in deep)


Keyed = TypeVar("Keyed", WantedSummary, SummaryRequest)


def in_batches(items: Iterable[Keyed]) -> list[tuple[Keyed, ...]]:
    """Batches that share one request of the maker or of the judge, in order.

    Each has one language, and no paper twice: a model's reply tells its papers apart by their ids alone.
    """
    batches: list[list[Keyed]] = []
    for item in items:
        for batch in batches:
            has_room = len(batch) < MOST_IN_BATCH and batch[0].key.language == item.key.language
            if has_room and all(other.key.paper_id != item.key.paper_id for other in batch):
                batch.append(item)
                break
        else:
            batches.append([item])
    return [tuple(batch) for batch in batches]


def _urgency(wanted: WantedSummary, now: datetime) -> tuple[bool, int, datetime, str]:
    """The sort key; the paper id makes the order the same each time."""
    return wanted.due_at + LATE < now, -wanted.chats, wanted.due_at, wanted.key.paper_id


def _tokens_for(wanted: WantedSummary) -> int:
    if wanted.key.depth is Depth.BRIEF:
        return _BRIEF_TOKENS
    return _DEEP_TOKENS if is_english(wanted.key.language) else _DEEP_TOKENS + _TRANSLATION_TOKENS


class RemainingBudget:
    """The rest of the day's budget while a plan is made."""

    def __init__(self, allowance: Allowance) -> None:
        self._requests = _without_retries(allowance.requests)
        self._tokens = _without_retries(allowance.tokens)

    def covers(self, requests: int, tokens: int) -> bool:
        has_requests = self._requests is None or requests <= self._requests
        return has_requests and (self._tokens is None or tokens <= self._tokens)

    def spend(self, requests: int, tokens: int) -> bool:
        """Subtract this from the budget; returns False, and subtracts nothing, if it is not enough."""
        if not self.covers(requests, tokens):
            return False
        self._requests = None if self._requests is None else self._requests - requests
        self._tokens = None if self._tokens is None else self._tokens - tokens
        return True

    def spend_on_batch(self, group: tuple[WantedSummary, ...]) -> tuple[WantedSummary, ...]:
        """Spend a batch's requests on as many of the group as the remaining tokens are enough for; returns those."""
        count = len(group)
        while count and not self.spend(_BATCH_REQUESTS, count * _BATCHED_TOKENS):
            count -= 1
        return group[:count]


def _without_retries(limit: int | None) -> int | None:
    return None if limit is None else limit - limit // _RETRY_SHARE
