"""What matching asks the store: which topics are behind, in pages, and how many there are."""

from __future__ import annotations

from bot.model import Kind
from bot.ports import Store
from tests.contracts.samples import ANN, BOB, MONDAY, NOW, TUESDAY, WEDNESDAY, announced, match_all, with_chats


async def test_the_last_sequence_number_grows_with_the_announcements(store: Store) -> None:
    assert await store.last_seq() == 0
    await store.ingest([announced("2606.00001"), announced("2606.00002")], NOW)
    assert await store.last_seq() == 2


async def test_topics_behind_are_read_in_pages_and_only_those_that_are_followed(store: Store) -> None:
    await with_chats(store)
    queries = [f"cat:cs.{code}" for code in ("AI", "CL", "CR", "CV", "LG")]
    for query in queries:
        await store.subscribe(ANN, query, MONDAY, NOW)
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    await store.unsubscribe(ANN, "cat:cs.CL", NOW)
    assert await store.followed_topics() == 4
    assert await store.topics_behind(0, 0, 10) == []
    await store.ingest([announced("2606.00001", MONDAY)], NOW)
    first = await store.topics_behind(1, 0, 2)
    assert [state.query for state in first] == ["cat:cs.AI", "cat:cs.CR"]
    rest = await store.topics_behind(1, first[-1].id, 10)
    assert [state.query for state in rest] == ["cat:cs.CV", "cat:cs.LG"]
    assert [state.matched_seq for state in rest] == [0, 0]


async def test_a_topic_that_was_matched_up_to_an_announcement_is_not_behind_it(store: Store) -> None:
    await with_chats(store)
    for query in ("cat:cs.AI", "cat:cs.CV"):
        await store.subscribe(ANN, query, MONDAY, NOW)
    await store.ingest([announced("2606.00001", MONDAY)], NOW)
    await match_all(store, ("2606.00001", MONDAY))
    assert [state.query for state in await store.topics_behind(1, 0, 10)] == ["cat:cs.AI"]
    await store.ingest([announced("2606.00002", TUESDAY)], NOW)
    assert [state.query for state in await store.topics_behind(2, 0, 10)] == ["cat:cs.AI", "cat:cs.CV"]


async def test_the_log_of_a_day_has_all_its_announcements_with_their_numbers_in_order(store: Store) -> None:
    entries = [announced("2606.00001", MONDAY), announced("2606.00002", TUESDAY)]
    late = announced("2606.00003", MONDAY, Kind.REPLACE)
    await store.ingest(entries, NOW)
    await store.ingest([late], NOW)
    assert [(seq, entry.paper.id) for seq, entry in await store.announced_on(MONDAY)] == [
        (1, "2606.00001"),
        (3, "2606.00003"),
    ]
    assert await store.announced_on(WEDNESDAY) == []


async def test_what_topics_have_matched_of_a_day_is_known_however_often_they_were_matched(store: Store) -> None:
    await with_chats(store)
    for query in ("cat:cs.AI", "cat:cs.CV"):
        await store.subscribe(ANN, query, MONDAY, NOW)
    await store.ingest([announced(f"2606.0000{n}", MONDAY) for n in (1, 2)], NOW)
    await store.ingest([announced("2606.00003", TUESDAY), announced("2606.00004", MONDAY)], NOW)
    first, second = await store.topics()
    await store.save_matches({first.id: [1], second.id: [2]}, [first.id, second.id], 2)
    await store.save_matches({first.id: [3, 4]}, [first.id, second.id], 4)
    ids = [first.id, second.id]
    assert await store.matched_on(ids, MONDAY) == {first.id: {1, 4}, second.id: {2}}
    assert await store.matched_on(ids, TUESDAY) == {first.id: {3}}
    assert await store.matched_on([second.id], TUESDAY) == {}
    assert await store.matched_on(ids, WEDNESDAY) == {}
    assert await store.matched_on([], MONDAY) == {}
