"""Wanted summaries are made once and stored; an error of our own store is never taken for a refusal of the model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from bot import pipeline
from bot.errors import ModelRefused, PaperboyError, StoreUnavailable
from bot.model import Depth, Summary, SummaryKey, SummaryRequest, Support, Usage, WantedSummary
from bot.storage.store import SqlStore
from bot.summaries.budget import Budget, Meter
from bot.summaries.extractive import ExtractiveSummarizer
from bot.summaries.fallback import FallbackChain
from bot.summaries.judge import ModelJudge, NoJudge
from bot.summaries.judge_questions import prompt_hash
from bot.summaries.model_client import ModelClient
from bot.summaries.model_summarizer import ModelSummarizer
from bot.summaries.openai import OpenAIModel
from tests.fakes.clock import FakeClock
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.fakes.models import KEY, Fault, ModelServer
from tests.fakes.stores import memory_store
from tests.summaries.conftest import a_paper

PAPERS = [a_paper(f"2606.0004{number}") for number in range(3)]
KEYS = [SummaryKey(paper.id, paper.version, "en", Depth.BRIEF) for paper in PAPERS]


class UnreliableUsage:
    """The usage of a real store. It cannot be written while `write_error` is set, nor read more often than `reads`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.write_error: StoreUnavailable | None = None
        self.reads: int | None = None

    async def record_usage(self, model: str, day: date, requests: int, tokens: int) -> None:
        if self.write_error is not None:
            raise self.write_error
        await self._store.record_usage(model, day, requests, tokens)

    async def usage(self, day: date) -> list[Usage]:
        if self.reads is not None:
            if self.reads == 0:
                raise StoreUnavailable("The database is locked.")
            self.reads -= 1
        return await self._store.usage(day)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as running:
        yield running


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with memory_store() as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


async def want(store: SqlStore, clock: FakeClock, count: int = 1) -> None:
    await store.remember(PAPERS[:count], clock.now())
    due_at = clock.now() + timedelta(hours=1)
    await store.want([WantedSummary(key, 1, due_at) for key in KEYS[:count]])


def a_chain(
    server: ModelServer,
    clock: FakeClock,
    usage: UnreliableUsage,
    budget: Budget | None = None,
    *,
    is_judged: bool = False,
    concurrency: int = 4,
) -> FallbackChain:
    meter = Meter(budget or Budget(requests_per_day=50), clock, usage, concurrency=concurrency)
    model = OpenAIModel("test", KEY, base_url=server.openai)
    judge = ModelJudge(ModelClient(model, clock, meter)) if is_judged else NoJudge()
    summarizer = ModelSummarizer(model, clock, meter=meter, judge=judge)
    return FallbackChain([summarizer, ExtractiveSummarizer(clock)], clock, meter=meter)


async def test_brief_summaries_are_made_in_groups_that_share_a_request_of_the_judge(
    store: SqlStore, clock: FakeClock
) -> None:
    papers = [a_paper(f"2606.001{number:02}") for number in range(10)]
    await store.remember(papers, clock.now())
    due_at = clock.now() + timedelta(hours=1)
    keys = [SummaryKey(paper.id, 1, "en", Depth.BRIEF) for paper in papers]
    keys += [SummaryKey(papers[0].id, 1, "es", Depth.BRIEF), SummaryKey(papers[1].id, 1, "en", Depth.DEEP)]
    await store.want([WantedSummary(key, 1, due_at) for key in keys])
    makers = FakeMakers(clock)
    assert await pipeline.summarize(store, makers, AbstractReader(), clock) == 12
    assert set(await store.summaries(keys)) == set(keys)
    assert sorted((together, len(group)) for together, group in makers.groups) == [(False, 1), (False, 2), (False, 8)]


@pytest.mark.parametrize("together", [False, True])
async def test_each_paper_of_a_group_costs_an_eighth_of_a_request_of_the_judge(
    store: SqlStore, server: ModelServer, clock: FakeClock, together: bool
) -> None:
    papers = [a_paper(f"2606.001{number:02}") for number in range(8)]
    await store.remember(papers, clock.now())
    keys = [SummaryKey(paper.id, 1, "es", Depth.BRIEF) for paper in papers]
    await store.want([WantedSummary(key, 1, clock.now()) for key in keys])
    budget = Budget(requests_per_day=2 if together else 50)
    async with a_chain(server, clock, UnreliableUsage(store), budget, is_judged=True) as makers:
        assert await pipeline.summarize(store, makers, AbstractReader(), clock) == 8
    assert (len(server.asked), len(server.judged)) == ((2, 1) if together else (9, 1))
    for summary in (await store.summaries(keys)).values():
        assert summary.provenance.judge == "openai:test"
        assert summary.provenance.judge_prompt == prompt_hash()
        assert summary.headline.support is Support.JUDGED


async def test_a_model_that_is_down_is_not_asked_by_every_paper_of_a_group(
    store: SqlStore, server: ModelServer, clock: FakeClock
) -> None:
    papers = [a_paper(f"2606.001{number:02}") for number in range(8)]
    await store.remember(papers, clock.now())
    keys = [SummaryKey(paper.id, 1, "en", Depth.BRIEF) for paper in papers]
    await store.want([WantedSummary(key, 1, clock.now()) for key in keys])
    server.faults += [Fault(status=429, retry_after=900)] * 20
    async with a_chain(server, clock, UnreliableUsage(store), concurrency=1) as makers:
        await pipeline.summarize(store, makers, AbstractReader(), clock)
    assert len(server.asked) == 1
    assert {row.provenance.model for row in (await store.summaries(keys)).values()} == {"extractive"}


@pytest.mark.parametrize("together", [False, True])
async def test_a_summary_is_kept_where_its_usage_cannot_be_recorded(
    store: SqlStore, server: ModelServer, clock: FakeClock, together: bool
) -> None:
    await want(store, clock, 3)
    usage = UnreliableUsage(store)
    usage.write_error = StoreUnavailable("The database is locked.")
    budget = Budget(requests_per_day=2 if together else 50)
    async with a_chain(server, clock, usage, budget) as makers:
        assert await pipeline.summarize(store, makers, AbstractReader(), clock) == 3
        made = await store.summaries(KEYS)
        assert {summary.provenance.model for summary in made.values()} == {"openai:test"}
        requests = len(server.asked)
        assert (await makers.remaining()).requests == budget.requests_per_day - requests  # type: ignore[operator]


async def test_usage_that_could_not_be_recorded_is_recorded_with_the_next_request(
    store: SqlStore, server: ModelServer, clock: FakeClock
) -> None:
    usage = UnreliableUsage(store)
    await want(store, clock, 2)
    usage.write_error = StoreUnavailable("The database is locked.")
    async with a_chain(server, clock, usage) as makers:
        await pipeline.summary_for(store, makers, AbstractReader(), PAPERS[0], KEYS[0])
        usage.write_error = None
        await pipeline.summary_for(store, makers, AbstractReader(), PAPERS[1], KEYS[1])
    assert [(row.model, row.requests) for row in await store.usage(clock.now().date())] == [("openai:test", 2)]


@dataclass
class MistakenMakers(FakeMakers):
    """Has a programming error in the first request, while the others are still under way."""

    under_way: int = 0
    has_begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def summarize(self, request: SummaryRequest) -> Summary:
        if request.key.language == "en":
            await self.has_begun.wait()
            raise LookupError("a mistake of ours")
        self.under_way += 1
        self.has_begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.under_way -= 1
        raise AssertionError("the event is never set")


async def test_after_an_unexpected_error_no_other_summary_is_still_being_made(
    store: SqlStore, clock: FakeClock
) -> None:
    await store.remember(PAPERS[:1], clock.now())
    # Of several languages, because those of one language are made in one group.
    keys = [replace(KEYS[0], language=code) for code in ("en", "es")]
    await store.want([WantedSummary(key, 1, clock.now() + timedelta(hours=1)) for key in keys])
    makers = MistakenMakers(clock)
    with pytest.raises(LookupError):
        await pipeline.summarize(store, makers, AbstractReader(), clock, concurrency=3)
    assert makers.under_way == 0


@pytest.mark.parametrize("together", [False, True])
async def test_a_key_stays_wanted_where_todays_usage_cannot_be_read(
    store: SqlStore, server: ModelServer, clock: FakeClock, together: bool
) -> None:
    await want(store, clock, 3)
    usage = UnreliableUsage(store)
    usage.reads = 1  # the plan is made, and no request is admitted after it
    async with a_chain(server, clock, usage, Budget(requests_per_day=2 if together else 50)) as makers:
        assert await pipeline.summarize(store, makers, AbstractReader(), clock) == 0
    assert await store.summaries(KEYS) == {}
    assert server.asked == []
    clock.advance(3600)
    assert {wanted.key for wanted in await store.wanted(clock.now(), 9)} == set(KEYS)


@pytest.mark.parametrize(
    ("error", "models"), [(ModelRefused("No."), {"extractive"}), (StoreUnavailable("The disk is full."), set())]
)
async def test_only_a_refusal_of_every_model_stores_the_extractive_summary(
    store: SqlStore, clock: FakeClock, error: PaperboyError, models: set[str]
) -> None:
    await want(store, clock)
    makers = FakeMakers(clock, down=error)
    await pipeline.summarize(store, makers, AbstractReader(), clock)
    made = await store.summaries(KEYS)
    assert {summary.provenance.model for summary in made.values()} == models
