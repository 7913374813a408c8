"""The counts for the state of the service, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from bot.model import ARCHIVE, FOREVER, Chat, ChatRef, DeliveryState, FollowCounts, Platform, Settlement, WantedSummary
from bot.ports import Store
from tests.contracts.samples import ANN, BOB, MONDAY, NOW, digest, key, minutes, summary, with_chats


async def test_chats_and_followed_topics_are_counted(store: Store) -> None:
    assert await store.follow_counts(NOW) == FollowCounts()
    await with_chats(store, ANN, BOB)
    await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW)
    await store.subscribe(ANN, "cat:cs.CL", MONDAY, NOW)
    await store.subscribe(BOB, "cat:cs.CL", MONDAY, NOW)
    assert await store.follow_counts(NOW) == FollowCounts(chats=2, following=2, topics=2)
    await store.unsubscribe(BOB, "cat:cs.CL", NOW)
    await store.unsubscribe(ANN, "cat:cs.CL", NOW)
    await store.suspend(BOB, "kicked", NOW)
    assert await store.follow_counts(NOW) == FollowCounts(chats=2, following=1, topics=1, suspended=1)


async def test_paused_chats_are_counted_until_their_pause_ends(store: Store) -> None:
    await with_chats(store, ANN, BOB)
    await store.change_chat(ANN, NOW, paused_until=NOW + minutes(5))
    await store.change_chat(BOB, NOW, paused_until=FOREVER)
    assert (await store.follow_counts(NOW)).paused == 2
    assert (await store.follow_counts(NOW + minutes(5))).paused == 1


async def test_the_archive_counts_as_a_chat_while_it_follows_a_topic(store: Store) -> None:
    await with_chats(store, ANN, ARCHIVE)
    assert (await store.follow_counts(NOW)).chats == 1
    await store.subscribe(ARCHIVE, "cat:cs.CV", MONDAY, NOW)
    assert await store.follow_counts(NOW) == FollowCounts(chats=2, following=1, topics=1)


async def test_suspended_chats_are_named_up_to_a_limit(store: Store) -> None:
    refs = [ChatRef(Platform.TELEGRAM, str(100 + n)) for n in range(5)]
    for ref in refs:
        await store.add_chat(Chat(ref))
    for ref in reversed(refs[1:]):
        await store.suspend(ref, f"no right in {ref.id}", NOW)
    assert await store.suspended_chats(2) == {ref: f"no right in {ref.id}" for ref in refs[1:3]}
    assert list(await store.suspended_chats(9)) == refs[1:]


async def test_a_new_topic_has_a_greater_number(store: Store) -> None:
    await with_chats(store, ANN, BOB)
    assert await store.newest_topic() == 0
    await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW)
    first = await store.newest_topic()
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    assert await store.newest_topic() == first
    await store.subscribe(BOB, "cat:cs.CL", MONDAY, NOW)
    assert await store.newest_topic() > first


async def test_followed_queries_are_read_in_pages(store: Store) -> None:
    await with_chats(store, ANN, BOB)
    queries = [f"cat:cs.{name}" for name in ("AI", "CL", "CR", "CV", "LG")]
    for query in queries:
        await store.subscribe(ANN, query, MONDAY, NOW)
        await store.subscribe(BOB, query, MONDAY, NOW)
    for ref in (ANN, BOB):
        await store.unsubscribe(ref, "cat:cs.CL", NOW)
    first = await store.followed_queries(0, 2)
    assert [query for _, query in first] == ["cat:cs.AI", "cat:cs.CR"]
    rest = await store.followed_queries(first[-1][0], 9)
    assert [query for _, query in rest] == ["cat:cs.CV", "cat:cs.LG"]


async def test_summaries_that_wait_are_counted_with_the_reasons_of_those_that_were_postponed(store: Store) -> None:
    keys = [key(f"2606.{n:05}") for n in range(1, 5)]
    await store.want([WantedSummary(each, 1, NOW) for each in keys])
    await store.postpone(keys[0], NOW + minutes(60), "the day's budget is spent")
    await store.postpone(keys[1], NOW + minutes(30), "the day's budget is spent")
    await store.save_summary(summary(keys[3]))
    assert await store.summaries_waiting(NOW) == 1
    assert await store.summaries_waiting(NOW + minutes(45)) == 2
    assert await store.summary_reasons(NOW) == {"the day's budget is spent": 2}
    assert await store.summary_reasons(NOW + minutes(45)) == {"the day's budget is spent": 1}


async def test_messages_that_wait_are_counted_by_their_reasons(store: Store) -> None:
    refs = [ChatRef(Platform.TELEGRAM, str(100 + n)) for n in range(3)]
    await with_chats(store, BOB, *refs)
    await store.write_digest(digest(BOB), NOW)
    for ref in refs:
        await store.write_digest(digest(ref, parts=2), NOW)
    for _ in refs:
        [part, *_] = [each for each in await store.deliveries(states=[DeliveryState.WAITING]) if each.number == 1]
        await store.settle(part.id, Settlement(DeliveryState.VERIFY_FIRST, "too fast", next_attempt_at=NOW), NOW)
    assert await store.message_reasons(100) == {"too fast": 3}
    assert await store.message_reasons(2) == {"too fast": 2}, "only the newest are looked at"
    for each in await store.deliveries(states=[DeliveryState.VERIFY_FIRST]):
        await store.settle(each.id, Settlement(DeliveryState.SENT), NOW)
    assert await store.message_reasons(100) == {}
