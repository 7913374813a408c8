"""Makes the wanted summaries: each once, shared by all chats that want it, within the day's budget."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.decisions import delivery_policy, model_requests
from bot.decisions.model_requests import BriefGroup, Plan
from bot.errors import PaperboyError, RetryLater
from bot.model import Paper, Summary, SummaryKey, SummaryRequest, WantedSummary
from bot.pipeline.concurrency import run_all
from bot.pipeline.making import CLAIM, SummaryMaking
from bot.pipeline.patience import Patience
from bot.ports import Clock, Makers, Reader, Store

log = structlog.get_logger()

PLANNED_AT_ONCE = 10_000
"""Wanted summaries that are planned together."""

GROUPS_BETWEEN_PLANS = 40
"""Groups of brief summaries that are made before the next plan: more urgent ones may be wanted by then."""

DEEP_BETWEEN_PLANS = 64
"""The same for deep summaries."""

GROUPS_PER_SLOT = 2
"""Groups of brief summaries that are made at the same time for each request that may be sent: with so many, some are
checked and others wait for their judge while every slot is used, also at the end."""

READ_AHEAD = 4
"""Deep summaries whose full texts are fetched while others wait for models: arXiv allows a request in three seconds."""

LONGEST_WAIT_SECONDS = 86_400.0
"""A model is asked again after this time even if it named a longer one: another key or model may be configured."""


async def summarize(
    store: Store,
    makers: Makers,
    reader: Reader,
    clock: Clock,
    *,
    concurrency: int = 4,
    owner: str = "summarize",
    keys: Collection[SummaryKey] | None = None,
    patience: Patience | None = None,
    claim: timedelta = CLAIM,
) -> int:
    """Make the summaries that are wanted and not waiting for a later time; returns how many were made.

    With `keys`, only those of them. Each is claimed before it is made, so that any number of processes may do this at
    the same time; a claim of a process that was killed is free after `claim`. A summary that no model can make now, or
    that the rest of today's budget does not cover, is postponed; with `patience`, the end of a short pause is waited
    for. A digest that is due goes out without it (see `compose`).
    """
    made = 0
    making = SummaryMaking(store, makers, reader, clock, owner, claim=claim)
    while True:
        wanted = await store.wanted(clock.now(), PLANNED_AT_ONCE, keys)
        if not wanted:
            if patience is None or not await patience.wait_until(await _next_attempt_at(store, clock, keys)):
                break
            continue
        allowance = await makers.remaining()
        plan = model_requests.plan(wanted, allowance, clock.now(), makers.batch)
        if plan.left_out:
            log.warning("budget short", wanted=len(wanted), left_out=len(plan.left_out), reason=allowance.used_up)
        for summary in plan.left_out:
            await store.postpone(summary.key, _next_midnight(clock.now()), allowance.used_up)
        # Every job makes its summaries or postpones them, or finds them claimed by others, so that the loop ends.
        newly_made = sum(await run_all(_work(plan, _Jobs(store, making, clock), concurrency)))
        made += newly_made
        if newly_made and patience is not None:
            patience.renew()
    if made:
        log.info("summarized", summaries=made)
    return made


async def _next_attempt_at(store: Store, clock: Clock, keys: Collection[SummaryKey] | None) -> datetime | None:
    """When the first of the postponed summaries is tried again; None if none is postponed."""
    postponed = await store.postponed(clock.now())
    times = [wanted.again_at for wanted in postponed if wanted.again_at and (keys is None or wanted.key in keys)]
    return min(times, default=None)


def _work(plan: Plan, jobs: _Jobs, concurrency: int) -> Iterator[Coroutine[None, None, int]]:
    """The jobs of a plan, the most urgent of each kind first.

    More groups run at the same time than requests may, so that models are never idle. The requests themselves are
    limited where they are sent.
    """
    groups, deep = asyncio.Semaphore(GROUPS_PER_SLOT * concurrency), asyncio.Semaphore(concurrency + READ_AHEAD)
    for group in plan.briefs[:GROUPS_BETWEEN_PLANS]:
        yield _in_turn(groups, partial(jobs.make_brief, group))
    for versions in _by_paper(plan.deep[:DEEP_BETWEEN_PLANS]):
        yield _in_turn(deep, partial(jobs.make_deep, versions))


async def _in_turn(turns: asyncio.Semaphore, job: Callable[[], Awaitable[int]]) -> int:
    # Takes a function: a coroutine that is cancelled while it waits for its turn would never be awaited.
    async with turns:
        return await job()


def _by_paper(wanted: Sequence[WantedSummary]) -> list[list[WantedSummary]]:
    """Group summaries by paper version, in order: the languages of one version share one reading of it."""
    groups: dict[tuple[str, int], list[WantedSummary]] = {}
    for summary in wanted:
        groups.setdefault((summary.key.paper_id, summary.key.version), []).append(summary)
    return list(groups.values())


class _Jobs:
    """The jobs of a plan. Each method returns how many summaries were made, and postpones the others."""

    def __init__(self, store: Store, making: SummaryMaking, clock: Clock) -> None:
        self._store, self._making, self._clock = store, making, clock

    async def make_deep(self, group: Sequence[WantedSummary]) -> int:
        made = 0
        for wanted, paper in (await self._papers(group)).items():
            try:
                made += await self._making.one(paper, wanted.key) is not None
            except PaperboyError as error:
                await self._postpone(wanted, error)
        return made

    async def make_brief(self, group: BriefGroup) -> int:
        papers = await self._papers(group.wanted)
        requests = [SummaryRequest(wanted.key, paper) for wanted, paper in papers.items()]
        results = await self._making.briefs(requests, group.batch)
        for wanted in papers:
            result = results.get(wanted.key)
            if isinstance(result, PaperboyError):
                await self._postpone(wanted, result)
        return sum(isinstance(result, Summary) for result in results.values())

    async def _papers(self, group: Sequence[WantedSummary]) -> dict[WantedSummary, Paper]:
        """The papers in the wanted versions. If the store has another version, the summary is postponed."""
        stored = await self._store.papers({wanted.key.paper_id for wanted in group})
        found = {}
        for wanted in group:
            paper = stored.get(wanted.key.paper_id)
            if paper is not None and paper.version == wanted.key.version:
                found[wanted] = paper
                continue
            # The next round of choosing wants the new version instead.
            tomorrow = self._clock.now() + timedelta(days=1)
            await self._store.postpone(wanted.key, tomorrow, "the paper has another version now")
        return found

    async def _postpone(self, wanted: WantedSummary, error: PaperboyError) -> None:
        until = next_attempt(error, wanted, self._clock.now())
        log.warning("summary postponed", paper=wanted.key.paper_id, until=until.isoformat(), reason=str(error))
        await self._store.postpone(wanted.key, until, str(error))


def next_attempt(error: PaperboyError, wanted: WantedSummary, now: datetime) -> datetime:
    """The time that the error names; otherwise the end of a back-off that grows with the attempts."""
    seconds = error.retry_after if isinstance(error, RetryLater) else None
    if seconds is None or not math.isfinite(seconds):
        seconds = delivery_policy.backoff(wanted.attempts + 1, base=60.0, most=3600.0)
    return now + timedelta(seconds=min(max(1.0, seconds), LONGEST_WAIT_SECONDS))


def _next_midnight(now: datetime) -> datetime:
    """The time when the day's budget is renewed: the next midnight in UTC."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
