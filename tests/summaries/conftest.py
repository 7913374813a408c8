"""A paper to summarize, a clock, the fake model server, and makers that ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.model import Budget, Depth, Paper, SummaryKey, SummaryRequest
from bot.providers.budget import Meter
from bot.summaries.judge import ModelJudge
from bot.summaries.model_client import ModelClient
from bot.summaries.model_summarizer import ModelSummarizer
from bot.summaries.openai import OpenAIModel
from tests.fakes.clock import FakeClock
from tests.fakes.models import KEY, ModelServer

ABSTRACT = (
    "Reading maps is hard for small robots, because their cameras see little at once. "
    "Existing planners assume a full view and fail in narrow corridors. "
    "We propose MapHopper, a planner that stitches 12 partial views into one graph and searches it "
    "with a learned cost. "
    "The cost is trained on 1,500 simulated floors without labels. "
    "On the HallwayBench benchmark MapHopper reaches the goal in 93.4% of runs, 8.1 points above the best "
    "baseline, "
    "and needs 47x less memory. "
    "It does not improve planning in open halls."
)


TITLE = "MapHopper: Planning with Partial Views"


def a_paper(paper_id: str = "2606.00042", title: str = TITLE, **more: str) -> Paper:
    abstract = more.get("abstract", ABSTRACT)
    return Paper(paper_id, 1, title, ("Ada Nwosu", "Lin Wei"), abstract, ("cs.RO", "cs.LG"))


def a_request(paper: Paper | None = None, language: str = "en", depth: Depth = Depth.BRIEF) -> SummaryRequest:
    paper = paper or a_paper()
    return SummaryRequest(SummaryKey(paper.id, paper.version, language, depth), paper)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as running:
        yield running


@asynccontextmanager
async def judged_by(server: ModelServer, clock: FakeClock) -> AsyncIterator[ModelSummarizer]:
    """A maker whose claims another model of the same server judges."""
    meter = Meter(Budget(), clock)
    judge = ModelJudge(ModelClient(OpenAIModel("judge", KEY, base_url=server.openai), clock, meter))
    made = ModelSummarizer(OpenAIModel("test", KEY, base_url=server.openai), clock, meter=meter, judge=judge)
    yield made
    await made.close()
    await judge.close()


@pytest.fixture
async def maker(server: ModelServer, clock: FakeClock) -> AsyncIterator[ModelSummarizer]:
    async with judged_by(server, clock) as made:
        yield made


@pytest.fixture
async def unjudged(server: ModelServer, clock: FakeClock) -> AsyncIterator[ModelSummarizer]:
    made = ModelSummarizer(OpenAIModel("test", KEY, base_url=server.openai), clock)
    yield made
    await made.close()
