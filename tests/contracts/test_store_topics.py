"""The promises of `bot.ports.Store`, kept alike by SQLite and PostgreSQL: topics and their matches."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.model import ARCHIVE, SubscribeResult
from bot.ports import Store
from bot.storage.store import SqlStore
from tests.contracts.samples import (
    ANN,
    BOB,
    MONDAY,
    NOW,
    TUESDAY,
    WEDNESDAY,
    announced,
    digest_of_all,
    match_all,
    with_chats,
)


async def test_equal_queries_are_one_topic_whoever_follows_it(store: Store) -> None:
    await with_chats(store)
    assert await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW) is SubscribeResult.SUBSCRIBED
    assert await store.subscribe(BOB, "cat:cs.CV", TUESDAY, NOW) is SubscribeResult.SUBSCRIBED
    assert await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW) is SubscribeResult.ALREADY_SUBSCRIBED
    assert [state.query for state in await store.topics()] == ["cat:cs.CV"]


async def test_a_topic_that_nobody_follows_is_not_matched(store: Store) -> None:
    await with_chats(store)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    assert await store.unsubscribe(ANN, "cat:cs.CV", NOW)
    assert not await store.unsubscribe(ANN, "cat:cs.CV", NOW)
    assert await store.topics() == []


@pytest.mark.parametrize(("since", "expected"), [(MONDAY, 0), (TUESDAY, 1), (WEDNESDAY, 3), (date(2026, 6, 9), 4)])
async def test_a_new_topic_is_matched_from_its_first_day_on(store: Store, since: date, expected: int) -> None:
    await with_chats(store)
    days = [MONDAY, TUESDAY, TUESDAY, WEDNESDAY]
    await store.ingest([announced(f"2606.0000{i}", day) for i, day in enumerate(days)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", since, NOW)
    assert [state.matched_seq for state in await store.topics()] == [expected]


async def test_a_topic_followed_again_misses_nothing_announced_meanwhile(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001", MONDAY)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW)
    await match_all(store, ("2606.00001", MONDAY))
    await store.unsubscribe(ANN, "cat:cs.CV", NOW)
    await store.ingest([announced("2606.00002", TUESDAY), announced("2606.00003", WEDNESDAY)], NOW)
    await store.subscribe(BOB, "cat:cs.CV", WEDNESDAY, NOW)
    assert [state.matched_seq for state in await store.topics()] == [2]
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    assert [state.matched_seq for state in await store.topics()] == [1]


async def test_a_subscriber_from_an_earlier_day_sets_a_topic_back(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001", MONDAY), announced("2606.00002", TUESDAY)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00002", TUESDAY))
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    [state] = await store.topics()
    assert state.matched_seq == 0
    await store.save_matches({}, [state.id], 2, after=1)  # a matching that began before the topic was set back
    assert [state.matched_seq for state in await store.topics()] == [0]
    await match_all(store, ("2606.00001", MONDAY), ("2606.00002", TUESDAY))
    assert [state.matched_seq for state in await store.topics()] == [2]
    assert [c.announced.paper.id for c in await store.candidates(BOB)] == ["2606.00001", "2606.00002"]
    assert [c.announced.paper.id for c in await store.candidates(ANN)] == ["2606.00002"]


async def test_matches_of_a_topic_that_was_deleted_meanwhile_are_skipped(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced()], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    [state] = await store.topics()
    await store.forget(ANN)
    await store.save_matches({state.id: [1]}, [state.id], 1)
    assert await store.matched("cat:cs.CV", MONDAY, TUESDAY) == []


async def test_announcements_are_read_in_order_and_up_to_the_limit(store: Store) -> None:
    await store.ingest([announced(f"2606.0000{number}") for number in (3, 1, 2)], NOW)
    first = await store.announcements_after(0, 2)
    rest = await store.announcements_after(first[-1][0], 2)
    assert [entry.paper.id for _, entry in first + rest] == ["2606.00003", "2606.00001", "2606.00002"]


async def test_old_rows_of_matches_are_joined_and_those_that_nobody_follows_go(store: SqlStore) -> None:
    await with_chats(store)
    for number in range(6):
        await store.ingest([announced(f"2606.0000{number}")], NOW)
        await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW)
        await store.subscribe(BOB, "abs:thing", MONDAY, NOW)
        for topic in ("cat:cs.CV", "abs:thing"):
            await match_all(store, (f"2606.0000{number}", TUESDAY), topic=topic)
        if number == 2:
            assert await store.write_digest(await digest_of_all(store), NOW)
    before = await store.candidates(ANN)
    await store.unsubscribe(BOB, "abs:thing", NOW)
    assert await store.tidy_matches(NOW, least_rows=2) == 6, "young rows stay"
    # What the chat has had and what it has not stay two rows.
    assert await store.tidy_matches(NOW + timedelta(days=40), least_rows=2) == 4
    assert await store.tidy_matches(NOW + timedelta(days=40), least_rows=2) == 0
    assert await store.candidates(ANN) == before
    assert len(await store.matched("cat:cs.CV", TUESDAY, TUESDAY)) == 6
    await store.subscribe(BOB, "abs:thing", MONDAY, NOW)
    assert {state.query: state.matched_seq for state in await store.topics()} == {"cat:cs.CV": 6, "abs:thing": 0}


async def test_a_topics_matches_are_listed_newest_day_first(store: Store) -> None:
    await with_chats(store, ARCHIVE)
    await store.ingest([announced("2606.00001", MONDAY), announced("2606.00002"), announced("2606.00003")], NOW)
    await store.subscribe(ARCHIVE, "cat:cs.CV", MONDAY, NOW)
    await match_all(store, ("2606.00001", MONDAY), ("2606.00002", TUESDAY), ("2606.00003", TUESDAY))
    found = await store.matched("cat:cs.CV", MONDAY, TUESDAY)
    assert [c.announced.paper.id for c in found] == ["2606.00002", "2606.00003", "2606.00001"]
    assert len(await store.matched("cat:cs.CV", TUESDAY, WEDNESDAY)) == 2
    assert await store.matched("no such topic", MONDAY, TUESDAY) == []
    assert await store.archived_topics() == ["cat:cs.CV"]


async def test_only_topics_that_the_archive_follows_are_archived(store: Store) -> None:
    await with_chats(store, ANN, ARCHIVE)
    await store.subscribe(ANN, "cat:cs.LG", TUESDAY, NOW)
    assert await store.archived_topics() == []
