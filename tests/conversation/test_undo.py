"""Changes are taken back exactly, once, within ten minutes, by those who may change the chat."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot import conversation as results
from bot.conversation import Conversation, Requester
from bot.conversation.topic_results import MAX_SUBSCRIPTIONS
from bot.errors import StoreUnavailable
from bot.model import ChatKind, ChatRef, Paper, Platform, SubscribeResult, VoteKind
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.conversations import conversation_of
from tests.fakes.pipeline import FakePipeline

CHAT, OTHER = ChatRef(Platform.TELEGRAM, "-5"), ChatRef(Platform.TELEGRAM, "-6")
ADMIN, MEMBER = Requester("5", is_admin=True), Requester("6", is_admin=False)
NOW = datetime(2026, 6, 2, 12, 0, tzinfo=UTC)
PAPERS = [Paper(f"2406.0000{n}", 1, f"Title {n}", ("A. Author",), "An abstract.", ("cs.CV",)) for n in range(3)]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def talk(store: SqlStore, clock: FakeClock) -> Conversation:
    return conversation_of(store, clock, FakePipeline())


async def test_a_topic_that_is_followed_again_has_its_day_and_its_place_in_the_list(
    talk: Conversation, store: SqlStore, clock: FakeClock
) -> None:
    for topic in ("cs.CV", "cs.CL", "cs.LG"):
        await talk.subscribe(ADMIN, CHAT, topic)
        clock.advance(24 * 3600)
    before = await store.subscriptions(CHAT)
    removed = await talk.unsubscribe(ADMIN, CHAT, "2")
    assert isinstance(removed, results.Unsubscribed)
    undone = await talk.undo.undo(ADMIN, CHAT, removed.undo)
    assert isinstance(undone, results.Undone)
    assert undone.followed == ("cat:cs.CL",)
    assert await store.subscriptions(CHAT) == before


async def test_following_is_taken_back(talk: Conversation, store: SqlStore) -> None:
    done = await talk.subscribe(ADMIN, CHAT, "cs.CV")
    assert isinstance(done, results.Subscribed)
    undone = await talk.undo.undo(ADMIN, CHAT, done.undo)
    assert isinstance(undone, results.Undone)
    assert undone.unfollowed == ("cat:cs.CV",)
    assert await store.subscriptions(CHAT) == []


async def test_a_setting_gets_its_value_and_its_due_time_back(talk: Conversation, store: SqlStore) -> None:
    await talk.subscribe(ADMIN, CHAT, "cs.CV")
    before = await store.chat(CHAT)
    done = await talk.chat_settings.change(ADMIN, CHAT, "time", "20:00")
    assert isinstance(done, results.Changed)
    undone = await talk.undo.undo(ADMIN, CHAT, done.undo)
    assert isinstance(undone, results.Undone)
    assert undone.settings == ("time",)
    assert await store.chat(CHAT) == before


async def test_a_digest_whose_time_passed_before_its_time_was_given_back_is_due_at_once(
    talk: Conversation, store: SqlStore, clock: FakeClock
) -> None:
    await talk.beginning.start(ADMIN, CHAT, ChatKind.PRIVATE)
    due = (await store.chats())[0].next_due_at
    assert due is not None
    clock.set(due - timedelta(minutes=3))
    done = await talk.chat_settings.change(ADMIN, CHAT, "time", "1:00")
    assert isinstance(done, results.Changed)
    clock.set(due + timedelta(minutes=3))
    assert isinstance(await talk.undo.undo(ADMIN, CHAT, done.undo), results.Undone)
    assert [chat.ref for chat in await store.due_chats(clock.now())] == [CHAT]


async def test_what_was_changed_again_is_left_as_it_is(talk: Conversation, store: SqlStore) -> None:
    first = await talk.chat_settings.change(ADMIN, CHAT, "size", "20")
    await talk.chat_settings.change(ADMIN, CHAT, "size", "30")
    followed = await talk.subscribe(ADMIN, CHAT, "cs.CV")
    await talk.unsubscribe(ADMIN, CHAT, "cs.CV")
    assert isinstance(first, results.Changed)
    assert isinstance(followed, results.Subscribed)
    for key in (first.undo, followed.undo):
        assert isinstance(await talk.undo.undo(ADMIN, CHAT, key), results.UndoRefused)
    chat = await store.chat(CHAT)
    assert chat is not None
    assert chat.size == 30


async def test_another_setting_that_was_changed_since_keeps_its_value(talk: Conversation, store: SqlStore) -> None:
    done = await talk.chat_settings.change(ADMIN, CHAT, "size", "20")
    await talk.chat_settings.change(ADMIN, CHAT, "time", "7")
    assert isinstance(done, results.Changed)
    await talk.undo.undo(ADMIN, CHAT, done.undo)
    chat = await store.chat(CHAT)
    assert chat is not None
    assert (chat.size, chat.digest_time) == (10, time(7))


async def test_a_change_can_be_taken_back_for_ten_minutes_in_its_chat_by_its_admins(
    talk: Conversation, clock: FakeClock
) -> None:
    done = await talk.chat_settings.change(ADMIN, CHAT, "size", "20")
    assert isinstance(done, results.Changed)
    assert isinstance(await talk.undo.undo(MEMBER, CHAT, done.undo), results.NotAllowed)
    assert isinstance(await talk.undo.undo(ADMIN, OTHER, done.undo), results.UndoExpired)
    assert isinstance(await talk.undo.undo(ADMIN, CHAT, "p" + done.undo), results.UndoExpired)
    clock.advance(600)
    assert isinstance(await talk.undo.undo(ADMIN, CHAT, done.undo), results.UndoExpired)


async def test_of_two_presses_at_once_one_takes_the_change_back(talk: Conversation) -> None:
    done = await talk.subscribe(ADMIN, CHAT, "cs.CV")
    assert isinstance(done, results.Subscribed)
    both = await asyncio.gather(*(talk.undo.undo(ADMIN, CHAT, done.undo) for _ in range(2)))
    assert sorted(type(each).__name__ for each in both) == ["UndoExpired", "Undone"]


async def test_nothing_is_offered_where_nothing_was_changed(talk: Conversation) -> None:
    await talk.chat_settings.change(ADMIN, CHAT, "size", "20")
    again = await talk.chat_settings.change(ADMIN, CHAT, "size", "20")
    assert isinstance(again, results.Changed)
    assert again.undo == ""


async def test_a_members_own_likes_are_taken_back_by_that_member_alone(talk: Conversation, store: SqlStore) -> None:
    await talk.beginning.start(ADMIN, CHAT, ChatKind.PRIVATE)
    await store.remember(PAPERS, NOW)
    await store.vote(CHAT, MEMBER.user_id, [PAPERS[0].id], VoteKind.UP, NOW)
    await store.vote(CHAT, MEMBER.user_id, [PAPERS[1].id], VoteKind.DOWN, NOW)
    liked = await talk.likes.from_text(MEMBER, CHAT, " ".join(paper.id for paper in PAPERS))
    assert isinstance(liked, results.Liked)
    assert isinstance(await talk.undo.undo(ADMIN, CHAT, liked.undo), results.NotAllowed)
    undone = await talk.undo.undo(MEMBER, CHAT, liked.undo)
    assert isinstance(undone, results.Undone)
    assert undone.likes == 2
    votes = {(vote.paper_id, vote.kind) for vote in await store.votes_of(CHAT)}
    assert votes == {(PAPERS[0].id, VoteKind.UP), (PAPERS[1].id, VoteKind.DOWN)}


async def test_no_chat_follows_more_topics_than_allowed_by_taking_changes_back(
    talk: Conversation, store: SqlStore
) -> None:
    words = [f"word{number}" for number in range(MAX_SUBSCRIPTIONS + 1)]
    for word in words[:-1]:
        await talk.subscribe(ADMIN, CHAT, word, may_ask=False)
    removed = await talk.unsubscribe(ADMIN, CHAT, "1, 2")
    assert isinstance(removed, results.UnsubscribedSeveral)
    assert isinstance(await talk.subscribe(ADMIN, CHAT, words[-1], may_ask=False), results.Subscribed)
    assert isinstance(await talk.undo.undo(ADMIN, CHAT, removed.undo), results.UndoRefused)
    assert len(await store.subscriptions(CHAT)) == MAX_SUBSCRIPTIONS - 1


class EndingStore(SqlStore):
    """Raises an error when a topic is to be followed after `left` others, once, as if the process ended there."""

    left = -1

    async def subscribe(self, *arguments: Any, **named: Any) -> SubscribeResult:
        self.left -= 1
        if self.left == -1:
            raise StoreUnavailable("The process ends here.")
        return await super().subscribe(*arguments, **named)


@pytest.mark.parametrize("done_before", [0, 1])
async def test_a_change_that_was_half_taken_back_when_the_process_ended_can_be_taken_back(
    store: SqlStore, clock: FakeClock, done_before: int
) -> None:
    ending = EndingStore(store.db)
    talk = conversation_of(ending, clock, FakePipeline())
    for topic in ("cs.CV", "cs.CL"):
        await talk.subscribe(ADMIN, CHAT, topic)
        clock.advance(1)
    removed = await talk.unsubscribe(ADMIN, CHAT, "all")
    assert isinstance(removed, results.UnsubscribedSeveral)
    ending.left = done_before
    with pytest.raises(StoreUnavailable):
        await talk.undo.undo(ADMIN, CHAT, removed.undo)
    undone = await talk.undo.undo(ADMIN, CHAT, removed.undo)
    assert isinstance(undone, results.Undone)
    assert undone.followed == ("cat:cs.CV", "cat:cs.CL")
    assert [each.topic for each in await store.subscriptions(CHAT)] == ["cat:cs.CV", "cat:cs.CL"]
    assert isinstance(await talk.undo.undo(ADMIN, CHAT, removed.undo), results.UndoExpired)
