"""Wanted → summaries, each made once and shared by every chat that wants it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot import cadence
from bot.errors import ModelUnavailable, PaperboyError
from bot.model import Depth, Paper, Summary, SummaryKey, Wanted
from bot.ports import Clock, Reader, Store, Summarizer, SummaryRequest

log = structlog.get_logger()

BATCH = 64


class Makers(Summarizer, Protocol):
    """The configured models in their order, and the summarizer that always works."""

    def extractive_instead(self, request: SummaryRequest, why: str) -> Summary:
        """Made without a model, saying why. Never fails."""


async def summarize(store: Store, makers: Makers, reader: Reader, clock: Clock, *, concurrency: int = 4) -> int:
    """Make the summaries that are wanted and not waiting; returns how many were made.

    A summary that no model makes now is asked for again later; what is due goes out without it (see `compose`).
    """
    made = 0
    slots = asyncio.Semaphore(concurrency)

    async def one(wanted: Wanted) -> bool:
        async with slots:
            return await _make(store, makers, reader, clock, wanted)

    while batch := await store.wanted(clock.now(), BATCH):
        done = await asyncio.gather(*(one(wanted) for wanted in batch))
        made += sum(done)
    if made:
        log.info("summarized", summaries=made)
    return made


async def _make(store: Store, makers: Makers, reader: Reader, clock: Clock, wanted: Wanted) -> bool:
    paper = await store.paper(wanted.key.paper_id)
    if paper is None or paper.version != wanted.key.version:
        await store.postpone(wanted.key, clock.now() + timedelta(days=1), "the paper has another version now")
        return False
    try:
        await summary_for(store, makers, reader, paper, wanted.key)
    except PaperboyError as error:
        until = _again_at(error, wanted, clock.now())
        log.warning("summary waits", paper=paper.versioned_id, until=until.isoformat(), why=str(error))
        await store.postpone(wanted.key, until, str(error))
        return False
    return True


def _again_at(error: PaperboyError, wanted: Wanted, now: datetime) -> datetime:
    named = getattr(error, "retry_after", None)
    seconds = named if named is not None else cadence.backoff(wanted.attempts + 1, base=60.0, most=3600.0)
    return now + timedelta(seconds=max(1.0, seconds))


async def summary_for(
    store: Store, makers: Makers, reader: Reader, paper: Paper, key: SummaryKey, *, anew: bool = False
) -> Summary:
    """The summary with this key: the one that is kept, else a new one (`anew`: always a new one, which replaces it).

    Raises `ModelUnavailable` where no model serves now, `SourceUnavailable` where the full text cannot be fetched now.
    """
    if not anew and (known := await store.summary(key)):
        return known
    request = SummaryRequest(key, paper, await reader.read(paper) if key.depth is Depth.DEEP else None)
    try:
        summary = await makers.summarize(request)
    except ModelUnavailable:
        raise
    except PaperboyError as error:
        # Every model refused this paper: waiting cannot help, so the text speaks for itself.
        summary = makers.extractive_instead(request, str(error))
    return await store.save_summary(summary, replace=anew)
