"""A database that is locked, restarted or gone for a while: reported in one sentence, and used again once it serves."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from bot.errors import StoreUnavailable
from bot.model import Chat
from bot.storage import row_mapping, tables
from bot.storage.engine import BUSY_SECONDS, Database
from bot.storage.store import SqlStore, open_store
from tests.contracts.samples import ANN, BOB, NOW
from tests.fakes.stores import new_database, postgres


async def test_a_lock_that_another_process_keeps_is_one_sentence_and_ends_with_it(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    database = Database(await new_database(path))

    @event.listens_for(database.engine.sync_engine, "connect")
    def impatient(connection: Any, _record: object) -> None:
        connection.cursor().execute("PRAGMA busy_timeout=50")

    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with SqlStore(database) as store:
        with pytest.raises(StoreUnavailable, match=r"is locked by another process\.$"):
            await store.add_chat(Chat(ANN))
        assert await store.chats() == [], "reading is still possible"
        other.execute("ROLLBACK")
        await store.add_chat(Chat(ANN))
        assert await store.chats() == [Chat(ANN)]
    other.close()


async def test_a_long_write_of_our_own_is_not_taken_for_another_process(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    async with await open_store(await new_database(path)) as store:
        async with store.db.write() as connection:
            await connection.execute(tables.chats.insert().values(row_mapping.chat_row(Chat(ANN))))
            await store.check_writable(NOW, 0.05)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match=r"is locked by another process\.$"):
            await store.check_writable(NOW, 0.05)
        waiting = asyncio.create_task(store.add_chat(Chat(BOB)))  # must not hide the other process
        await asyncio.sleep(0.05)
        with pytest.raises(StoreUnavailable, match=r"is locked by another process\.$"):
            await store.check_writable(NOW, 0.05)
        other.execute("ROLLBACK")
        other.close()
        await waiting
        await store.check_writable(NOW, 0.05)
        assert await store.value("health") == {"asked_at": NOW.isoformat()}


async def test_the_short_timeout_of_a_health_check_does_not_apply_to_later_writes(tmp_path: Path) -> None:
    async with await open_store(await new_database(tmp_path / "store.sqlite3")) as store:
        await store.check_writable(NOW, 0.05)
        async with store.db.read() as connection:
            assert await connection.scalar(text("PRAGMA busy_timeout")) == BUSY_SECONDS * 1000


async def test_a_server_that_accepts_no_write_in_time_is_reported() -> None:
    with postgres() as url:
        async with await open_store(url) as store, await open_store(url) as other:
            await store.check_writable(NOW, 5)
            async with other.db.write() as connection:
                await connection.execute(text("LOCK TABLE state"))
                with pytest.raises(StoreUnavailable, match=r"does not take a write in 0\.1 s"):
                    await store.check_writable(NOW, 0.1)
            await store.check_writable(NOW, 5)


async def test_a_failed_backup_leaves_no_file(tmp_path: Path) -> None:
    path, copy = tmp_path / "store.sqlite3", tmp_path / "copy.sqlite3"
    url = await new_database(path)
    async with await open_store(url) as store:
        for n in range(50):
            await store.remember_value(f"padding {n}", {"x": "y" * 20_000})
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 40 * 4096)
        file.write(bytes(4096))
    async with await open_store(url) as store:
        with pytest.raises(StoreUnavailable, match=r"copy.sqlite3 was not written. The database .* is damaged"):
            await store.backup(copy)
    assert [name for name in os.listdir(tmp_path) if name.startswith("copy")] == []


async def test_a_backup_deletes_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    copy, mine = tmp_path / "folder" / "copy.sqlite3", tmp_path / "folder" / "copy.sqlite3.part"
    mine.write_text("somebody's own")
    async with await open_store(await new_database(tmp_path / "store.sqlite3")) as store:
        await store.backup(copy)
    assert mine.read_text() == "somebody's own"
    assert set(copy.parent.iterdir()) == {copy, mine}


async def test_a_server_that_was_restarted_is_used_again_and_keeps_what_it_had() -> None:
    with postgres() as url:
        async with await open_store(url) as store, await open_store(url) as operator:
            await store.add_chat(Chat(ANN))
            async with operator.db.write() as connection:
                ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
                ended = await connection.scalars(text(ends + "application_name = 'paperboy'"))
                assert True in ended.all()
            await store.add_chat(Chat(BOB))
            assert {chat.ref for chat in await store.chats()} == {ANN, BOB}


async def test_a_connection_that_breaks_in_a_transaction_is_one_sentence_and_leaves_nothing_of_it() -> None:
    with postgres() as url:
        async with await open_store(url) as store:
            with pytest.raises(StoreUnavailable) as told:
                await cut_off(store)
            assert str(told.value).endswith(".")
            assert await store.chats() == []


async def cut_off(store: SqlStore) -> None:
    async with store.db.write() as connection:
        await connection.execute(tables.chats.insert().values(row_mapping.chat_row(Chat(ANN))))
        await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
