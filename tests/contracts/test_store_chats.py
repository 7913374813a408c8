"""The promises of `bot.ports.Store`, kept alike by SQLite and PostgreSQL: chats and subscriptions."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.model import (
    ARCHIVE,
    FOREVER,
    Chat,
    ChatRef,
    DeliveryState,
    Depth,
    Platform,
    Settlement,
    Style,
    SubscribeResult,
    Subscription,
)
from bot.pipeline.match import match
from bot.ports import Store
from tests.contracts.samples import (
    ANN,
    BOB,
    MONDAY,
    NOW,
    TUESDAY,
    announced,
    digest,
    digest_of_all,
    match_all,
    minutes,
    with_chats,
)

GROUP, SUPER = ChatRef(Platform.TELEGRAM, "-1"), ChatRef(Platform.TELEGRAM, "-1002")
THREAD, SUPER_THREAD = ChatRef(Platform.TELEGRAM, "-1/45"), ChatRef(Platform.TELEGRAM, "-1002/45")


async def test_a_chat_is_read_as_it_was_written(store: Store) -> None:
    chat = Chat(ANN, "Ann's group", "zh", "Asia/Tokyo", time(7, 30), 5, Style.TITLES, Depth.DEEP, NOW, "blocked", NOW)
    await store.add_chat(chat)
    assert await store.chat(ANN) == chat
    assert await store.chat(BOB) is None
    assert await store.chats() == [chat]


async def test_a_chat_that_is_there_is_not_written_over_by_a_new_one(store: Store) -> None:
    first = Chat(ANN, language="ja", next_due_at=NOW, created_at=NOW)
    assert await store.add_chat(first) == first
    assert await store.add_chat(Chat(ANN, "Ann", created_at=NOW + minutes(1))) == first
    assert await store.chats() == [first]


async def test_the_chats_of_a_group_are_itself_and_its_forum_topics(store: Store) -> None:
    similar = ChatRef(Platform.TELEGRAM, "-12"), ChatRef(Platform.TELEGRAM, "-12/45"), ChatRef(Platform.DISCORD, "-1")
    await with_chats(store, THREAD, *similar, GROUP)
    assert [chat.ref for chat in await store.chats_at(GROUP)] == [THREAD, GROUP]
    assert [chat.ref for chat in await store.chats_at(THREAD)] == [THREAD]
    assert await store.chats_at(ANN) == []


async def test_a_change_writes_its_own_fields_and_leaves_the_others(store: Store) -> None:
    await store.add_chat(Chat(ANN, "Ann", size=5, next_due_at=NOW + minutes(9), created_at=NOW))
    await store.suspend(ANN, "blocked", NOW)
    changed = await store.change_chat(ANN, NOW, language="ja")
    assert changed == Chat(ANN, "Ann", "ja", size=5, next_due_at=NOW + minutes(9), suspended="blocked", created_at=NOW)
    assert await store.chat(ANN) == changed
    assert await store.change_chat(BOB, NOW, language="ja") is None
    assert await store.chat(BOB) is None


async def test_changes_made_at_once_are_all_kept(store: Store) -> None:
    await store.add_chat(Chat(ANN, next_due_at=NOW + minutes(9)))
    await asyncio.gather(
        store.change_chat(ANN, NOW, language="ja"),
        store.change_chat(ANN, NOW, size=3),
        store.change_chat(ANN, NOW, style=Style.TITLES),
        store.suspend(ANN, "blocked", NOW),
        store.set_due(ANN, NOW + minutes(20)),
        store.change_chat(ANN, NOW, title="Ann"),
    )
    due = NOW + minutes(20)
    assert await store.chat(ANN) == Chat(
        ANN, "Ann", "ja", size=3, style=Style.TITLES, next_due_at=due, suspended="blocked"
    )


async def test_an_hour_and_a_time_zone_changed_at_once_end_in_the_due_time_of_both(store: Store) -> None:
    await store.add_chat(Chat(ANN, next_due_at=NOW + timedelta(days=1)))
    await asyncio.gather(
        store.change_chat(ANN, NOW, digest_time=time(7, 30)), store.change_chat(ANN, NOW, timezone="Asia/Tokyo")
    )
    chat = await store.chat(ANN)
    assert chat is not None
    assert (chat.digest_time, chat.timezone) == (time(7, 30), "Asia/Tokyo")
    assert chat.next_due_at == datetime(2026, 6, 2, 22, 30, tzinfo=UTC)


async def test_a_chat_without_a_due_time_gets_one_with_its_first_change(store: Store) -> None:
    await store.add_chat(Chat(ANN))
    changed = await store.change_chat(ANN, NOW, size=3)
    assert changed is not None
    assert changed.next_due_at == datetime(2026, 6, 3, 9, 0, tzinfo=UTC)


async def test_a_chat_follows_no_more_topics_than_its_limit_whatever_is_asked_at_once(store: Store) -> None:
    await with_chats(store, ANN)
    asked = [store.subscribe(ANN, f"word{number}", TUESDAY, NOW, limit=5) for number in range(12)]
    results = Counter(await asyncio.gather(*asked))
    assert results == {SubscribeResult.SUBSCRIBED: 5, SubscribeResult.TOO_MANY: 7}
    [first, *others] = await store.subscriptions(ANN)
    assert len(others) == 4
    again = await store.subscribe(ANN, first.topic, TUESDAY, NOW, limit=5)
    assert again is SubscribeResult.ALREADY_SUBSCRIBED, "which is more helpful than too many"
    assert {topic.query for topic in await store.topics()} == {each.topic for each in (first, *others)}


async def test_a_chat_that_is_not_there_cannot_subscribe(store: Store) -> None:
    with pytest.raises(LookupError, match="add the chat"):
        await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)


async def test_subscriptions_are_listed_by_chat(store: Store) -> None:
    await with_chats(store)
    await store.subscribe(ANN, "b", TUESDAY, NOW)
    await store.subscribe(ANN, "a", MONDAY, NOW + minutes(1))
    await store.subscribe(BOB, "a", TUESDAY, NOW)
    anns = [Subscription(ANN, "b", TUESDAY, NOW), Subscription(ANN, "a", MONDAY, NOW + minutes(1))]
    assert await store.subscriptions(ANN) == anns
    assert await store.subscriptions() == [*anns, Subscription(BOB, "a", TUESDAY, NOW)]


async def test_due_chats_are_those_that_are_due_and_not_suspended(store: Store) -> None:
    await store.add_chat(Chat(ANN, next_due_at=NOW))
    await store.add_chat(Chat(BOB, next_due_at=NOW - minutes(5)))
    await store.add_chat(Chat(ARCHIVE, next_due_at=None))
    assert [chat.ref for chat in await store.due_chats(NOW)] == [BOB, ANN]
    assert [chat.ref for chat in await store.due_chats(NOW - minutes(1))] == [BOB]
    await store.suspend(BOB, "kicked", NOW)
    assert [chat.ref for chat in await store.due_chats(NOW)] == [ANN]


async def test_a_due_time_can_be_set_alone(store: Store) -> None:
    await store.add_chat(Chat(ANN, language="ja"))
    await store.set_due(ANN, NOW)
    assert await store.chat(ANN) == Chat(ANN, language="ja", next_due_at=NOW)
    await store.set_due(ANN, None)
    assert await store.chat(ANN) == Chat(ANN, language="ja")


async def test_a_suspended_chat_keeps_everything_and_receives_again_when_resumed(store: Store) -> None:
    await with_chats(store, ANN)
    await store.subscribe(ANN, "a", TUESDAY, NOW)
    await store.write_digest(digest(ANN, papers=("p",)), NOW)
    await store.suspend(ANN, "blocked by the user", NOW)
    suspended = await store.chat(ANN)
    assert suspended is not None
    assert suspended.suspended == "blocked by the user"
    assert await store.lease("w", [ANN.platform], NOW, NOW + minutes(1), 9) == []
    assert await store.oldest_waiting() is None
    await store.resume(ANN, NOW, NOW)
    assert await store.chat(ANN) == replace(suspended, suspended=None, next_due_at=NOW)
    assert len(await store.subscriptions(ANN)) == 1
    assert len(await store.lease("w", [ANN.platform], NOW, NOW + minutes(1), 9)) == 1


async def test_moving_a_chat_moves_everything_of_it_and_its_forum_topics(store: Store) -> None:
    neighbour = ChatRef(Platform.TELEGRAM, "-17")
    await with_chats(store, GROUP, THREAD, neighbour)
    await store.subscribe(GROUP, "a", TUESDAY, NOW)
    await store.subscribe(THREAD, "b", TUESDAY, NOW)
    await store.write_digest(digest(GROUP, papers=("p",)), NOW)

    await store.move_chat(GROUP, SUPER, NOW)

    assert {chat.ref for chat in await store.chats()} == {SUPER, SUPER_THREAD, neighbour}
    assert [s.topic for s in await store.subscriptions(SUPER)] == ["a"]
    assert [s.topic for s in await store.subscriptions(SUPER_THREAD)] == ["b"]
    assert await store.taken(SUPER, ["p"]) == {"p"}
    assert [d.slot for d in await store.deliveries(chat=SUPER)] == ["2026-06-02"]
    assert await store.deliveries(chat=GROUP) == []


async def test_moving_to_a_chat_that_exists_joins_the_two(store: Store) -> None:
    await store.add_chat(Chat(GROUP, language="de", next_due_at=NOW))
    await store.add_chat(Chat(SUPER, language="ja"))
    await store.subscribe(GROUP, "both", MONDAY, NOW)
    await store.subscribe(SUPER, "both", TUESDAY, NOW)
    await store.subscribe(GROUP, "old", TUESDAY, NOW)
    await store.write_digest(digest(GROUP, papers=("p", "q")), NOW)
    await store.write_digest(digest(SUPER, papers=("p",)), NOW)

    await store.move_chat(GROUP, SUPER, NOW)

    assert await store.chats() == [Chat(SUPER, language="ja", next_due_at=NOW)]
    assert {(s.topic, s.since) for s in await store.subscriptions()} == {("both", MONDAY), ("old", TUESDAY)}
    assert await store.taken(SUPER, ["p", "q"]) == {"p", "q"}
    slots = {(d.slot, d.state) for d in await store.deliveries(chat=SUPER)}
    waiting = DeliveryState.WAITING
    assert slots == {("2026-06-02", waiting), ("2026-06-02 of telegram:-1", waiting)}


async def test_a_paused_chat_stays_paused_when_another_is_joined_with_it(store: Store) -> None:
    await store.add_chat(Chat(GROUP, next_due_at=NOW))
    await store.add_chat(Chat(SUPER, paused_until=FOREVER))
    await store.move_chat(GROUP, SUPER, NOW)
    assert await store.due_chats(NOW) == []


async def test_joined_chats_do_not_get_a_paper_twice(store: Store) -> None:
    await with_chats(store, GROUP, SUPER)
    await store.write_digest(digest(GROUP, papers=("p",)), NOW)
    await store.write_digest(digest(SUPER, papers=("p",)), NOW)
    await store.move_chat(GROUP, SUPER, NOW)
    states = [(d.slot, d.state) for d in await store.deliveries(chat=SUPER)]
    assert states == [
        ("2026-06-02", DeliveryState.WAITING),
        ("2026-06-02 of telegram:-1", DeliveryState.GIVEN_UP),
    ]


async def test_joined_chats_do_not_get_a_message_to_all_chats_twice(store: Store) -> None:
    await with_chats(store, GROUP, SUPER)
    await store.write_digests([digest(ref, "to all") for ref in (GROUP, SUPER)], NOW)
    await store.write_digest(digest(GROUP, "to one"), NOW)
    await store.move_chat(GROUP, SUPER, NOW)
    states = {d.slot: d.state for d in await store.deliveries(chat=SUPER)}
    assert states == {
        "to all": DeliveryState.WAITING,
        "to all of telegram:-1": DeliveryState.GIVEN_UP,
        "to one": DeliveryState.WAITING,
    }


async def test_joined_chats_do_not_get_a_paper_twice_by_a_part_that_is_tried_again(store: Store) -> None:
    await with_chats(store, GROUP, SUPER)
    await store.write_digest(digest(GROUP, "tried again", papers=("p",)), NOW)
    await store.write_digest(digest(GROUP, "for good", papers=("q",)), NOW)
    await store.write_digest(digest(SUPER, papers=("p", "q")), NOW)
    for delivery in await store.deliveries(chat=GROUP):
        is_retried = delivery.slot == "tried again"
        state = DeliveryState.VERIFY_FIRST if is_retried else DeliveryState.IN_DOUBT
        await store.settle(delivery.id, Settlement(state), NOW)
    await store.move_chat(GROUP, SUPER, NOW)
    found = {d.slot: d.state for d in await store.deliveries(chat=SUPER)}
    assert found["tried again"] == DeliveryState.GIVEN_UP
    assert found["for good"] == DeliveryState.IN_DOUBT
    assert found["2026-06-02"] == DeliveryState.WAITING


async def test_joined_chats_with_the_same_topic_keep_what_each_has_had(store: Store) -> None:
    await with_chats(store, GROUP, SUPER)
    days = [("2606.00001", MONDAY), ("2606.00002", TUESDAY), ("2606.00003", MONDAY)]
    await store.ingest([announced(*entry) for entry in days], NOW)
    await store.subscribe(GROUP, "cat:cs.CV", MONDAY, NOW)
    await store.subscribe(SUPER, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, *days[:2])
    assert await store.write_digest(await digest_of_all(store, GROUP), NOW)
    composed = await digest_of_all(store, SUPER)
    await match_all(store, days[2])
    await store.move_chat(GROUP, SUPER, NOW)
    assert not await store.write_digest(composed, NOW), "the paper is one that the other chat has had"
    assert [each.announced.paper.id for each in await store.candidates(SUPER)] == ["2606.00003"]
    assert await store.taken(SUPER, [name for name, _ in days]) == {"2606.00001", "2606.00002"}


async def test_chats_that_changed_lately_are_known(store: Store) -> None:
    later = NOW + minutes(5)
    await with_chats(store)
    assert await store.chats_changed(NOW) == []
    await store.change_chat(ANN, NOW, size=3)
    await store.subscribe(BOB, "a", TUESDAY, later)
    assert await store.chats_changed(NOW) == [ANN, BOB]
    assert await store.chats_changed(later) == [BOB]
    await store.suspend(ANN, "blocked", later)
    await store.unsubscribe(BOB, "a", later + minutes(5))
    assert await store.chats_changed(later) == [ANN, BOB]
    await store.resume(ANN, None, later + minutes(9))
    assert await store.chats_changed(later + minutes(9)) == [ANN]


async def test_moving_an_unknown_chat_or_a_chat_to_itself_changes_nothing(store: Store) -> None:
    await with_chats(store, ANN)
    await store.move_chat(BOB, ANN, NOW)
    await store.move_chat(ANN, ANN, NOW)
    assert await store.chats() == [Chat(ANN)]


async def test_forgetting_a_chat_leaves_nothing_of_it_and_all_of_the_others(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced()], NOW)
    for ref, topics in ((ANN, ("mine", "ours")), (BOB, ("ours",))):
        for topic in topics:
            await store.subscribe(ref, topic, TUESDAY, NOW)
        await store.write_digest(digest(ref, papers=("p",)), NOW)
    await match_all(store, ("2606.00001", TUESDAY), topic="mine")

    await store.forget(ANN)

    assert [chat.ref for chat in await store.chats()] == [BOB]
    assert [state.query for state in await store.topics()] == ["ours"]
    assert await store.matched("mine", MONDAY, TUESDAY) == []
    assert [d.chat for d in await store.deliveries()] == [BOB]
    assert await store.taken(ANN, ["p"]) == set()
    assert await store.taken(BOB, ["p"]) == {"p"}
    await store.forget(ANN)


async def test_a_chat_that_is_put_off_is_not_due_until_then_or_until_a_digest_is_written(store: Store) -> None:
    await with_chats(store)
    await store.set_due(ANN, NOW)
    await store.put_off(ANN, NOW + minutes(15))
    assert await store.due_chats(NOW) == []
    [chat] = await store.due_chats(NOW + minutes(16))
    assert chat.next_due_at == NOW, "its hour is what it was"
    await store.put_off(ANN, NOW + minutes(30))
    await store.write_digest(replace(digest(ANN), next_due_at=NOW + minutes(20)), NOW)
    assert [chat.ref for chat in await store.due_chats(NOW + minutes(20))] == [ANN]


async def test_a_due_time_that_a_clock_running_ahead_has_set_is_due_for_mending(store: Store) -> None:
    await store.add_chat(Chat(ANN, next_due_at=NOW + timedelta(days=400)))
    await store.add_chat(Chat(BOB, next_due_at=NOW + timedelta(hours=30)))
    assert [chat.ref for chat in await store.due_chats(NOW)] == [ANN]


async def test_subscriptions_that_would_begin_after_a_day_begin_on_it(store: Store) -> None:
    await with_chats(store)
    await store.subscribe(ANN, "cat:cs.CV", date(2036, 6, 2), NOW)
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    assert await store.begin_by(TUESDAY, NOW) == 1
    assert {each.chat: each.since for each in await store.subscriptions()} == {ANN: TUESDAY, BOB: MONDAY}
    assert await store.begin_by(TUESDAY, NOW) == 0


async def test_a_subscription_set_to_begin_earlier_gets_the_papers_announced_since(
    store: Store,
) -> None:
    await with_chats(store)
    far = date(2036, 6, 2)
    papers = [announced(f"2606.0000{n}") for n in range(5)] + [announced("2606.00009", far)]
    await store.ingest([announced("2605.00001", MONDAY), *papers], NOW)
    await store.subscribe(ANN, "cat:cs.*", far, NOW)
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    await store.subscribe(ANN, "cat:cs.CV", far, NOW)
    await match(store)
    assert [each.announced.paper.id for each in await store.candidates(ANN)] == ["2606.00009"]
    assert await store.write_digest(digest(ANN, papers=("2606.00009",)), NOW)
    assert await store.begin_by(TUESDAY, NOW) == 2
    await match(store)
    topics = {each.announced.paper.id: {found.topic for found in each.matches} for each in await store.candidates(ANN)}
    assert topics == {f"2606.0000{n}": {"cat:cs.*", "cat:cs.CV"} for n in range(5)}
    assert len(await store.candidates(BOB)) == 7
