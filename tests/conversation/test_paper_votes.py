"""Votes on papers: who may vote, what a second press does, and what is not stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.conversation import Conversation, Defaults, Requester
from bot.conversation.results import Stale
from bot.conversation.vote_results import PaperNotKept, Voted, VoteNotKept, VoteOptions
from bot.model import ChatKind, ChatRef, Platform, VoteKind
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.finder import finder
from tests.fakes.insight import insight_of
from tests.fakes.pipeline import FakePipeline, made_up_card
from tests.fakes.stores import memory_store

UP, DOWN, SAVED, OPENED = VoteKind.UP, VoteKind.DOWN, VoteKind.SAVED, VoteKind.OPENED
GROUP = ChatRef(Platform.TELEGRAM, "-1001")
ANN, BOB = Requester("5", is_admin=True), Requester("6", is_admin=False)
PAPER = made_up_card("2606.00001").paper


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with memory_store() as opened:
        await opened.remember([PAPER], FakeClock().now())
        yield opened


@pytest.fixture
async def talk(store: SqlStore) -> Conversation:
    pipeline = FakePipeline()
    made = Conversation(
        store, FakeClock(), pipeline.read, pipeline.compose, finder(store), insight_of(store, FakeClock()), Defaults()
    )
    await made.subscribe(ANN, GROUP, "cs.CV")
    return made


async def votes(store: SqlStore) -> set[tuple[str, VoteKind]]:
    return {(vote.person, vote.kind) for vote in await store.votes_of(GROUP)}


async def test_everybody_votes_for_themself_without_rights(talk: Conversation, store: SqlStore) -> None:
    assert await talk.votes.vote(ANN, GROUP, PAPER.id, UP) == Voted(PAPER, UP, votes=frozenset({UP}))
    assert await talk.votes.vote(BOB, GROUP, PAPER.id, DOWN) == Voted(PAPER, DOWN, votes=frozenset({DOWN}))
    assert await votes(store) == {("5", UP), ("6", DOWN)}


async def test_a_second_press_takes_only_the_persons_own_vote_back(talk: Conversation, store: SqlStore) -> None:
    await talk.votes.vote(ANN, GROUP, PAPER.id, UP)
    await talk.votes.vote(BOB, GROUP, PAPER.id, UP)
    assert await talk.votes.vote(BOB, GROUP, PAPER.id, UP) == Voted(PAPER, UP, is_taken_back=True)
    assert await votes(store) == {("5", UP)}


async def test_a_vote_against_replaces_one_for_and_saving_is_beside_both(talk: Conversation, store: SqlStore) -> None:
    for kind in (UP, SAVED, DOWN):
        await talk.votes.vote(ANN, GROUP, PAPER.id, kind)
    assert await votes(store) == {("5", DOWN), ("5", SAVED)}


@pytest.mark.parametrize("presses", [2, 3])
async def test_presses_at_once_leave_what_presses_in_a_row_would(
    talk: Conversation, store: SqlStore, presses: int
) -> None:
    results = await asyncio.gather(*(talk.votes.vote(ANN, GROUP, PAPER.id, UP) for _ in range(presses)))
    assert {result for result in results if not isinstance(result, Voted)} == set()
    told = [result.is_taken_back for result in results if isinstance(result, Voted)]
    # What the last answer says is what is stored: a press that was answered last has set the vote, or taken it back.
    assert len(await votes(store)) == told.count(False) - min(told.count(True), told.count(False))


async def test_a_chat_that_follows_nothing_is_not_created_by_a_vote(talk: Conversation, store: SqlStore) -> None:
    elsewhere = ChatRef(Platform.TELEGRAM, "7")
    assert await talk.votes.vote(BOB, elsewhere, PAPER.id, UP) == VoteNotKept()
    await talk.votes.opened(BOB, elsewhere, PAPER.id)
    assert await store.chat(elsewhere) is None


async def test_a_paper_that_is_not_stored_is_told_and_nothing_is_stored(talk: Conversation, store: SqlStore) -> None:
    assert await talk.votes.vote(ANN, GROUP, "2401.00001v2", UP) == PaperNotKept("2401.00001")
    assert await talk.votes.options("2401.00001") == PaperNotKept("2401.00001")
    await talk.votes.opened(ANN, GROUP, "2401.00001")
    assert await votes(store) == set()


@pytest.mark.parametrize("data", ["", "x", "2606.00001;drop", "../../etc", "menu-0"])
async def test_what_is_no_id_means_nothing(talk: Conversation, store: SqlStore, data: str) -> None:
    assert await talk.votes.vote(ANN, GROUP, data, UP) == Stale()
    assert await talk.votes.options(data) == Stale()
    assert await votes(store) == set()


async def test_looking_closer_is_kept_once_and_never_taken_back(talk: Conversation, store: SqlStore) -> None:
    for _ in range(2):
        await talk.votes.opened(BOB, GROUP, PAPER.id)
    assert await votes(store) == {("6", OPENED)}


async def test_a_vote_does_not_resume_a_suspended_chat(talk: Conversation, store: SqlStore) -> None:
    """The platform refuses the bot there; that somebody pressed an old button does not change that."""
    await talk.chats.suspend(GROUP, "kicked")
    assert await talk.votes.vote(ANN, GROUP, PAPER.id, UP) == Voted(PAPER, UP, votes=frozenset({UP}))
    chat = await store.chat(GROUP)
    assert chat is not None
    assert chat.suspended


async def test_the_options_name_the_paper(talk: Conversation) -> None:
    assert await talk.votes.options(PAPER.id) == VoteOptions(PAPER)


# ── channels ──


async def test_readers_of_a_channel_vote_under_names_that_nobody_can_read(talk: Conversation, store: SqlStore) -> None:
    await talk.beginning.note_kind(GROUP, ChatKind.CHANNEL)
    await talk.votes.vote(BOB, GROUP, PAPER.id, UP)
    await talk.votes.opened(BOB, GROUP, PAPER.id)
    await talk.votes.vote(ANN, GROUP, PAPER.id, UP)
    people = {vote.person for vote in await store.votes_of(GROUP)}
    assert len(people) == 2
    assert not {person for person in people if BOB.user_id in person.split(":") or ANN.user_id in person.split(":")}
    assert await talk.votes.of_person(BOB, GROUP, PAPER.id) == {UP, OPENED}
    taken_back = await talk.votes.vote(BOB, GROUP, PAPER.id, UP)
    assert taken_back == Voted(PAPER, UP, is_taken_back=True, votes=frozenset({OPENED}))


async def test_a_reader_has_another_name_in_each_channel(talk: Conversation, store: SqlStore) -> None:
    other = ChatRef(Platform.TELEGRAM, "-1002")
    await talk.subscribe(ANN, other, "cs.CV")
    for channel in (GROUP, other):
        await talk.beginning.note_kind(channel, ChatKind.CHANNEL)
        await talk.votes.vote(BOB, channel, PAPER.id, SAVED)
    [here], [there] = await store.votes_of(GROUP), await store.votes_of(other)
    assert here.person != there.person
    assert await talk.votes.saved_ids(BOB, other) == [PAPER.id]
    assert await talk.votes.saved_ids(ANN, other) == []
