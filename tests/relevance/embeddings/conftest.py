"""A clock, the fake model server, and both providers' embedding models that ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.relevance.embeddings.embedding_client import EmbeddingModel
from bot.relevance.embeddings.google import GoogleEmbeddings
from bot.relevance.embeddings.openai import OpenAIEmbeddings
from tests.fakes.clock import FakeClock
from tests.fakes.models import KEY, ModelServer


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as running:
        yield running


@pytest.fixture(params=["google", "openai"])
async def model(request: pytest.FixtureRequest, server: ModelServer, clock: FakeClock) -> AsyncIterator[EmbeddingModel]:
    made: EmbeddingModel
    if request.param == "google":
        made = GoogleEmbeddings("gemini-embedding-001", KEY, clock, base_url=server.gemini, timeout=3)
    else:
        made = OpenAIEmbeddings("small", KEY, base_url=server.openai, timeout=3)
    yield made
    await made.close()
