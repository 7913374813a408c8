"""The promises of `bot.ports.Store`, kept alike by SQLite and PostgreSQL: digests that are written."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import time

import pytest

from bot.model import ARCHIVE, ChatRef, Delivery, DeliveryState, NewDigest, Part, Platform, Settlement
from bot.ports import Store
from bot.storage.store import SqlStore
from tests.contracts.samples import (
    ANN,
    BOB,
    MONDAY,
    NOW,
    TUESDAY,
    announced,
    digest,
    digest_of_all,
    lease,
    match_all,
    minutes,
    with_chats,
)

S = DeliveryState


async def test_a_digest_is_written_with_its_parts_papers_and_next_due_time(store: Store) -> None:
    await with_chats(store)
    parts = (Part({"a": "ü😀"}, ("p",)), Part({}, ("q",)))
    written = NewDigest(ANN, "2026-06-02", TUESDAY, MONDAY, TUESDAY, ("p", "q"), parts, NOW + minutes(9))
    assert await store.write_digest(written, NOW)
    second, first = await store.deliveries()
    assert first == Delivery(
        first.id, ANN, "2026-06-02", TUESDAY, 1, 2, Part({"a": "ü😀"}, ("p",)), S.WAITING, 0, NOW, written_at=NOW
    )
    assert (second.number, second.part.paper_ids) == (2, ("q",))
    assert await store.delivery(first.id) == first
    assert await store.delivery(99) is None
    assert await store.taken(ANN, ["p", "q", "r"]) == {"p", "q"}
    assert await store.taken(BOB, ["p", "q"]) == set()
    chat = await store.chat(ANN)
    assert chat is not None
    assert chat.next_due_at == NOW + minutes(9)


async def test_an_hour_that_is_changed_while_a_digest_is_composed_stays(store: Store) -> None:
    await with_chats(store)
    await store.set_due(ANN, NOW)
    chat = await store.chat(ANN)
    assert chat is not None
    composed = replace(digest(ANN), due_at=chat.next_due_at, next_due_at=NOW + minutes(99))
    changed = await store.change_chat(ANN, NOW, digest_time=time(18, 30))
    assert changed is not None
    assert changed.next_due_at != chat.next_due_at
    assert await store.write_digest(composed, NOW)
    assert await store.chat(ANN) == changed
    again = replace(digest(ANN, "next"), due_at=changed.next_due_at, next_due_at=NOW + minutes(99), paper_ids=())
    assert await store.write_digest(again, NOW)
    assert await store.chat(ANN) == replace(changed, next_due_at=NOW + minutes(99))


@pytest.mark.parametrize("clash", [digest(ANN, papers=("q",)), digest(ANN, "now 1", papers=("q", "p"))])
async def test_a_second_digest_for_a_slot_or_with_a_paper_taken_writes_nothing(store: Store, clash: NewDigest) -> None:
    await with_chats(store)
    assert await store.write_digest(digest(ANN, papers=("p",)), NOW)
    assert not await store.write_digest(clash, NOW)
    assert len(await store.deliveries()) == 1
    assert await store.taken(ANN, ["p", "q"]) == {"p"}


async def test_a_slot_that_is_there_sets_the_due_time_and_a_digest_that_is_outdated_does_not(store: Store) -> None:
    await with_chats(store)
    await store.set_due(ANN, NOW)
    morning = replace(digest(papers=("p",)), next_due_at=NOW + minutes(60), due_at=NOW)
    outdated = replace(morning, slot="another")
    await store.write_digest(digest(papers=("p",)), NOW)
    assert not await store.write_digest(outdated, NOW)
    assert [chat.ref for chat in await store.due_chats(NOW)] == [ANN], "it is composed anew"
    assert not await store.write_digest(morning, NOW)
    assert await store.due_chats(NOW) == []
    assert len(await store.deliveries()) == 1


async def test_a_digest_without_parts_takes_its_papers_and_sends_nothing(store: Store) -> None:
    await with_chats(store, ARCHIVE)
    assert await store.write_digest(digest(ARCHIVE, papers=("p", "p"), parts=0), NOW)
    assert await store.taken(ARCHIVE, ["p"]) == {"p"}
    assert await store.deliveries() == []


async def test_a_digest_for_a_chat_that_was_forgotten_is_refused_for_the_one_that_came_back(store: Store) -> None:
    days = [("2606.00001", TUESDAY), ("2606.00002", TUESDAY)]
    await store.ingest([announced(*entry) for entry in days], NOW)

    async def begin(shown: str) -> None:
        await with_chats(store, ANN)
        await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
        await match_all(store, *days)
        await store.write_digest(digest(ANN, "asked for", (shown,)), NOW)

    await begin("2606.00001")
    composed = await digest_of_all(store, ANN)
    await store.forget(ANN)
    await begin("2606.00002")
    assert not await store.write_digest(composed, NOW), "it would show the second paper again"
    assert await store.taken(ANN, [name for name, _ in days]) == {"2606.00002"}


async def test_a_chat_forgotten_meanwhile_gets_no_digest(store: Store) -> None:
    assert not await store.write_digest(digest(ANN, papers=("p",)), NOW)


async def test_of_many_digests_with_the_same_paper_one_is_written(store: Store) -> None:
    await with_chats(store)
    done = await asyncio.gather(*(store.write_digest(digest(ANN, f"now {number}", ("p",)), NOW) for number in range(6)))
    assert sorted(done) == [False] * 5 + [True]
    assert len(await store.deliveries()) == 1


async def test_of_digests_written_together_those_that_conflict_are_left_out(store: Store) -> None:
    await with_chats(store)
    assert await store.write_digest(digest(ANN, papers=("p",)), NOW)
    nobody = ChatRef(Platform.TELEGRAM, "404")
    drafts = [digest(ANN, "again", ("p",)), digest(BOB, papers=("p", "q")), digest(nobody), digest(BOB, papers=("r",))]
    assert await store.write_digests(drafts, NOW) == [False, True, False, False]
    assert await store.taken(BOB, ["p", "q", "r"]) == {"p", "q"}
    assert await store.write_digests([], NOW) == []


async def test_digests_written_together_and_moving_chats_never_deadlock(
    store: SqlStore,
) -> None:
    groups = [ChatRef(Platform.TELEGRAM, str(-number)) for number in range(1, 9)]
    supers = [ChatRef(Platform.TELEGRAM, f"-100{number}") for number in range(1, 9)]
    await with_chats(store, *groups, *supers)
    dice = random.Random(1)

    async def write(turn: int) -> None:
        chosen = dice.sample([*groups, *supers], 12)
        await store.write_digests([digest(ref, f"{turn}", (f"p{turn}",)) for ref in chosen], NOW)

    moves = [store.move_chat(old, new, NOW) for old, new in zip(groups, reversed(supers), strict=True)]
    await asyncio.gather(*(write(turn) for turn in range(24)), *moves)
    assert {chat.ref for chat in await store.chats()} >= set(supers)


async def test_chats_in_doubt_are_those_with_a_delivery_in_doubt(store: Store) -> None:
    await with_chats(store)
    assert await store.chats_in_doubt() == set()
    for ref in (ANN, BOB):
        await store.write_digest(digest(ref), NOW)
    for delivery in await lease(store):
        assert await store.begin(delivery.id, "w1", NOW)
        await store.settle(delivery.id, Settlement(S.IN_DOUBT if delivery.chat == ANN else S.SENT), NOW)
    assert await store.chats_in_doubt() == {ANN}
