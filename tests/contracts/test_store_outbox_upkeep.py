"""The promises of `bot.ports.Outbox`, kept alike by SQLite and PostgreSQL: what is stored, counted and deleted."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, update

from bot.model import ARCHIVE, Chat, ChatRef, DeliveryState, NewDigest, Part, Platform, SendingProgress, Settlement
from bot.storage import row_mapping, tables
from bot.storage.chat_conditions import lock_chats
from bot.storage.outbox_figures import MOST_COUNTED
from bot.storage.store import SqlStore
from tests.contracts.samples import ANN, BOB, NOW, TUESDAY, digest, lease, minutes, send_next, with_chats
from tests.fakes.stores import memory_store
from tests.storage import reference_queue
from tests.storage.test_turns import may_be_leased, turns_of

S = DeliveryState
DAY = timedelta(days=1)


def telegram(count: int) -> list[ChatRef]:
    return [ChatRef(Platform.TELEGRAM, str(number)) for number in range(1, count + 1)]


async def rows_of(store: SqlStore, table: Any) -> int:
    async with store.db.read() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def settle_next(store: SqlStore, *states: DeliveryState) -> None:
    """Lease one part after the other, and settle them in these states."""
    for state in states:
        [delivery] = await lease(store, limit=1)
        assert await store.begin(delivery.id, "w1", NOW)
        await store.settle(delivery.id, Settlement(state), NOW)


# ── writing ──


async def test_many_digests_are_written_in_few_statements(store: SqlStore) -> None:
    chats = telegram(150)
    await with_chats(store, *chats)
    statements: list[str] = []

    @event.listens_for(store.db.engine.sync_engine, "before_cursor_execute")
    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    drafts = [digest(ref, papers=(f"2606.{number:05}",), parts=7) for number, ref in enumerate(chats)]
    assert all(await store.write_digests(drafts, NOW))
    assert len(statements) <= 30, Counter(statements)


async def test_two_digests_of_one_chat_in_a_batch_are_written_one_after_the_other(store: SqlStore) -> None:
    await with_chats(store)
    first, again = digest(ANN, "one", ("p",), parts=2), digest(ANN, "two", ("p",))
    third = NewDigest(ANN, "three", TUESDAY, TUESDAY, TUESDAY, ("q",), (Part({"text": "3"}),), NOW + DAY)
    assert await store.write_digests([first, again, digest(BOB), third], NOW) == [True, False, True, True]
    assert [(each.slot, each.number) for each in await store.deliveries(chat=ANN)] == [
        ("three", 1),
        ("one", 2),
        ("one", 1),
    ]
    chat = await store.chat(ANN)
    assert chat is not None
    assert chat.next_due_at == NOW + DAY


async def test_equal_payloads_are_stored_once(store: SqlStore) -> None:
    await with_chats(store)
    parts = (Part({"text": "the same ü😀"}, ("p",)), Part({"text": "another"}))
    for day in (0, 1):
        for ref in (ANN, BOB):
            written = NewDigest(ref, f"day {day}", TUESDAY, TUESDAY, TUESDAY, (), parts, None)
            assert await store.write_digest(written, NOW + day * DAY)
    assert await rows_of(store, tables.payloads) == 2
    found = await store.deliveries()
    assert len(found) == 8
    assert {(each.part.payload["text"], each.part.paper_ids) for each in found} == {
        ("the same ü😀", ("p",)),
        ("another", ()),
    }


async def test_processes_that_store_the_same_new_payloads_do_not_disturb_each_other(store: SqlStore) -> None:
    chats = telegram(40)
    await with_chats(store, *chats)
    texts = [Part({"text": str(number)}) for number in range(8)]

    def made(number: int, ref: ChatRef) -> NewDigest:
        parts = tuple(random.Random(number).sample(texts, 8))
        return NewDigest(ref, "x", TUESDAY, TUESDAY, TUESDAY, (), parts, None)

    written = await asyncio.gather(*(store.write_digest(made(n, ref), NOW) for n, ref in enumerate(chats)))
    assert all(written)
    assert await rows_of(store, tables.payloads) == 8


# ── turns ──


async def test_a_suspended_chat_gets_nothing_and_goes_on_where_it_stopped(store: SqlStore) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN, parts=2), NOW)
    await store.suspend(ANN, "blocked", NOW)
    assert await lease(store) == []
    assert await store.hasten(ANN, NOW) == 0
    await store.resume(ANN, None, NOW)
    assert await send_next(store) == ["2026-06-02 part 1"]
    await store.suspend(ANN, "blocked", NOW)
    await store.write_digest(digest(ANN, "next"), NOW)
    assert await lease(store) == []
    await store.resume(ANN, None, NOW)
    assert await send_next(store) == ["2026-06-02 part 2"]
    assert await send_next(store) == ["next part 1"]


async def test_a_delivery_begins_once(store: SqlStore) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN), NOW)
    [delivery] = await lease(store)
    begun = await asyncio.gather(*(store.begin(delivery.id, "w1", NOW) for _ in range(5)))
    assert sorted(begun) == [False] * 4 + [True]
    assert [each.attempts for each in await store.deliveries()] == [1]


async def test_two_parts_of_a_chat_that_begin_while_its_turns_change_do_not_deadlock(store: SqlStore) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN, parts=2), NOW)
    [first, second] = sorted(each.id for each in await store.deliveries())
    table = tables.deliveries
    async with store.db.write() as connection:
        await lock_chats(connection, tables.chats.c.ident == ANN.id)
        await connection.execute(update(table).where(table.c.id == second).values(state="leased"))
        begun = asyncio.gather(*(store.begin(each, "w1", NOW) for each in (first, second)))
        await asyncio.sleep(0.1)  # until it waits for a lock
        await connection.execute(update(table).where(table.c.id == first).values(turn_at=None))
    assert await begun == [False, False]


async def test_turns_are_right_after_many_changes_at_the_same_time(store: SqlStore) -> None:
    chats = telegram(12)
    await with_chats(store, *chats)
    dice = random.Random(7)

    async def send(owner: str) -> None:
        for _ in range(12):
            for delivery in await lease(store, owner, limit=4):
                if await store.begin(delivery.id, owner, NOW):
                    state = dice.choice([S.SENT, S.SENT, S.VERIFY_FIRST, S.WAITING, S.IN_DOUBT])
                    await store.settle(delivery.id, Settlement(state, failed=True), NOW, owner=owner)

    async def disturb(turn: int) -> None:
        ref = dice.choice(chats)
        await store.write_digests([digest(each, f"{turn}", parts=2) for each in dice.sample(chats, 5)], NOW)
        await store.suspend(ref, "blocked", NOW)
        await store.hasten(dice.choice(chats), NOW)
        await store.reopen(dice.randint(1, 40), NOW, "asked for")
        await store.bind_bot(dice.choice(chats), dice.choice(["", "7"]))
        await store.resume(ref, None, NOW)

    joins = [store.move_chat(old, new, NOW) for old, new in ((chats[0], chats[1]), (chats[3], chats[2]))]
    await asyncio.gather(*(send(f"w{number}") for number in range(4)), *(disturb(turn) for turn in range(16)), *joins)
    await turns_of(store)
    async with store.db.read() as connection:
        expected = set(await connection.scalars(reference_queue.leasable(NOW)))
    assert set(await may_be_leased(store, NOW)) == expected
    states = Counter((each.chat.platform, each.state) for each in await store.deliveries(limit=10_000))
    assert await store.outbox_counts() == states


# ── figures ──


async def test_counts_are_those_of_all_deliveries_of_all_chats_that_are_there(store: SqlStore) -> None:
    await with_chats(store)
    assert await store.outbox_counts() == {}
    await store.write_digest(digest(ANN, parts=5), NOW)
    await settle_next(store, S.SENT, S.IN_DOUBT, S.GIVEN_UP, S.VERIFY_FIRST)
    await store.write_digest(digest(BOB, parts=2), NOW)
    assert await store.outbox_counts() == {
        (Platform.TELEGRAM, S.SENT): 1,
        (Platform.TELEGRAM, S.IN_DOUBT): 1,
        (Platform.TELEGRAM, S.GIVEN_UP): 1,
        (Platform.TELEGRAM, S.VERIFY_FIRST): 1,
        (Platform.TELEGRAM, S.WAITING): 1,
        (Platform.DISCORD, S.WAITING): 2,
    }
    await store.forget(ANN)
    assert await store.outbox_counts() == {(Platform.DISCORD, S.WAITING): 2}


async def test_progress_says_what_is_due_what_is_late_and_when_a_part_was_last_sent(store: SqlStore) -> None:
    await with_chats(store)
    nothing = SendingProgress(0, 0, None, None)
    assert await store.progress(tuple(Platform), NOW) == nothing
    await store.write_digest(digest(ANN, parts=3), NOW)
    await store.write_digest(digest(BOB, parts=2), NOW + minutes(10))
    later = NOW + minutes(20)
    assert await store.progress([Platform.TELEGRAM], NOW) == SendingProgress(3, 0, None, NOW)
    assert await store.progress(tuple(Platform), later) == SendingProgress(5, 3, None, NOW)
    [first] = await lease(store, now=later, limit=1)
    assert await store.begin(first.id, "w1", later)
    assert (await store.progress(tuple(Platform), later)).due == 5, "under way is not sent"
    await store.settle(first.id, Settlement(S.SENT), later)
    assert await store.progress(tuple(Platform), later) == SendingProgress(4, 0, later, NOW)
    assert await store.progress([Platform.DISCORD], later) == SendingProgress(2, 0, None, NOW + minutes(10))
    await store.suspend(ANN, "blocked", NOW)
    assert await store.progress(tuple(Platform), later) == SendingProgress(2, 0, later, NOW + minutes(10))


async def test_progress_of_thousands_of_chats_counts_what_is_not_settled(store: SqlStore) -> None:
    chats = telegram(MOST_COUNTED + 1)
    async with store.db.write() as connection:
        await connection.execute(insert(tables.chats), [row_mapping.chat_row(Chat(ref)) for ref in chats])
    await store.write_digests([digest(ref, parts=2) for ref in chats[:-1]], NOW)
    late = NOW + minutes(20)
    assert await store.progress([Platform.TELEGRAM], late) == SendingProgress(
        2 * MOST_COUNTED, 2 * MOST_COUNTED, None, NOW
    ), "counted one by one"
    await store.write_digest(digest(chats[-1], parts=3), late)
    progress = await store.progress([Platform.TELEGRAM], late)
    assert (progress.due, progress.late) == (2 * MOST_COUNTED + 3, 2 * MOST_COUNTED)
    [first] = await lease(store, now=late, limit=1)
    await store.settle(first.id, Settlement(S.SENT), late)
    assert (await store.progress([Platform.TELEGRAM], late)).due == 2 * MOST_COUNTED + 2


# ── what is deleted ──


async def test_payloads_of_what_was_sent_go_after_a_week_and_others_stay(store: SqlStore) -> None:
    await with_chats(store)
    for slot in ("sent", "open"):
        await store.write_digest(digest(ANN, slot, parts=4), NOW)
    await settle_next(store, S.SENT, S.IN_DOUBT, S.GIVEN_UP, S.SENT)
    assert await store.tidy(NOW + 7 * DAY, history_days=90) == 0
    assert await store.tidy(NOW + 9 * DAY, history_days=90) == 2
    assert await store.tidy(NOW + 9 * DAY, history_days=90) == 0
    gone = {each.number for each in await store.deliveries() if each.part.payload == {}}
    assert gone == {1, 4}
    assert [each.part.payload["text"] for each in await store.deliveries() if each.slot == "open"] == [
        f"open part {number}" for number in (4, 3, 2, 1)
    ]


async def test_the_texts_of_a_forgotten_chat_go_with_the_next_upkeep(store: SqlStore) -> None:
    await with_chats(store)
    for ref, own in ((ANN, "Ann's topics"), (BOB, "Bob's topics")):
        parts = (Part({"text": own}), Part({"text": "the same for both"}))
        await store.write_digest(NewDigest(ref, "a", TUESDAY, TUESDAY, TUESDAY, (), parts, None), NOW)
    await send_next(store)
    await store.forget(ANN)
    assert await store.tidy(NOW, history_days=90) == 1
    assert [each.part.payload["text"] for each in await store.deliveries()] == ["the same for both", "Bob's topics"]
    again = NewDigest(BOB, "b", TUESDAY, TUESDAY, TUESDAY, (), (Part({"text": "the same for both"}),), None)
    await store.write_digest(again, NOW)
    assert await send_next(store) == ["the same for both"]


async def test_a_payload_that_is_used_every_day_stays(store: SqlStore) -> None:
    await with_chats(store)
    quiet = (Part({"text": "Nothing new today."}),)
    for day in range(12):
        made = NewDigest(ANN, f"day {day}", TUESDAY, TUESDAY, TUESDAY, (), quiet, None)
        assert await store.write_digest(made, NOW + day * DAY)
        assert await send_next(store, NOW + day * DAY) == ["Nothing new today."]
    assert await store.tidy(NOW + 12 * DAY, history_days=90) == 0
    assert await rows_of(store, tables.payloads) == 1


async def test_old_digests_are_summed_up_and_the_counts_stay_the_same(store: SqlStore) -> None:
    await with_chats(store, ANN, BOB, ARCHIVE)
    await store.write_digest(digest(ANN, "a", ("p", "q"), parts=3), NOW)
    await store.write_digest(digest(ARCHIVE, "a", ("p",), parts=0), NOW)
    await settle_next(store, S.SENT, S.SENT, S.GIVEN_UP)
    await store.write_digest(digest(BOB, "open", ("p",), parts=2), NOW)
    await settle_next(store, S.SENT)
    await store.write_digest(digest(ANN, "young"), NOW + 60 * DAY)
    before = await store.outbox_counts()
    assert await store.tidy(NOW + 90 * DAY, payload_days=400, history_days=90) == 0
    assert await store.tidy(NOW + 91 * DAY, payload_days=400, history_days=90) == 2
    assert await store.outbox_counts() == before
    assert {(each.chat, each.slot) for each in await store.deliveries()} == {(BOB, "open"), (ANN, "young")}
    past = tables.past_deliveries
    async with store.db.read() as connection:
        rows = [tuple(row) for row in await connection.execute(select(past).order_by(past.c.platform, past.c.state))]
    assert rows == [
        (TUESDAY, "site", "sent", 1, 0, 0),
        (TUESDAY, "telegram", "given up", 1, 1, 2),
        (TUESDAY, "telegram", "sent", 1, 2, 4),
    ]


async def test_deleting_history_never_lets_a_paper_or_a_days_digest_come_twice(store: SqlStore) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN, "2026-06-02", ("p",)), NOW)
    await send_next(store)
    assert await store.tidy(NOW + 6 * DAY, history_days=0) == 0, "a week is kept, whatever is asked for"
    assert not await store.write_digest(digest(ANN, "2026-06-02", ("q",)), NOW)
    await store.tidy(NOW + 100 * DAY, history_days=90)
    assert await store.deliveries() == []
    assert await store.taken(ANN, ["p"]) == {"p"}


async def test_history_is_deleted_in_many_small_transactions_while_others_write(store: SqlStore) -> None:
    chats = telegram(450)
    await with_chats(store, *chats)
    assert all(await store.write_digests([digest(ref, parts=1) for ref in chats], NOW))
    while leased := await lease(store):
        for each in leased:
            assert await store.begin(each.id, "w1", NOW)
        await asyncio.gather(*(store.settle(each.id, Settlement(S.SENT), NOW) for each in leased))
    late = NOW + 100 * DAY

    async def write() -> None:
        for number, ref in enumerate(chats[:20]):
            assert await store.write_digest(digest(ref, f"late {number}"), late)

    deleted, _ = await asyncio.gather(store.tidy(late, history_days=90), write())
    assert deleted == 451, "450 digests, and the payload that they share"
    assert await store.outbox_counts() == {(Platform.TELEGRAM, S.SENT): 450, (Platform.TELEGRAM, S.WAITING): 20}


async def test_the_digests_that_stay_are_not_read() -> None:
    steps = [0]

    def count() -> int:
        steps[0] += 1
        return 0

    async def steps_of_tidying(store: SqlStore) -> int:
        async with store.db.read() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.set_progress_handler(count, 100)
        before = steps[0]
        await store.tidy(NOW + 10 * DAY, history_days=90)
        return steps[0] - before

    async with memory_store() as store:
        chats = telegram(300)
        await with_chats(store, *chats)
        await store.write_digests([digest(ref, "one", parts=0) for ref in chats[:210]], NOW)
        few = await steps_of_tidying(store)
        for slot in ("two", "three", "four", "five"):
            await store.write_digests([digest(ref, slot, parts=0) for ref in chats], NOW + DAY)
        assert await steps_of_tidying(store) <= few + 2


async def test_a_digest_of_a_clock_that_ran_ahead_keeps_no_others(store: SqlStore) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN, "ahead", parts=0), NOW + 400 * DAY)
    await store.write_digest(digest(ANN, "right", parts=0), NOW)
    assert await store.tidy(NOW + 100 * DAY, history_days=90) == 1


@pytest.mark.parametrize("state", [S.IN_DOUBT, S.GIVEN_UP])
async def test_what_was_not_sent_can_be_sent_again_however_long_ago(store: SqlStore, state: DeliveryState) -> None:
    await with_chats(store)
    await store.write_digest(digest(ANN), NOW)
    await settle_next(store, state)
    late = NOW + 80 * DAY
    await store.tidy(late, history_days=90)
    [delivery] = await store.deliveries()
    assert await store.reopen(delivery.id, late, "replayed")
    assert await send_next(store, late) == ["2026-06-02 part 1"]
