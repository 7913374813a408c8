"""Votes become models: the step on a real store, with the real process that trains."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from bot.errors import GiveUp
from bot.model import Chat, ChatModel, ChatRef, Examples, VoteKind
from bot.pipeline import Learning
from bot.relevance.measuring import PaperRelevance
from bot.storage.store import SqlStore
from tests.contracts.samples import ANN, BOB, MONDAY
from tests.fakes.clock import FakeClock
from tests.fakes.relevance import FakeRelevance
from tests.relevance.papers import FACES, HEADS, PROOFS, SPEECH, announced

TEXTS = (HEADS, FACES, PROOFS, SPEECH)


@pytest.fixture
async def relevance(store: SqlStore) -> AsyncIterator[PaperRelevance]:
    made = PaperRelevance(store)
    yield made
    await made.close_parts()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


async def scene(store: SqlStore, clock: FakeClock, *refs: ChatRef) -> None:
    """A listing of forty papers, and chats that follow a topic."""
    listing = [announced(f"2606.{number:05}", TEXTS[number % 4]) for number in range(40)]
    await store.ingest(listing, clock.now())
    for ref in refs:
        await store.add_chat(Chat(ref, created_at=clock.now()))
        await store.subscribe(ref, "cs.CV", MONDAY, clock.now())


async def model_of(store: SqlStore, ref: ChatRef) -> ChatModel | None:
    return (await store.models_of([ref])).get(ref)


async def test_a_vote_changes_the_order(store: SqlStore, relevance: PaperRelevance, clock: FakeClock) -> None:
    await scene(store, clock, ANN)
    learning = Learning(store, relevance, clock)
    assert await learning.run() == 0
    await store.vote(ANN, "7", ["2606.00000", "2606.00004"], VoteKind.UP, clock.now())
    await store.vote(ANN, "7", ["2606.00001"], VoteKind.DOWN, clock.now())
    assert await learning.run() == 1
    assert await store.chats_to_learn(10) == []
    model = await model_of(store, ANN)
    assert model is not None
    assert (model.version, model.votes) == (1, 3)
    await relevance.read({number: announced(f"2607.{number:05}", TEXTS[number]) for number in range(4)})
    heads, faces, proofs, _ = relevance.of_model(model, range(4))
    assert heads > max(faces, proofs)
    # The other way round now.
    await store.vote(ANN, "7", ["2606.00000", "2606.00004"], VoteKind.DOWN, clock.now())
    await store.vote(ANN, "7", ["2606.00001"], VoteKind.UP, clock.now())
    assert await learning.run() == 1
    model = await model_of(store, ANN)
    assert model is not None
    assert model.version == 2
    heads, faces, *_ = relevance.of_model(model, range(4))
    assert faces > heads


async def test_what_is_taken_back_is_forgotten(store: SqlStore, relevance: PaperRelevance, clock: FakeClock) -> None:
    await scene(store, clock, ANN)
    learning = Learning(store, relevance, clock)
    await store.vote(ANN, "7", ["2606.00000"], VoteKind.UP, clock.now())
    await learning.run()
    assert await model_of(store, ANN) is not None
    await store.take_back(ANN, "7", "2606.00000", VoteKind.UP, clock.now())
    await learning.run()
    assert await model_of(store, ANN) is None
    assert await store.chats_to_learn(10) == []


async def test_a_chat_that_fails_does_not_stop_the_others(store: SqlStore, clock: FakeClock) -> None:
    await scene(store, clock, ANN, BOB)
    await store.vote(ANN, "7", ["2606.00000"], VoteKind.UP, clock.now())
    await store.vote(BOB, "8", ["2606.00001"], VoteKind.UP, clock.now())
    relevance = _Failing("2606.00000")
    learning = Learning(store, relevance, clock)
    assert await learning.run() == 1
    assert await model_of(store, BOB) is not None
    assert await store.chats_to_learn(10) == [ANN]
    tries = relevance.tries
    await learning.run()
    assert relevance.tries == tries  # not at once
    clock.advance(660)
    relevance.refused = ""
    assert await learning.run() == 1
    assert await model_of(store, ANN) is not None


async def test_learning_stops_in_time(store: SqlStore, clock: FakeClock) -> None:
    await scene(store, clock, ANN)
    await store.vote(ANN, "7", ["2606.00000"], VoteKind.UP, clock.now())
    assert await Learning(store, FakeRelevance(), clock).run(until=clock.now()) == 0
    assert await store.chats_to_learn(10) == [ANN]


class _Failing(FakeRelevance):
    """Cannot learn from examples with the paper `refused`."""

    def __init__(self, refused: str) -> None:
        super().__init__()
        self.refused, self.tries = refused, 0

    async def learn(self, examples: Examples, now: datetime, version: int) -> ChatModel | None:
        self.tries += 1
        if any(paper.id == self.refused for paper, _ in examples.votes):
            raise GiveUp("The learner ended before it had answered.")
        return await super().learn(examples, now, version)


async def test_what_is_forgotten_while_it_is_learned_from_does_not_come_back(store: SqlStore, clock: FakeClock) -> None:
    await scene(store, clock, ANN)
    await store.vote(ANN, "7", ["2606.00000"], VoteKind.UP, clock.now())
    relevance = _Forgetting(store, clock)
    assert await Learning(store, relevance, clock).run() == 0
    assert relevance.has_learned
    assert await model_of(store, ANN) is None
    assert await store.chats_to_learn(10) == []


class _Forgetting(FakeRelevance):
    """The chat forgets its votes while it learns."""

    def __init__(self, store: SqlStore, clock: FakeClock) -> None:
        super().__init__()
        self._store, self._clock = store, clock
        self.has_learned = False

    async def learn(self, examples: Examples, now: datetime, version: int) -> ChatModel | None:
        await self._store.forget_votes(ANN, self._clock.now())
        self.has_learned = True
        return await super().learn(examples, now, version)
