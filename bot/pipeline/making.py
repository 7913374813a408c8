"""Makes summaries under a claim, so that no two processes ask a model for the same one."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.errors import ModelRefused, ModelUnavailable, PaperboyError, StoreUnavailable
from bot.model import Depth, Paper, Source, Summary, SummaryKey, SummaryRequest
from bot.model.languages import is_english
from bot.ports import Clock, Makers, Reader, Store

log = structlog.get_logger()

CLAIM = timedelta(minutes=2)
"""How long a claim lasts without being renewed: after that, the work of a process that was killed is free."""

CHECK_SECONDS = 1.0
"""How often somebody who waits for a summary that another process makes looks for it."""

LONGEST_WAIT_SECONDS = 600.0
"""After this time nobody waits for another process any more."""

EXTRACTIVE = "extractive"
"""`Makers.name` where no model is configured."""

Made = Mapping[SummaryKey, Summary | PaperboyError]


class SummaryMaking:
    """Makes and stores summaries. What another process makes at the same time is not made a second time.

    What is postponed is left out as well, unless `even_postponed` says that somebody waits for it.
    """

    def __init__(
        self,
        store: Store,
        makers: Makers,
        reader: Reader,
        clock: Clock,
        owner: str = "maker",
        *,
        claim: timedelta = CLAIM,
    ) -> None:
        self._claim_for = claim
        self._store, self._makers, self._reader, self._clock = store, makers, reader, clock
        # Two runs of one process must not take each other's claims for their own.
        self._owner = f"{owner} {secrets.token_hex(6)}"

    async def briefs(self, requests: Sequence[SummaryRequest], batch: int, *, even_postponed: bool = False) -> Made:
        """Make brief summaries that are judged together, `batch` abstracts a request.

        The error stands in place of one that cannot be made now. Those that another process makes or has made are
        left out.
        """
        async with self._claim([request.key for request in requests], even_postponed) as mine:
            claimed = [request for request in requests if request.key in mine]
            made = dict(await self._makers.summarize_many(claimed, batch=batch)) if claimed else {}
            for request in claimed:
                result = made[request.key]
                if isinstance(result, ModelRefused):
                    made[request.key] = await self._makers.extractive_instead(request, str(result))
            found = [result for result in made.values() if isinstance(result, Summary)]
            stored = await self._store.save_summaries(found)
            return {**made, **{summary.key: summary for summary in stored}}

    async def one(self, paper: Paper, key: SummaryKey, *, even_postponed: bool = False) -> Summary | None:
        """Make one summary and return it, or the stored one; None if another process makes it.

        Raises `ModelUnavailable` if no model serves now, `SourceUnavailable` if the full text cannot be fetched now,
        and `StoreUnavailable`; the key then stays wanted.
        """
        async with self._claim([key], even_postponed) as mine:
            if key not in mine:
                return await self._store.summary(key)
            request = await self._request(paper, key)
            try:
                summary = await self._makers.summarize(request)
            except ModelRefused as error:
                # Every model refused this paper and would refuse it again, so the extractive summary is kept. Any
                # other error may pass: what is stored now would never be replaced by a model's summary.
                summary = await self._makers.extractive_instead(request, str(error))
            return await self._store.save_summary(summary)

    async def one_or_others(self, paper: Paper, key: SummaryKey) -> Summary:
        """The summary with this key: stored, made now, or made meanwhile by another process. Raises like `one`."""
        waited = 0.0
        while (summary := await self.one(paper, key, even_postponed=True)) is None:
            if waited >= LONGEST_WAIT_SECONDS:
                raise ModelUnavailable("Another process has been making this summary for minutes.")
            await self._clock.sleep(CHECK_SECONDS)
            waited += CHECK_SECONDS
        return summary

    async def _request(self, paper: Paper, key: SummaryKey) -> SummaryRequest:
        """The request to the makers. A deep summary in another language is translated from the English one."""
        if key.depth is not Depth.DEEP:
            return SummaryRequest(key, paper)
        reading = await self._reader.read(paper)
        facts = None
        # Extractive sentences are the paper's own in any language, and an abstract alone is short enough to read again.
        if not is_english(key.language) and reading.source is not Source.ABSTRACT and self._makers.name != EXTRACTIVE:
            facts = await self.one_or_others(paper, replace(key, language="en"))
        return SummaryRequest(key, paper, reading, facts)

    @asynccontextmanager
    async def _claim(self, keys: Collection[SummaryKey], even_postponed: bool) -> AsyncIterator[set[SummaryKey]]:
        """Claim keys and renew the claim inside this context; yields those that nobody else makes or has made."""
        now = self._clock.now()
        mine = await self._store.claim(keys, self._owner, now, now + self._claim_for, even_postponed=even_postponed)
        if not mine:
            yield mine
            return
        renewing = asyncio.create_task(self._renew(mine), name="claims")
        try:
            yield mine
        finally:
            renewing.cancel()
            # A renewal that is still running could claim them again.
            await asyncio.gather(renewing, return_exceptions=True)
            await self._unclaim(mine)

    async def _renew(self, keys: Collection[SummaryKey]) -> None:
        while True:
            # Not the service's clock, which a test may set: other processes judge a claim by real time.
            await asyncio.sleep(self._claim_for.total_seconds() / 4)
            now = self._clock.now()
            try:
                await self._store.claim(keys, self._owner, now, now + self._claim_for, even_postponed=True)
            except StoreUnavailable as error:
                log.warning("claims not renewed", reason=str(error))

    async def _unclaim(self, keys: Collection[SummaryKey]) -> None:
        try:
            await self._store.unclaim(keys, self._owner)
        except StoreUnavailable as error:
            # They expire by themselves, and the error that is under way, if any, says more.
            log.warning("claims not ended", reason=str(error))
