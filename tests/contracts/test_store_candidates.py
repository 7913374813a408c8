"""The promises of `bot.ports.Store`, kept alike by SQLite and PostgreSQL: which papers a chat has not had yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Announcement, ChatRef, Kind, Match, Platform
from bot.ports import Store
from tests.contracts.samples import (
    ANN,
    BOB,
    MONDAY,
    NOW,
    TUESDAY,
    WEDNESDAY,
    announced,
    digest,
    digest_of_all,
    match_all,
    with_chats,
)


async def test_a_paper_matched_by_two_topics_is_one_candidate_with_both(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced()], NOW)
    for topic in ("cat:cs.CV", "abs:thing"):
        await store.subscribe(ANN, topic, TUESDAY, NOW)
        await match_all(store, ("2606.00001", TUESDAY), topic=topic)
    [candidate] = await store.candidates(ANN)
    assert candidate.announced == announced()
    assert candidate.matches == (Match("abs:thing", ("thing",)), Match("cat:cs.CV", ("cs.CV",)))
    assert await store.matched("abs:thing", TUESDAY, TUESDAY) == [replace(candidate, matches=candidate.matches[:1])]


async def test_candidates_of_several_chats_are_those_of_each_chat(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001", MONDAY), announced("2606.00002", TUESDAY)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    await match_all(store, ("2606.00001", MONDAY), ("2606.00002", TUESDAY))
    assert await store.write_digest(digest(BOB, papers=("2606.00002",)), NOW)
    nobody = ChatRef(Platform.TELEGRAM, "404")
    [state] = await store.topics()
    coming = await store.unseen_of([ANN, BOB, nobody])
    assert {ref: unseen.found for ref, unseen in coming.items()} == {
        ANN: ((2, (state.id,)),),
        BOB: ((1, (state.id,)),),
        nobody: (),
    }
    assert {seq: entry.paper.id for seq, entry in (await store.announced_at([1, 2])).items()} == {
        1: "2606.00001",
        2: "2606.00002",
    }
    assert await store.topic_queries([state.id]) == {state.id: "cat:cs.CV"}
    assert (await store.unseen_of([BOB], MONDAY))[BOB].found == coming[BOB].found
    assert await store.unseen_of([]) == {}


async def test_candidates_were_announced_since_the_subscription_and_up_to_a_day(store: Store) -> None:
    await with_chats(store)
    entries = [("2606.00001", MONDAY), ("2606.00002", TUESDAY), ("2606.00003", WEDNESDAY)]
    await store.ingest([announced(name, day) for name, day in entries], NOW)
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, *entries)

    assert [c.announced.paper.id for c in await store.candidates(ANN)] == ["2606.00002", "2606.00003"]
    assert [c.announced.paper.id for c in await store.candidates(ANN, TUESDAY)] == ["2606.00002"]
    assert len(await store.candidates(BOB)) == 3


async def test_a_replacement_alone_is_no_candidate_and_the_latest_record_is_shown(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001"), announced("2606.00002", kind=Kind.REPLACE, version=2)], NOW)
    await store.ingest([announced("2606.00001", WEDNESDAY, Kind.REPLACE, version=2, title="Better")], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00001", TUESDAY), ("2606.00001", WEDNESDAY), ("2606.00002", TUESDAY))
    [candidate] = await store.candidates(ANN)
    assert candidate.announced.announcement == Announcement("2606.00001", 1, TUESDAY, Kind.NEW)
    assert candidate.announced.paper.title == "Better"


async def test_a_cross_list_delivers_a_paper_that_came_out_before_the_subscription(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced(day=MONDAY), announced(day=WEDNESDAY, kind=Kind.CROSS)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00001", MONDAY), ("2606.00001", WEDNESDAY))
    [candidate] = await store.candidates(ANN)
    assert candidate.announced.announcement.day == WEDNESDAY


async def test_a_taken_paper_is_no_candidate_again_not_even_as_a_cross_list(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced()], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await store.subscribe(BOB, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00001", TUESDAY))
    assert await store.chats_with_candidates() == [ANN, BOB]
    assert await store.write_digest(await digest_of_all(store, ANN), NOW)
    assert await store.chats_with_candidates() == [BOB]
    await store.ingest([announced(day=WEDNESDAY, kind=Kind.CROSS)], NOW)
    await match_all(store, ("2606.00001", WEDNESDAY))
    assert await store.candidates(ANN) == []
    await store.suspend(BOB, "kicked", NOW)
    assert BOB not in await store.chats_with_candidates()


async def test_a_paper_matched_late_for_an_old_day_is_not_missed(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001"), announced("2606.00002"), announced("2606.00003", WEDNESDAY)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW)
    await match_all(store, ("2606.00002", TUESDAY), ("2606.00003", WEDNESDAY))
    await store.write_digest(digest(ANN, "one", papers=("2606.00003",)), NOW)
    await match_all(store, ("2606.00001", TUESDAY))
    assert [c.announced.paper.id for c in await store.candidates(ANN)] == ["2606.00001", "2606.00002"]
    assert await store.write_digest(await digest_of_all(store, ANN, "two"), NOW)
    assert await store.chats_with_candidates() == []
    await store.ingest([announced("2605.00009", MONDAY, Kind.CROSS)], NOW)
    await match_all(store, ("2605.00009", MONDAY))
    assert [c.announced.paper.id for c in await store.candidates(ANN)] == ["2605.00009"]
    assert await store.chats_with_candidates() == [ANN]


async def test_following_a_topic_again_from_an_earlier_day_finds_what_was_out_of_its_window(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001", MONDAY), announced("2606.00002", TUESDAY)], NOW)
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00001", MONDAY), ("2606.00002", TUESDAY))
    await store.write_digest(digest(ANN, papers=("2606.00002",)), NOW)
    await store.unsubscribe(ANN, "cat:cs.CV", NOW)
    await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW)
    assert [c.announced.paper.id for c in await store.candidates(ANN)] == ["2606.00001"]


async def test_what_a_topic_matches_only_after_a_paper_changed_is_not_missed(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001", MONDAY), announced("2606.00002"), announced("2606.00003")], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00003", TUESDAY))
    assert await store.write_digest(await digest_of_all(store), NOW)
    # Another chat begins earlier, so that the topic is matched again; by now a newer version matches it too.
    await store.subscribe(BOB, "cat:cs.CV", MONDAY, NOW)
    await match_all(store, ("2606.00002", TUESDAY), ("2606.00003", TUESDAY))
    assert [c.announced.paper.id for c in await store.candidates(ANN)] == ["2606.00002"]
    assert await store.write_digest(await digest_of_all(store, slot="two"), NOW)
    assert await store.taken(ANN, ["2606.00001", "2606.00002", "2606.00003"]) == {"2606.00002", "2606.00003"}


async def test_a_digest_composed_before_another_one_is_refused(store: Store) -> None:
    await with_chats(store)
    await store.ingest([announced("2606.00001"), announced("2606.00002", WEDNESDAY)], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00001", TUESDAY), ("2606.00002", WEDNESDAY))
    first, second = await digest_of_all(store), await digest_of_all(store, slot="two")
    assert await store.write_digests([first, second], NOW) == [True, False]
    assert not await store.write_digest(second, NOW)
    assert await store.candidates(ANN) == []


@pytest.mark.parametrize("comes_back", [True, False])
async def test_subscriptions_that_change_while_a_digest_is_composed_lose_and_repeat_nothing(
    store: Store, comes_back: bool
) -> None:
    await with_chats(store)
    names = [f"2606.0000{number}" for number in (1, 2, 3)]
    await store.ingest([announced(name) for name in names], NOW)
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, (names[0], TUESDAY), (names[1], TUESDAY))
    composed = await digest_of_all(store)
    await store.subscribe(ANN, "abs:thing", TUESDAY, NOW)
    await match_all(store, (names[1], TUESDAY), (names[2], TUESDAY), topic="abs:thing")
    await store.unsubscribe(ANN, "cat:cs.CV", NOW)
    if comes_back:
        await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    assert await store.write_digest(composed, NOW)
    assert [c.announced.paper.id for c in await store.candidates(ANN)] == [names[2]]
    assert await store.taken(ANN, names) == set(names[:2])


async def test_a_digest_up_to_a_day_leaves_later_days_for_the_next_one(store: Store) -> None:
    await with_chats(store)
    names = [f"2606.0000{number}" for number in (1, 2, 3)]
    days = [(names[0], TUESDAY), (names[1], WEDNESDAY), (names[2], TUESDAY)]
    await store.ingest([announced(*entry) for entry in days], NOW)
    await store.subscribe(ANN, "cat:cs.CV", MONDAY, NOW)
    await match_all(store, *days)
    assert await store.write_digest(await digest_of_all(store, upto=TUESDAY), NOW)
    assert await store.taken(ANN, names) == {names[0], names[2]}
    assert ANN in await store.chats_with_candidates()
    assert await store.write_digest(await digest_of_all(store, slot="two"), NOW)
    assert await store.taken(ANN, names) == set(names)
    assert await store.chats_with_candidates() == []
