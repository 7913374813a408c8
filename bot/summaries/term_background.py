"""How rare terms are among the papers in the store; the bundled counts as long as it has few."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from bot.errors import StoreUnavailable
from bot.ports import Clock, PaperTexts
from bot.summaries.term_counts import TermCounts, bundled, count

log = structlog.get_logger()

FEWEST_PAPERS = 1000
"""With fewer papers in the store the bundled counts say more."""
MOST_PAPERS = 5000
_EVERY = timedelta(days=1)


class TermBackground:
    """`counts` are those that are known now. `refresh` counts anew, at most once a day, in a thread."""

    def __init__(self, papers: PaperTexts, clock: Clock) -> None:
        self._papers = papers
        self._clock = clock
        self._counted: TermCounts | None = None
        self._due: datetime | None = None

    @property
    def counts(self) -> TermCounts:
        return self._counted or bundled()

    async def refresh(self) -> None:
        """Count over the latest papers if that is due. Never fails: without the store the counts stay as they are."""
        now = self._clock.now()
        if self._due is not None and now < self._due:
            return
        self._due = now + _EVERY  # first, so that only one of several callers counts
        try:
            texts = await self._papers.latest_texts(MOST_PAPERS)
        except StoreUnavailable as error:
            log.warning("terms not counted", reason=str(error))
            return
        if len(texts) >= FEWEST_PAPERS:
            self._counted = await asyncio.to_thread(count, texts)
