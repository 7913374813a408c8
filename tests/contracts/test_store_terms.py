"""The promises of `bot.ports.Store`, kept alike by SQLite and PostgreSQL: what relevance keeps of texts."""

from __future__ import annotations

import asyncio
from array import array
from datetime import datetime, timedelta

from bot.model import ChatModel, ChatRef, Kind, StoredVectors, TermCounts, VectorsOrigin, VoteKind
from bot.ports import Store
from bot.relevance.model_weights import packed_terms
from tests.contracts.samples import ANN, BOB, MONDAY, NOW, TUESDAY, WEDNESDAY, announced, paper, with_chats

LOCAL, OTHER = "local", "google:embedding"
ONE, TWO, THREE, FOUR = (f"2606.0000{number}" for number in range(1, 5))


def vector(*numbers: float) -> bytes:
    return array("f", numbers).tobytes()


async def without(store: Store, embedder: str = LOCAL, limit: int = 99) -> list[tuple[str, int]]:
    return [(found.id, found.version) for found in await store.papers_without_vector(embedder, TUESDAY, limit)]


# ── counts of terms ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_counts_of_terms_are_read_as_they_were_saved(store: Store) -> None:
    assert await store.term_counts() is None
    counts = TermCounts(7, 3, {"talking head": 2, "“Größe”\n": 1, "扩散": 3, "": 1})
    assert await store.save_term_counts(counts)
    assert await store.term_counts() == counts


async def test_counts_are_replaced_only_by_those_that_reach_farther(store: Store) -> None:
    first, farther = TermCounts(7, 3, {"a": 1}), TermCounts(8, 4, {"b": 2})
    assert await store.save_term_counts(first)
    assert not await store.save_term_counts(TermCounts(7, 9, {"c": 1}))
    assert await store.term_counts() == first
    assert await store.save_term_counts(farther)
    assert not await store.save_term_counts(first)
    assert await store.term_counts() == farther


async def test_of_processes_that_count_at_once_the_one_that_reaches_farthest_counts(store: Store) -> None:
    await asyncio.gather(*(store.save_term_counts(TermCounts(seq, seq, {"a": seq})) for seq in range(8)))
    assert await store.term_counts() == TermCounts(7, 7, {"a": 7})


async def test_a_year_of_terms_is_one_value(store: Store) -> None:
    counts = TermCounts(1, 300_000, {f"term {number}": number for number in range(300_000)})
    assert await store.save_term_counts(counts)
    assert await store.term_counts() == counts


# ── vectors ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_vectors_are_kept_by_embedder_paper_and_version(store: Store) -> None:
    await store.save_vectors(LOCAL, {(ONE, 1): vector(0.5, -0.25), (ONE, 2): vector(1, 0), (TWO, 1): vector(0, 1)})
    await store.save_vectors(OTHER, {(ONE, 1): vector(0.125, 0.75, 0)})
    asked = [(TWO, 1), (ONE, 1), (THREE, 1), (TWO, 2)]
    assert await store.vectors(LOCAL, asked) == {(TWO, 1): vector(0, 1), (ONE, 1): vector(0.5, -0.25)}
    assert await store.vectors(OTHER, asked) == {(ONE, 1): vector(0.125, 0.75, 0)}
    assert await store.vectors("none", asked) == {}
    assert await store.vectors(LOCAL, []) == {}
    await store.save_vectors(LOCAL, {})


async def test_a_vector_keeps_the_precision_of_float16(store: Store) -> None:
    numbers = [0.1, -0.0521, 0.00037, 0.99]
    await store.save_vectors(LOCAL, {(ONE, 1): vector(*numbers)})
    kept = array("f", (await store.vectors(LOCAL, [(ONE, 1)]))[ONE, 1])
    assert all(abs(got - given) <= abs(given) / 2_000 for got, given in zip(kept, numbers, strict=True))


async def test_a_vector_that_is_there_stays(store: Store) -> None:
    await store.save_vectors(LOCAL, {(ONE, 1): vector(1, 0)})
    await asyncio.gather(*(store.save_vectors(LOCAL, {(ONE, 1): vector(0, 1), (TWO, 1): vector(0, 1)}) for _ in "ab"))
    assert await store.vectors(LOCAL, [(ONE, 1), (TWO, 1)]) == {(ONE, 1): vector(1, 0), (TWO, 1): vector(0, 1)}


async def test_papers_without_a_vector_are_those_of_the_newest_day_first(store: Store) -> None:
    await store.ingest([announced(ONE, MONDAY), announced(TWO, TUESDAY), announced(THREE, TUESDAY)], NOW)
    await store.ingest([announced(FOUR, WEDNESDAY, Kind.CROSS)], NOW)
    assert await without(store) == [(FOUR, 1), (TWO, 1), (THREE, 1)]
    assert await without(store, limit=2) == [(FOUR, 1), (TWO, 1)]
    await store.save_vectors(LOCAL, {(TWO, 1): vector(1)})
    assert await without(store) == [(FOUR, 1), (THREE, 1)]
    assert await without(store, OTHER) == [(FOUR, 1), (TWO, 1), (THREE, 1)]


async def test_a_new_version_has_no_vector_and_a_replacement_alone_needs_none(store: Store) -> None:
    await store.ingest([announced(ONE, TUESDAY), announced(TWO, MONDAY)], NOW)
    await store.save_vectors(LOCAL, {(ONE, 1): vector(1), (TWO, 1): vector(1)})
    assert await without(store) == []
    await store.ingest([announced(name, WEDNESDAY, Kind.REPLACE, version=2) for name in (ONE, TWO)], NOW)
    assert await without(store) == [(ONE, 2)]


async def test_papers_with_a_vote_need_a_vector_whenever_they_were_announced(store: Store) -> None:
    await with_chats(store, ANN)
    await store.ingest([announced(ONE, MONDAY), announced(TWO, TUESDAY)], NOW)
    await store.remember([paper(THREE), paper(FOUR)], NOW)
    await store.vote(ANN, "101", [ONE, TWO, THREE], VoteKind.DOWN, NOW)
    assert await without(store) == [(TWO, 1), (ONE, 1), (THREE, 1)]
    assert await without(store, limit=2) == [(TWO, 1), (ONE, 1)]
    await store.save_vectors(LOCAL, {(TWO, 1): vector(1), (THREE, 1): vector(1)})
    assert await without(store) == [(ONE, 1)]


async def test_papers_with_a_vector_are_counted_by_the_days_on_which_they_were_announced(store: Store) -> None:
    assert await store.vector_counts(LOCAL, MONDAY) == (0, 0)
    await store.ingest([announced(ONE, MONDAY), announced(TWO, TUESDAY), announced(THREE, TUESDAY)], NOW)
    await store.ingest([announced(TWO, WEDNESDAY, Kind.CROSS), announced(FOUR, WEDNESDAY, Kind.REPLACE)], NOW)
    await store.save_vectors(LOCAL, {(ONE, 1): vector(1), (TWO, 1): vector(1), (FOUR, 1): vector(1)})
    await store.save_vectors(OTHER, {(THREE, 1): vector(1)})
    assert await store.vector_counts(LOCAL, MONDAY) == (2, 3)
    assert await store.vector_counts(LOCAL, TUESDAY) == (1, 2)
    await store.ingest([announced(TWO, WEDNESDAY, Kind.REPLACE, version=2)], NOW)
    assert await store.vector_counts(LOCAL, TUESDAY) == (0, 2)


async def test_old_vectors_go_but_not_those_of_papers_with_a_vote_or_announced_since(store: Store) -> None:
    await with_chats(store, ANN)
    await store.ingest([announced(name, MONDAY) for name in (ONE, TWO, THREE)], NOW)
    await store.vote(ANN, "101", [TWO], VoteKind.OPENED, NOW)
    every = [(name, 1) for name in (ONE, TWO, THREE, FOUR)] + [("a hash", 0)]
    for embedder in (LOCAL, OTHER):
        await store.save_vectors(embedder, {key: vector(1) for key in every if key[0] != FOUR})
    await store.ingest([announced(THREE, WEDNESDAY, Kind.CROSS), announced(FOUR, WEDNESDAY)], NOW)
    await store.save_vectors(LOCAL, {(FOUR, 1): vector(1)})
    assert await store.forget_vectors(MONDAY) == 0
    assert await store.forget_vectors(TUESDAY) == 4
    assert set(await store.vectors(LOCAL, every)) == {(TWO, 1), (THREE, 1), (FOUR, 1)}
    assert set(await store.vectors(OTHER, every)) == {(TWO, 1), (THREE, 1)}


async def test_without_newer_listings_all_old_vectors_go(store: Store) -> None:
    await store.ingest([announced(ONE, MONDAY)], NOW)
    await store.save_vectors(LOCAL, {(ONE, 1): vector(1)})
    assert await store.forget_vectors(MONDAY + timedelta(days=60)) == 1


# ── vectors of terms ──────────────────────────────────────────────────────────────────────────────────────────────


def term_vectors(name: str, made_at: datetime = NOW) -> StoredVectors:
    return StoredVectors(VectorsOrigin(name, 1_900, 2_000, made_at), bytes(range(256)) * 2_000)


async def test_vectors_of_terms_are_read_as_they_were_saved_and_replaced_as_a_whole(store: Store) -> None:
    assert await store.term_vectors() is None
    assert await store.term_vectors_origin() is None
    first, second = term_vectors("own-1"), term_vectors("own-2", NOW + timedelta(days=7))
    await store.save_term_vectors(first)
    assert await store.term_vectors() == first
    assert await store.term_vectors_origin() == first.origin
    await store.save_term_vectors(second)
    assert await store.term_vectors() == second
    assert await store.term_vectors_origin() == second.origin


async def test_the_number_of_counted_papers_is_that_of_the_counts(store: Store) -> None:
    assert await store.counted_papers() == 0
    await store.save_term_counts(TermCounts(7, 3, {"a": 2}))
    assert await store.counted_papers() == 3


async def learned(store: Store, *refs: ChatRef, version: int = 1, at: datetime = NOW) -> None:
    """Models from all votes of these chats."""
    for ref in refs:
        model = ChatModel(version, at, 1, packed_terms((("lip", 1.0),)), 0.0, "own-1+")
        assert await store.save_model(ref, model, await store.votes_of(ref), at)


async def test_other_vectors_let_all_models_be_trained_anew(store: Store) -> None:
    await with_chats(store, ANN, BOB)
    await store.remember([paper(ONE)], NOW)
    for ref in (ANN, BOB):
        await store.vote(ref, "7", [ONE], VoteKind.UP, NOW)
    assert await store.chats_to_learn(9) == [ANN, BOB]
    await learned(store, ANN)
    later = NOW + timedelta(hours=1)
    await store.save_term_vectors(term_vectors("own-1", later))
    assert await store.chats_to_learn(9) == [BOB, ANN], "who waited already comes first"
    await learned(store, ANN, version=2, at=later)
    await learned(store, BOB, at=later)
    assert await store.chats_to_learn(9) == []
    await store.save_term_vectors(term_vectors("own-1", later))
    assert await store.chats_to_learn(9) == [], "they are the same"
    assert set(await store.models_of([ANN, BOB])) == {ANN, BOB}, "until then the models stay"


async def test_a_model_that_was_begun_before_the_vectors_changed_is_trained_once_more(store: Store) -> None:
    await with_chats(store, ANN)
    await store.remember([paper(ONE)], NOW)
    await store.vote(ANN, "7", [ONE], VoteKind.UP, NOW)
    begun, made_at, later = (NOW + timedelta(minutes=minutes) for minutes in (1, 2, 3))
    await store.save_term_vectors(term_vectors("own-1", made_at))
    model = ChatModel(1, begun, 1, packed_terms((("lip", 1.0),)))
    assert await store.save_model(ANN, model, await store.votes_of(ANN), later)
    assert await store.chats_to_learn(9) == [ANN]
    assert not await store.has_votes_to_learn(ANN), "only the vectors changed"
    await learned(store, ANN, version=2, at=later)
    assert await store.chats_to_learn(9) == []


async def test_vectors_dated_in_the_future_do_not_let_models_wait_for_ever(store: Store) -> None:
    await with_chats(store, ANN)
    await store.remember([paper(ONE)], NOW)
    await store.vote(ANN, "7", [ONE], VoteKind.UP, NOW)
    await store.save_term_vectors(term_vectors("own-1", NOW + timedelta(days=99)))
    await learned(store, ANN)
    assert await store.chats_to_learn(9) == []
