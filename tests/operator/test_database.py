"""A database is backed up as it is, restored from a backup, and never changed while a service uses it."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import PaperboyError, StoreTooNew, StoreUnavailable, TellUser
from bot.model import Chat, DeliveryState, Settlement
from bot.operator import database, deliveries, status
from bot.service import lease
from bot.service.clock import SystemClock
from bot.settings import Settings, load
from bot.storage import migrations
from bot.storage.engine import Database
from bot.storage.store import SqlStore, open_store
from bot.storage.tables import REVISION
from tests.contracts.samples import ANN, BOB, digest
from tests.fakes.clock import FakeClock
from tests.fakes.stores import new_database, postgres, sqlite_url

NAME = "paperboy.sqlite3"


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """The settings of an installation that has one chat."""
    (tmp_path / "data").mkdir()
    url = await new_database(tmp_path / "data" / NAME)
    async with await open_store(url) as store:
        await store.add_chat(Chat(ANN))
    return load(data_dir=tmp_path / "data")


async def chats(url: str) -> set[str]:
    async with SqlStore(Database(url)) as store:
        return {str(chat.ref) for chat in await store.chats()}


async def add_bob(settings: Settings) -> None:
    async with await open_store(settings.database) as store:
        await store.add_chat(Chat(BOB))


async def hold_the_lease(settings: Settings, name: str = "elsewhere/1/a") -> None:
    now = SystemClock().now()
    async with SqlStore(Database(settings.database)) as store:
        assert await store.hold(lease.SERVICE_LEASE, name, now, now + timedelta(minutes=5))


# ── copies ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_backup_before_an_upgrade_does_not_migrate_the_database(settings: Settings, tmp_path: Path) -> None:
    await migrations.migrate(settings.database, "0001")
    await hold_the_lease(settings)
    message = await database.backup(settings, tmp_path / "copy.sqlite3")
    assert "paperboy restore" in message
    assert await migrations.current(settings.database) == "0001"
    assert await migrations.current(sqlite_url(tmp_path / "copy.sqlite3")) == "0001"


async def test_a_backup_with_a_name_that_is_too_long_is_refused(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / ("a" * 300)
    with pytest.raises(TellUser, match=r"cannot be written \(File name too long\); choose another\.$"):
        await database.backup(settings, path)


async def test_a_backup_may_have_the_longest_name_that_the_file_system_allows(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / ("a" * 255)
    await database.backup(settings, path)
    assert path.is_file()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="/proc takes no new files, also from root")
async def test_a_backup_to_a_place_that_takes_no_files_does_not_blame_the_database(settings: Settings) -> None:
    with pytest.raises(TellUser, match=r"^/proc/copy cannot be written \(.+\); choose another\.$"):
        await database.backup(settings, Path("/proc/copy"))


async def test_a_database_that_cannot_be_looked_at_is_reported_in_one_sentence(
    settings: Settings, tmp_path: Path
) -> None:
    """A name that is too long stands for a folder without permission, which does not stop root."""
    copy = tmp_path / "copy"
    await database.backup(settings, copy)
    unusable = load(data_dir=tmp_path, database_url=sqlite_url(tmp_path / ("a" * 255)) + "a")
    with pytest.raises(StoreUnavailable, match=r"^The database \S+ cannot be opened \(File name too long\)\.$"):
        await database.backup(unusable, tmp_path / "copy-2")
    with pytest.raises(StoreUnavailable, match=r"^\S+/copy was not restored \(File name too long: "):
        await database.restore(unusable, copy)


async def test_the_folder_of_a_named_database_is_not_created(settings: Settings, tmp_path: Path) -> None:
    copy, folder = tmp_path / "copy", tmp_path / "misspelt"
    await database.backup(settings, copy)
    named = load(data_dir=tmp_path, database_url=sqlite_url(folder / NAME))
    sentence = f"The folder {folder} of DATABASE_URL does not exist; create it or correct the address."
    with pytest.raises(TellUser) as opened:
        await status.status(named)
    with pytest.raises(TellUser) as restored:
        await database.restore(named, copy)
    assert (str(opened.value), str(restored.value)) == (sentence, sentence)
    assert not folder.exists()
    folder.mkdir()
    await status.status(named)


async def test_a_named_database_may_be_in_a_new_data_dir(tmp_path: Path) -> None:
    path = tmp_path / "data" / NAME
    await status.status(load(data_dir=path.parent, database_url=sqlite_url(path)))
    assert path.is_file()


async def test_a_folder_is_no_backup(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(TellUser) as caught:
        await database.restore(settings, tmp_path)
    assert str(caught.value) == f"{tmp_path} is a folder; name a backup file."


async def test_a_backup_with_an_impossible_name_is_no_error_of_ours(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(TellUser, match=r"^There is no file "):
        await database.restore(settings, tmp_path / ("a" * 300))


async def test_a_backup_does_not_create_a_missing_database(tmp_path: Path) -> None:
    nowhere = load(data_dir=tmp_path / "nowhere")
    with pytest.raises(TellUser, match="There is no database"):
        await database.backup(nowhere, tmp_path / "copy.sqlite3")
    assert os.listdir(tmp_path) == []
    (tmp_path / NAME).touch()
    with pytest.raises(TellUser, match="is empty"):
        await database.backup(load(data_dir=tmp_path), tmp_path / "copy.sqlite3")


async def test_a_backup_is_restored_and_the_previous_database_is_kept(settings: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy ü %41.sqlite3"
    await hold_the_lease(settings)  # when the copy is made
    await database.backup(settings, copy)
    async with SqlStore(Database(settings.database)) as store:
        await store.release(lease.SERVICE_LEASE, "elsewhere/1/a")
    await add_bob(settings)
    message = await database.restore(settings, copy, FakeClock())
    assert await chats(settings.database) == {str(ANN)}
    [kept] = re.findall(r"is (.*)\.$", message)
    assert Path(kept).name == f"{NAME}.before-restore-20260602-043000"
    assert await chats(sqlite_url(Path(kept))) == {str(ANN), str(BOB)}
    async with SqlStore(Database(settings.database)) as store:
        assert await store.holder(lease.SERVICE_LEASE) is None, "who worked when the copy was made does not now"
    assert sorted(name for name in os.listdir(settings.data_dir) if "restored" in name) == []


async def test_a_backup_of_an_older_version_is_migrated(settings: Settings, tmp_path: Path) -> None:
    await migrations.migrate(settings.database, "0001")
    await database.backup(settings, tmp_path / "copy.sqlite3")
    (settings.data_dir / NAME).unlink()
    message = await database.restore(settings, tmp_path / "copy.sqlite3")
    assert message == f"Restored {tmp_path / 'copy.sqlite3'} and migrated from revision 0001 to {REVISION}."
    assert await migrations.current(settings.database) == REVISION
    assert await chats(settings.database) == {str(ANN)}


async def test_a_damaged_database_is_replaced_and_kept(settings: Settings, tmp_path: Path) -> None:
    await database.backup(settings, tmp_path / "copy.sqlite3")
    for suffix in ("", "-wal", "-shm"):
        (settings.data_dir / f"{NAME}{suffix}").write_bytes(b"not a database at all" * 500)
    message = await database.restore(settings, tmp_path / "copy.sqlite3", FakeClock())
    assert "could not be read: make sure that no service still uses it" in message
    assert await chats(settings.database) == {str(ANN)}
    assert (settings.data_dir / f"{NAME}.before-restore-20260602-043000").read_bytes().startswith(b"not a database")


async def test_the_log_of_a_removed_database_is_not_applied_to_the_restored_one(
    settings: Settings, tmp_path: Path
) -> None:
    await database.backup(settings, tmp_path / "copy.sqlite3")
    file, log = settings.data_dir / NAME, settings.data_dir / f"{NAME}-wal"
    with closing(sqlite3.connect(file)) as killed:
        killed.execute("DELETE FROM chats")
        killed.commit()
        left = log.read_bytes()
    assert left
    file.unlink()
    log.write_bytes(left)
    await database.restore(settings, tmp_path / "copy.sqlite3")
    assert await chats(settings.database) == {str(ANN)}


def a_killed_process_left(settings: Settings) -> None:
    """A database of which a part is in its log only."""
    file = settings.data_dir / NAME
    with closing(sqlite3.connect(file)) as killed:
        killed.execute("UPDATE chats SET ident = 'late'")
        killed.commit()
        left = {path: path.read_bytes() for path in (file, file.with_name(f"{NAME}-wal"))}
    for path, content in left.items():
        path.write_bytes(content)


async def test_a_backup_that_cannot_be_renamed_changes_nothing(settings: Settings) -> None:
    a_killed_process_left(settings)
    file, fresh = settings.data_dir / NAME, settings.data_dir / "fresh"
    fresh.mkdir()  # a folder, whose name a file cannot take
    with pytest.raises(OSError, match="directory"):
        database._replace(fresh, file, FakeClock().now())
    assert {name for name in os.listdir(settings.data_dir) if not name.endswith(("-wal", "-shm"))} == {NAME, "fresh"}
    assert await chats(settings.database) == {"telegram:late"}


async def test_the_kept_database_is_complete_without_its_log(settings: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    await database.backup(settings, copy)
    a_killed_process_left(settings)
    kept = database._replace(copy, settings.data_dir / NAME, FakeClock().now())
    assert kept is not None
    assert set(os.listdir(settings.data_dir)) == {NAME, kept.name}
    assert await chats(settings.database) == {str(ANN)}
    assert await chats(sqlite_url(kept)) == {"telegram:late"}


async def test_a_database_that_another_process_reads_is_not_replaced(settings: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    await database.backup(settings, copy)
    with closing(sqlite3.connect(settings.data_dir / NAME, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM chats").fetchall()
        with pytest.raises(StoreUnavailable, match="is in use by another process"):
            await database.restore(settings, copy)
    assert not any("restore" in name for name in os.listdir(settings.data_dir))
    assert await chats(settings.database) == {str(ANN)}


async def test_a_database_kept_earlier_is_not_overwritten(settings: Settings, tmp_path: Path) -> None:
    await database.backup(settings, tmp_path / "copy.sqlite3")
    kept = settings.data_dir / f"{NAME}.before-restore-20260602-043000"
    kept.write_text("from before")
    with pytest.raises(StoreUnavailable, match=r"File exists: .*043000"):
        await database.restore(settings, tmp_path / "copy.sqlite3", FakeClock())
    assert kept.read_text() == "from before"
    assert await chats(settings.database) == {str(ANN)}


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[20 * 4096 : 40 * 4096] = bytes(20 * 4096)
    path.write_bytes(content)


def foreign(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE chats (id)")


def without_revision(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM alembic_version")
        connection.commit()


@pytest.mark.parametrize(
    ("spoil", "error", "why"),
    [
        (lambda path: path.unlink(), TellUser, "There is no file"),
        (lambda path: path.write_text("hello, world\n" * 99), TellUser, "is not a complete SQLite database"),
        (foreign, TellUser, "is not a database of Paperboy"),
        (without_revision, TellUser, "is not a database of Paperboy"),
        (damaged, TellUser, "is damaged|is not a complete SQLite database"),
        (newer, StoreTooNew, "newer Paperboy"),
    ],
)
async def test_a_file_that_is_no_complete_backup_is_refused_and_changes_nothing(
    settings: Settings, tmp_path: Path, spoil: Callable[[Path], object], error: type[PaperboyError], why: str
) -> None:
    copy = tmp_path / "copy.sqlite3"
    await database.backup(settings, copy)
    spoil(copy)
    with pytest.raises(error, match=why):
        await database.restore(settings, copy)
    assert os.listdir(settings.data_dir) == [NAME]
    assert await chats(settings.database) == {str(ANN)}


async def test_a_backup_is_not_restored_while_a_service_runs(settings: Settings, tmp_path: Path) -> None:
    await database.backup(settings, tmp_path / "copy.sqlite3")
    await hold_the_lease(settings)
    await add_bob(settings)
    with pytest.raises(TellUser, match=r"A running Paperboy \(process 1 on elsewhere\) uses this database; stop it"):
        await database.restore(settings, tmp_path / "copy.sqlite3")
    assert await chats(settings.database) == {str(ANN), str(BOB)}


async def test_a_locked_database_is_not_replaced(settings: Settings, tmp_path: Path) -> None:
    await database.backup(settings, tmp_path / "copy.sqlite3")
    with closing(sqlite3.connect(settings.data_dir / NAME)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnavailable, match="cannot be looked at"):
            await database.restore(settings, tmp_path / "copy.sqlite3")


async def test_the_database_itself_is_no_backup_and_postgresql_has_its_own_tools(settings: Settings) -> None:
    with pytest.raises(TellUser, match="is the database in use"):
        await database.restore(settings, settings.data_dir / NAME)
    elsewhere = load(database_url="postgresql://me:secret@127.0.0.1:9/x", data_dir=settings.data_dir)
    with pytest.raises(TellUser, match="pg_restore"):
        await database.restore(elsewhere, settings.data_dir / NAME)


# ── another version's form ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_no_command_migrates_the_database_while_an_older_version_runs(settings: Settings, backend: str) -> None:
    if backend == "sqlite":
        await nothing_changes(settings)
        return
    with postgres() as url:
        await migrations.migrate(url)
        await nothing_changes(load(data_dir=settings.data_dir, database_url=url))


async def nothing_changes(settings: Settings) -> None:
    await migrations.migrate(settings.database, "0001")
    await hold_the_lease(settings)
    commands: list[Callable[[], Awaitable[object]]] = [
        lambda: status.status(settings),
        lambda: deliveries.replay(settings, [], given_up=True, unknown=False),
        lambda: database.migrate(settings),
    ]
    for command in commands:
        with pytest.raises(TellUser, match=r"older version .* A running Paperboy \(process 1 on elsewhere\)"):
            await command()
    with pytest.raises(TellUser, match="A running Paperboy"):
        await database.migrate(settings, "0001")
    assert await migrations.current(settings.database) == "0001"
    async with SqlStore(Database(settings.database)) as store:
        await store.release(lease.SERVICE_LEASE, "elsewhere/1/a")
    assert await status.status(settings)
    assert await migrations.current(settings.database) == REVISION
    async with SqlStore(Database(settings.database)) as store:
        assert await store.holder(lease.SERVICE_LEASE) is None


async def test_migrating_back_to_an_older_revision_says_what_to_install(settings: Settings) -> None:
    message = await database.migrate(settings, "0001")
    assert message.startswith(
        "The database is at revision 0001. Now install the version of Paperboy whose newest revision that is"
    )
    assert message.endswith(f"any command of the present version, even `status`, migrates it to {REVISION} again.")
    assert await migrations.current(settings.database) == "0001"
    assert await database.migrate(settings) == f"The database is up to date (revision {REVISION})."
    assert await chats(settings.database) == {str(ANN)}
    with pytest.raises(TellUser, match=r"“0\+1” is not a revision; this version knows 0001, "):
        await database.migrate(settings, "0+1")
    with pytest.raises(TellUser, match="“base” is not a revision"):
        await database.migrate(settings, "base")


async def test_replaying_says_what_is_sent_again_and_to_whom(settings: Settings) -> None:
    async with await open_store(settings.database) as store:
        now = SystemClock().now()
        await store.write_digest(digest(ANN, parts=3), now)
        first, second, third = (delivery.id for delivery in reversed(await store.deliveries()))
        await store.settle(first, Settlement(DeliveryState.GIVEN_UP, "too long"), now)
        await store.settle(second, Settlement(DeliveryState.IN_DOUBT, "no answer"), now)
        await store.suspend(ANN, "blocked", now)
    with pytest.raises(TellUser, match=f"Delivery {third} is neither .*see `paperboy status`"):
        await deliveries.replay(settings, [third], given_up=False, unknown=False)
    message = await deliveries.replay(settings, [first, first], given_up=True, unknown=False)
    assert message == f"1 delivery goes out again when the service runs. {ANN} gets digests again."
    assert await deliveries.replay(settings, [], given_up=True, unknown=False) == "There is nothing to send again."
    assert await deliveries.replay(settings, [], given_up=False, unknown=True) == (
        "1 delivery goes out again when the service runs."
    )
