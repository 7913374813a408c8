"""Learning through the real process, with scikit-learn."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain

import pytest

from bot.errors import GiveUp, RetryLater
from bot.model import ChatModel, Examples, Paper, VoteKind
from bot.relevance import weights
from bot.relevance.learner_process import LearnerProcess
from bot.relevance.line_process import LineProcess
from bot.relevance.measuring import PaperRelevance
from bot.relevance.training_set import paper_examples, vote_weight
from bot.storage.store import SqlStore
from tests.fakes.embedder import FakeEmbedder
from tests.relevance.papers import FACES, HEADS, PROOFS, SPEECH, listing, of_subject

NOW = datetime(2026, 6, 2, tzinfo=UTC)
UP, DOWN = {VoteKind.UP: 1}, {VoteKind.DOWN: 1}


def examples(
    liked: Sequence[Paper] = (), disliked: Sequence[Paper] = (), topics: Sequence[str] = (), others: int = 20
) -> Examples:
    votes = [*((paper, UP) for paper in liked), *((paper, DOWN) for paper in disliked)]
    unseen = (of_subject(text, others, f"260{month}") for text, month in ((PROOFS, 5), (SPEECH, 4), (FACES, 3)))
    return Examples(votes, (), [*chain.from_iterable(unseen)], topics)


async def learned(relevance: PaperRelevance, given: Examples) -> ChatModel:
    model = await relevance.learn(given, NOW, 1)
    assert model is not None
    return model


async def test_votes_change_the_order(relevance: PaperRelevance) -> None:
    heads, proofs = of_subject(HEADS, 3, "2401"), of_subject(PROOFS, 3, "2402")
    likes_heads = await learned(relevance, examples(heads, proofs))
    likes_proofs = await learned(relevance, examples(proofs, heads))
    first, second = relevance.of_model(likes_heads, [1, 3])
    assert first > 0.5 > second
    first, second = relevance.of_model(likes_proofs, [1, 3])
    assert first < 0.5 < second
    assert "lip" in str(relevance.taste(likes_heads, 20).likes)
    assert likes_heads.liked == tuple(paper.id for paper in heads)
    assert (likes_heads.votes, likes_heads.version, likes_heads.trained_at) == (6, 1, NOW)


async def test_the_first_vote_counts_and_does_not_take_over(relevance: PaperRelevance) -> None:
    topics = ["about: proofs of inequalities"]
    one = await learned(relevance, examples(of_subject(HEADS, 1, "2401"), topics=topics))
    heads, proofs, faces, speech = relevance.of_model(one, [1, 3, 2, 4])
    assert min(heads, proofs) > max(faces, speech)


async def test_the_same_examples_give_the_same_model(store: SqlStore, relevance: PaperRelevance) -> None:
    given = examples(of_subject(HEADS, 2, "2401"), of_subject(FACES, 2, "2402"), ["cs.CV about: lips"])
    first = await learned(relevance, given)
    await learned(relevance, examples(of_subject(PROOFS, 4, "2409")))  # the process has other papers by now
    again = await learned(relevance, given)
    other = PaperRelevance(store)
    try:
        assert first == again == await learned(other, given)
    finally:
        await other.close_parts()


async def test_too_little_to_learn_from_gives_no_model(relevance: PaperRelevance) -> None:
    assert await relevance.learn(Examples([]), NOW, 1) is None
    assert await relevance.learn(examples(of_subject(HEADS, 2, "2401"), others=0), NOW, 1) is None
    only_against = Examples([(paper, DOWN) for paper in of_subject(HEADS, 2, "2401")])
    assert await relevance.learn(only_against, NOW, 1) is None


async def test_a_model_keeps_its_greatest_weights(relevance: PaperRelevance) -> None:
    liked = [
        replace(paper, abstract=" ".join(f"word{paper.id[-2:]}x{n}" for n in range(900)))
        for paper in of_subject(HEADS, 4, "2401")
    ]
    model = await learned(relevance, examples(liked))
    sizes = [abs(weight) for _, weight in model.terms]
    assert len(model.terms) == weights.MODEL_TERMS
    assert sizes == sorted(sizes, reverse=True)


async def test_embeddings_are_learned_from(store: SqlStore) -> None:
    embedder = FakeEmbedder()
    relevance = PaperRelevance(store, embedder)
    heads, proofs = of_subject(HEADS, 3, "2401"), of_subject(PROOFS, 3, "2402")
    one, other = await embedder.passages(["this side", "other way"])
    vectors = {(paper.id, 1): one for paper in heads} | {(paper.id, 1): other for paper in proofs}
    await store.save_vectors(embedder.name, vectors | {("2606.00004", 1): one})
    try:
        without = await learned(relevance, examples(heads, proofs))
        await relevance.read(listing())
        assert without.embedder.endswith("+fake")
        # Speech shares no word with what is liked, and has its embedding.
        with_vector = relevance.of_model(without, [4])[0]
        assert with_vector > relevance.of_model(replace(without, embedder="", vector=b""), [4])[0]
    finally:
        await relevance.close_parts()


# ── weights of examples ──


def test_votes_of_many_people_count_more_and_less_than_all() -> None:
    assert vote_weight({VoteKind.UP: 1}) == 1
    assert 1 < vote_weight({VoteKind.UP: 9}) < 9
    assert vote_weight({VoteKind.UP: 1, VoteKind.DOWN: 1}) == 0
    assert 0 < vote_weight({VoteKind.OPENED: 1}) < vote_weight({VoteKind.UP: 1}) < vote_weight({VoteKind.SAVED: 1})


def test_negatives_without_votes_weigh_as_much_as_what_is_liked() -> None:
    given = replace(examples(of_subject(HEADS, 3, "2401")), passed_over=of_subject(FACES, 2, "2403"))
    found = paper_examples(given)
    assert sum(weight for _, weight in found if weight < 0) == pytest.approx(-3 * weights.NEGATIVE_SHARE)
    by_id = {example.paper.id: example.weight for example in found}
    assert by_id["2403.00000"] < by_id["2605.00000"] < 0


def test_a_paper_without_a_vote_never_weighs_as_much_as_a_disliked_one() -> None:
    liked, disliked, passed, other = of_subject(HEADS, 4, "2401")
    votes = [(liked, {VoteKind.UP: 9}), (disliked, {VoteKind.DOWN: 1})]
    found = paper_examples(Examples(votes, [passed], [other], ["cat:cs.CV"]))
    assert [example.paper for example in sorted(found, key=lambda example: example.weight)] == [
        disliked,
        passed,
        other,
        liked,
    ]


def test_a_paper_is_one_example() -> None:
    paper = of_subject(HEADS, 1, "2401")[0]
    found = paper_examples(Examples([(paper, UP)], [paper], [paper, of_subject(FACES, 1, "2402")[0]]))
    assert [example.paper.id for example in found] == ["2401.00000", "2402.00000"]


# ── the process ──


async def test_no_process_starts_without_votes(relevance: PaperRelevance) -> None:
    learner = LearnerProcess()
    table = PaperRelevance  # not used: nothing is asked of the process
    assert await learner.learn(Examples([]), NOW, 1, table=table, topics={}) is None  # type: ignore[arg-type]
    assert learner.pid is None


async def test_a_killed_process_is_started_anew(store: SqlStore) -> None:
    learner = LearnerProcess()
    relevance = PaperRelevance(store, learner=learner)
    given = examples(of_subject(HEADS, 2, "2401"))
    try:
        first = await learned(relevance, given)
        assert learner.pid is not None
        os.kill(learner.pid, signal.SIGKILL)
        await until(lambda: learner.pid is None)
        assert await learned(relevance, given) == first
    finally:
        await relevance.close_parts()
    assert learner.pid is None


async def test_the_process_ends_when_it_is_idle() -> None:
    process = _echo(idle_seconds=0.01)
    assert await process.ask(lambda is_new: {"new": is_new}) == {"new": True}
    await until(lambda: process.pid is None)
    assert await process.ask(lambda is_new: {"new": is_new}) == {"new": True}
    await process.close()


async def test_requests_wait_for_each_other_and_the_process_stays() -> None:
    process = _echo()
    requests = [partial(_request, number) for number in range(5)]
    answers = await asyncio.gather(*map(process.ask, requests))
    assert [answer["number"] for answer in answers] == [*range(5)]
    assert sum(answer["new"] for answer in answers) == 1
    await process.close()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("raise SystemExit(3)", RetryLater),
        ("print('{}', flush=True); input(); raise SystemExit(3)", GiveUp),
        ("print('{}', flush=True); input(); print('no JSON', flush=True); input()", GiveUp),
        ("print('{}', flush=True); input(); print('[]', flush=True); input()", GiveUp),
        ("print('{}', flush=True); input(); import time; time.sleep(60)", RetryLater),
    ],
)
async def test_a_process_that_fails_is_an_error(code: str, error: type[Exception]) -> None:
    process = LineProcess("helper", (sys.executable, "-c", code), timeout=2, idle_seconds=60)
    with pytest.raises(error):
        await process.ask(lambda _: {})
    await process.close()
    assert process.pid is None


async def test_a_cancelled_request_leaves_no_process() -> None:
    code = "print('{}', flush=True); input(); import time; time.sleep(60)"
    process = LineProcess("helper", (sys.executable, "-c", code), timeout=60, idle_seconds=60)
    asking = asyncio.create_task(process.ask(lambda _: {}))
    await until(lambda: process.pid is not None)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert process.pid is None


def _request(number: int, is_new: bool) -> dict[str, object]:
    return {"number": number, "new": is_new}


def _echo(idle_seconds: float = 60) -> LineProcess:
    code = "import sys\nprint('{}', flush=True)\nfor line in sys.stdin: print(line, end='', flush=True)"
    return LineProcess("echo", (sys.executable, "-c", code), timeout=20, idle_seconds=idle_seconds)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds; the test's own time-out bounds it."""
    while not condition():  # noqa: ASYNC110 - a process is waited for
        await asyncio.sleep(0.01)
