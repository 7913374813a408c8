"""Wanted summaries are made once and stored; an error of our own store is never taken for a refusal of the model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot import pipeline
from bot.errors import ModelRefused, PaperboyError, StoreUnavailable
from bot.model import (
    Budget,
    Depth,
    MinuteIsFull,
    OverBudget,
    Reservation,
    Summary,
    SummaryKey,
    SummaryRequest,
    Support,
    WantedSummary,
)
from bot.providers.budget import Meter
from bot.providers.process_usage import ProcessUsage
from bot.storage.store import SqlStore
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
from tests.summaries.conftest import a_paper, a_request

PAPERS = [a_paper(f"2606.0004{number}") for number in range(3)]
KEYS = [SummaryKey(paper.id, paper.version, "en", Depth.BRIEF) for paper in PAPERS]


class UnreliableUsage(ProcessUsage):
    """A usage store that refuses reservations or what was used while these errors are set."""

    def __init__(self) -> None:
        super().__init__()
        self.settle_error: StoreUnavailable | None = None
        self.reserve_error: StoreUnavailable | None = None

    async def reserve(
        self, model: str, now: datetime, tokens: int, budget: Budget
    ) -> Reservation | OverBudget | MinuteIsFull:
        if self.reserve_error is not None:
            raise self.reserve_error
        return await super().reserve(model, now, tokens, budget)

    async def settle_usage(self, reservation: Reservation, requests: int, tokens: int) -> None:
        if self.settle_error is not None:
            raise self.settle_error
        await super().settle_usage(reservation, requests, tokens)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as running:
        yield running


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
    assert sorted((batch, len(group)) for batch, group in makers.groups) == [(4, 1), (4, 10)]


@pytest.mark.parametrize(("budget", "requests"), [(50, 3), (3, 2)])
async def test_the_papers_of_a_group_share_the_requests_of_the_judge(
    store: SqlStore, server: ModelServer, clock: FakeClock, budget: int, requests: int
) -> None:
    papers = [a_paper(f"2606.001{number:02}") for number in range(12)]
    await store.remember(papers, clock.now())
    keys = [SummaryKey(paper.id, 1, "es", Depth.BRIEF) for paper in papers]
    await store.want([WantedSummary(key, 1, clock.now()) for key in keys])
    limits = Budget(requests_per_day=budget)
    async with a_chain(server, clock, UnreliableUsage(), limits, is_judged=True) as makers:
        assert await pipeline.summarize(store, makers, AbstractReader(), clock) == 12
    assert (len(server.asked) - len(server.judged), len(server.judged)) == (requests, 1)
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
    async with a_chain(server, clock, UnreliableUsage(), concurrency=1) as makers:
        await pipeline.summarize(store, makers, AbstractReader(), clock)
    assert len(server.asked) == 1
    assert {row.provenance.model for row in (await store.summaries(keys)).values()} == {"extractive"}


async def test_a_summary_is_kept_where_its_usage_cannot_be_recorded(
    store: SqlStore, server: ModelServer, clock: FakeClock
) -> None:
    await want(store, clock, 3)
    usage, budget = UnreliableUsage(), Budget(requests_per_day=50)
    usage.settle_error = StoreUnavailable("The database is locked.")
    async with a_chain(server, clock, usage, budget) as makers:
        assert await pipeline.summarize(store, makers, AbstractReader(), clock) == 3
        made = await store.summaries(KEYS)
        assert {summary.provenance.model for summary in made.values()} == {"openai:test"}
        requests = len(server.asked)
        assert (await makers.remaining()).requests == budget.requests_per_day - requests  # type: ignore[operator]


async def test_usage_that_could_not_be_recorded_is_recorded_with_the_next_request(
    store: SqlStore, server: ModelServer, clock: FakeClock
) -> None:
    usage = UnreliableUsage()
    usage.settle_error = StoreUnavailable("The database is locked.")
    async with a_chain(server, clock, usage, Budget()) as makers:
        await makers.summarize(a_request(PAPERS[0]))
        assert await usage.usage(clock.now().date()) == []
        usage.settle_error = None
        await makers.summarize(a_request(PAPERS[1]))
    assert [(row.model, row.requests) for row in await usage.usage(clock.now().date())] == [("openai:test", 2)]


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


async def test_a_key_stays_wanted_where_nothing_can_be_reserved(
    store: SqlStore, server: ModelServer, clock: FakeClock
) -> None:
    await want(store, clock, 3)
    usage = UnreliableUsage()
    usage.reserve_error = StoreUnavailable("The database is locked.")
    async with a_chain(server, clock, usage, Budget(requests_per_day=50)) as makers:
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
