"""The promises of `bot.ports.Store`, kept alike by SQLite and PostgreSQL: digests and deliveries."""

from __future__ import annotations

import asyncio
import itertools
import random
from dataclasses import replace
from datetime import time

import pytest

from bot.model import (
    ARCHIVE,
    ChatRef,
    Delivery,
    DeliveryState,
    NewDigest,
    Part,
    Platform,
    Priority,
    Settlement,
)
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
    send_next,
    with_chats,
)

S = DeliveryState


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── leasing ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_parts_of_a_chats_digests_are_leased_in_order_one_at_a_time(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN, "one", parts=2), NOW)
    await store.write_digest(digest(ANN, "two", parts=1), NOW)
    await store.write_digest(digest(BOB, "one", parts=1), NOW)
    assert await send_next(store) == ["one part 1", "one part 1"]
    assert await send_next(store) == ["one part 2"]
    assert await send_next(store) == ["two part 1"]
    assert await send_next(store) == []


@pytest.mark.parametrize(("state", "goes_on"), [(S.IN_DOUBT, True), (S.GIVEN_UP, True), (S.SENT, True)])
async def test_the_parts_after_a_settled_one_are_leased_whatever_its_outcome(
    store: Store, state: DeliveryState, goes_on: bool
) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN, parts=2), NOW)
    [first] = await lease(store)
    assert await lease(store, "w2") == []
    assert await store.begin(first.id, "w1", NOW)
    assert await lease(store, "w2") == []
    await store.settle(first.id, Settlement(state, "because"), NOW)
    assert [d.number for d in await lease(store)] == ([2] if goes_on else [])


async def test_a_part_that_waits_holds_back_its_chat_and_no_other(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN, parts=2), NOW)
    await store.write_digest(digest(BOB), NOW)
    first = next(d for d in await lease(store) if d.chat == ANN)
    assert await store.begin(first.id, "w1", NOW)
    await store.settle(first.id, Settlement(S.WAITING, "429", next_attempt_at=NOW + minutes(5)), NOW)
    assert await lease(store, now=NOW + minutes(0.5)) == []
    assert await store.oldest_waiting() == NOW
    [ann, bob] = sorted(await lease(store, now=NOW + minutes(5)), key=lambda d: d.id)
    assert (ann.id, ann.attempts, ann.why, ann.state) == (first.id, 1, "429", S.LEASED)
    assert bob.chat == BOB


async def test_nothing_goes_before_it_is_due_to_other_platforms_or_past_the_limit(store: Store) -> None:
    await with_chats(store)
    for ref in (ANN, BOB):
        await store.write_digest(digest(ref), NOW)
    assert await lease(store, now=NOW - minutes(1)) == []
    assert await store.lease("w1", [], NOW, NOW + minutes(1), 9) == []
    assert [d.chat for d in await store.lease("w1", [Platform.DISCORD], NOW, NOW + minutes(1), 9)] == [BOB]
    assert [d.chat for d in await lease(store, limit=1)] == [ANN]


async def test_an_expired_lease_is_taken_over_and_its_old_owner_may_not_begin(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN), NOW)
    [delivery] = await lease(store, "w1")
    assert await lease(store, "w2", NOW + minutes(0.5)) == []
    assert [d.id for d in await lease(store, "w2", NOW + minutes(1))] == [delivery.id]
    assert not await store.begin(delivery.id, "w1", NOW + minutes(1))
    assert not await store.begin(delivery.id, "w2", NOW + minutes(2))
    assert await store.begin(delivery.id, "w2", NOW + minutes(1.5))
    assert not await store.begin(delivery.id, "w2", NOW + minutes(1.5))


async def test_a_delivery_of_a_dead_process_that_was_sending_is_orphaned_and_not_leased(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN), NOW)
    [delivery] = await lease(store)
    assert await store.begin(delivery.id, "w1", NOW)
    assert await store.orphaned(NOW) == []
    later = NOW + minutes(1)
    assert [(d.id, d.state, d.attempts) for d in await store.orphaned(later)] == [(delivery.id, S.SENDING, 1)]
    assert await lease(store, now=later) == []
    await store.settle(delivery.id, Settlement(S.IN_DOUBT, "killed in flight"), later)
    assert await store.orphaned(later) == []


async def test_a_waiting_person_is_served_before_digests(store: Store) -> None:
    chats = [ChatRef(Platform.TELEGRAM, str(number)) for number in range(3)]
    await with_chats(store, *chats)
    priorities = (Priority.DIGEST, Priority.DIGEST, Priority.PERSON_WAITING)
    for ref, priority in zip(chats, priorities, strict=True):
        await store.write_digest(replace(digest(ref), priority=priority), NOW + minutes(int(ref.id)))
    late = NOW + minutes(9)
    [first] = await lease(store, now=late, limit=1)
    assert (first.chat, first.priority) == (chats[2], Priority.PERSON_WAITING)
    assert await store.hasten(chats[1], late) == 1
    assert [d.chat for d in await lease(store, now=late)] == [chats[1], chats[0]]


async def test_an_expired_lease_to_verify_is_taken_over_as_one_to_verify(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN), NOW)
    [delivery] = await lease(store)
    assert delivery.state is S.LEASED
    assert await store.begin(delivery.id, "w1", NOW)
    await store.settle(delivery.id, Settlement(S.VERIFY_FIRST, "502"), NOW, owner="w1")
    for number in (1, 2, 3):
        [again] = await lease(store, f"w{number}", NOW + minutes(2 * number))
        assert (again.id, again.state, again.must_verify) == (delivery.id, S.LEASED_TO_VERIFY, True)
    assert await store.expire_leases("w9", NOW + minutes(6)) == 1
    [again] = await lease(store, "w9", NOW + minutes(6))
    assert again.state is S.LEASED_TO_VERIFY


async def test_a_sent_delivery_stays_sent(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN), NOW)
    [delivery] = await lease(store)
    await store.begin(delivery.id, "w1", NOW)
    await store.settle(delivery.id, Settlement(S.IN_DOUBT, "lease expired"), NOW)
    await store.settle(delivery.id, Settlement(S.SENT, message_id="m1"), NOW)
    await store.settle(delivery.id, Settlement(S.WAITING, "too late"), NOW)
    settled = await store.delivery(delivery.id)
    assert settled is not None
    assert (settled.state, settled.message_id, settled.why) == (S.SENT, "m1", "lease expired")


async def test_a_process_that_settles_late_does_not_change_a_delivery_leased_by_another(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN), NOW)
    [delivery] = await lease(store, "w1")
    later = NOW + minutes(2)
    [again] = await lease(store, "w2", later)
    assert again.id == delivery.id
    assert await store.begin(delivery.id, "w2", later)
    await store.settle(delivery.id, Settlement(S.WAITING, "no route"), later, owner="w1")
    assert [each.state for each in await store.deliveries()] == [S.SENDING]
    await store.settle(delivery.id, Settlement(S.SENT, message_id="m1"), later, owner="w1")
    assert [each.state for each in await store.deliveries()] == [S.SENT], "that it arrived counts, whoever says so"


async def test_a_part_to_be_verified_keeps_later_parts_waiting_for_three_failures_only(
    store: Store,
) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN, parts=2), NOW)
    now = NOW
    for attempt in (1, 2, 3):
        [first] = await lease(store, now=now)
        expected = S.LEASED if attempt == 1 else S.LEASED_TO_VERIFY
        assert (first.number, first.state, first.attempts) == (1, expected, attempt - 1)
        assert await store.begin(first.id, "w1", now)
        then = now + minutes(5)
        settlement = Settlement(S.VERIFY_FIRST, "502", next_attempt_at=then, failed=True)
        await store.settle(first.id, settlement, now, owner="w1")
        if attempt < 3:
            assert await lease(store, now=now) == []
            now = then
    unknown = await store.delivery(first.id)
    assert unknown is not None
    assert (unknown.state, unknown.failures) == (S.VERIFY_FIRST, 3)
    [second] = await lease(store, now=now)
    assert second.number == 2
    later = now + minutes(0.5)
    assert await lease(store, now=later) == [], "one at a time"
    assert await store.begin(second.id, "w1", later)
    await store.settle(second.id, Settlement(S.SENT), later)
    assert await lease(store, now=later) == []
    [found] = await lease(store, now=now + minutes(5))
    assert found.id == first.id
    await store.settle(first.id, Settlement(S.IN_DOUBT, "for good"), now)
    assert await lease(store, now=now + minutes(500)) == []


async def test_however_many_parts_are_to_be_verified_some_part_of_the_chat_can_be_leased(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN, parts=9), NOW)
    dice, now, order = random.Random(4), NOW, list[int]()
    for _ in range(400):
        leased = await lease(store, now=now)
        assert len(leased) <= 1
        for each in leased:
            assert await store.begin(each.id, "w1", now)
            if dice.random() < 0.7:
                then = now + minutes(dice.choice((0, 5, 60)))
                await store.settle(each.id, Settlement(S.VERIFY_FIRST, next_attempt_at=then, failed=True), now)
            else:
                await store.settle(each.id, Settlement(S.SENT), now)
                order.append(each.number)
        now += minutes(3)
    assert sorted(order) == [*range(1, 10)]


@pytest.mark.parametrize("state", [S.IN_DOUBT, S.GIVEN_UP])
async def test_only_what_was_given_up_or_is_unknown_is_reopened_and_starts_afresh(
    store: Store, state: DeliveryState
) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN), NOW)
    [delivery] = await lease(store)
    assert not await store.reopen(delivery.id, NOW, "replayed")
    await store.settle(delivery.id, Settlement(state, failed=True), NOW)
    assert await store.reopen(delivery.id, NOW, "replayed")
    assert not await store.reopen(delivery.id, NOW, "replayed")
    [again] = await lease(store)
    assert (again.id, again.failures, again.why) == (delivery.id, 0, "replayed")
    assert (again.state, again.forced) == (S.LEASED_TO_VERIFY, True), "it may have arrived, and is wanted all the same"


async def test_a_long_wait_that_a_platform_names_is_kept(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN), NOW)
    [delivery] = await lease(store)
    week = NOW + minutes(7 * 24 * 60)
    await store.settle(delivery.id, Settlement(S.WAITING, "flood", next_attempt_at=week), NOW)
    assert await lease(store, now=NOW) == []
    assert await lease(store, now=week - minutes(1)) == []
    assert [each.id for each in await lease(store, now=week)] == [delivery.id]


async def test_the_oldest_waiting_digest_is_found_by_platform(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(BOB), NOW)
    await store.write_digest(digest(ANN), NOW + minutes(1))
    assert await store.oldest_waiting() == NOW
    assert await store.oldest_waiting([Platform.TELEGRAM]) == NOW + minutes(1)
    assert await store.oldest_waiting([]) is None
    for delivery in await lease(store, now=NOW + minutes(2)):
        waits = NOW + minutes(600)
        failed = delivery.chat == BOB
        await store.settle(delivery.id, Settlement(S.WAITING, "no route", next_attempt_at=waits, failed=failed), NOW)
    assert await store.oldest_waiting() == NOW + minutes(1), (
        "put off is not done; one that fails by itself is no backlog"
    )


async def test_parts_behind_one_that_fails_by_itself_are_no_backlog(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN, parts=2), NOW)
    [first] = await lease(store)
    waits = NOW + minutes(360)
    await store.settle(first.id, Settlement(S.WAITING, "slow mode", next_attempt_at=waits, failed=True), NOW)
    assert await store.oldest_waiting() is None
    await store.write_digest(digest(BOB), NOW + minutes(2))
    assert await store.oldest_waiting() == NOW + minutes(2)


async def test_a_delivery_that_was_given_up_can_be_sent_again(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN), NOW)
    [delivery] = await lease(store)
    await store.settle(delivery.id, Settlement(S.GIVEN_UP, "rejected"), NOW)
    assert await lease(store) == []
    await store.settle(delivery.id, Settlement(S.WAITING), NOW + minutes(3))
    assert await lease(store) == []
    assert [d.id for d in await lease(store, now=NOW + minutes(3))] == [delivery.id]


async def test_several_workers_at_once_never_get_the_same_part(store: SqlStore) -> None:
    chats = [ChatRef(Platform.TELEGRAM, str(number)) for number in range(40)]
    await with_chats(store, *chats)
    for ref in chats:
        await store.write_digest(digest(ref, parts=2), NOW)

    async def work(owner: str) -> list[int]:
        got: list[int] = []
        while leased := await lease(store, owner, limit=3):
            for delivery in leased:
                assert await store.begin(delivery.id, owner, NOW)
                await store.settle(delivery.id, Settlement(S.SENT), NOW)
                got.append(delivery.id)
        return got

    done = list(itertools.chain(*await asyncio.gather(*(work(f"w{number}") for number in range(4)))))
    done += await work("last")
    assert len(done) == len(set(done)) == 80


async def test_deliveries_are_listed_newest_first_by_chat_and_state(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN, "one", parts=2), NOW)
    await store.write_digest(digest(BOB, "two"), NOW)
    assert [(d.slot, d.number) for d in await store.deliveries()] == [("two", 1), ("one", 2), ("one", 1)]
    assert len(await store.deliveries(limit=1)) == 1
    assert [d.number for d in await store.deliveries(chat=ANN)] == [2, 1]
    await send_next(store)
    assert [d.slot for d in await store.deliveries(chat=ANN, states=[S.SENT])] == ["one"]
    assert await store.outbox_counts() == {
        (Platform.TELEGRAM, S.SENT): 1,
        (Platform.TELEGRAM, S.WAITING): 1,
        (Platform.DISCORD, S.SENT): 1,
    }


async def test_a_delivery_put_off_by_a_clock_that_ran_ahead_goes_when_the_clock_is_right_again(store: Store) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN, "one"), NOW)
    ahead = NOW + minutes(400 * 24 * 60)
    [delivery] = await lease(store, now=ahead)
    await store.settle(delivery.id, Settlement(S.WAITING, "no route", next_attempt_at=ahead + minutes(5)), ahead)
    assert [each.id for each in await lease(store, now=NOW)] == [delivery.id]


async def test_a_lease_for_certain_bots_leaves_the_chats_of_others_alone(store: Store) -> None:
    chats = [ChatRef(Platform.TELEGRAM, str(number)) for number in range(1, 4)]
    await with_chats(store, *chats)
    await store.bind_bot(chats[0], "11")
    for ref in chats:
        await store.write_digest(digest(ref, parts=2), NOW)
    await store.bind_bot(chats[1], "22")

    async def leased(*bots: str) -> list[ChatRef]:
        got = await store.lease("w1", [Platform.TELEGRAM], NOW, NOW + minutes(1), 9, bots=bots)
        for each in got:
            await store.settle(each.id, Settlement(S.SENT), NOW)
        return [each.chat for each in got]

    bound = await store.chat(chats[1])
    assert bound is not None
    assert bound.bot == "22"
    assert await leased() == []
    assert await leased("33") == []
    assert await leased("11") == [chats[0]]
    assert sorted(await leased("22", "")) == [chats[1], chats[2]]
    assert sorted(each.chat for each in await lease(store)) == chats


async def test_a_chat_that_gets_another_bot_takes_its_leases_back(store: Store) -> None:
    first, second = ChatRef(Platform.TELEGRAM, "1"), ChatRef(Platform.TELEGRAM, "2")
    await with_chats(store, first, second)
    for ref in (first, second):
        await store.bind_bot(ref, "11")
        await store.write_digest(digest(ref), NOW)
    leased = await lease(store)
    assert len(leased) == 2
    await store.bind_bot(first, "11")
    await store.bind_bot(second, "22")
    began = {each.chat: await store.begin(each.id, "w1", NOW) for each in leased}
    assert began == {first: True, second: False}
    [again] = await store.lease("w2", [Platform.TELEGRAM], NOW, NOW + minutes(1), 9, bots=["22"])
    assert (again.chat, again.attempts) == (second, 0)
    assert await store.chats_by_bot() == {(Platform.TELEGRAM, "11"): 1, (Platform.TELEGRAM, "22"): 1}


async def test_orphans_are_found_by_bot(store: Store) -> None:
    ref = ChatRef(Platform.TELEGRAM, "1")
    await with_chats(store, ref)
    await store.bind_bot(ref, "11")
    await store.write_digest(digest(ref), NOW)
    [leased] = await lease(store)
    assert await store.begin(leased.id, "w1", NOW)
    later = NOW + minutes(60)
    assert await store.orphaned(later, bots=["22", ""]) == []
    assert [each.id for each in await store.orphaned(later, bots=["11"])] == [leased.id]
