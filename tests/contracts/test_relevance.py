"""What every `Relevance` does: the real one, and the fake that other tests use."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.model import Examples, VoteKind
from bot.ports import Relevance
from bot.relevance.measuring import PaperRelevance
from tests.contracts.samples import NOW
from tests.fakes.relevance import FakeRelevance
from tests.fakes.stores import memory_store
from tests.relevance.papers import FACES, HEADS, PROOFS, announced, listing, of_subject

INTEREST = "about: audio lips speech"
SEQS = [1, 2, 3, 4]


@pytest.fixture(params=["real", "fake"])
async def relevance(request: pytest.FixtureRequest) -> AsyncIterator[Relevance]:
    async with memory_store() as store:
        made: Relevance = PaperRelevance(store) if request.param == "real" else FakeRelevance()
        await made.read(listing())
        yield made
        await made.close_parts()


async def test_an_interest_brings_what_is_close_best_first(relevance: Relevance) -> None:
    scores = dict(zip(SEQS, relevance.of_topic(INTEREST, SEQS), strict=True))
    close = relevance.close(INTEREST, SEQS, 4)
    assert close[0] == 1
    assert 3 not in close
    assert close == sorted(close, key=lambda seq: -scores[seq])
    assert relevance.close(INTEREST, SEQS, 1) == close[:1]
    assert relevance.close(INTEREST, [], 4) == []


async def test_the_order_of_papers_changes_no_score(relevance: Relevance) -> None:
    forwards, backwards = relevance.of_topic(INTEREST, SEQS), relevance.of_topic(INTEREST, SEQS[::-1])
    assert list(forwards) == list(backwards)[::-1]
    assert all(0 <= score <= 1 for score in forwards)


async def test_what_is_pushed_away_is_no_closer(relevance: Relevance) -> None:
    [plain], [pushed] = (
        relevance.of_topic(f"about: lips in video{end}", [2]) for end in ("", "; not face recognition")
    )
    assert pushed < plain


async def test_what_was_not_read_cannot_be_measured(relevance: Relevance) -> None:
    with pytest.raises(KeyError):
        relevance.of_topic(INTEREST, [99])


async def test_reading_twice_changes_nothing(relevance: Relevance) -> None:
    before = relevance.of_topic(INTEREST, SEQS)
    await relevance.read(listing())
    await relevance.prepare([INTEREST])
    assert relevance.of_topic(INTEREST, SEQS) == before


async def test_a_model_tells_what_is_liked_from_what_is_not(relevance: Relevance) -> None:
    votes = [(paper, {VoteKind.UP: 1}) for paper in of_subject(HEADS, 3, "2401")]
    votes += [(paper, {VoteKind.DOWN: 1}) for paper in of_subject(PROOFS, 3, "2402")]
    model = await relevance.learn(Examples(votes, others=of_subject(FACES, 5, "2403")), NOW, 4)
    assert model is not None
    assert (model.version, model.votes, model.trained_at) == (4, 6, NOW)
    heads, proofs = relevance.of_model(model, [1, 3])
    assert heads > 0.5 > proofs
    taste = relevance.taste(model, 30)
    assert any("lip" in term for term, _ in taste.likes)
    assert any("proof" in term for term, _ in taste.dislikes)
    assert len(relevance.taste(model, 2).likes) == 2


async def test_nothing_is_learned_from_nothing(relevance: Relevance) -> None:
    assert await relevance.learn(Examples([]), NOW, 1) is None


async def test_equal_papers_are_alike(relevance: Relevance) -> None:
    await relevance.read({5: announced("2606.00005", HEADS)})
    twin, other = relevance.likeness(1, [5, 3])
    assert twin > 0.6 > other >= 0


async def test_reasons_name_shared_words(relevance: Relevance) -> None:
    assert {"audio", "speech"} <= set(relevance.why(1, INTEREST, None).terms)
    assert relevance.why(1, None, None).terms == ()
