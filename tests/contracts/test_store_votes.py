"""The promises of `bot.ports.Store`, kept alike by SQLite and PostgreSQL: votes, and what chats learn from them."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import (
    ChatModel,
    ChatRef,
    DeliveryState,
    Platform,
    Settlement,
    Vote,
    VoteCounts,
    VoteKind,
)
from bot.ports import Store
from bot.relevance.model_weights import packed_terms
from tests.contracts.samples import ANN, BOB, NOW, announced, digest, minutes, paper, send_next, with_chats

UP, DOWN, SAVED, OPENED = VoteKind.UP, VoteKind.DOWN, VoteKind.SAVED, VoteKind.OPENED
ONE, TWO, THREE = "2606.00001", "2606.00002", "hep-th/9901001"
GROUP, SUPER = ChatRef(Platform.TELEGRAM, "-1"), ChatRef(Platform.TELEGRAM, "-1002")


@pytest.fixture
async def store(store: Store) -> Store:
    """A store with chats and papers."""
    await with_chats(store, ANN, BOB, GROUP, SUPER)
    await store.remember([paper(ONE), paper(TWO), paper(THREE)], NOW)
    return store


def model(version: int = 1, **fields: object) -> ChatModel:
    """A model whose weights float32 holds exactly."""
    given = {
        "trained_at": NOW,
        "votes": 2,
        "terms": packed_terms((("lip sync", 1.5), ("Gesichtserkennung", -0.25), ("唇", 0.125))),
        "bias": -0.1,
        "embedder": "local",
        "vector": array("f", [0.5, -0.1]).tobytes(),
        "liked": (THREE, ONE),
    }
    return ChatModel(version, **(given | fields))  # type: ignore[arg-type]


async def learn(store: Store, ref: ChatRef, version: int = 1) -> ChatModel:
    """Save a model that was learned from all votes of a chat."""
    learned = model(version)
    assert await store.save_model(ref, learned, await store.votes_of(ref), NOW)
    return learned


def said(votes: Sequence[Vote]) -> list[tuple[str, str, VoteKind]]:
    return [(vote.person, vote.paper_id, vote.kind) for vote in votes]


# ── votes ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_votes_are_read_as_they_were_given_oldest_first(store: Store) -> None:
    later = NOW + timedelta(microseconds=1)
    assert await store.vote(GROUP, "7", [TWO], SAVED, later) == 1
    assert await store.vote(GROUP, "", [ONE], UP, NOW) == 1
    assert await store.vote(BOB, "8", [ONE], DOWN, NOW) == 1
    assert await store.votes_of(GROUP) == [Vote(GROUP, "", ONE, UP, NOW), Vote(GROUP, "7", TWO, SAVED, later)]
    assert await store.votes_of(ANN) == []


async def test_the_votes_of_one_person_are_theirs_in_that_chat_alone(store: Store) -> None:
    for ref, person in ((GROUP, "7"), (GROUP, "8"), (GROUP, ""), (BOB, "7")):
        await store.vote(ref, person, [ONE, TWO], UP, NOW)
    assert said(await store.votes_of(GROUP, "7")) == [("7", ONE, UP), ("7", TWO, UP)]
    assert said(await store.votes_of(GROUP, "")) == [("", ONE, UP), ("", TWO, UP)]
    assert await store.votes_of(GROUP, "9") == []


async def test_a_vote_that_is_given_again_is_not_new_and_stays(store: Store) -> None:
    assert await store.vote(ANN, "101", [ONE, TWO, ONE], UP, NOW) == 2
    assert await store.vote(ANN, "101", [TWO, THREE], UP, NOW + minutes(1)) == 1
    assert [vote.at for vote in await store.votes_of(ANN)] == [NOW, NOW, NOW + minutes(1)]
    assert await store.vote(ANN, "101", [], UP, NOW) == 0


async def test_up_and_down_replace_each_other_and_leave_the_others(store: Store) -> None:
    for kind in (SAVED, OPENED, UP):
        await store.vote(GROUP, "7", [ONE], kind, NOW)
    await store.vote(GROUP, "8", [ONE], UP, NOW)
    assert await store.vote(GROUP, "7", [ONE, TWO], DOWN, NOW + minutes(1)) == 2
    expected = [("7", ONE, SAVED), ("7", ONE, OPENED), ("8", ONE, UP), ("7", ONE, DOWN), ("7", TWO, DOWN)]
    assert said(await store.votes_of(GROUP)) == expected
    assert await store.vote(GROUP, "7", [ONE], UP, NOW + minutes(2)) == 1
    assert ("7", ONE, DOWN) not in said(await store.votes_of(GROUP))


async def test_of_an_up_and_a_down_at_once_one_stays(store: Store) -> None:
    await asyncio.gather(*(store.vote(GROUP, "7", [ONE], kind, NOW) for kind in (UP, DOWN) * 4))
    assert len(await store.votes_of(GROUP)) == 1


async def test_a_vote_is_taken_back_once(store: Store) -> None:
    await store.vote(GROUP, "7", [ONE], UP, NOW)
    await store.vote(GROUP, "8", [ONE], UP, NOW)
    assert not await store.take_back(GROUP, "7", ONE, SAVED, NOW)
    assert not await store.take_back(ANN, "7", ONE, UP, NOW)
    assert not await store.take_back(ChatRef(Platform.TELEGRAM, "999"), "7", ONE, UP, NOW)
    assert await store.take_back(GROUP, "7", ONE, UP, NOW)
    assert not await store.take_back(GROUP, "7", ONE, UP, NOW)
    assert said(await store.votes_of(GROUP)) == [("8", ONE, UP)]


async def test_a_vote_in_an_unknown_chat_or_on_an_unknown_paper_is_not_written(store: Store) -> None:
    with pytest.raises(LookupError, match="add the chat"):
        await store.vote(ChatRef(Platform.TELEGRAM, "999"), "7", [ONE], UP, NOW)
    await store.vote(ANN, "101", [ONE], DOWN, NOW)
    with pytest.raises(LookupError, match=r"2606\.99999"):
        await store.vote(ANN, "101", [ONE, "2606.99999"], UP, NOW)
    assert said(await store.votes_of(ANN)) == [("101", ONE, DOWN)]


async def test_each_chat_counts_once_for_a_paper_by_what_most_of_its_people_say(store: Store) -> None:
    for person, kind in (("7", UP), ("8", DOWN), ("9", DOWN), ("7", SAVED), ("8", SAVED)):
        await store.vote(GROUP, person, [ONE], kind, NOW)
    await store.vote(ANN, "101", [ONE, TWO], UP, NOW)
    await store.vote(BOB, "8", [ONE], SAVED, NOW)
    await store.vote(SUPER, "7", [TWO], UP, NOW)
    await store.vote(SUPER, "8", [TWO], DOWN, NOW)
    await store.vote(BOB, "8", [THREE], OPENED, NOW)
    counts = await store.vote_counts([ONE, TWO, THREE, "2606.99999"])
    assert counts == {ONE: VoteCounts(up=1, down=1, saved=2), TWO: VoteCounts(up=1)}
    assert await store.vote_counts([]) == {}


# ── models ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_model_is_read_as_it_was_saved(store: Store) -> None:
    bare = ChatModel(1, NOW, 0, packed_terms(()))
    await store.vote(ANN, "101", [ONE, THREE], UP, NOW)
    assert await store.save_model(ANN, model(), await store.votes_of(ANN), NOW)
    assert await store.save_model(BOB, bare, [], NOW)
    assert await store.models_of([ANN, BOB, GROUP]) == {ANN: model(), BOB: bare}
    assert await store.models_of([GROUP]) == {}
    assert await store.models_of([]) == {}


async def test_the_weights_of_terms_are_kept_as_float32(store: Store) -> None:
    terms = tuple((f"term {number}", number / 7) for number in range(3_000))
    assert await store.save_model(ANN, replace(model(), terms=packed_terms(terms)), [], NOW)
    kept = (await store.models_of([ANN]))[ANN].terms
    assert [term for term, _ in kept] == [term for term, _ in terms]
    assert [weight for _, weight in kept] == list(array("f", [weight for _, weight in terms]))


async def test_chats_with_votes_that_were_not_learned_from_wait_the_longest_waiting_first(store: Store) -> None:
    await store.vote(GROUP, "7", [ONE], UP, NOW)
    await store.vote(BOB, "8", [ONE], UP, NOW - minutes(1))
    await store.vote(ANN, "101", [ONE], UP, NOW + minutes(1))
    await store.vote(GROUP, "7", [TWO], UP, NOW + minutes(2))
    assert await store.chats_to_learn(9) == [BOB, GROUP, ANN]
    assert await store.chats_to_learn(2) == [BOB, GROUP]
    await learn(store, GROUP)
    assert await store.chats_to_learn(9) == [BOB, ANN]
    await store.vote(GROUP, "7", [TWO], UP, NOW + minutes(3))
    assert not await store.take_back(GROUP, "7", THREE, UP, NOW)
    assert await store.chats_to_learn(9) == [BOB, ANN], "nothing has changed"
    await store.take_back(GROUP, "7", TWO, UP, NOW + minutes(3))
    assert await store.chats_to_learn(9) == [BOB, ANN, GROUP]


async def test_a_vote_that_came_while_a_chat_was_learned_from_leaves_it_waiting(store: Store) -> None:
    await store.vote(ANN, "101", [ONE], UP, NOW)
    votes = await store.votes_of(ANN)
    # A clock behind the others, or a vote that was written late, has an earlier time than those before it.
    await store.vote(ANN, "101", [TWO], UP, NOW - minutes(1))
    assert await store.save_model(ANN, model(), votes, NOW + minutes(1))
    assert await store.models_of([ANN]) == {ANN: model()}
    assert await store.chats_to_learn(9) == [ANN]
    await store.vote(BOB, "8", [ONE], UP, NOW)
    assert await store.chats_to_learn(9) == [BOB, ANN], "who has got a model waits behind those without"


async def test_a_chat_has_votes_to_learn_exactly_while_its_model_was_trained_on_others(store: Store) -> None:
    assert not await store.has_votes_to_learn(ANN)
    await store.vote(ANN, "101", [ONE], UP, NOW)
    assert await store.has_votes_to_learn(ANN)
    await learn(store, ANN)
    assert not await store.has_votes_to_learn(ANN)
    await store.vote(ANN, "101", [TWO], UP, NOW - minutes(1))
    assert await store.has_votes_to_learn(ANN)
    await store.take_back(ANN, "101", TWO, UP, NOW)
    assert not await store.has_votes_to_learn(ANN), "the votes are those that were learned from"
    await store.take_back(ANN, "101", ONE, UP, NOW)
    assert await store.has_votes_to_learn(ANN)
    assert not await store.has_votes_to_learn(BOB)


async def test_the_newest_model_stays(store: Store) -> None:
    await store.vote(ANN, "101", [ONE], UP, NOW)
    votes = await store.votes_of(ANN)
    await store.vote(ANN, "101", [TWO], UP, NOW)
    newer = await learn(store, ANN, 2)
    for version in (1, 2):
        assert not await store.save_model(ANN, replace(model(version), bias=9.0), votes, NOW)
    assert await store.models_of([ANN]) == {ANN: newer}
    assert await store.chats_to_learn(9) == []
    assert not await store.save_model(ChatRef(Platform.TELEGRAM, "999"), model(3), votes, NOW)


async def test_where_too_little_is_left_to_learn_from_the_model_goes(store: Store) -> None:
    await store.vote(ANN, "101", [ONE], UP, NOW)
    await learn(store, ANN, 3)
    await store.take_back(ANN, "101", ONE, UP, NOW)
    assert await store.save_model(ANN, None, [], NOW)
    assert await store.models_of([ANN]) == {}
    assert await store.chats_to_learn(9) == []
    await store.vote(ANN, "101", [ONE], UP, NOW)
    assert not await store.save_model(ANN, None, [], NOW), "there is a vote again"
    assert await store.chats_to_learn(9) == [ANN]
    await learn(store, ANN, 1)


async def test_what_was_forgotten_does_not_come_back_with_a_model_that_was_being_learned(store: Store) -> None:
    await store.vote(ANN, "101", [ONE, TWO], UP, NOW)
    await store.vote(ANN, "", [ONE], UP, NOW)
    await learn(store, ANN)
    votes = await store.votes_of(ANN)
    assert await store.forget_votes(ANN, NOW) == 3
    assert (await store.votes_of(ANN), await store.models_of([ANN]), await store.chats_to_learn(9)) == ([], {}, [])
    assert not await store.save_model(ANN, model(2), votes, NOW)
    await store.vote(ANN, "101", [ONE], UP, NOW + minutes(1))
    assert not await store.save_model(ANN, model(2), votes, NOW)
    assert await store.models_of([ANN]) == {}
    assert await store.chats_to_learn(9) == [ANN]
    await learn(store, ANN)
    assert await store.forget_votes(BOB, NOW) == 0
    assert await store.forget_votes(ChatRef(Platform.TELEGRAM, "999"), NOW) == 0


async def test_a_vote_changes_a_chat_only_when_its_model_is_saved_or_forgotten(store: Store) -> None:
    await store.vote(ANN, "101", [ONE], UP, NOW)
    await store.take_back(ANN, "101", ONE, UP, NOW)
    await store.vote(ANN, "101", [TWO], UP, NOW)
    assert await store.chats_changed(NOW - minutes(9)) == []
    votes = await store.votes_of(ANN)
    assert await store.save_model(ANN, model(), votes, NOW + minutes(5))
    assert await store.chats_changed(NOW + minutes(5)) == [ANN]
    assert not await store.save_model(ANN, model(), votes, NOW + minutes(6))
    assert await store.chats_changed(NOW + minutes(6)) == []
    await store.forget_votes(ANN, NOW + minutes(7))
    assert await store.chats_changed(NOW + minutes(7)) == [ANN]


# ── chats that move, are joined or forgotten ──────────────────────────────────────────────────────────────────────


async def test_a_chat_that_moves_takes_its_votes_and_model_with_it(store: Store) -> None:
    await store.forget(SUPER)
    await store.vote(GROUP, "7", [ONE], UP, NOW)
    learned = await learn(store, GROUP)
    await store.vote(GROUP, "8", [ONE], DOWN, NOW)
    await store.move_chat(GROUP, SUPER, NOW)
    assert await store.votes_of(SUPER) == [Vote(SUPER, "7", ONE, UP, NOW), Vote(SUPER, "8", ONE, DOWN, NOW)]
    assert await store.models_of([GROUP, SUPER]) == {SUPER: learned}
    assert await store.chats_to_learn(9) == [SUPER]


async def test_joined_chats_have_the_votes_of_both_and_of_a_person_the_latest(store: Store) -> None:
    await store.vote(GROUP, "7", [ONE], UP, NOW)
    await store.vote(GROUP, "7", [TWO, THREE], DOWN, NOW + minutes(2))
    await store.vote(GROUP, "7", [ONE], SAVED, NOW)
    await store.vote(SUPER, "7", [ONE, TWO], DOWN, NOW + minutes(1))
    await store.vote(SUPER, "7", [THREE], UP, NOW + minutes(1))
    await store.vote(SUPER, "8", [ONE], UP, NOW)
    await store.move_chat(GROUP, SUPER, NOW)
    expected = [("7", ONE, SAVED), ("8", ONE, UP), ("7", ONE, DOWN), ("7", TWO, DOWN), ("7", THREE, DOWN)]
    assert said(await store.votes_of(SUPER)) == expected
    assert await store.votes_of(GROUP) == []
    assert await store.chats_to_learn(9) == [SUPER]


@pytest.mark.parametrize("learned", [(GROUP,), (SUPER,), (GROUP, SUPER), ()])
async def test_joined_chats_keep_a_model_until_a_new_one_is_learned(store: Store, learned: tuple[ChatRef, ...]) -> None:
    await store.vote(GROUP, "7", [ONE], UP, NOW)
    await store.vote(SUPER, "8", [ONE], UP, NOW)
    for version, ref in enumerate(learned, start=1):
        await learn(store, ref, version)
    await store.move_chat(GROUP, SUPER, NOW)
    assert await store.models_of([GROUP, SUPER]) == ({SUPER: model(len(learned))} if learned else {})
    assert await store.chats_to_learn(9) == [SUPER]
    await learn(store, SUPER, len(learned) + 1)
    assert await store.chats_to_learn(9) == []


async def test_a_chat_joined_with_one_that_never_voted_stays_as_it_is(store: Store) -> None:
    await store.vote(SUPER, "7", [ONE], UP, NOW)
    learned = await learn(store, SUPER)
    await store.move_chat(GROUP, SUPER, NOW)
    assert await store.models_of([SUPER]) == {SUPER: learned}
    assert await store.chats_to_learn(9) == []


async def test_a_forgotten_chat_takes_its_votes_and_model_along_and_no_others(store: Store) -> None:
    for ref in (ANN, GROUP):
        await store.vote(ref, "101", [ONE], UP, NOW)
        await learn(store, ref)
    await store.vote(ANN, "101", [TWO], UP, NOW)
    await store.forget(ANN)
    assert await store.votes_of(ANN) == []
    assert await store.models_of([ANN, GROUP]) == {GROUP: model()}
    assert await store.chats_to_learn(9) == []
    assert await store.vote_counts([ONE, TWO]) == {ONE: VoteCounts(up=1)}
    await with_chats(store, ANN)
    assert await store.votes_of(ANN) == [], "the person begins anew"
    assert said(await store.votes_of(GROUP)) == [("101", ONE, UP)], "in the group, what a person said stays"


# ── what a chat was shown ─────────────────────────────────────────────────────────────────────────────────────────


async def test_shown_papers_are_those_of_digests_that_went_out_latest_first(store: Store) -> None:
    await store.write_digest(digest(ANN, "first", (ONE, TWO), parts=2), NOW)
    await store.write_digest(digest(ANN, "second", (THREE,)), NOW)
    assert await store.shown_papers(ANN, 9) == []
    await send_next(store)
    assert await store.shown_papers(ANN, 9) == [TWO, ONE]
    await send_next(store)
    await send_next(store)
    assert await store.shown_papers(ANN, 9) == [THREE, TWO, ONE]
    assert await store.shown_papers(ANN, 2) == [THREE, TWO]
    assert await store.shown_papers(BOB, 9) == []


async def test_past_digests_tell_what_they_showed_newest_first(store: Store) -> None:
    await store.write_digest(digest(ANN, "first", (ONE, TWO), parts=2), NOW)
    await store.write_digest(digest(ANN, "second", (THREE,)), NOW + minutes(1))
    await store.write_digest(digest(BOB, "other", (ONE,)), NOW)
    await store.write_digest(digest(ANN, "empty", (), parts=0), NOW)
    found = await store.past_digests(ANN, NOW.date())
    assert [(each.shown, each.created_at) for each in found] == [
        (frozenset({THREE}), NOW + minutes(1)),
        (frozenset({ONE, TWO}), NOW),
    ]
    assert all(each.window.first <= each.window.last <= each.day for each in found)
    assert await store.past_digests(ANN, found[0].day + timedelta(days=1)) == []
    assert await store.past_digests(ChatRef(Platform.TELEGRAM, "404"), NOW.date()) == []


async def test_a_digest_that_was_refused_was_not_shown(store: Store) -> None:
    await store.write_digest(digest(ANN, papers=(ONE,)), NOW)
    [delivery] = await store.deliveries(chat=ANN)
    await store.settle(delivery.id, Settlement(DeliveryState.GIVEN_UP), NOW)
    assert await store.shown_papers(ANN, 9) == []


async def test_it_is_known_whether_any_chat_has_a_vote(store: Store) -> None:
    await with_chats(store, ANN)
    await store.ingest([announced("2606.00001")], NOW)
    assert not await store.has_votes()
    await store.vote(ANN, "101", ["2606.00001"], VoteKind.UP, NOW)
    assert await store.has_votes()
    await store.take_back(ANN, "101", "2606.00001", VoteKind.UP, NOW)
    assert not await store.has_votes()


async def test_a_persons_votes_on_one_paper_are_theirs_in_that_chat_alone(store: Store) -> None:
    await store.vote(GROUP, "7", [ONE, TWO], UP, NOW)
    await store.vote(GROUP, "7", [ONE], SAVED, NOW)
    await store.vote(GROUP, "8", [ONE], DOWN, NOW)
    assert await store.votes_on(GROUP, "7", ONE) == {UP, SAVED}
    assert await store.votes_on(GROUP, "7", TWO) == {UP}
    assert await store.votes_on(ANN, "7", ONE) == frozenset()
