"""What the store answers where the database does not serve: one sentence, never a driver's error, never a secret."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.errors import BadSetting, StoreTooNew, StoreUnavailable
from bot.model import Chat
from bot.storage.driver_errors import place
from bot.storage.engine import Database, parse
from bot.storage.store import SqlStore, open_store
from tests.contracts.samples import ANN, NOW, announced, with_chats
from tests.fakes.stores import memory_store, new_database, sqlite_url


@pytest.fixture
async def url(tmp_path: Path) -> str:
    return await new_database(tmp_path / "store.sqlite3")


def is_one_sentence(error: BaseException) -> bool:
    said = str(error)
    return said.endswith(".") and "\n" not in said and "Traceback" not in said and "sqlalche.me" not in said


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/name", "sqlite:///x", "postgresql+psycopg://h:port/x"])
def test_an_invalid_address_is_reported_by_the_name_of_its_setting(url: str) -> None:
    with pytest.raises(BadSetting, match=r"^DATABASE_URL (is not|names another) .+; write sqlite\+aiosqlite"):
        parse(url)


def test_a_database_is_shown_without_password_and_options() -> None:
    shown = place(parse("postgresql+psycopg://ann:s3cret@db.example:5433/papers?password=hidden&options=x"))
    assert shown == "papers on db.example:5433"


async def test_an_unreachable_server_is_reported_in_one_sentence_without_the_password() -> None:
    with pytest.raises(StoreUnavailable) as caught:
        await open_store("postgresql+psycopg://ann:s3cret@127.0.0.1:1/papers?password=hidden")
    assert is_one_sentence(caught.value)
    assert "papers on 127.0.0.1:1" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert isinstance(caught.value.__cause__, DBAPIError)
    assert str(caught.value).endswith("; check DATABASE_URL and that the server runs.")
    assert caught.value.public == "The database does not answer."


async def test_a_folder_that_cannot_be_created_is_reported_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable) as caught:
        await open_store(sqlite_url(tmp_path / "file" / "store.sqlite3"))
    assert is_one_sentence(caught.value)


async def test_a_file_that_is_not_a_database_is_reported_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    path.write_text("this is a letter, and a long one" * 100)
    with pytest.raises(StoreUnavailable, match="is not a SQLite database; move it away or run `paperboy restore"):
        await open_store(sqlite_url(path))


async def test_a_folder_in_place_of_the_file_is_reported_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"cannot be opened; check that .* permission to read and write both"):
        await open_store(sqlite_url(tmp_path))


async def test_a_new_database_is_made_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "100% ours" / "store.sqlite3"
    async with await open_store(sqlite_url(path)) as store:
        await with_chats(store, ANN)
    async with await open_store(sqlite_url(path)) as store:
        assert await store.chats() == [Chat(ANN)]


async def test_a_database_of_a_newer_program_is_refused_untouched(url: str) -> None:
    async with await open_store(url) as store, store.db.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew) as caught:
        await open_store(url)
    assert is_one_sentence(caught.value)


async def test_a_read_only_database_still_reads_and_says_why_it_does_not_write(url: str) -> None:
    async with await open_store(url) as store:
        await with_chats(store, ANN)

    database = Database(url)
    _on_connect(database, "PRAGMA query_only=ON")
    async with SqlStore(database) as store:
        assert await store.chats() == [Chat(ANN)]
        with pytest.raises(StoreUnavailable, match="is read-only") as caught:
            await store.suspend(ANN, "blocked", NOW)
        assert is_one_sentence(caught.value)
        assert await store.chats() == [Chat(ANN)]


async def test_a_full_disk_keeps_what_was_there_and_work_goes_on_when_there_is_room(url: str) -> None:
    database = Database(url)
    _on_connect(database, "PRAGMA max_page_count=120")
    async with SqlStore(database) as store:
        await with_chats(store, ANN)
        big = [announced(f"2606.{number:05}", abstract="x" * 3_000) for number in range(500)]
        with pytest.raises(StoreUnavailable, match="has no room left") as caught:
            await store.ingest(big, NOW)
        assert is_one_sentence(caught.value)
        assert await store.latest_day() is None
        await store.ingest(big[:3], NOW)
        assert len(await store.announcements_after(0, 100)) == 3


async def test_a_file_deleted_under_the_store_never_shows_a_drivers_error(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    store = await open_store(await new_database(folder / "store.sqlite3"))
    await store.close()
    shutil.rmtree(folder)
    with pytest.raises(StoreUnavailable) as caught:
        await store.ping()
    assert is_one_sentence(caught.value)


async def test_a_programming_error_is_not_reported_as_an_unavailable_database() -> None:
    async with memory_store() as store:
        with pytest.raises(IntegrityError):
            async with store.db.write() as connection:
                await connection.execute(text("INSERT INTO leases (name) VALUES ('x')"))


async def test_sqlite_connections_use_the_safe_settings() -> None:
    async with memory_store() as store, store.db.read() as connection:
        settings = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 60_000}


def _on_connect(database: Database, pragma: str) -> None:
    @event.listens_for(database.engine.sync_engine, "connect")
    def limit(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(pragma)
        cursor.close()
