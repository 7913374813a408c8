"""The models of MODEL in their order: one that is down, over quota or refusing gives way to the next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from bot.errors import BadSetting, ModelRefused, ModelUnavailable, PaperboyError
from bot.model import Allowance, Depth, Summary, SummaryKey, SummaryRequest
from bot.ports import Clock, Summarizer, UsageStore
from bot.settings import Settings
from bot.summaries import glossary
from bot.summaries.budget import Budget, BudgetUsedUp, Meter
from bot.summaries.extractive import NAME as EXTRACTIVE
from bot.summaries.extractive import ExtractiveSummarizer, extract
from bot.summaries.google import GoogleModel
from bot.summaries.model_client import Model
from bot.summaries.model_summarizer import ModelSummarizer
from bot.summaries.openai import OpenAIModel

log = structlog.get_logger()

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pause:
    """A model that is not asked before `until`; `failures` in a row led to it."""

    until: datetime
    why: str
    failures: int


def next_pause(before: Pause | None, error: ModelUnavailable, now: datetime) -> Pause:
    """How long a model is left alone after it failed: as long as it says, else 15 s, doubled up to 15 minutes."""
    failures = (before.failures if before is not None else 0) + 1
    seconds = error.retry_after if error.retry_after is not None else min(15.0 * 2 ** (failures - 1), 900.0)
    return Pause(now + timedelta(seconds=max(seconds, 1.0)), str(error), failures)


class Chain:
    """A `Summarizer` made of several. Remembers in memory which of them to leave alone, and until when."""

    def __init__(
        self, summarizers: Sequence[Summarizer], clock: Clock, *, concurrency: int = 4, meter: Meter | None = None
    ) -> None:
        self._summarizers = tuple(summarizers)
        self._meter = meter
        self._clock = clock
        self._pauses: dict[str, Pause] = {}
        self._slots = asyncio.Semaphore(concurrency)

    async def __aenter__(self) -> Chain:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def name(self) -> str:
        """The name of the first choice."""
        return self._summarizers[0].name

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(summarizer.name for summarizer in self._summarizers)

    @property
    def pauses(self) -> dict[str, Pause]:
        """The models that are left alone now, and why."""
        now = self._clock.now()
        return {name: pause for name, pause in self._pauses.items() if pause.until > now}

    async def left(self) -> Allowance:
        """What may still be asked of the models today; unlimited where the first choice needs none."""
        if self._meter is None or not isinstance(self._summarizers[0], ModelSummarizer):
            return Allowance()
        return await self._meter.left()

    async def probe(self, name: str) -> str:
        """A tiny request to one of the configured models: "answers in 1.2 s". Raises `ModelUnavailable`,
        `ModelRefused`; and `BadSetting` for a name that MODEL does not have."""
        for summarizer in self._summarizers:
            if summarizer.name == name:
                if not isinstance(summarizer, ModelSummarizer):
                    return "needs no model"
                return f"answers in {await summarizer.probe():.1f} s"
        raise BadSetting("MODEL", f"there is no {name} in it.")

    async def summarize(self, request: SummaryRequest) -> Summary:
        """By the first model that serves. Raises `ModelUnavailable` with the soonest time at which one may serve
        (also where only the day's budget is used up), or `ModelRefused` where every one of them refused."""
        tried: list[tuple[str, PaperboyError]] = []
        for summarizer in self._summarizers:
            try:
                made = await self._ask(summarizer, request)
            except (ModelUnavailable, ModelRefused) as error:
                tried.append((summarizer.name, error))
                continue
            return _instead_of(made, tried)
        raise self._gave_up(tried)

    async def summarize_many(self, requests: Sequence[SummaryRequest]) -> dict[SummaryKey, Summary | PaperboyError]:
        """Several brief summaries with as few requests as they take, each by the first model that serves it.

        What no model could make stands there as its error. Deep ones are made one by one.
        """
        done: dict[SummaryKey, Summary | PaperboyError] = {}
        tried: dict[SummaryKey, list[tuple[str, PaperboyError]]] = {request.key: [] for request in requests}
        for summarizer in self._summarizers:
            left = [request for request in requests if request.key not in done]
            if left:
                await self._ask_many(summarizer, left, done, tried)
        for request in requests:
            if request.key not in done:
                done[request.key] = self._gave_up(tried[request.key])
        return done

    def extractive_instead(self, request: SummaryRequest, why: str) -> Summary:
        """Made without a model, saying why (a few words or an error's sentence). Never fails."""
        summary = extract(request, self._clock)
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
            self._raise_if_paused(summarizer.name)
            return await self._watched(summarizer.name, lambda: summarizer.summarize(request))

    async def _ask_many(
        self,
        summarizer: Summarizer,
        requests: Sequence[SummaryRequest],
        done: dict[SummaryKey, Summary | PaperboyError],
        tried: dict[SummaryKey, list[tuple[str, PaperboyError]]],
    ) -> None:
        brief = [request for request in requests if request.key.depth is Depth.BRIEF]
        if isinstance(summarizer, ModelSummarizer) and brief:
            made = await self._batch(summarizer, brief)
        else:
            brief, made = [], {}
        for request in requests:
            try:
                result = made[request.key] if request in brief else await self._ask(summarizer, request)
            except (ModelUnavailable, ModelRefused) as error:
                result = error
            if isinstance(result, Summary):
                done[request.key] = _instead_of(result, tried[request.key])
            else:
                tried[request.key].append((summarizer.name, result))

    async def _batch(
        self, summarizer: ModelSummarizer, requests: Sequence[SummaryRequest]
    ) -> dict[SummaryKey, Summary | PaperboyError]:
        try:
            async with self._slots:
                self._raise_if_paused(summarizer.name)
                return await self._watched(summarizer.name, lambda: summarizer.summarize_many(requests))
        except (ModelUnavailable, ModelRefused) as error:
            return {request.key: error for request in requests}

    async def _watched(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do some work with a model and learn from how it goes."""
        try:
            made = await work()
        except BudgetUsedUp:
            raise
        except ModelUnavailable as error:
            pause = next_pause(self._pauses.get(name), error, self._clock.now())
            self._pauses[name] = pause
            log.warning("model left alone", model=name, until=pause.until.isoformat(), why=pause.why)
            raise
        except ModelRefused:
            self._pauses.pop(name, None)
            raise
        self._pauses.pop(name, None)
        return made

    def _raise_if_paused(self, name: str) -> None:
        pause, now = self._pauses.get(name), self._clock.now()
        if pause is not None and pause.until > now:
            raise ModelUnavailable(pause.why, retry_after=(pause.until - now).total_seconds())

    def _gave_up(self, tried: Sequence[tuple[str, PaperboyError]]) -> PaperboyError:
        """One error for all: the soonest time to try again, or the last refusal where nobody was merely away."""
        away = [(name, error) for name, error in tried if isinstance(error, ModelUnavailable)]
        if not away:
            return tried[-1][1]
        now, waits = self._clock.now(), []
        for name, error in away:
            pause = self._pauses.get(name)
            paused = (pause.until - now).total_seconds() if pause is not None and pause.until > now else None
            waits.append(paused if paused is not None and not isinstance(error, BudgetUsedUp) else error.retry_after)
        known = [wait for wait in waits if wait is not None]
        why = " ".join(dict.fromkeys(str(error) for _, error in away))
        return ModelUnavailable(why, retry_after=min(known) if known else None)


def build(settings: Settings, clock: Clock, usage: UsageStore | None = None) -> Chain:
    """The chain that MODEL asks for; loads no SDK. Raises `BadSetting`: a key is missing, the glossary unreadable."""
    budget = Budget(
        requests_per_day=settings.model_requests_per_day,
        requests_per_minute=settings.model_requests_per_minute,
        tokens_per_day=settings.model_tokens_per_day,
    )
    meter = Meter(budget, clock, usage)
    words = glossary.load(settings.glossary)
    made: list[Summarizer] = [
        ExtractiveSummarizer(clock)
        if name == EXTRACTIVE
        else ModelSummarizer(_model(name, settings, clock), clock, meter=meter, glossary=words)
        for name in settings.models
    ]
    return Chain(made, clock, concurrency=settings.model_concurrency, meter=meter)


def _model(name: str, settings: Settings, clock: Clock) -> Model:
    maker, _, model = name.partition(":")
    why = f"is not set, and MODEL asks for {name}; set it or choose another MODEL."
    if maker == "google":
        if settings.gemini_api_key is None:
            raise BadSetting("GEMINI_API_KEY", why)
        key = settings.gemini_api_key.get_secret_value()
        return GoogleModel(model, key, clock, base_url=settings.gemini_base_url)
    if settings.openai_api_key is None and settings.openai_base_url is None:
        raise BadSetting("OPENAI_API_KEY", why)  # a server of one's own may need none
    secret = settings.openai_api_key.get_secret_value() if settings.openai_api_key else None
    return OpenAIModel(model, secret, base_url=settings.openai_base_url)


def _instead_of(summary: Summary, tried: Sequence[tuple[str, PaperboyError]]) -> Summary:
    """Say on the summary which models came before its maker, and what was wrong with them."""
    if not tried:
        return summary
    why = "; ".join(str(error).rstrip(".") for _, error in tried)
    return replace(summary, provenance=replace(summary.provenance, instead_of=why))
