"""The fallback order of the models: one that is down, over quota or refuses gives way to the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.decisions.model_requests import BATCH
from bot.errors import BadSetting, ModelRefused, ModelUnavailable, PaperboyError, StoreUnavailable
from bot.model import Allowance, Depth, Summary, SummaryKey, SummaryRequest
from bot.ports import Clock, Summarizer
from bot.providers.budget import Meter
from bot.summaries.extractive import ExtractiveSummarizer
from bot.summaries.judge import ModelJudge
from bot.summaries.model_summarizer import ModelSummarizer
from bot.summaries.term_background import TermBackground

SOON_SECONDS = 120.0
"""A pause of a model that ends within this time does not make the chain fall back to a summary without a model."""

Results = dict[SummaryKey, Summary | PaperboyError]
Failures = list[tuple[str, PaperboyError]]
"""The models that were asked and gave no summary, with their errors, in order."""


class FallbackChain:
    """A `Summarizer` made of several, asked in order, and the judge that they share."""

    def __init__(
        self,
        summarizers: Iterable[Summarizer],
        clock: Clock,
        *,
        meter: Meter | None = None,
        judge: ModelJudge | None = None,
        background: TermBackground | None = None,
        batch: int = BATCH,
    ) -> None:
        """`judge` is the one that MODEL_JUDGE names, and is closed with the chain; None if each model judges itself."""
        self.batch = batch
        self._summarizers = tuple(summarizers)
        self._meter = meter
        self._judge = judge
        self._extractive = ExtractiveSummarizer(clock, background)

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

        Raises `ModelUnavailable`, `ModelRefused`, and `BadSetting` for a name that MODEL and MODEL_JUDGE do not have.
        """
        if self._judge is not None and self._judge.name == name:
            return f"answers in {await self._judge.probe():.1f} s"
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
            if _waits(summarizer, failures):
                break
            try:
                summary = await summarizer.summarize(request)
            except (ModelUnavailable, ModelRefused) as error:
                failures.append((summarizer.name, error))
                continue
            return _with_fallback_reason(summary, failures)
        raise self._combined(failures)

    async def summarize_many(self, requests: Sequence[SummaryRequest], *, batch: int) -> Results:
        """Several summaries, each by the first model that serves it. Of brief ones, `batch` share a request, and more
        of them the judge's.

        The error stands in place of a summary that could not be made.
        """
        results: Results = {}
        failures: dict[SummaryKey, Failures] = {request.key: [] for request in requests}
        for summarizer in self._summarizers:
            open_requests = [
                request
                for request in requests
                if request.key not in results and not _waits(summarizer, failures[request.key])
            ]
            if open_requests:
                await self._ask_many(summarizer, open_requests, results, failures, batch)
        for request in requests:
            if request.key not in results:
                results[request.key] = self._combined(failures[request.key])
        return results

    async def extractive_instead(self, request: SummaryRequest, why: str) -> Summary:
        """The extractive summary with the reason for it (a few words or an error's sentence). Never fails."""
        summary = await self._extractive.summarize(request)
        if self.name == self._extractive.name:  # there is no model that could have made it
            return summary
        return replace(summary, provenance=replace(summary.provenance, instead_of=why.rstrip(".")))

    async def close(self) -> None:
        """Close the models' connections."""
        for summarizer in self._summarizers:
            if isinstance(summarizer, ModelSummarizer):
                await summarizer.close()
        if self._judge is not None:
            await self._judge.close()

    async def _ask_many(
        self,
        summarizer: Summarizer,
        requests: Sequence[SummaryRequest],
        results: Results,
        failures: dict[SummaryKey, Failures],
        batch: int,
    ) -> None:
        """Ask one summarizer; add its summaries to `results` and its errors to `failures`."""
        brief = [request for request in requests if request.key.depth is Depth.BRIEF]
        if isinstance(summarizer, ModelSummarizer) and brief:
            made = await self._ask_batch(summarizer, brief, batch)
        else:
            brief, made = [], {}
        for request in requests:
            try:
                result = made[request.key] if request in brief else await summarizer.summarize(request)
            except (ModelUnavailable, ModelRefused, StoreUnavailable) as error:
                result = error
            if isinstance(result, Summary):
                results[request.key] = _with_fallback_reason(result, failures[request.key])
            elif isinstance(result, StoreUnavailable):
                results[request.key] = result  # no model is at fault, so no other one is asked
            else:
                failures[request.key].append((summarizer.name, result))

    async def _ask_batch(self, summarizer: ModelSummarizer, requests: Sequence[SummaryRequest], batch: int) -> Results:
        try:
            return await summarizer.summarize_many(requests, batch=batch)
        except (ModelUnavailable, ModelRefused, StoreUnavailable) as error:
            return {request.key: error for request in requests}

    @staticmethod
    def _combined(failures: Failures) -> PaperboyError:
        """One error for all models: the soonest time to try again, or the last refusal if none was unavailable."""
        unavailable = [(name, error) for name, error in failures if isinstance(error, ModelUnavailable)]
        if not unavailable:
            return failures[-1][1]
        waits = [error.retry_after for _, error in unavailable if error.retry_after is not None]
        reasons = " ".join(dict.fromkeys(str(error) for _, error in unavailable))
        return ModelUnavailable(reasons, retry_after=min(waits, default=None))


def _waits(summarizer: Summarizer, failures: Failures) -> bool:
    """Whether a summary without a model would come too early: a model that was asked before will serve again soon."""
    waits = [error.retry_after for _, error in failures if isinstance(error, ModelUnavailable)]
    return isinstance(summarizer, ExtractiveSummarizer) and any(
        wait is not None and wait <= SOON_SECONDS for wait in waits
    )


def _with_fallback_reason(summary: Summary, failures: Failures) -> Summary:
    """The summary with the errors of the models that were asked before the one that made it."""
    if not failures:
        return summary
    reasons = "; ".join(str(error).rstrip(".") for _, error in failures)
    return replace(summary, provenance=replace(summary.provenance, instead_of=reasons))
