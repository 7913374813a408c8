"""Vectors of terms from a store's own papers: made in the real process, stored, and used by every process."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from structlog.testing import capture_logs

from bot.errors import GiveUp, RetryLater
from bot.model import Announced, Examples, Paper, StoredVectors, VoteKind
from bot.relevance.learner import Learner
from bot.relevance.measuring import PaperRelevance
from bot.relevance.own_vectors import packed, stored_vectors, unpacked
from bot.relevance.paper_block import paper_row
from bot.relevance.term_vectors import MOST_TERMS, MadeVectors, term_vectors
from bot.relevance.terms import category_term, key_of, stem
from bot.relevance.vector_process import COMMAND, make_vectors
from bot.storage.store import SqlStore
from tests.contracts import samples
from tests.contracts.samples import NOW
from tests.fakes.clock import FakeClock

FIELDS = {
    "math.AG": "sheaf scheme cohomology torsor stack variety divisor bundle morphism fibration",
    "hep-ph": "quark gluon collider boson decay lepton jet hadron neutrino amplitude",
}
"""Two subjects that the bundled table knows nothing of: their words never occur together."""


def field_papers(count: int, start: int = 0) -> list[Paper]:
    """Half of them papers of the two subjects in turn, the others of a hundred rare ones; each has all words of
    its subject in some order."""
    papers = []
    for number in range(start, start + count):
        draw = random.Random(number)
        category, words = [*FIELDS.items()][number % 2]
        if number % 4 > 1:
            category, words = "math.GM", " ".join(f"s{number % 200}w{place}x" for place in range(10))
        chosen = draw.sample(words.split(), 10)
        title, abstract = "A note", f"We study {' and '.join(chosen)} here."
        papers.append(samples.paper(f"2605.{number:05}", title=title, abstract=abstract, categories=(category,)))
    return papers


async def pages(papers: Sequence[Paper], size: int = 50) -> AsyncIterator[Sequence[Paper]]:
    for at in range(0, len(papers), size):
        yield papers[at : at + size]


def made_of(papers: Sequence[Paper]) -> MadeVectors:
    return term_vectors([paper_row(number, paper) for number, paper in enumerate(papers)])


def own_vectors(papers: Sequence[Paper]) -> StoredVectors:
    made = made_of(papers)
    return stored_vectors(packed(made.keys, made.rows), len(papers), len(papers), NOW)


def announcement(number: int, words: str) -> dict[int, Announced]:
    return {number: samples.announced(f"2606.{number:05}", title=words, abstract="A note.", categories=("math.AG",))}


async def two_papers(relevance: PaperRelevance) -> None:
    """One on algebraic geometry, one on particles; neither has the word "sheaf"."""
    await relevance.read(announcement(1, "torsor cohomology") | announcement(2, "gluon collider"))


# ── what is made ──


def test_words_of_one_subject_have_similar_vectors() -> None:
    made = made_of(field_papers(600))
    rows = dict(zip(made.keys.tolist(), made.rows.astype(float), strict=True))
    sheaf, torsor, gluon = (rows[key_of(str(stem(word)))] for word in ("sheaf", "torsor", "gluon"))
    assert sheaf @ torsor > 0
    assert sheaf @ torsor > 5 * abs(sheaf @ gluon)
    assert key_of(category_term("hep-ph")) in rows
    assert (np.diff(made.keys.astype(np.int64)) > 0).all()
    assert made.counts[made.keys == key_of(category_term("hep-ph"))] == 150


def test_terms_of_few_papers_get_no_vector_and_others_are_limited() -> None:
    papers = field_papers(200)
    papers[:2] = [replace(paper, abstract="A lemma on knots.") for paper in papers[:2]]
    keys = made_of(papers).keys.tolist()
    assert key_of(str(stem("sheaf"))) in keys
    assert not {key_of("lemma"), key_of(str(stem("knot")))} & set(keys), "two papers are too few"
    words = [f"x{number}y" for number in range(MOST_TERMS)]
    long = [
        samples.paper(f"2605.0000{n}", abstract=" ".join(word for at, word in enumerate(words) if at % 4 != n))
        for n in range(4)
    ]
    assert len(made_of(long).keys) == MOST_TERMS


def test_the_same_papers_give_the_same_bytes() -> None:
    papers = field_papers(120)
    assert own_vectors(papers) == own_vectors(papers)
    assert own_vectors(papers).origin.name != own_vectors(papers[:100]).origin.name


def test_what_is_stored_is_read_again_and_damage_is_seen() -> None:
    stored = own_vectors(field_papers(60))
    found = unpacked(stored)
    assert found is not None
    assert found.name == stored.origin.name
    assert (found.rows.dtype.name, found.keys.dtype.name) == ("int8", "uint32")
    for data in (b"", stored.data[:-1], stored.data[:100] + b"\0" + stored.data[101:]):
        assert unpacked(replace(stored, data=data)) is None


# ── the process ──


async def test_the_process_makes_the_same_vectors_from_pages() -> None:
    papers = field_papers(120)
    clock = FakeClock()
    found = await make_vectors(pages(papers, 7), 500, clock)
    # Not the same as in this process: with another number of threads, sums are rounded otherwise.
    assert found.data == (await make_vectors(pages(papers, 50), 500, clock)).data
    assert (found.origin.papers, found.origin.counted, found.origin.made_at) == (120, 500, clock.now())


async def test_a_process_that_is_killed_on_the_way_makes_nothing() -> None:
    async def killing() -> AsyncIterator[Sequence[Paper]]:
        for page in range(3):
            yield field_papers(20, 20 * page)
            if page == 1:
                [pid] = _children()
                os.kill(pid, signal.SIGKILL)

    with pytest.raises((RetryLater, GiveUp)):
        await make_vectors(killing(), 60, FakeClock())
    assert not _children()


async def test_a_process_that_is_killed_between_two_pages_does_not_go_on_with_half_of_them() -> None:
    # It answers once, and is then ended as the system does without memory.
    code = (
        "import os, signal, sys; print('{}', flush=True)\n"
        'for line in sys.stdin: print(\'{"data": "", "papers": 1}\', flush=True); os.kill(os.getpid(), signal.SIGKILL)'
    )
    with pytest.raises((RetryLater, GiveUp)):
        await make_vectors(pages(field_papers(40), 10), 40, FakeClock(), command=(sys.executable, "-c", code))


async def test_a_process_that_takes_too_long_is_ended() -> None:
    code = "print('{}', flush=True); input(); import time; time.sleep(60)"
    with pytest.raises(RetryLater):
        await make_vectors(pages(field_papers(4)), 4, FakeClock(), command=(sys.executable, "-c", code), timeout=0.5)
    assert not _children()


def _children() -> list[int]:
    """The processes that make vectors for this one."""
    import psutil

    return [child.pid for child in psutil.Process().children() if COMMAND[-1] in child.cmdline()]


# ── what uses them ──


async def test_an_interest_finds_papers_by_words_of_the_same_subject(store: SqlStore) -> None:
    interest = "about: sheaf scheme"
    without = PaperRelevance(store)
    await two_papers(without)
    first, second = without.of_topic(interest, [1, 2])
    assert max(first, second) < 0.1, "the bundled vectors hardly know these words"
    await store.save_term_vectors(own_vectors(field_papers(600)))
    relevance = PaperRelevance(store)
    await two_papers(relevance)
    first, second = relevance.of_topic(interest, [1, 2])
    assert first > 2 * second


async def test_processes_measure_alike_before_and_after(store: SqlStore) -> None:
    one, other = PaperRelevance(store), PaperRelevance(store)
    await two_papers(one)
    made = await one.make_vectors(pages(field_papers(600)), 200, FakeClock())
    origin = await store.term_vectors_origin()
    assert made == origin
    await two_papers(one)
    await two_papers(other)
    assert list(one.of_topic("about: sheaf scheme", [1, 2])) == list(other.of_topic("about: sheaf scheme", [1, 2]))


async def test_papers_that_were_measured_before_are_compared_with_the_vectors_of_then(store: SqlStore) -> None:
    relevance = PaperRelevance(store)
    await two_papers(relevance)
    before = list(relevance.of_topic("about: sheaf torsor", [1, 2]))
    # A few papers give shorter vectors, which could not be compared at all.
    await relevance.make_vectors(pages(field_papers(30)), 30, FakeClock())
    assert list(relevance.of_topic("about: sheaf torsor", [1, 2])) == before
    await two_papers(relevance)
    assert list(relevance.of_topic("about: sheaf torsor", [1, 2])) != before


async def test_damaged_vectors_are_reported_once_and_the_bundled_ones_are_used(store: SqlStore) -> None:
    plain = PaperRelevance(store)
    await two_papers(plain)
    expected = list(plain.of_topic("about: torsor stack", [1, 2]))
    stored = own_vectors(field_papers(60))
    await store.save_term_vectors(replace(stored, data=stored.data[:-9]))
    relevance = PaperRelevance(store)
    with capture_logs() as logs:
        await two_papers(relevance)
        await relevance.read(announcement(3, "boson"))
        await relevance.learn(Examples([]), NOW, 1)
    assert list(relevance.of_topic("about: torsor stack", [1, 2])) == expected
    assert [entry["log_level"] for entry in logs] == ["warning"]


async def test_models_are_trained_with_the_vectors_that_are_stored(store: SqlStore) -> None:
    relevance = PaperRelevance(store)
    geometry, particles = field_papers(80)[::4], field_papers(80)[1::4]
    given = Examples([(paper, {VoteKind.UP: 1}) for paper in geometry], (), particles)
    try:
        bundled = await relevance.learn(given, NOW, 1)
        await store.save_term_vectors(own_vectors(field_papers(600)))
        model = await relevance.learn(given, NOW, 2)
        assert bundled is not None
        assert model is not None
        origin = await store.term_vectors_origin()
        assert origin is not None
        assert bundled.embedder.startswith("starter-")
        assert model.embedder == f"{origin.name}+"
        await two_papers(relevance)
        likes, other = relevance.of_model(model, [1, 2])
        assert likes > other
        # Weights of other vectors are left out until the model is trained anew.
        without = replace(bundled, embedder="", vector=b"")
        assert list(relevance.of_model(bundled, [1, 2])) == list(relevance.of_model(without, [1, 2]))
    finally:
        await relevance.close_parts()


async def test_a_process_that_trains_gets_other_vectors_without_other_counts(store: SqlStore) -> None:
    relevance = PaperRelevance(store)
    papers = field_papers(30)
    given = Examples([(paper, {VoteKind.UP: 1}) for paper in papers[::4]], (), papers[1::4])
    try:
        await store.save_term_vectors(own_vectors(field_papers(600)))
        first = await relevance.learn(given, NOW, 1)
        await store.save_term_vectors(own_vectors(field_papers(700)))
        second = await relevance.learn(given, NOW, 1)
        other = PaperRelevance(store)
        anew = await other.learn(given, NOW, 1)
        await other.close_parts()
        assert first is not None
        assert second is not None
        assert first.vector != second.vector
        assert second == anew
    finally:
        await relevance.close_parts()


def test_the_process_reads_requests_without_a_table() -> None:
    answer = Learner().answer(
        {"table": None, "vectors": None, "papers": {"a": ["lips", "lips", ""]}, "examples": [["a", 1.0]], "topics": []}
    )
    assert answer == {}


async def test_two_makings_at_once_leave_one_result(store: SqlStore) -> None:
    one, other = PaperRelevance(store), PaperRelevance(store)
    papers = field_papers(100)
    first, second = await asyncio.gather(
        one.make_vectors(pages(papers), 100, FakeClock()), other.make_vectors(pages(papers), 100, FakeClock())
    )
    assert first.name == second.name
