"""Plans the requests to the models within the rest of the day's budget: in batches, larger ones, or not today. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.model import Allowance, Depth, SummaryRequest, WantedSummary
from bot.model.languages import is_english

BATCH = 4
"""Abstracts that share one request, unless MODEL_BATCH says another number."""

LARGEST_BATCH = 8
"""Abstracts that share one request where the budget of the day is short."""

_JUDGED_TOGETHER = 16
"""Papers that share the judge's request, rounded up to whole batches. The judge's work on a paper is shorter than the
maker's, and its instructions and canaries are paid for once."""

LATE = timedelta(hours=1)
"""Time after the due time when the digest was sent without the summary, which is then no longer urgent."""

_RETRY_SHARE = 5
"""One fifth of the budget is reserved for second requests, which a reply that fails its checks needs."""

# Estimated tokens, requests and replies of the maker and of the judge together: of a group of brief ones for the
# instructions and for each paper (in English or not), of a deep summary and of its translation.
_INSTRUCTION_TOKENS = 1_000
_ENGLISH_TOKENS = 680
_BRIEF_TOKENS = 900
_DEEP_TOKENS = 33_000
_TRANSLATION_TOKENS = 12_000


@dataclass(frozen=True, slots=True)
class BriefGroup:
    """Brief summaries of one language, no paper twice, that share the judge's request. The maker is asked for `batch`
    of them in one request."""

    wanted: tuple[WantedSummary, ...]
    batch: int

    @property
    def requests(self) -> int:
        """Requests that it takes if none is repeated: those of the maker and one of the judge."""
        return -(-len(self.wanted) // self.batch) + 1

    @property
    def tokens(self) -> int:
        # A request of the maker and one of the judge have about equally long instructions.
        return self.requests * _INSTRUCTION_TOKENS // 2 + sum(map(_brief_tokens, self.wanted))


LEAST_REQUESTS = 2
"""The smallest limit of a day with which a brief summary is planned: one for the summary, one for the judge.

Both have to be affordable: statements that nobody could judge are not shown, so that the first request alone would buy
nothing but a choice of sentences.
"""
LEAST_TOKENS = (_INSTRUCTION_TOKENS + _ENGLISH_TOKENS) * _RETRY_SHARE // (_RETRY_SHARE - 1)
"""The smallest limit of a day with which a brief summary is planned in English, where it costs the least."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Groups of brief summaries, deep ones, and those for which today's budget is not enough."""

    briefs: tuple[BriefGroup, ...] = ()
    deep: tuple[WantedSummary, ...] = ()
    left_out: tuple[WantedSummary, ...] = ()


def plan(wanted: Sequence[WantedSummary], allowance: Allowance, now: datetime, batch: int = BATCH) -> Plan:
    """Plan all of them, `batch` abstracts a request, if the budget is enough for that; otherwise brief ones in larger
    batches, then deep ones.

    The most urgent come first: those that most chats wait for, of these the first due. A summary whose digest has
    gone out without it comes last. Part of the budget is kept for second requests.
    """
    ordered = tuple(sorted(wanted, key=lambda summary: _urgency(summary, now)))
    brief = [summary for summary in ordered if summary.key.depth is Depth.BRIEF]
    deep = tuple(summary for summary in ordered if summary.key.depth is Depth.DEEP)
    budget = RemainingBudget(allowance)
    groups = _groups(brief, batch)
    requests = sum(group.requests for group in groups) + sum(map(_deep_requests, deep))
    if budget.covers(requests, sum(group.tokens for group in groups) + sum(map(_deep_tokens, deep))):
        return Plan(groups, deep)
    # Brief ones first: with the tokens of one deep summary, many papers get a brief one.
    covered = [budget.spend_on(group) for group in _groups(brief, max(batch, LARGEST_BATCH))]
    affordable = {summary.key for summary in deep if budget.spend(_deep_requests(summary), _deep_tokens(summary))}
    made = affordable | {summary.key for group in covered for summary in group.wanted}
    return Plan(
        tuple(group for group in covered if group.wanted),
        tuple(summary for summary in deep if summary.key in affordable),
        tuple(summary for summary in ordered if summary.key not in made),
    )


def is_enough_for_one(allowance: Allowance) -> bool:
    """Whether a day's budget allows the plan to make any summary with a model: a brief one, and its judge's request."""
    return RemainingBudget(allowance).covers(LEAST_REQUESTS, _INSTRUCTION_TOKENS + _ENGLISH_TOKENS)


def judged_together(batch: int) -> int:
    """How many papers share the judge's request if `batch` of them share one of the maker."""
    return -(-_JUDGED_TOGETHER // batch) * batch


Keyed = TypeVar("Keyed", WantedSummary, SummaryRequest)


def in_groups(items: Iterable[Keyed], size: int) -> list[tuple[Keyed, ...]]:
    """Groups of at most `size` that share a request, in order.

    Each has one language, and no paper twice: a model's reply tells its papers apart by their ids alone.
    """
    groups: list[list[Keyed]] = []
    with_room: dict[str, list[list[Keyed]]] = {}
    for item in items:
        candidates = with_room.setdefault(item.key.language, [])
        group = next((g for g in candidates if all(o.key.paper_id != item.key.paper_id for o in g)), None)
        if group is None:
            group = []
            groups.append(group)
            candidates.append(group)
        group.append(item)
        if len(group) == size:
            candidates.remove(group)
    return [tuple(group) for group in groups]


def _groups(brief: Sequence[WantedSummary], batch: int) -> tuple[BriefGroup, ...]:
    return tuple(BriefGroup(group, batch) for group in in_groups(brief, judged_together(batch)))


def _urgency(wanted: WantedSummary, now: datetime) -> tuple[bool, int, datetime, str]:
    """The sort key; the paper id makes the order the same each time."""
    return wanted.due_at + LATE < now, -wanted.chats, wanted.due_at, wanted.key.paper_id


def _brief_tokens(wanted: WantedSummary) -> int:
    return _ENGLISH_TOKENS if is_english(wanted.key.language) else _BRIEF_TOKENS


def _deep_requests(wanted: WantedSummary) -> int:
    """A deep summary is read and judged, and in another language then translated and judged again."""
    return 2 if is_english(wanted.key.language) else 4


def _deep_tokens(wanted: WantedSummary) -> int:
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

    def spend_on(self, group: BriefGroup) -> BriefGroup:
        """Spend on as many of a group as the budget is enough for; returns those, which may be none."""
        for count in range(len(group.wanted), 0, -1):
            part = BriefGroup(group.wanted[:count], group.batch)
            if self.spend(part.requests, part.tokens):
                return part
        return BriefGroup((), group.batch)


def _without_retries(limit: int | None) -> int | None:
    return None if limit is None else limit - limit // _RETRY_SHARE
