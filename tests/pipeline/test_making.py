"""Several processes make summaries without paying a model twice, and pauses cost no paper its model."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot import pipeline
from bot.errors import ModelUnavailable
from bot.model import Budget, Depth, Paper, Platform, Summary, SummaryKey, SummaryRequest, WantedSummary
from bot.pipeline import DigestBuilder, Patience
from bot.pipeline.awaited_summaries import AwaitedSummaries
from bot.providers.budget import Meter
from bot.storage.store import SqlStore, open_store
from bot.summaries.extractive import ExtractiveSummarizer
from bot.summaries.fallback import FallbackChain
from bot.summaries.judge import ModelJudge
from bot.summaries.model_client import ModelClient
from bot.summaries.model_summarizer import ModelSummarizer
from bot.summaries.openai import OpenAIModel
from handlers.telegram.cards import TelegramRenderer
from tests.fakes.clock import FakeClock
from tests.fakes.makers import AbstractReader, FakeMakers
from tests.fakes.models import KEY, Fault, ModelServer, user_prompt
from tests.fakes.stores import new_database
from tests.summaries.conftest import a_paper

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as running:
        yield running


def some_papers(count: int) -> dict[SummaryKey, Paper]:
    papers = [a_paper(f"2606.{number:05}") for number in range(count)]
    return {SummaryKey(paper.id, 1, "en", Depth.BRIEF): paper for paper in papers}


async def want(store: SqlStore, clock: FakeClock, count: int) -> dict[SummaryKey, Paper]:
    papers = some_papers(count)
    await store.remember(list(papers.values()), clock.now())
    await store.want([WantedSummary(key, 1, clock.now() + timedelta(hours=1)) for key in papers])
    return papers


def a_chain(
    server: ModelServer, clock: FakeClock, store: SqlStore, budget: Budget | None = None, *, concurrency: int = 4
) -> FallbackChain:
    meter = Meter(budget or Budget(), clock, store, concurrency=concurrency)
    model = OpenAIModel("test", KEY, base_url=server.openai)
    judge = ModelJudge(ModelClient(model, clock, meter))
    maker = ModelSummarizer(model, clock, meter=meter, judge=judge)
    return FallbackChain([maker, ExtractiveSummarizer(clock)], clock, meter=meter)


def asked_for(server: ModelServer, papers: dict[SummaryKey, Paper]) -> Counter[str]:
    """How often the maker was asked for each paper."""
    prompts = [user_prompt(body) for body in server.asked]
    return Counter(
        paper.id for paper in papers.values() for prompt in prompts if f"begins: paper {paper.id} " in prompt
    )


async def test_two_runs_at_once_ask_for_each_summary_once(
    store: SqlStore, server: ModelServer, clock: FakeClock
) -> None:
    papers = await want(store, clock, 30)
    server.delay = 0.05
    chains = [a_chain(server, clock, store) for _ in range(2)]
    made = await asyncio.gather(
        *(pipeline.summarize(store, chain, AbstractReader(), clock, owner="w") for chain in chains)
    )
    for chain in chains:
        await chain.close()
    assert sum(made) == 30
    assert asked_for(server, papers) == dict.fromkeys((paper.id for paper in papers.values()), 1)


async def test_only_the_given_keys_are_made(store: SqlStore, clock: FakeClock) -> None:
    papers = await want(store, clock, 9)
    some = list(papers)[3:5]
    makers = FakeMakers(clock)
    assert await pipeline.summarize(store, makers, AbstractReader(), clock, keys=some) == 2
    assert set(await store.summaries(papers)) == set(some)


@dataclass
class SlowMakers(FakeMakers):
    """Answers when it may."""

    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def summarize(self, request: SummaryRequest) -> Summary:
        await self.may_answer.wait()
        return await super().summarize(request)


def awaited(store: SqlStore, makers: FakeMakers | FallbackChain, clock: FakeClock, seconds: float) -> AwaitedSummaries:
    builder = DigestBuilder({Platform.TELEGRAM: TelegramRenderer()}, makers, AbstractReader())
    return AwaitedSummaries(store, builder, clock, Patience(clock, seconds))


async def test_a_person_gets_the_summary_that_a_worker_is_making(store: SqlStore, clock: FakeClock) -> None:
    papers = await want(store, clock, 1)
    [(key, paper)] = papers.items()
    worker, person = SlowMakers(clock), FakeMakers(clock)
    working = asyncio.create_task(pipeline.summarize(store, worker, AbstractReader(), clock))
    while not worker.groups:  # noqa: ASYNC110 - the worker has begun once it has asked
        await asyncio.sleep(0)
    asking = asyncio.create_task(awaited(store, person, clock, 100.0).one(paper, key))
    while not clock.slept:  # noqa: ASYNC110 - the person waits
        await asyncio.sleep(0)
    worker.may_answer.set()
    assert (await asking).provenance.model == worker.name
    await working
    assert person.asked == []


async def test_a_person_does_not_wait_for_ever_for_a_worker(store: SqlStore, clock: FakeClock) -> None:
    papers = await want(store, clock, 1)
    [(key, paper)] = papers.items()
    await store.claim([key], "worker", clock.now(), clock.now() + timedelta(minutes=30))
    summary = await awaited(store, FakeMakers(clock), clock, 20.0).one(paper, key)
    assert summary.provenance.model == "openai:test" or summary.provenance.instead_of
    assert summary.provenance.instead_of == "Another process is still making this summary."
    assert await store.summary(key) is None


# ── pauses ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_one_long_pause_costs_no_paper_of_a_digest_its_model(
    store: SqlStore, server: ModelServer, clock: FakeClock
) -> None:
    papers = some_papers(60)
    server.faults += [Fault(status=429, retry_after=40)]
    server.delay = 0.02
    made: list[Summary] = []
    async with a_chain(server, clock, store, concurrency=8) as chain:
        await awaited(store, chain, clock, 600).several(papers, made.extend)
    assert Counter(summary.provenance.model for summary in made) == {"openai:test": 60}
    assert {summary.provenance.instead_of for summary in made} == {None}


async def test_a_pause_is_waited_for_by_a_command_that_makes_what_is_wanted(
    store: SqlStore, server: ModelServer, clock: FakeClock
) -> None:
    papers = await want(store, clock, 30)
    server.faults += [Fault(status=429, retry_after=40)]
    said: list[str] = []
    async with a_chain(server, clock, store) as chain:
        patience = Patience(clock, 600, said.append)
        assert await pipeline.summarize(store, chain, AbstractReader(), clock, patience=patience) == 30
    models = {summary.provenance.model for summary in (await store.summaries(papers)).values()}
    assert models == {"openai:test"}


async def test_the_service_postpones_until_the_pause_ends_and_does_not_fall_back(
    store: SqlStore, server: ModelServer, clock: FakeClock
) -> None:
    papers = await want(store, clock, 4)
    server.faults += [Fault(status=429, retry_after=40)]
    began = clock.now()
    async with a_chain(server, clock, store) as chain:
        assert await pipeline.summarize(store, chain, AbstractReader(), clock) == 0
        again_at = [wanted.again_at for wanted in await store.postponed(clock.now())]
        assert all(time and abs(time - began - timedelta(seconds=40)) < timedelta(seconds=2) for time in again_at)
        assert len(again_at) == 4
        clock.advance(41)
        assert await pipeline.summarize(store, chain, AbstractReader(), clock) == 4
    assert {s.provenance.model for s in (await store.summaries(papers)).values()} == {"openai:test"}


async def test_patience_says_why_it_waits_once_and_ends(clock: FakeClock) -> None:
    said: list[str] = []
    patience = Patience(clock, 60, said.append)
    error = ModelUnavailable("openai:x is over its quota.", retry_after=40)
    assert all(await asyncio.gather(patience.wait(error), patience.wait(error)))
    assert said == ["openai:x is over its quota. Waiting 40 s …"]
    assert not await patience.wait(error), "40 of 60 seconds have passed"
    patience.renew()
    assert await patience.wait(error)
    assert not await patience.wait(ModelUnavailable("down"))


# ── the budget of a digest ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_digest_stays_inside_the_requests_of_a_day_and_batches(
    store: SqlStore, server: ModelServer, clock: FakeClock
) -> None:
    papers, made = some_papers(189), list[Summary]()
    async with a_chain(server, clock, store, Budget(requests_per_day=20), concurrency=8) as chain:
        await awaited(store, chain, clock, 600).several(papers, made.extend)
    assert len(server.asked) <= 20
    models = Counter(summary.provenance.model for summary in made)
    assert models.total() == 189
    assert models["openai:test"] >= 64
    reasons = {summary.provenance.instead_of for summary in made if summary.provenance.model == "extractive"}
    assert reasons == {"The budget of 20 requests a day is used up"}


# ── killed processes ──────────────────────────────────────────────────────────────────────────────────────────────


async def start(url: str, address: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.pipeline.summarizing", url, address, cwd=ROOT
    )


async def test_killed_workers_cost_one_more_request_each_at_most(tmp_path: Path, server: ModelServer) -> None:
    url, clock = await new_database(tmp_path / "store.sqlite3"), FakeClock()
    async with await open_store(url) as store:
        papers = await want(store, clock, 40)
        server.delay = 0.3
        workers = [await start(url, server.openai) for _ in range(3)]
        kills = 0
        while len(await store.summaries(papers)) < 8:  # noqa: ASYNC110 - other processes write them
            await asyncio.sleep(0.1)
        os.kill(workers[0].pid, signal.SIGKILL)
        kills += 1
        workers.append(await start(url, server.openai))
        for worker in workers:
            await worker.wait()
        assert len(await store.summaries(papers)) == 40
    asked = asked_for(server, papers)
    assert set(asked) == {paper.id for paper in papers.values()}
    assert max(asked.values()) <= 1 + kills
