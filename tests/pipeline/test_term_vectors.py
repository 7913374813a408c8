"""A store's own vectors of terms: when they are made, and what becomes of models. On a real store, with the process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import pipeline
from bot.decisions.term_vectors import FEWEST_PAPERS, TRY_AGAIN_AFTER, WAIT_AT_MOST
from bot.errors import RetryLater
from bot.model import Announced, Chat, Paper, TermCounts, VectorsOrigin, VoteKind
from bot.pipeline import Learning, VectorMaking
from bot.ports import Clock
from bot.relevance.measuring import PaperRelevance
from bot.storage.store import SqlStore
from tests.contracts.samples import ANN, MONDAY
from tests.fakes.clock import FakeClock
from tests.fakes.relevance import FakeRelevance
from tests.relevance.papers import FACES, HEADS, PROOFS, SPEECH, announced

TEXTS = (HEADS, FACES, PROOFS, SPEECH)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def listing(count: int) -> list[Announced]:
    return [announced(f"2606.{number:05}", TEXTS[number % 4]) for number in range(count)]


async def with_counted(store: SqlStore, papers: int) -> None:
    """Let the store have counted so many papers."""
    await store.save_term_counts(TermCounts(papers, papers, {"lip": papers}))


async def test_the_store_gets_vectors_of_its_own_and_all_models_are_trained_anew(
    store: SqlStore, clock: FakeClock
) -> None:
    relevance = PaperRelevance(store)
    try:
        await store.ingest(listing(FEWEST_PAPERS), clock.now())
        making, learning = VectorMaking(store, relevance, clock), Learning(store, relevance, clock)
        assert not await making.run(), "nothing is counted yet"
        await pipeline.count_terms(store, relevance)
        await store.add_chat(Chat(ANN, created_at=clock.now()))
        await store.vote(ANN, "7", ["2606.00000"], VoteKind.UP, clock.now())
        await learning.run()
        assert (await store.models_of([ANN]))[ANN].embedder.startswith("starter-")
        clock.advance(60)
        assert await making.run()
        origin = await store.term_vectors_origin()
        assert origin is not None
        assert (origin.papers, origin.counted, origin.made_at) == (FEWEST_PAPERS, FEWEST_PAPERS, clock.now())
        assert not await making.run(), "nothing has come since"
        assert await learning.run() == 1
        assert (await store.models_of([ANN]))[ANN].embedder == f"{origin.name}+"
        assert await learning.run() == 0
    finally:
        await relevance.close_parts()


class _Recording(FakeRelevance):
    """Keeps the ids of the papers that vectors are made from; fails if it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[list[str]] = []
        self.fails = False

    async def make_vectors(self, papers: AsyncIterator[Sequence[Paper]], counted: int, clock: Clock) -> VectorsOrigin:
        self.given.append([paper.id async for page in papers for paper in page])
        if self.fails:
            raise RetryLater("The maker of term vectors was killed.")
        return VectorsOrigin("own-1", len(self.given[-1]), counted, clock.now())


async def test_each_paper_is_given_once(store: SqlStore, clock: FakeClock) -> None:
    first = listing(300)
    await store.ingest(first, clock.now())
    again = [
        replace(entry, announcement=replace(entry.announcement, day=MONDAY + timedelta(days=9))) for entry in first[:50]
    ]
    await store.ingest(again, clock.now())
    await with_counted(store, FEWEST_PAPERS)
    relevance = _Recording()
    assert await VectorMaking(store, relevance, clock).run()
    assert sorted(relevance.given[0]) == [entry.paper.id for entry in first]


async def test_it_waits_until_no_digest_is_due_but_at_most_a_day(store: SqlStore, clock: FakeClock) -> None:
    await store.ingest(listing(4), clock.now())
    await with_counted(store, FEWEST_PAPERS)
    await store.add_chat(Chat(ANN, created_at=clock.now(), next_due_at=clock.now() + timedelta(minutes=40)))
    making = VectorMaking(store, _Recording(), clock)
    assert not await making.run()
    clock.advance(3600)
    assert not await making.run(), "the digest is due and not composed"
    clock.advance(WAIT_AT_MOST.total_seconds())
    assert await making.run()


async def test_a_failure_is_tried_again_hours_later(store: SqlStore, clock: FakeClock) -> None:
    await store.ingest(listing(4), clock.now())
    await with_counted(store, FEWEST_PAPERS)
    relevance = _Recording()
    relevance.fails = True
    making = VectorMaking(store, relevance, clock)
    assert not await making.run()
    assert not await making.run()
    assert len(relevance.given) == 1
    relevance.fails = False
    clock.advance(TRY_AGAIN_AFTER.total_seconds())
    assert await making.run()
