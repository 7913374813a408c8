"""Summaries that a person waits for: made now, by models if these serve in time. Used by `on_demand`."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta

from bot.decisions import model_requests
from bot.decisions.model_requests import BriefGroup
from bot.errors import ModelUnavailable, PaperboyError
from bot.model import Depth, Paper, Summary, SummaryKey, SummaryRequest, WantedSummary
from bot.pipeline.concurrency import run_all
from bot.pipeline.drafts import DigestBuilder
from bot.pipeline.making import CHECK_SECONDS, EXTRACTIVE, Made, SummaryMaking
from bot.pipeline.patience import Patience
from bot.ports import Clock, Store

MadeBy = Callable[[Sequence[Summary]], None]
"""Called with summaries as they come."""

OTHERS_TAKE_LONG = "Another process is still making this summary."


class AwaitedSummaries:
    """Makes summaries within the day's budget, and waits for models and other processes as long as `patience` lasts.

    Where no model serves in time, an extractive summary, which says what it is, is better than none. It is not stored:
    a model's summary can still be made later.
    """

    def __init__(self, store: Store, builder: DigestBuilder, clock: Clock, patience: Patience) -> None:
        self._store, self._builder, self._clock, self._patience = store, builder, clock, patience
        self._making = SummaryMaking(store, builder.makers, builder.reader, clock, "person")

    async def stored(self, keys: Collection[SummaryKey]) -> Mapping[SummaryKey, Summary]:
        """The stored ones of these. Those that were made while no model was configured are left out if one is now."""
        if self._builder.makers.name != EXTRACTIVE:
            await self._store.forget_extractive(keys)
        return await self._store.summaries(keys)

    async def one(self, paper: Paper, key: SummaryKey) -> Summary:
        """Raises `SourceUnavailable` and `StoreUnavailable`."""
        why = OTHERS_TAKE_LONG
        while True:
            try:
                summary = await self._making.one(paper, key, even_postponed=True)
            except ModelUnavailable as error:
                may_go_on, why = await self._patience.wait(error), str(error)
            else:
                if summary is not None:
                    self._patience.renew()
                    return summary
                may_go_on, why = await self._wait_for_others(), OTHERS_TAKE_LONG
            if not may_go_on:
                return await self._extractive(paper, key, why)

    async def several(self, papers: Mapping[SummaryKey, Paper], made: MadeBy) -> None:
        """Make all of these, planned like those of the service. Raises like `one`."""
        now, makers = self._clock.now(), self._builder.makers
        allowance = await makers.remaining()
        plan = model_requests.plan([WantedSummary(key, 1, now) for key in papers], allowance, now, makers.batch)

        async def left_out(key: SummaryKey) -> None:
            made([await self._extractive(papers[key], key, allowance.used_up)])

        async def deep(key: SummaryKey) -> None:
            made([await self.one(papers[key], key)])

        await run_all(
            [
                *(self._brief(group, papers, made) for group in plan.briefs),
                *(deep(summary.key) for summary in plan.deep),
                *(left_out(summary.key) for summary in plan.left_out),
            ]
        )

    async def _brief(self, group: BriefGroup, papers: Mapping[SummaryKey, Paper], made: MadeBy) -> None:
        missing = [SummaryRequest(wanted.key, papers[wanted.key]) for wanted in group.wanted]
        while missing:
            results = dict(await self._making.briefs(missing, group.batch, even_postponed=True))
            if others := [request.key for request in missing if request.key not in results]:
                results.update(await self._store.summaries(others))
            if summaries := [result for result in results.values() if isinstance(result, Summary)]:
                self._patience.renew()
                made(summaries)
            missing = [request for request in missing if not isinstance(results.get(request.key), Summary)]
            if missing and (why := await self._why_not_waited(results)):
                made([await self._extractive(request.paper, request.key, why) for request in missing])
                return

    async def _why_not_waited(self, results: Made) -> str | None:
        """Wait until what has failed, or is made by others, may be asked for again; the reason if that takes too long.

        Raises errors for which there is nothing to wait.
        """
        errors = [result for result in results.values() if isinstance(result, PaperboyError)]
        unavailable = [error for error in errors if isinstance(error, ModelUnavailable)]
        if others := [error for error in errors if not isinstance(error, ModelUnavailable)]:
            raise others[0]
        if not unavailable:
            return None if await self._wait_for_others() else OTHERS_TAKE_LONG
        soonest = min(unavailable, key=lambda error: error.retry_after if error.retry_after is not None else math.inf)
        return None if await self._patience.wait(soonest) else str(soonest)

    async def _wait_for_others(self) -> bool:
        return await self._patience.wait_until(self._clock.now() + timedelta(seconds=CHECK_SECONDS))

    async def _extractive(self, paper: Paper, key: SummaryKey, why: str) -> Summary:
        reading = await self._builder.reader.read(paper) if key.depth is Depth.DEEP else None
        return await self._builder.makers.extractive_instead(SummaryRequest(key, paper, reading), why)
