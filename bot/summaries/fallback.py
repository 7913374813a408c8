"""The fallback order of the models: one that is down, over quota or refuses gives way to the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from bot.errors import BadSetting, ModelRefused, ModelUnavailable, PaperboyError, StoreUnavailable
from bot.model import Allowance, Depth, Summary, SummaryKey, SummaryRequest
from bot.ports import Clock, Summarizer
from bot.summaries.budget import BudgetUsedUp, Meter
from bot.summaries.extractive import extract
from bot.summaries.model_summarizer import ModelSummarizer
from bot.summaries.term_background import TermBackground

log = structlog.get_logger()

T = TypeVar("T")

Results = dict[SummaryKey, Summary | PaperboyError]
Failures = list[tuple[str, PaperboyError]]
"""The models that were asked and gave no summary, with their errors, in order."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A model that is not asked before `until`, because of `failures` in a row."""

    until: datetime
    reason: str
    failures: int


def next_pause(previous: Pause | None, error: ModelUnavailable, now: datetime) -> Pause:
    """How long a model is not asked after it failed: as long as it says, else 15 s, doubled up to 15 minutes."""
    failures = (previous.failures if previous is not None else 0) + 1
    # Six doublings reach the longest pause; without a bound the number overflows in an outage of ten days.
    doubled = min(15.0 * 2 ** min(failures - 1, 6), 900.0)
    seconds = error.retry_after if error.retry_after is not None else doubled
    # At least a second: with "Retry-After: 0" a model that is down would be asked by every waiting request.
    return Pause(now + timedelta(seconds=max(seconds, 1.0)), str(error), failures)


class FallbackChain:
    """A `Summarizer` made of several, asked in order. Pauses are kept in memory and end with the process."""

    def __init__(
        self,
        summarizers: Sequence[Summarizer],
        clock: Clock,
        *,
        concurrency: int = 4,
        meter: Meter | None = None,
        background: TermBackground | None = None,
    ) -> None:
        self._summarizers = tuple(summarizers)
        self._meter = meter
        self._clock = clock
        self._background = background
        self._pauses: dict[str, Pause] = {}
        self._slots = asyncio.Semaphore(concurrency)

    async def __aenter__(self) -> FallbackChain:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def name(self) -> str:
        """The name of the first choice."""
        return self._summarizers[0].name

    async def remaining(self) -> Allowance:
        """What is left of the day's budget; unlimited if the first choice needs no model."""
        if self._meter is None or not isinstance(self._summarizers[0], ModelSummarizer):
            return Allowance()
        return await self._meter.remaining()

    async def probe(self, name: str) -> str:
        """A tiny request to one of the configured models: "answers in 1.2 s".

        Raises `ModelUnavailable`, `ModelRefused`, and `BadSetting` for a name that MODEL does not have.
        """
        for summarizer in self._summarizers:
            if summarizer.name == name:
                if not isinstance(summarizer, ModelSummarizer):
                    return "needs no model"
                return f"answers in {await summarizer.probe():.1f} s"
        raise BadSetting("MODEL", f"MODEL does not name {name}; add it, or leave it out.")

    async def summarize(self, request: SummaryRequest) -> Summary:
        """The summary of the first model that serves.

        Raises `ModelUnavailable` with the soonest time at which a model may serve (also if only the day's budget is
        used up), `ModelRefused` if every model refused, or `StoreUnavailable`.
        """
        failures: Failures = []
        for summarizer in self._summarizers:
            try:
                summary = await self._ask(summarizer, request)
            except (ModelUnavailable, ModelRefused) as error:
                failures.append((summarizer.name, error))
                continue
            return _with_fallback_reason(summary, failures)
        raise self._combined(failures)

    async def summarize_many(self, requests: Sequence[SummaryRequest]) -> Results:
        """Several summaries, brief ones with as few requests as possible, each by the first model that serves it.

        The error stands in place of a summary that could not be made.
        """
        if self._background is not None:
            await self._background.refresh()
        results: Results = {}
        failures: dict[SummaryKey, Failures] = {request.key: [] for request in requests}
        for summarizer in self._summarizers:
            open_requests = [request for request in requests if request.key not in results]
            if open_requests:
                await self._ask_many(summarizer, open_requests, results, failures)
        for request in requests:
            if request.key not in results:
                results[request.key] = self._combined(failures[request.key])
        return results

    def extractive_instead(self, request: SummaryRequest, why: str) -> Summary:
        """The extractive summary with the reason for it (a few words or an error's sentence). Never fails."""
        counts = self._background.counts if self._background is not None else None
        summary = extract(request, self._clock, counts)
        return replace(summary, provenance=replace(summary.provenance, instead_of=why.rstrip(".")))

    async def close(self) -> None:
        """Close the models' connections."""
        for summarizer in self._summarizers:
            if isinstance(summarizer, ModelSummarizer):
                await summarizer.close()

    async def _ask(self, summarizer: Summarizer, request: SummaryRequest) -> Summary:
        if not isinstance(summarizer, ModelSummarizer):
            return await summarizer.summarize(request)
        async with self._slots:
            # Inside the slot: while this request waited for one, another may have paused the model.
            self._raise_if_paused(summarizer.name)
            return await self._observed(summarizer.name, lambda: summarizer.summarize(request))

    async def _ask_many(
        self,
        summarizer: Summarizer,
        requests: Sequence[SummaryRequest],
        results: Results,
        failures: dict[SummaryKey, Failures],
    ) -> None:
        """Ask one summarizer; add its summaries to `results` and its errors to `failures`."""
        brief = [request for request in requests if request.key.depth is Depth.BRIEF]
        if isinstance(summarizer, ModelSummarizer) and brief:
            made = await self._ask_batch(summarizer, brief)
        else:
            brief, made = [], {}
        for request in requests:
            try:
                result = made[request.key] if request in brief else await self._ask(summarizer, request)
            except (ModelUnavailable, ModelRefused, StoreUnavailable) as error:
                result = error
            if isinstance(result, Summary):
                results[request.key] = _with_fallback_reason(result, failures[request.key])
            elif isinstance(result, StoreUnavailable):
                results[request.key] = result  # no model is at fault, so no other one is asked
            else:
                failures[request.key].append((summarizer.name, result))

    async def _ask_batch(self, summarizer: ModelSummarizer, requests: Sequence[SummaryRequest]) -> Results:
        try:
            async with self._slots:
                self._raise_if_paused(summarizer.name)
                return await self._observed(summarizer.name, lambda: summarizer.summarize_many(requests))
        except (ModelUnavailable, ModelRefused, StoreUnavailable) as error:
            return {request.key: error for request in requests}

    async def _observed(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do some work with a model; pause the model if it was unavailable, end its pause if it answered."""
        try:
            result = await work()
        except BudgetUsedUp:
            raise  # the budget is shared by all models: none of them is paused for it
        except ModelUnavailable as error:
            pause = next_pause(self._pauses.get(name), error, self._clock.now())
            self._pauses[name] = pause
            log.warning("model paused", model=name, until=pause.until.isoformat(), reason=pause.reason)
            raise
        except ModelRefused:  # the paper is at fault, and the model is up
            self._pauses.pop(name, None)
            raise
        self._pauses.pop(name, None)
        return result

    def _raise_if_paused(self, name: str) -> None:
        pause, now = self._pauses.get(name), self._clock.now()
        if pause is not None and pause.until > now:
            raise ModelUnavailable(pause.reason, retry_after=(pause.until - now).total_seconds())

    def _combined(self, failures: Failures) -> PaperboyError:
        """One error for all models: the soonest time to try again, or the last refusal if none was unavailable."""
        unavailable = [(name, error) for name, error in failures if isinstance(error, ModelUnavailable)]
        if not unavailable:
            return failures[-1][1]
        now, waits = self._clock.now(), []
        for name, error in unavailable:
            pause = self._pauses.get(name)
            # A pause may have become longer since the error, by another request; the budget has a time of its own.
            if pause is not None and pause.until > now and not isinstance(error, BudgetUsedUp):
                waits.append((pause.until - now).total_seconds())
            elif error.retry_after is not None:
                waits.append(error.retry_after)
        reasons = " ".join(dict.fromkeys(str(error) for _, error in unavailable))
        return ModelUnavailable(reasons, retry_after=min(waits, default=None))


def _with_fallback_reason(summary: Summary, failures: Failures) -> Summary:
    """The summary with the errors of the models that were asked before the one that made it."""
    if not failures:
        return summary
    reasons = "; ".join(str(error).rstrip(".") for _, error in failures)
    return replace(summary, provenance=replace(summary.provenance, instead_of=reasons))
