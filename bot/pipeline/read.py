"""The papers of wanted deep summaries → their full texts, in the cache that all processes share."""

from __future__ import annotations

from collections.abc import Collection

import structlog

from bot.errors import SourceUnavailable
from bot.model import SummaryKey
from bot.pipeline.summarize import PLANNED_AT_ONCE, next_attempt
from bot.ports import Clock, Reader, Store

log = structlog.get_logger()


async def read(store: Store, reader: Reader, clock: Clock, keys: Collection[SummaryKey]) -> list[SummaryKey]:
    """Read the papers of these summaries; returns the keys whose papers are read.

    A summary whose paper cannot be read now is postponed; one that is not wanted any more is left out.
    """
    done: list[SummaryKey] = []
    for summary in await store.wanted(clock.now(), PLANNED_AT_ONCE, keys):
        key = summary.key
        paper = await store.paper(key.paper_id)
        # Of another version: `summarize` postpones it.
        if paper is not None and paper.version == key.version:
            try:
                await reader.read(paper)
            except SourceUnavailable as error:
                until = next_attempt(error, summary, clock.now())
                log.warning("paper not read", paper=key.paper_id, until=until.isoformat(), reason=str(error))
                await store.postpone(key, until, str(error))
                continue
        done.append(key)
    return done
