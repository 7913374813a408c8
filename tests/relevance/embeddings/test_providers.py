"""Both providers against servers that behave as the real ones do: what is sent, and what error each fault becomes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.errors import BadSetting, ModelRefused, ModelTimedOut, ModelUnavailable, TextTooLong
from bot.model import Budget
from bot.providers.budget import BudgetUsedUp, Meter
from bot.providers.process_usage import ProcessUsage
from bot.relevance.embeddings.embedding_client import DIMENSIONS, EmbeddingClient, EmbeddingModel, Purpose
from bot.relevance.embeddings.google import GoogleEmbeddings
from bot.relevance.embeddings.openai import OpenAIEmbeddings
from bot.relevance.embeddings.providers import build
from bot.settings import load
from tests.fakes.clock import FakeClock
from tests.fakes.embeddings import BREAKING, FULL_LENGTH
from tests.fakes.models import KEY, Fault, ModelServer
from tests.fakes.stores import memory_store

TEXTS = ["talking heads from speech", "graph neural networks", "speech for talking heads"]


def numbers(vector: bytes) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.frombuffer(vector, "<f4")


async def test_vectors_have_length_one_and_similar_texts_have_similar_ones(
    model: EmbeddingModel, clock: FakeClock
) -> None:
    client = EmbeddingClient(model, clock, Meter(Budget(), clock))
    first, other, like_first = map(numbers, await client.passages(TEXTS))
    assert first.shape == (DIMENSIONS,)
    assert np.linalg.norm(first) == pytest.approx(1)
    assert first @ like_first > 0.7 > 0.2 > first @ other
    [query] = map(numbers, await client.queries(["talking heads"]))
    assert query @ first > query @ other


async def test_a_long_list_of_queries_is_sent_in_batches(
    model: EmbeddingModel, server: ModelServer, clock: FakeClock
) -> None:
    client = EmbeddingClient(model, clock, Meter(Budget(), clock))
    texts = [f"interest {number}" for number in range(2 * model.batch + 1)]
    vectors = await client.queries(texts)
    assert len(vectors) == len(texts)
    assert len(server.asked) == 3
    assert await client.queries(texts[-1:]) == vectors[-1:]


async def test_gemini_is_told_whether_a_text_is_searched_or_searched_for(server: ModelServer, clock: FakeClock) -> None:
    for name in ("gemini-embedding-001", "gemini-embedding-2"):
        model = GoogleEmbeddings(name, KEY, clock, base_url=server.gemini)
        for purpose in Purpose:
            await model.embed(["talking heads"], purpose)
        await model.close()
    requests = [body["requests"][0] for body in server.asked]
    assert [request.get("taskType") for request in requests] == ["RETRIEVAL_DOCUMENT", "RETRIEVAL_QUERY", None, None]
    texts = [request["content"]["parts"][0]["text"] for request in requests]
    assert texts[0] == texts[1] == "talking heads"
    assert texts[2] == "title: none | text: talking heads"
    assert texts[3] == "task: search result | query: talking heads"


async def test_texts_stay_apart_with_models_that_would_join_them(server: ModelServer, clock: FakeClock) -> None:
    model = GoogleEmbeddings("gemini-embedding-2", KEY, clock, base_url=server.gemini)
    reply = await model.embed(TEXTS, Purpose.PASSAGE)
    await model.close()
    assert len(reply.vectors) == len(TEXTS)


async def test_a_server_that_cannot_shorten_vectors_is_asked_once_and_sends_long_ones(
    server: ModelServer, clock: FakeClock
) -> None:
    server.takes_dimensions = False
    client = EmbeddingClient(OpenAIEmbeddings("large", KEY, base_url=server.openai), clock, Meter(Budget(), clock))
    [vector] = await client.passages(TEXTS[:1])
    await client.passages(TEXTS[1:])
    await client.close()
    assert len(numbers(vector)) == FULL_LENGTH
    assert ["dimensions" in body for body in server.asked] == [True, False, False]


async def test_a_text_that_is_refused_does_not_change_how_the_next_ones_are_asked_for(
    server: ModelServer, clock: FakeClock
) -> None:
    server.refuses = "graph"
    model = OpenAIEmbeddings("small", KEY, base_url=server.openai)
    client = EmbeddingClient(model, clock, Meter(Budget(), clock))
    with pytest.raises(ModelRefused):
        await client.passages(TEXTS)
    [vector] = await client.passages(TEXTS[:1])
    with pytest.raises(ModelRefused):
        await client.passages(TEXTS)
    await client.close()
    assert len(numbers(vector)) == DIMENSIONS
    assert ["dimensions" in body for body in server.asked] == [True, False, True, True]


async def test_a_server_that_numbers_no_vectors_keeps_their_order(server: ModelServer, clock: FakeClock) -> None:
    server.numbers_vectors = False
    model = OpenAIEmbeddings("small", KEY, base_url=server.openai)
    together = (await model.embed(TEXTS, Purpose.PASSAGE)).vectors
    alone = [(await model.embed([text], Purpose.PASSAGE)).vectors[0] for text in TEXTS]
    await model.close()
    assert together == alone


async def test_a_text_that_is_too_long_is_told_from_one_that_is_refused(server: ModelServer, clock: FakeClock) -> None:
    server.context = 10
    model = OpenAIEmbeddings("small", KEY, base_url=server.openai)
    with pytest.raises(TextTooLong):
        await model.embed(TEXTS, Purpose.PASSAGE)
    await model.close()


async def test_a_model_over_quota_is_unavailable_for_the_time_it_names(
    model: EmbeddingModel, server: ModelServer
) -> None:
    server.faults.append(Fault(status=429, retry_after=34))
    with pytest.raises(ModelUnavailable, match="over its quota") as caught:
        await model.embed(TEXTS, Purpose.PASSAGE)
    assert caught.value.retry_after == 34


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=503), Fault("reset"), Fault("garbage")])
async def test_a_failing_server_is_unavailable(model: EmbeddingModel, server: ModelServer, fault: Fault) -> None:
    server.faults.append(fault)
    with pytest.raises(ModelUnavailable):
        await model.embed(TEXTS, Purpose.PASSAGE)
    assert (await model.embed(TEXTS, Purpose.PASSAGE)).vectors


async def test_a_server_that_hangs_times_out(server: ModelServer, clock: FakeClock) -> None:
    server.faults += [Fault("hang"), Fault("hang")]
    for model in (
        OpenAIEmbeddings("small", KEY, base_url=server.openai, timeout=0.3),
        GoogleEmbeddings("gemini-embedding-001", KEY, clock, base_url=server.gemini, timeout=0.3),
    ):
        with pytest.raises(ModelTimedOut):
            await model.embed(TEXTS, Purpose.PASSAGE)
        await model.close()


async def test_a_wrong_key_or_model_names_the_setting_to_check(model: EmbeddingModel, server: ModelServer) -> None:
    server.faults += [Fault(status=401), Fault(status=404)]
    with pytest.raises(ModelUnavailable, match="_API_KEY; check it"):
        await model.embed(TEXTS, Purpose.PASSAGE)
    with pytest.raises(ModelUnavailable, match="check EMBEDDINGS"):
        await model.embed(TEXTS, Purpose.PASSAGE)


@pytest.mark.parametrize("kind", BREAKING)
async def test_vectors_that_are_none_are_an_error_and_never_kept(
    kind: str, model: EmbeddingModel, server: ModelServer, clock: FakeClock
) -> None:
    server.faults += [Fault(kind)] * 4  # more than the requests for one answer
    client = EmbeddingClient(model, clock, Meter(Budget(), clock))
    # Of a vector without a direction one text may be the cause; of the rest, the server.
    with pytest.raises(ModelRefused if kind.startswith("no ") else ModelUnavailable):
        await client.passages(TEXTS)
    server.faults.clear()
    clock.advance(3600)
    assert len(await client.passages(TEXTS)) == len(TEXTS)


async def test_a_model_whose_vectors_change_their_length_is_unavailable(server: ModelServer, clock: FakeClock) -> None:
    server.takes_dimensions = False
    client = EmbeddingClient(OpenAIEmbeddings("small", KEY, base_url=server.openai), clock, Meter(Budget(), clock))
    await client.passages(TEXTS)
    server.faults += [Fault("vectors of two lengths")] * 3
    with pytest.raises(ModelUnavailable, match="cannot be compared"):
        await client.passages(TEXTS[:1])
    await client.close()


async def test_papers_get_at_most_half_of_the_budget_and_interests_the_rest_too(
    model: EmbeddingModel, server: ModelServer, clock: FakeClock
) -> None:
    usage = ProcessUsage()
    client = EmbeddingClient(model, clock, Meter(Budget(requests_per_day=5), clock, usage))
    await client.passages(TEXTS)
    await client.passages(TEXTS)
    with pytest.raises(BudgetUsedUp, match="half of the whole") as caught:
        await client.passages(TEXTS)
    assert caught.value.retry_after == pytest.approx(19.5 * 3600)
    for number in range(3):
        await client.queries([f"interest {number}"])
    with pytest.raises(BudgetUsedUp):
        await client.queries(["one more"])
    assert len(server.asked) == 5
    [used] = await usage.usage(clock.now().date())
    assert (used.model, used.requests) == (model.name, 5)
    assert used.tokens >= 5


async def test_a_model_that_is_down_is_paused_for_everybody(
    model: EmbeddingModel, server: ModelServer, clock: FakeClock
) -> None:
    usage = ProcessUsage()
    first, second = (EmbeddingClient(model, clock, Meter(Budget(), clock, usage)) for _ in range(2))
    server.faults += [Fault(status=503)] * 2
    with pytest.raises(ModelUnavailable):
        await first.passages(TEXTS)
    asked = len(server.asked)
    with pytest.raises(ModelUnavailable):
        await second.passages(TEXTS)
    assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("embeddings", "name"), [("google:gemini-embedding-001", "GEMINI_API_KEY"), ("openai:small", "OPENAI_API_KEY")]
)
async def test_a_missing_key_is_named_with_what_to_do(
    embeddings: str, name: str, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with memory_store() as store:
        with pytest.raises(BadSetting, match=f"^{name} is not set, but EMBEDDINGS names {embeddings}; set it"):
            build(load(embeddings=embeddings), clock, Meter(Budget(), clock), store)
        assert build(load(), clock, Meter(Budget(), clock), store) is None
