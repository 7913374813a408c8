"""Wanted → summaries, each made once and shared by every chat that wants it, within the day's budget."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.decisions import delivery_policy, model_requests
from bot.errors import ModelUnavailable, PaperboyError
from bot.model import Depth, Paper, Source, Summary, SummaryKey, SummaryRequest, WantedSummary
from bot.ports import Clock, Makers, Reader, Store

log = structlog.get_logger()

MOST = 10_000
"""Wanted summaries that are planned at once."""

LONGEST_WAIT = 86_400.0
"""Seconds after which a model is asked again, whatever it said: it may serve another key, or another model, by then."""

AT_ONCE = 64
"""Made one by one before looking again what is wanted most."""

EXTRACTIVE = "extractive"


async def summarize(store: Store, makers: Makers, reader: Reader, clock: Clock, *, concurrency: int = 4) -> int:
    """Make the summaries that are wanted and not waiting; returns how many were made.

    A summary that no model makes now, or for which today's budget does not reach, is asked for again later; what is
    due goes out without it (see `compose`).
    """
    made = 0
    while wanted := await store.wanted(clock.now(), MOST):
        left = await makers.left()
        plan = model_requests.plan(wanted, left, clock.now())
        if plan.left_out:
            log.warning("budget short", wanted=len(wanted), left_out=len(plan.left_out), why=left.used_up)
        for one in plan.left_out:
            await store.postpone(one.key, _tomorrow(clock.now()), left.used_up)
        work = _Work(store, makers, reader, clock)
        slots = asyncio.Semaphore(concurrency)
        jobs = [work.together(batch) for batch in plan.batches]
        jobs += [work.singly(same) for same in _by_paper(plan.singles[:AT_ONCE])]
        made += sum(await asyncio.gather(*(_within(slots, job) for job in jobs)))
    if made:
        log.info("summarized", summaries=made)
    return made


async def _within(slots: asyncio.Semaphore, job: Coroutine[None, None, int]) -> int:
    async with slots:
        return await job


def _by_paper(wanted: Sequence[WantedSummary]) -> list[list[WantedSummary]]:
    """In order, with what is wanted of one paper version together: its languages share what was read of it."""
    found: dict[tuple[str, int], list[WantedSummary]] = {}
    for one in wanted:
        found.setdefault((one.key.paper_id, one.key.version), []).append(one)
    return list(found.values())


class _Work:
    """What a plan asks for. Each method returns how many summaries were made; what was not is asked for again."""

    def __init__(self, store: Store, makers: Makers, reader: Reader, clock: Clock) -> None:
        self._store, self._makers, self._reader, self._clock = store, makers, reader, clock

    async def singly(self, wanted: Sequence[WantedSummary]) -> int:
        made = 0
        for one in wanted:
            paper = await self._paper(one)
            if paper is None:
                continue
            try:
                await summary_for(self._store, self._makers, self._reader, paper, one.key)
                made += 1
            except PaperboyError as error:
                await self._later(one, error)
        return made

    async def together(self, batch: Sequence[WantedSummary]) -> int:
        requests: dict[SummaryKey, SummaryRequest] = {}
        for one in batch:
            if paper := await self._paper(one):
                requests[one.key] = SummaryRequest(one.key, paper)
        results = await self._makers.summarize_many(list(requests.values())) if requests else {}
        made = 0
        for one in batch:
            result = results.get(one.key)
            if isinstance(result, ModelUnavailable):
                await self._later(one, result)
            elif result is not None:
                if not isinstance(result, Summary):
                    result = self._makers.extractive_instead(requests[one.key], str(result))
                await self._store.save_summary(result)
                made += 1
        return made

    async def _paper(self, wanted: WantedSummary) -> Paper | None:
        paper = await self._store.paper(wanted.key.paper_id)
        if paper is None or paper.version != wanted.key.version:
            tomorrow = self._clock.now() + timedelta(days=1)
            await self._store.postpone(wanted.key, tomorrow, "the paper has another version now")
            return None
        return paper

    async def _later(self, wanted: WantedSummary, error: PaperboyError) -> None:
        until = _again_at(error, wanted, self._clock.now())
        log.warning("summary waits", paper=wanted.key.paper_id, until=until.isoformat(), why=str(error))
        await self._store.postpone(wanted.key, until, str(error))


def _again_at(error: PaperboyError, wanted: WantedSummary, now: datetime) -> datetime:
    named = getattr(error, "retry_after", None)
    if named is None or not math.isfinite(named):
        named = delivery_policy.backoff(wanted.attempts + 1, base=60.0, most=3600.0)
    return now + timedelta(seconds=min(max(1.0, named), LONGEST_WAIT))


def _tomorrow(now: datetime) -> datetime:
    """When the budget returns: the next midnight in UTC."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


async def summary_for(
    store: Store, makers: Makers, reader: Reader, paper: Paper, key: SummaryKey, *, anew: bool = False
) -> Summary:
    """The summary with this key: the one that is kept, else a new one (`anew`: always a new one, which replaces it).

    Raises `ModelUnavailable` where no model serves now, `SourceUnavailable` where the full text cannot be fetched now.
    """
    if not anew and (known := await store.summary(key)):
        return known
    request = await _request(store, makers, reader, paper, key)
    try:
        summary = await makers.summarize(request)
    except ModelUnavailable:
        raise
    except PaperboyError as error:
        # Every model refused this paper: waiting cannot help, so the text speaks for itself.
        summary = makers.extractive_instead(request, str(error))
    return await store.save_summary(summary, replace=anew)


async def _request(store: Store, makers: Makers, reader: Reader, paper: Paper, key: SummaryKey) -> SummaryRequest:
    """What to ask for. A deep reading in another language says what the kept English one says: its facts."""
    if key.depth is not Depth.DEEP:
        return SummaryRequest(key, paper)
    reading = await reader.read(paper)
    facts = None
    if key.language.split("-")[0] != "en" and reading.source is not Source.ABSTRACT and makers.name != EXTRACTIVE:
        facts = await summary_for(store, makers, reader, paper, replace(key, language="en"))
    return SummaryRequest(key, paper, reading, facts)
