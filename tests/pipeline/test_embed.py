"""Which papers and interests get vectors, in what order, and what a text that cannot get one costs the others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.model import Kind, VoteKind
from bot.pipeline.embed import EMBEDDING_STATE, PAPERS_AT_ONCE, READ_AGAIN_AFTER, WAITS_FOR, Embedding
from bot.pipeline.match import match
from bot.ports import Store
from bot.relevance.embeddings.kept_queries import KeptQueries
from tests.contracts.samples import ANN, MONDAY, NOW, TUESDAY, announced, with_chats
from tests.fakes.clock import FakeClock
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.relevance import FakeRelevance
from tests.fakes.stores import memory_store

LIP_SYNC = "about: lip sync for talking heads; not face recognition"


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with memory_store() as opened:
        await with_chats(opened, ANN)
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def embedding(store: Store, clock: FakeClock, embedder: FakeEmbedder) -> Embedding:
    return Embedding(store, KeptQueries(embedder, store), clock)


def name_of(number: int) -> str:
    return f"2606.{number:05}"


async def ingest(store: Store, count: int, first: int = 1) -> list[str]:
    names = [name_of(number) for number in range(first, first + count)]
    await store.ingest([announced(name, title=f"Paper {name}") for name in names], NOW)
    return names


async def follow(store: Store, topic: str = LIP_SYNC) -> None:
    await store.subscribe(ANN, topic, TUESDAY, NOW)


async def embedded(store: Store, names: list[str], version: int = 1) -> set[str]:
    found = await store.vectors("fake", [(name, version) for name in names])
    return {name for name, _ in found}


async def test_nothing_is_embedded_while_nobody_would_use_it(
    store: Store, embedding: Embedding, embedder: FakeEmbedder
) -> None:
    names = await ingest(store, 3)
    await follow(store, "cat:cs.CV")
    assert await embedding.run() == 0
    assert embedder.asked == []
    await store.vote(ANN, "101", [names[0]], VoteKind.UP, NOW)
    assert await embedding.run() == 3
    assert await embedded(store, names) == set(names)


async def test_an_interest_and_what_it_pushes_away_are_embedded_once(
    store: Store, embedding: Embedding, embedder: FakeEmbedder, clock: FakeClock
) -> None:
    await ingest(store, 1)
    await follow(store)
    await embedding.run()
    assert sorted(embedder.queried) == ["face recognition", "lip sync for talking heads"]
    await follow(store, "cat:cs.CL about: speech; not music")
    await embedding.run()
    clock.advance(READ_AGAIN_AFTER.total_seconds() + 1)
    await embedding.run()
    await Embedding(store, KeptQueries(embedder, store), clock).run()
    assert sorted(embedder.queried[2:]) == ["music", "speech"]


async def test_papers_are_embedded_in_batches_and_those_of_the_newest_day_first(
    store: Store, embedding: Embedding, embedder: FakeEmbedder
) -> None:
    await follow(store)
    await store.ingest([announced(name_of(number), MONDAY) for number in range(1, 4)], NOW)
    await ingest(store, 6, first=10)
    assert await embedding.run() == 9
    assert [len(texts) for texts in embedder.asked] == [4, 4, 1]
    assert all("Paper 2606.0001" in text for text in [*embedder.asked[0], *embedder.asked[1][:2]])
    assert await embedding.run() == 0


async def test_what_was_embedded_stays_when_the_service_is_stopped(
    store: Store, embedding: Embedding, embedder: FakeEmbedder, clock: FakeClock
) -> None:
    await follow(store)
    names = await ingest(store, PAPERS_AT_ONCE + 10)
    assert await embedding.run(until=clock.now()) == 0
    embedder.refuses = {names[100]}
    embedder.refuses_all = False
    later = Embedding(store, embedder, clock)
    assert await later.run() == len(names) - 1
    assert await embedded(store, names) == set(names) - {names[100]}


async def test_a_new_version_and_another_embedder_get_vectors_of_their_own(
    store: Store, embedding: Embedding, clock: FakeClock
) -> None:
    await follow(store)
    names = await ingest(store, 2)
    await embedding.run()
    await store.ingest([announced(names[0], TUESDAY + timedelta(days=1), Kind.REPLACE, version=2)], NOW)
    assert await embedding.run() == 1
    assert await embedded(store, names, version=2) == {names[0]}
    other = FakeEmbedder(name="other")
    assert await Embedding(store, other, clock).run() == 2
    assert sorted(other.queried) == ["face recognition", "lip sync for talking heads"]
    assert await store.vector_counts("other", MONDAY) == (2, 2)


async def test_a_paper_that_is_refused_costs_the_others_nothing_and_is_tried_again_the_next_day(
    store: Store, embedding: Embedding, embedder: FakeEmbedder, clock: FakeClock
) -> None:
    await follow(store)
    names = await ingest(store, 8)
    embedder.refuses = {names[2]}
    assert await embedding.run() == 7
    asked = len(embedder.asked)
    assert await embedding.run() == 0
    assert await Embedding(store, embedder, clock).run() == 0
    assert len(embedder.asked) == asked
    embedder.refuses = set()
    clock.advance(timedelta(days=1, minutes=1).total_seconds())
    assert await embedding.run() == 1
    assert await embedded(store, names) == set(names)


async def test_a_server_that_accepts_fewer_texts_is_asked_for_fewer_from_then_on(
    store: Store, embedding: Embedding, embedder: FakeEmbedder
) -> None:
    await follow(store)
    await ingest(store, 12)
    embedder.accepts = 2
    assert await embedding.run() == 12
    assert [len(texts) for texts in embedder.asked] == [4, 2, 2, 2, 2, 2, 2]


async def test_a_text_that_is_too_long_is_embedded_by_its_beginning(
    store: Store, embedding: Embedding, embedder: FakeEmbedder
) -> None:
    await follow(store)
    await store.ingest([announced("2606.00001", abstract="Long words. " * 40), announced("2606.00002")], NOW)
    embedder.longest = 200
    assert await embedding.run() == 2
    assert len(embedder.asked[-1]) == 1
    await ingest(store, 4, first=10)
    await embedding.run()
    assert len(embedder.asked[-1]) == 4, "a long text is no reason for smaller batches"


async def test_a_model_that_refuses_everything_is_reported_and_blames_no_paper(
    store: Store, embedding: Embedding, embedder: FakeEmbedder
) -> None:
    await follow(store)
    names = await ingest(store, 8)
    embedder.refuses_all = True
    assert await embedding.run() == 0
    assert len(embedder.asked) == 1
    kept = await store.value(EMBEDDING_STATE)
    assert kept == {"name": "fake", "trouble": "The model refuses this.", "refused": {}}
    embedder.refuses_all = False
    assert await embedding.run() == 8
    assert await embedded(store, names) == set(names)
    kept = await store.value(EMBEDDING_STATE)
    assert kept is not None
    assert kept["trouble"] is None


async def test_a_model_that_is_down_is_asked_again_by_the_next_run(
    store: Store, embedding: Embedding, embedder: FakeEmbedder
) -> None:
    await follow(store)
    await ingest(store, 8)
    embedder.is_down = True
    assert await embedding.run() == 0
    assert len(embedder.asked) == 1
    embedder.is_down = False
    assert await embedding.run() == 8
    assert set(embedder.queried) == {"face recognition", "lip sync for talking heads"}


async def test_an_interest_that_is_refused_keeps_no_other_from_its_vector(
    store: Store, embedding: Embedding, embedder: FakeEmbedder
) -> None:
    await follow(store)
    await ingest(store, 1)
    embedder.refuses = {"face"}
    assert await embedding.run() == 1
    found = await KeptQueries(embedder, store).queries(["lip sync for talking heads"])
    assert len(found) == 1
    assert embedder.queried.count("lip sync for talking heads") <= 2


async def test_interests_wait_for_the_vectors_of_the_newest_listing_but_not_for_ever(
    store: Store, embedding: Embedding, embedder: FakeEmbedder, clock: FakeClock
) -> None:
    await ingest(store, 2)
    assert not await embedding.is_awaited(), "nobody follows an interest"
    await follow(store)
    assert await embedding.is_awaited()
    await embedding.run()
    assert not await embedding.is_awaited()
    await ingest(store, 2, first=10)
    assert await embedding.is_awaited()
    clock.advance(WAITS_FOR.total_seconds())
    assert not await embedding.is_awaited()
    embedder.is_down = True
    await store.ingest([announced("2606.00020", TUESDAY + timedelta(days=1))], NOW)
    assert await embedding.is_awaited()
    await embedding.run()
    assert not await embedding.is_awaited(), "a model that is down keeps no digest waiting"


async def test_papers_of_earlier_days_are_not_waited_for(store: Store, embedding: Embedding, clock: FakeClock) -> None:
    await follow(store)
    await store.ingest([announced("2606.00001", MONDAY), announced("2606.00002", TUESDAY)], NOW)
    await embedding.these([("2606.00002", 1)])
    assert await store.vector_counts("fake", MONDAY) == (1, 2)
    assert not await embedding.is_awaited()


async def test_a_task_embeds_what_still_has_no_vector(
    store: Store, embedding: Embedding, embedder: FakeEmbedder
) -> None:
    names = await ingest(store, 3)
    assert await embedding.these([(names[0], 1)]) == 1
    keys = [(names[0], 1), (names[1], 1), (names[2], 7), ("2606.99999", 1)]
    assert await embedding.these(keys) == 1
    assert [len(texts) for texts in embedder.asked] == [1, 1]


async def test_an_interest_is_matched_once_its_papers_have_vectors_and_a_query_at_once(
    store: Store, embedding: Embedding
) -> None:
    await follow(store)
    await follow(store, "cat:cs.CV")
    await store.ingest([announced("2606.00001", title="Lip sync for talking heads")], NOW)
    relevance = FakeRelevance()
    assert await match(store, relevance, embedding) == 1
    [candidate] = await store.candidates(ANN)
    assert [match.topic for match in candidate.matches] == ["cat:cs.CV"]
    await embedding.run()
    assert await match(store, relevance, embedding) == 1
    [candidate] = await store.candidates(ANN)
    assert sorted(match.topic for match in candidate.matches) == [LIP_SYNC, "cat:cs.CV"]
