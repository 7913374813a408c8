"""Announced papers → vectors of their terms, which replace the bundled ones. See `Relevance.make_vectors`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import structlog

from bot.decisions.term_vectors import QUIET, TRY_AGAIN_AFTER, are_vectors_due, may_begin
from bot.errors import GiveUp, RetryLater, StoreUnavailable
from bot.model import Paper
from bot.ports import Clock, Relevance, Store

log = structlog.get_logger()

LATEST = 20_000
"""The last announcements, from whose papers the vectors are made."""

PAPERS_AT_ONCE = 200


class VectorMaking:
    """Makes the vectors of terms when that is due."""

    def __init__(self, store: Store, relevance: Relevance, clock: Clock) -> None:
        self._store, self._relevance, self._clock = store, relevance, clock
        self._due_since: datetime | None = None
        self._failed_at: datetime | None = None

    async def run(self) -> bool:
        """Make the vectors if they are due and no digest is; returns whether they were made. Raises
        `StoreUnavailable`."""
        return await self.should_begin() and await self.make()

    async def should_begin(self) -> bool:
        """Whether the vectors are due, and this is the time for it."""
        now = self._clock.now()
        if not await self.are_due():
            self._due_since = None
            return False
        self._due_since = self._due_since or now
        return may_begin(self._due_since, now, is_quiet=await self._is_quiet(now))

    async def are_due(self) -> bool:
        """Whether to make vectors, at whatever time."""
        now = self._clock.now()
        if self._failed_at is not None and abs(now - self._failed_at) < TRY_AGAIN_AFTER:
            return False
        return are_vectors_due(await self._store.counted_papers(), await self._store.term_vectors_origin(), now)

    async def _is_quiet(self, now: datetime) -> bool:
        """Whether no message waits and no chat is due soon."""
        if await self._store.oldest_waiting() is not None or await self._store.due_chats(now, limit=1):
            return False
        return not await self._store.coming_chats(now, now + QUIET, limit=1, after=None)

    async def make(self) -> bool:
        """Make the vectors now; returns whether they were made. Raises `StoreUnavailable`."""
        counted, now = await self._store.counted_papers(), self._clock.now()
        try:
            made = await self._relevance.make_vectors(self._latest_papers(), counted, self._clock)
        except StoreUnavailable:
            raise
        except (RetryLater, GiveUp) as error:
            self._failed_at = now
            log.warning("no vectors of terms made", reason=str(error))
            return False
        self._due_since = None
        log.info("vectors of terms made", papers=made.papers, name=made.name)
        return True

    async def _latest_papers(self) -> AsyncIterator[Sequence[Paper]]:
        """The papers of the last announcements, each once."""
        seen: set[str] = set()
        last_seq = await self._store.last_seq()
        seq = max(last_seq - LATEST, 0)
        while seq < last_seq and (page := await self._store.announcements_after(seq, PAPERS_AT_ONCE)):
            new = {entry.paper.id: entry.paper for _, entry in page if entry.paper.id not in seen}
            seen |= new.keys()
            seq = page[-1][0]
            yield list(new.values())
