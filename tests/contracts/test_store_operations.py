"""The promises of `bot.ports.Store`, kept alike by SQLite and PostgreSQL: named leases, the ledger, values, backups."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreUnavailable, TellUser
from bot.model import Bot, DeliveryState, Kind, LedgerLine, ListingRecord, Settlement
from bot.ports import Store
from bot.storage import tables
from bot.storage.store import SqlStore, open_store
from tests.contracts.samples import (
    ANN,
    BOB,
    MONDAY,
    NOW,
    TUESDAY,
    announced,
    digest,
    key,
    lease,
    match_all,
    minutes,
    send_next,
    summary,
    with_chats,
)
from tests.fakes.stores import sqlite_url


async def test_a_named_lease_has_one_owner_until_it_ends(store: Store) -> None:
    assert await store.hold("poll", "a", NOW, NOW + minutes(1))
    assert not await store.hold("poll", "b", NOW, NOW + minutes(1))
    assert await store.hold("send", "b", NOW, NOW + minutes(1))
    assert await store.hold("poll", "a", NOW, NOW + minutes(2))
    assert not await store.hold("poll", "b", NOW + minutes(1), NOW + minutes(3))
    assert await store.hold("poll", "b", NOW + minutes(2), NOW + minutes(3))
    await store.release("poll", "a")
    assert not await store.hold("poll", "a", NOW + minutes(2), NOW + minutes(3))
    await store.release("poll", "b")
    assert await store.hold("poll", "a", NOW + minutes(2), NOW + minutes(3))


async def test_the_last_holder_of_an_expired_lease_is_known(store: Store) -> None:
    assert await store.holder("poll") is None
    await store.hold("poll", "a", NOW, NOW + minutes(1))
    assert await store.holder("poll") == "a"
    await store.hold("poll", "b", NOW + minutes(9), NOW + minutes(10))
    assert await store.holder("poll") == "b"
    await store.release("poll", "b")
    assert await store.holder("poll") is None


async def test_the_leases_that_have_not_expired_are_listed(store: Store) -> None:
    await store.hold("poll", "a", NOW, NOW + minutes(1))
    await store.hold("site", "b", NOW, NOW + minutes(3))
    assert await store.live_leases(NOW) == {"poll": "a", "site": "b"}
    assert await store.live_leases(NOW + minutes(1)) == {"site": "b"}
    await store.release("site", "b")
    assert await store.live_leases(NOW + minutes(1)) == {}


async def test_the_leases_of_a_process_that_was_replaced_end_at_once(store: Store) -> None:
    await with_chats(store)
    for ref in (ANN, BOB):
        await store.write_digest(digest(ref), NOW)
    sending, _ = await lease(store, "gone")
    assert await store.begin(sending.id, "gone", NOW)
    assert await store.expire_leases("gone", NOW) == 0
    assert await store.expire_leases("new", NOW) == 2
    assert [d.id for d in await store.orphaned(NOW)] == [sending.id]
    assert [d.chat for d in await lease(store, "new")] == [BOB]
    assert await store.expire_leases("new", NOW) == 0


async def test_only_the_leases_of_the_chats_of_one_bot_end(store: Store) -> None:
    await with_chats(store)
    await store.bind_bot(ANN, "7")
    for ref in (ANN, BOB):
        await store.write_digest(digest(ref), NOW)
    assert len(await lease(store, "gone")) == 2
    assert await store.expire_leases("new", NOW, Bot(BOB.platform, "7", is_first=False)) == 0
    assert await store.expire_leases("new", NOW, Bot(ANN.platform, "7", is_first=False)) == 1
    assert await store.expire_leases("new", NOW, Bot(BOB.platform, "8", is_first=True)) == 1


@pytest.mark.parametrize("backend", ["postgres"])
async def test_leases_end_while_a_chat_is_joined_with_an_earlier_one(store: SqlStore) -> None:
    await with_chats(store)
    # Of the earlier chat the later delivery: by the order of chats it is locked first, by that of deliveries last.
    for ref, paper_id in ((BOB, "2606.00001"), (ANN, "2606.00002")):
        await store.write_digest(digest(ref, papers=(paper_id,)), NOW)
    assert len(await lease(store, "gone")) == 2
    async with store.db.write() as connection:
        # What the earlier chat has had: the move comes to it after the deliveries of one chat, and before the other's.
        await connection.execute(select(tables.had_papers).with_for_update())
        moving = asyncio.create_task(store.move_chat(BOB, ANN, NOW))
        await _until_waiting(connection, 1)
        expiring = asyncio.create_task(store.expire_leases("new", NOW))
        await _until_waiting(connection, 2)
    await moving
    assert await expiring == 2


async def _until_waiting(connection: AsyncConnection, transactions: int) -> None:
    """Wait until so many transactions wait for a lock."""
    waiting = text("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(20):
        while await connection.scalar(waiting) != transactions:  # noqa: ASYNC110 - a database sets no event
            await asyncio.sleep(0.01)


async def test_of_many_processes_that_want_a_lease_at_once_one_gets_it(store: Store) -> None:
    got = await asyncio.gather(*(store.hold("poll", f"p{n}", NOW, NOW + minutes(1)) for n in range(8)))
    assert sum(got) == 1


async def test_small_values_are_stored(store: Store) -> None:
    assert await store.value("arxiv") is None
    await store.remember_value("arxiv", {"paused": None})
    await store.remember_value("arxiv", {"paused": "2026-06-02", "text": "ü\0\ud800"})
    assert await store.value("arxiv") == {"paused": "2026-06-02", "text": "ü\0\ud800"}


async def test_the_ledger_counts_each_days_papers_at_every_step(store: Store) -> None:
    await with_chats(store)
    names = [f"2606.0000{number}" for number in range(1, 6)]
    await store.ingest([announced(name) for name in names], NOW)
    await store.ingest([announced(names[0], kind=Kind.CROSS), announced("2606.00009", kind=Kind.REPLACE)], NOW)
    await store.ingest([announced("2605.00001", MONDAY)], NOW)
    line = ListingRecord(TUESDAY, "cs", "feed", 5, 2, complete=True, checked_at=NOW)
    await store.record_listing([line, replace(line, archive="math", announced=1)])
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, *((name, TUESDAY) for name in [*names[:4], "2606.00009"]))
    await store.write_digest(digest(ANN, "one", tuple(names[:2])), NOW)
    await store.write_digest(digest(ANN, "two", (names[2],), parts=2), NOW)
    await send_next(store)
    await send_next(store)
    await store.save_summary(summary(key(names[0])))
    await store.save_summary(summary(key(names[1], version=2)))
    assert await store.ledger(MONDAY) == [
        LedgerLine(MONDAY, announced=1, ingested=1, matched=0, chosen=0, summarized=0, sent=0),
        LedgerLine(TUESDAY, announced=8, ingested=6, matched=4, chosen=3, summarized=1, sent=3),
    ]
    assert [line.day for line in await store.ledger(TUESDAY)] == [TUESDAY]


async def test_what_a_failed_transaction_did_not_mark_as_sent_is_marked_by_the_next_one(store: SqlStore) -> None:
    await with_chats(store)
    await store.ingest([announced("p", MONDAY)], NOW)
    await store.write_digest(digest(papers=("p",)), NOW)
    [delivery] = await lease(store)
    assert await store.begin(delivery.id, "w1", NOW)
    failures = ["INSERT INTO delivery_counts"]

    @event.listens_for(store.db.engine.sync_engine, "before_cursor_execute")
    def fail_once(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if failures and statement.startswith(failures[0]):
            failures.clear()
            raise StoreUnavailable("The connection was lost.")

    sent = Settlement(DeliveryState.SENT)
    with pytest.raises(StoreUnavailable):
        await store.settle(delivery.id, sent, NOW)
    assert [line.sent for line in await store.ledger(MONDAY)] == [0]
    await store.settle(delivery.id, sent, NOW)
    assert [line.sent for line in await store.ledger(MONDAY)] == [1]


async def test_the_ledger_counts_by_category_with_a_line_for_unread_entries(store: Store) -> None:
    await with_chats(store)
    vision, number = announced("2606.00001"), announced("2606.00002", categories=("math.NT", "cs.CV"))
    guessed = announced("2606.00003", categories=("math.NT",))
    guessed = replace(guessed, announcement=replace(guessed.announcement, inferred=True))
    missed = replace(guessed, announcement=replace(guessed.announcement, day=MONDAY))
    await store.ingest(
        [vision, number, replace(number, announcement=replace(number.announcement, kind=Kind.CROSS))], NOW
    )
    await store.ingest([guessed, missed], NOW)
    line = ListingRecord(TUESDAY, "cs", "feed", 2, 1, complete=True, checked_at=NOW)
    await store.record_listing([line, replace(line, day=MONDAY, source="oai", announced=1, malformed=0)])
    await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
    await match_all(store, ("2606.00001", TUESDAY), ("2606.00002", TUESDAY))
    await store.write_digest(digest(ANN, "one", ("2606.00002",)), NOW)
    await send_next(store)
    assert await store.ledger(MONDAY, by_category=True) == [
        LedgerLine(MONDAY, 1, 1, 0, 0, 0, 0, "math.NT"),
        LedgerLine(TUESDAY, 1, 1, 1, 0, 0, 0, "cs.CV"),
        LedgerLine(TUESDAY, 1, 2, 1, 1, 0, 1, "math.NT"),
        LedgerLine(TUESDAY, 1, 0, 0, 0, 0, 0, "unread"),
    ]
    assert [line.announced for line in await store.ledger(MONDAY)] == [1, 3]


async def test_a_backup_is_a_complete_database_and_never_replaces_a_file(
    store: SqlStore, backend: str, tmp_path: Path
) -> None:
    await with_chats(store)
    copy = tmp_path / "copy ü.sqlite3"
    if backend == "postgres":
        with pytest.raises(TellUser, match="pg_dump"):
            await store.backup(copy)
        return
    await store.backup(copy)
    async with await open_store(sqlite_url(copy)) as restored:
        assert [chat.ref for chat in await restored.chats()] == [ANN, BOB]
    with pytest.raises(TellUser, match="already"):
        await store.backup(copy)
