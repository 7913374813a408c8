"""Makes the wanted summaries: each once, shared by all chats that want it, within the day's budget."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.decisions import delivery_policy, model_requests
from bot.decisions.model_requests import Plan
from bot.errors import ModelRefused, PaperboyError, RetryLater
from bot.model import Depth, Paper, Source, Summary, SummaryKey, SummaryRequest, WantedSummary
from bot.model.languages import is_english
from bot.pipeline.concurrency import run_all
from bot.ports import Clock, Makers, Reader, Store

log = structlog.get_logger()

PLANNED_AT_ONCE = 10_000
"""Wanted summaries that are planned together."""

MADE_AT_ONCE = 64
"""Summaries that are made one by one before the next plan: a more urgent one may be wanted by then."""

GROUPS_AT_ONCE = 2
"""Groups of brief summaries that are made at the same time. A group has a request for each of its papers, and what a
person asks for meanwhile waits behind these; two groups, so that models are not idle while one of them is judged."""

LONGEST_WAIT_SECONDS = 86_400.0
"""A model is asked again after this time even if it named a longer one: another key or model may be configured."""

EXTRACTIVE = "extractive"
"""`Makers.name` where no model is configured."""


async def summarize(
    store: Store,
    makers: Makers,
    reader: Reader,
    clock: Clock,
    *,
    concurrency: int = 4,
    owner: str = "",
    keys: Collection[SummaryKey] | None = None,
) -> int:
    """Make the summaries that are wanted and not waiting for a later time; returns how many were made.

    A summary that no model can make now, or that the rest of today's budget does not cover, is postponed. A digest
    that is due goes out without it (see `compose`).
    """
    made = 0
    while wanted := [
        summary for summary in await store.wanted(clock.now(), PLANNED_AT_ONCE) if keys is None or summary.key in keys
    ]:
        allowance = await makers.remaining()
        plan = model_requests.plan(wanted, allowance, clock.now())
        if plan.left_out:
            log.warning("budget short", wanted=len(wanted), left_out=len(plan.left_out), reason=allowance.used_up)
        for summary in plan.left_out:
            await store.postpone(summary.key, _next_midnight(clock.now()), allowance.used_up)
        # Every job either makes its summaries or postpones them, so that the loop ends.
        made += sum(await run_all(_work(plan, _Jobs(store, makers, reader, clock), concurrency)))
    if made:
        log.info("summarized", summaries=made)
    return made


def _work(plan: Plan, jobs: _Jobs, concurrency: int) -> Iterator[Coroutine[None, None, int]]:
    """The jobs of a plan, of which `concurrency` run at the same time, the most urgent of each kind first."""
    slots, groups = asyncio.Semaphore(concurrency), asyncio.Semaphore(GROUPS_AT_ONCE)
    singles = plan.singles[:MADE_AT_ONCE]
    for batch in plan.batches:
        yield _in_slot(slots, partial(jobs.make_brief, batch, together=True))
    for batch in model_requests.in_batches([summary for summary in singles if summary.key.depth is Depth.BRIEF]):
        yield _in_slot(groups, partial(jobs.make_brief, batch, together=False))
    for group in _by_paper([summary for summary in singles if summary.key.depth is Depth.DEEP]):
        yield _in_slot(slots, partial(jobs.make_deep, group))


async def _in_slot(slots: asyncio.Semaphore, job: Callable[[], Awaitable[int]]) -> int:
    # Takes a function: a coroutine that is cancelled while it waits for its slot would never be awaited.
    async with slots:
        return await job()


def _by_paper(wanted: Sequence[WantedSummary]) -> list[list[WantedSummary]]:
    """Group summaries by paper version, in order: the languages of one version share one reading of it."""
    groups: dict[tuple[str, int], list[WantedSummary]] = {}
    for summary in wanted:
        groups.setdefault((summary.key.paper_id, summary.key.version), []).append(summary)
    return list(groups.values())


class _Jobs:
    """The jobs of a plan. Each method returns how many summaries were made, and postpones the others."""

    def __init__(self, store: Store, makers: Makers, reader: Reader, clock: Clock) -> None:
        self._store, self._makers, self._reader, self._clock = store, makers, reader, clock

    async def make_deep(self, group: Sequence[WantedSummary]) -> int:
        made = 0
        for wanted in group:
            paper = await self._paper(wanted)
            if paper is None:
                continue
            try:
                await summary_for(self._store, self._makers, self._reader, paper, wanted.key)
                made += 1
            except PaperboyError as error:
                await self._postpone(wanted, error)
        return made

    async def make_brief(self, batch: Sequence[WantedSummary], *, together: bool) -> int:
        """Brief summaries of one language, which are judged in one request; `together`: made in one as well."""
        requests: dict[SummaryKey, SummaryRequest] = {}
        for wanted in batch:
            if paper := await self._paper(wanted):
                requests[wanted.key] = SummaryRequest(wanted.key, paper)
        results = await briefs_for(self._store, self._makers, list(requests.values()), together=together)
        for wanted in batch:
            result = results.get(wanted.key)
            if isinstance(result, PaperboyError):
                await self._postpone(wanted, result)
        return sum(isinstance(result, Summary) for result in results.values())

    async def _paper(self, wanted: WantedSummary) -> Paper | None:
        """The paper in the wanted version. If the store has another version, the summary is postponed: returns None."""
        paper = await self._store.paper(wanted.key.paper_id)
        if paper is None or paper.version != wanted.key.version:
            # The next round of choosing wants the new version instead.
            tomorrow = self._clock.now() + timedelta(days=1)
            await self._store.postpone(wanted.key, tomorrow, "the paper has another version now")
            return None
        return paper

    async def _postpone(self, wanted: WantedSummary, error: PaperboyError) -> None:
        until = next_attempt(error, wanted, self._clock.now())
        log.warning("summary postponed", paper=wanted.key.paper_id, until=until.isoformat(), reason=str(error))
        await self._store.postpone(wanted.key, until, str(error))


def next_attempt(error: PaperboyError, wanted: WantedSummary, now: datetime) -> datetime:
    """When a summary that failed with this error is tried again: when the error says, otherwise after a back-off that
    grows with the attempts."""
    seconds = error.retry_after if isinstance(error, RetryLater) else None
    if seconds is None or not math.isfinite(seconds):
        seconds = delivery_policy.backoff(wanted.attempts + 1, base=60.0, most=3600.0)
    return now + timedelta(seconds=min(max(1.0, seconds), LONGEST_WAIT_SECONDS))


def _next_midnight(now: datetime) -> datetime:
    """The time when the day's budget is renewed: the next midnight in UTC."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


async def summary_for(store: Store, makers: Makers, reader: Reader, paper: Paper, key: SummaryKey) -> Summary:
    """Return the stored summary with this key; if there is none, make and store one.

    Raises `ModelUnavailable` if no model serves now, `SourceUnavailable` if the full text cannot be fetched now, and
    `StoreUnavailable`; the key then stays wanted.
    """
    if stored := await store.summary(key):
        return stored
    request = await _request(store, makers, reader, paper, key)
    try:
        summary = await makers.summarize(request)
    except ModelRefused as error:
        # Every model refused this paper and would refuse it again, so the extractive summary is kept. Any other error
        # may pass: what is stored now would never be replaced by a model's summary.
        summary = makers.extractive_instead(request, str(error))
    return await store.save_summary(summary)


async def briefs_for(
    store: Store, makers: Makers, requests: Sequence[SummaryRequest], *, together: bool = False
) -> dict[SummaryKey, Summary | PaperboyError]:
    """Make and store brief summaries of one group, which are judged in one request.

    The error stands in place of one that cannot be made now; its key stays wanted.
    """
    results = dict(await makers.summarize_many(requests, together=together)) if requests else {}
    for request in requests:
        result = results[request.key]
        if isinstance(result, ModelRefused):  # see `summary_for`
            result = makers.extractive_instead(request, str(result))
        if isinstance(result, Summary):
            results[request.key] = await store.save_summary(result)
    return results


async def _request(store: Store, makers: Makers, reader: Reader, paper: Paper, key: SummaryKey) -> SummaryRequest:
    """The request to the makers. A deep summary in another language is translated from the stored English one."""
    if key.depth is not Depth.DEEP:
        return SummaryRequest(key, paper)
    reading = await reader.read(paper)
    facts = None
    # Extractive sentences are the paper's own in any language, and an abstract alone is short enough to read again.
    if not is_english(key.language) and reading.source is not Source.ABSTRACT and makers.name != EXTRACTIVE:
        facts = await summary_for(store, makers, reader, paper, replace(key, language="en"))
    return SummaryRequest(key, paper, reading, facts)
