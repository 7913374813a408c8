"""Whose turn it is: the same as one plain query over all deliveries says, whatever happened; found by index."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects import sqlite

from bot.model import ChatRef, DeliveryState, Platform, Priority, Settlement
from bot.storage import outbox_queue, tables
from bot.storage.store import SqlStore
from tests.contracts.samples import ANN, BOB, NOW, digest, minutes, with_chats
from tests.fakes.stores import memory_store
from tests.storage import reference_queue

S = DeliveryState
CAT = ChatRef(Platform.TELEGRAM, "303")
CHATS = (ANN, BOB, CAT)
ALL = tuple(Platform)

# ── any state of the tables ──

delays = st.sampled_from([-9.0, -1.0, 0.0, 1.0, 9.0, 400 * 24 * 60.0])
rows = st.fixed_dictionaries(
    {
        "chat_id": st.integers(1, 3),
        "state": st.sampled_from([*S, S.VERIFY_FIRST, S.VERIFY_FIRST]),
        "failures": st.sampled_from([0, 0, 2, 3, 5]),
        "priority": st.sampled_from(Priority),
        "next_attempt_at": delays,
        "touched_at": delays,
        "leased_until": delays,
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(rows, max_size=14), st.sets(st.integers(1, 3)))
def test_in_any_state_the_parts_that_may_be_leased_are_those_of_the_plain_query(
    deliveries: list[dict[str, Any]], suspended: set[int]
) -> None:
    async def check() -> None:
        async with memory_store() as store:
            await fill(store, deliveries, suspended)
            expected = await reference(store, NOW)
            async with store.db.write() as connection:
                await outbox_queue.appoint(connection, [1, 2, 3], NOW)
            assert set(await may_be_leased(store, NOW)) == expected == await reference(store, NOW)
            turns = await turns_of(store)
            async with store.db.write() as connection:
                await outbox_queue.appoint(connection, [1, 2, 3], NOW + minutes(2))
            assert await turns_of(store) == turns, "who has the turn keeps his place"

    asyncio.run(check())


async def fill(store: SqlStore, deliveries: Sequence[dict[str, Any]], suspended: set[int]) -> None:
    await with_chats(store, *CHATS)
    for ref in CHATS:
        await store.write_digest(digest(ref, parts=0), NOW)
    moments = ("next_attempt_at", "touched_at", "leased_until")
    made = [
        {
            **row,
            **{name: NOW + minutes(row[name]) for name in moments},
            "state": row["state"].value,
            "priority": row["priority"].value,
            "digest_id": row["chat_id"],
            "number": number,
            "of": 99,
            "paper_ids": [],
            "attempts": 0,
            "platform": CHATS[row["chat_id"] - 1].platform.value,
        }
        for number, row in enumerate(deliveries)
    ]
    chats = tables.chats
    async with store.db.write() as connection:
        if made:
            await connection.execute(insert(tables.deliveries), made)
        await connection.execute(update(chats).where(chats.c.id.in_(suspended)).values(suspended="gone"))


async def reference(store: SqlStore, now: datetime) -> set[int]:
    async with store.db.read() as connection:
        return set(await connection.scalars(reference_queue.leasable(now)))


async def may_be_leased(store: SqlStore, now: datetime) -> list[int]:
    lanes = [(platform, bot) for platform in Platform for bot in ("", "7")]
    async with store.db.read() as connection:
        return list(await connection.scalars(outbox_queue.next_to_lease(lanes, now, 100)))


async def turns_of(store: SqlStore) -> list[tuple[Any, ...]]:
    table = tables.deliveries
    query = select(table.c.id, table.c.chat_id, table.c.turn_at).where(table.c.turn_at.is_not(None)).order_by("id")
    async with store.db.read() as connection:
        found = [tuple(row) for row in await connection.execute(query)]
    assert len({chat for _, chat, _ in found}) == len(found), "one part of a chat has the turn"
    return found


# ── any order of events ──

events = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(CHATS), st.integers(0, 3), st.sampled_from(Priority)),
    *[st.tuples(st.just("lease"), st.sampled_from(["w1", "w2"]), st.integers(1, 4))] * 3,
    *[st.tuples(st.just("begin"))] * 3,
    *[
        st.tuples(
            st.just("settle"),
            st.sampled_from([S.SENT, S.WAITING, S.VERIFY_FIRST, S.IN_DOUBT, S.GIVEN_UP]),
            st.booleans(),
            st.sampled_from([0, 1, 30]),
        )
    ]
    * 3,
    st.tuples(st.just("suspend"), st.sampled_from(CHATS)),
    st.tuples(st.just("resume"), st.sampled_from(CHATS)),
    st.tuples(st.just("bind"), st.sampled_from(CHATS), st.sampled_from(["", "7"])),
    st.tuples(st.just("reopen"), st.integers(1, 12)),
    st.tuples(st.just("hasten"), st.sampled_from(CHATS)),
    st.tuples(st.just("join")),
    st.tuples(st.just("forget"), st.sampled_from(CHATS)),
    st.tuples(st.just("tidy")),
    st.tuples(st.just("expire")),
    st.tuples(st.just("wait"), st.integers(1, 9)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(events, min_size=10, max_size=40))
@example([("lease", "w1", 3), ("begin",), ("suspend", ANN), ("settle", S.SENT, False, 0), ("resume", ANN)])
@example([("join",), ("lease", "w1", 4), ("begin",), ("settle", S.IN_DOUBT, False, 0), ("reopen", 1), ("tidy",)])
@example([("hasten", BOB), ("lease", "w1", 2), ("wait", 3), ("lease", "w2", 1)])
def test_after_any_events_the_parts_that_may_be_leased_and_the_counts_are_right(
    steps: list[tuple[Any, ...]],
) -> None:
    asyncio.run(play(steps))


async def play(steps: list[tuple[Any, ...]]) -> None:
    now = NOW
    leased: list[tuple[int, str]] = []
    begun: list[int] = []
    async with memory_store() as store:
        await with_chats(store, *CHATS)
        await store.write_digests([digest(ref, "first", (f"p{ref.id}",), parts=3) for ref in CHATS], now)
        for number, step in enumerate(steps):
            now += timedelta(seconds=1)
            match step:
                case ("write", ref, parts, priority):
                    made = digest(ref, f"s{number}", (f"p{number}",), parts)
                    await store.write_digests([made, digest(BOB, f"t{number}")], now)
                    if priority is Priority.PERSON_WAITING:
                        await store.hasten(ref, now)
                case ("lease", owner, limit):
                    candidates = await may_be_leased(store, now)
                    got = await store.lease(owner, ALL, now, now + minutes(2), limit)
                    assert [each.id for each in got] == candidates[:limit], "in a stable order"
                    leased += [(each.id, owner) for each in got]
                case ("begin",) if leased:
                    delivery_id, owner = leased.pop(0)
                    if await store.begin(delivery_id, owner, now):
                        begun.append(delivery_id)
                case ("settle", state, failed, wait) if begun:
                    ending = Settlement(state, next_attempt_at=now + minutes(wait), failed=failed)
                    await store.settle(begun.pop(0), ending, now)
                case ("suspend", ref):
                    await store.suspend(ref, "gone", now)
                case ("resume", ref):
                    await store.resume(ref, None, now)
                case ("bind", ref, bot):
                    await store.bind_bot(ref, bot)
                case ("reopen", delivery_id):
                    await store.reopen(delivery_id, now, "asked for")
                case ("hasten", ref):
                    await store.hasten(ref, now)
                case ("join",):
                    await store.move_chat(CAT, ANN, now)
                case ("forget", ref):
                    await store.forget(ref)
                case ("tidy",):
                    await store.tidy(now + timedelta(days=2), history_days=30)
                case ("expire",):
                    await store.expire_leases("w3", now)
                case ("wait", some):
                    now += minutes(some)
            await agrees(store, now)


async def agrees(store: SqlStore, now: datetime) -> None:
    await turns_of(store)
    assert set(await may_be_leased(store, now)) == await reference(store, now)
    counted = Counter((each.chat.platform, each.state) for each in await store.deliveries(limit=10_000))
    assert await store.outbox_counts() == counted


# ── the order ──


async def test_chats_take_turns_however_many_parts_they_have() -> None:
    async with memory_store() as store:
        await with_chats(store, *CHATS)
        await store.write_digests([digest(ref, parts=3) for ref in CHATS], NOW)
        order, now = [], NOW
        while got := await store.lease("w1", ALL, now, now + minutes(1), 1):
            now += timedelta(seconds=1)
            assert await store.begin(got[0].id, "w1", now)
            await store.settle(got[0].id, Settlement(S.SENT), now)
            order.append((got[0].chat, got[0].number))
        assert order == [(ref, number) for number in (1, 2, 3) for ref in CHATS]


# ── the indexes ──


async def test_a_lease_reads_small_indexes_and_no_other_rows() -> None:
    lanes = [(Platform.TELEGRAM, ""), (Platform.DISCORD, "7")]
    query = outbox_queue.next_to_lease(lanes, NOW, 64)
    async with memory_store() as store:
        plan = await explained(store, query)
    reads = [line for line in plan if "deliveries" in line]
    assert reads
    assert all(line.startswith("SEARCH deliveries USING") for line in reads), plan
    assert {name for line in reads for name in line.split() if name.startswith("ix_")} == {
        "ix_deliveries_turn",
        "ix_deliveries_touched",
        "ix_deliveries_unusual",
    }, plan


async def test_the_next_part_of_a_chat_is_found_among_its_open_parts() -> None:
    async with memory_store() as store:
        plan = await explained(store, outbox_queue._next_parts([1, 2]))
        others = update(tables.deliveries).where(tables.deliveries.c.chat_id.in_([1]), outbox_queue.is_open())
        plan += await explained(store, others.values(bot="x"))
        reads = [line for line in plan if "deliveries" in line]
        assert len(reads) == 3
        assert all("INDEX ix_deliveries_open" in line for line in reads), plan


async def explained(store: SqlStore, query: Any) -> list[str]:
    compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    async with store.db.read() as connection:
        return [row.detail for row in await connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
