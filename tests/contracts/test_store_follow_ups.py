"""The promises of `bot.ports.FollowUps`, kept alike by SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import ChatKind, ChatRef, FollowUp, PaperState, Platform, VoteKind, WatchedPaper
from bot.ports import Store
from tests.contracts.samples import ANN, BOB, NOW, digest, paper, with_chats

ONE, TWO = "2606.00001", "2606.00002"
GROUP = ChatRef(Platform.TELEGRAM, "-1")


@pytest.fixture
async def store(store: Store) -> Store:
    """A store with chats and papers, of which Ann likes the first."""
    await with_chats(store, ANN, BOB, GROUP)
    await store.remember([paper(ONE), paper(TWO)], NOW)
    await store.vote(ANN, "1", [ONE], VoteKind.UP, NOW)
    return store


async def watch_all(store: Store) -> list[WatchedPaper]:
    """Look at all papers that changed, and find news about each."""
    changed = await store.changed_papers(10)
    await store.watch(changed, {each.paper.id for each in changed}, NOW)
    return changed


async def new_version(store: Store, version: int) -> None:
    await store.remember([replace(paper(ONE), version=version, title=f"Title {version}")], NOW)


async def told(store: Store, ref: ChatRef) -> list[FollowUp]:
    return list((await store.follow_ups([ref], limit=5)).get(ref, []))


async def test_a_liked_paper_is_watched_from_then_on_and_no_other(store: Store) -> None:
    assert [(each.paper.id, each.before) for each in await watch_all(store)] == [(ONE, None)]
    assert not await watch_all(store)
    assert not await told(store, ANN)


async def test_a_change_is_followed_up_in_the_chats_that_like_the_paper(store: Store) -> None:
    await watch_all(store)
    await new_version(store, 2)
    (changed,) = await watch_all(store)
    assert changed.before == PaperState.of(paper(ONE))
    (follow_up,) = await told(store, ANN)
    assert (follow_up.paper.version, follow_up.before) == (2, PaperState.of(paper(ONE)))
    assert not await told(store, BOB)


async def test_two_changes_that_a_chat_was_not_told_of_are_one_follow_up(store: Store) -> None:
    await watch_all(store)
    for version in (2, 3):
        await new_version(store, version)
        await watch_all(store)
    (follow_up,) = await told(store, ANN)
    assert (follow_up.before.version, follow_up.paper.version) == (1, 3)


async def test_a_follow_up_is_told_once_with_a_digest(store: Store) -> None:
    await watch_all(store)
    await new_version(store, 2)
    await watch_all(store)
    (follow_up,) = await told(store, ANN)
    assert await store.write_digest(replace(digest(ANN), follow_ups=(follow_up.id,)), NOW)
    assert not await told(store, ANN)
    last = await store.last_follow_up(ANN, ONE)
    assert last == follow_up


async def test_what_a_person_saved_in_a_group_is_not_told_to_the_group(store: Store) -> None:
    await store.change_chat(BOB, NOW, kind=ChatKind.PRIVATE)
    for ref in (GROUP, BOB):
        await store.vote(ref, "1", [TWO], VoteKind.SAVED, NOW)
    await watch_all(store)
    await store.remember([replace(paper(TWO), version=2)], NOW)
    await watch_all(store)
    assert [len(await told(store, ref)) for ref in (GROUP, BOB)] == [0, 1]


async def test_what_a_chat_was_not_told_yet_follows_it_to_a_chat_that_exists(store: Store) -> None:
    """A change that the other chat was not told of either is told once."""
    await store.vote(GROUP, "1", [ONE, TWO], VoteKind.UP, NOW)
    await watch_all(store)
    await new_version(store, 2)
    await store.remember([replace(paper(TWO), version=2)], NOW)
    await watch_all(store)
    await store.move_chat(GROUP, ANN, NOW)
    assert sorted(follow_up.paper.id for follow_up in await told(store, ANN)) == [ONE, TWO]


async def test_a_paper_that_is_liked_no_more_is_not_told(store: Store) -> None:
    """Nor what somebody else has saved in the group, which is nobody's affair."""
    await store.vote(GROUP, "1", [ONE], VoteKind.UP, NOW)
    await store.vote(GROUP, "2", [ONE], VoteKind.SAVED, NOW)
    await watch_all(store)
    await new_version(store, 2)
    await watch_all(store)
    for ref in (ANN, GROUP):
        await store.take_back(ref, "1", ONE, VoteKind.UP, NOW)
        assert not await told(store, ref)


async def test_a_forgotten_chat_leaves_no_follow_ups(store: Store) -> None:
    await watch_all(store)
    await new_version(store, 2)
    await watch_all(store)
    await store.forget(ANN)
    await with_chats(store, ANN)
    assert not await told(store, ANN)


async def test_arxiv_is_asked_for_each_watched_paper_in_turn(store: Store) -> None:
    await store.vote(ANN, "1", [TWO], VoteKind.SAVED, NOW)
    await watch_all(store)
    week_ago = NOW - timedelta(days=7)
    assert await store.papers_to_ask(week_ago, 1) == [ONE]
    await store.note_asked([ONE], NOW)
    assert await store.papers_to_ask(week_ago, 5) == [TWO]
    assert await store.papers_to_ask(NOW + timedelta(days=8), 5) == [TWO, ONE]


async def test_old_follow_ups_and_papers_that_nobody_likes_go(store: Store) -> None:
    await watch_all(store)
    await new_version(store, 2)
    await watch_all(store)
    assert await store.forget_follow_ups(NOW) == 0
    assert await store.forget_follow_ups(NOW + timedelta(seconds=1)) == 1
    await store.take_back(ANN, "1", ONE, VoteKind.UP, NOW)
    await store.forget_follow_ups(NOW)
    assert not await store.papers_to_ask(NOW, 5)
