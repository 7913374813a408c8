"""Work on the database as a whole: a copy of it, the way back to a copy, and the way to another version's form."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from bot.errors import StoreTooNew, StoreUnavailable, TellUser
from bot.ports import Clock
from bot.service import lease
from bot.service.app import make_data_dir, open_app
from bot.service.clock import SystemClock
from bot.settings import Settings
from bot.storage import migrations
from bot.storage.engine import Database, parse
from bot.storage.store import SqlStore, open_store
from bot.storage.tables import REVISION

TABLES = {"alembic_version", "chats", "deliveries", "leases"}
"""What every version's database has."""

LOGS = ("-wal", "-shm", "-journal")
"""What SQLite reads beside a database as a part of it."""


async def backup(settings: Settings, path: Path) -> str:
    """Copy the database as it is: whoever makes a backup before an upgrade has the new version in hand already."""
    await _must_be_there(settings)
    async with SqlStore(Database(settings.database)) as store:
        await store.backup(path)
    return f"Copied the database to {path}; `paperboy restore {path}` brings it back."


async def migrate(settings: Settings, to: str | None = None) -> str:
    """Bring the database to this version's form, or to the form of another one. Raises `TellUser` while it is used."""
    if to is None:
        async with open_app(settings):
            return f"The database is up to date (revision {REVISION})."
    known = migrations.revisions()
    if to not in known:
        raise TellUser(f"“{to}” is no revision; this version knows {', '.join(known)}.")
    await _must_be_there(settings)
    database = Database(settings.database)
    async with SqlStore(database) as store:
        migrations.check_known(await migrations.current(settings.database), database)
        async with lease.held(store, SystemClock()):
            await migrations.migrate(settings.database, to)
    if to == REVISION:
        return f"The database is at revision {to}."
    return (
        f"The database is at revision {to}. Install the Paperboy that knows this one as its newest now: any command of "
        f"the present version, even `status`, brings it back to {REVISION}."
    )


async def _must_be_there(settings: Settings) -> None:
    """Opening a database makes an empty one where there is none: what is to be copied or changed must be there."""
    file = _file_of(settings)
    if file is not None and not await asyncio.to_thread(file.is_file):
        raise TellUser(f"There is no database {file}; check DATA_DIR and DATABASE_URL.")
    if await migrations.current(settings.database) is None:
        raise TellUser("The database is empty; Paperboy has not run with it yet.")


def _file_of(settings: Settings) -> Path | None:
    """The file of a SQLite database, None where it is PostgreSQL."""
    url = parse(settings.database)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


# ── back to a copy ────────────────────────────────────────────────────────────────────────────────────────────────


async def restore(settings: Settings, backup: Path, clock: Clock | None = None) -> str:
    """Put a copy of a SQLite database in the place of the present one, which is kept beside it.

    Raises `TellUser` where that is no copy or a service works on the database, `StoreTooNew` where the copy is newer
    than this version, else `StoreUnavailable`. Nothing is changed then.
    """
    clock, file = clock or SystemClock(), _file_of(settings)
    if file is None:
        raise TellUser("This database is PostgreSQL; restore it with pg_restore, as the README says.")
    make_data_dir(settings.data_dir)
    fresh = file.with_name(f"{file.name}.restored")
    try:
        revision = await asyncio.to_thread(_copied, backup, file, fresh)
        readable = await _claim(settings, file, clock)
        kept = await asyncio.to_thread(_exchange, fresh, file, clock.now())
    except OSError as error:
        raise StoreUnavailable(
            f"{backup} was not restored ({error.strerror}: {error.filename2 or error.filename})."
        ) from error
    finally:
        await asyncio.to_thread(fresh.unlink, missing_ok=True)
    async with await open_store(settings.database):
        pass
    brought = f" and brought from revision {revision} to {REVISION}" if revision != REVISION else ""
    doubt = "" if readable else " It could not be read: make sure that no service still uses it."
    return f"Restored {backup}{brought}." + (f" The database from before is {kept}.{doubt}" if kept else "")


def _copied(backup: Path, file: Path, fresh: Path) -> str:
    """Copy and look: the copy's revision. Raises `TellUser`, `StoreTooNew`, OSError."""
    if not backup.is_file():
        raise TellUser(f"There is no file {backup}.")
    if file.exists() and backup.samefile(file):
        raise TellUser(f"{backup} is the database in use; name a backup of it.")
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh.unlink(missing_ok=True)
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(backup))}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(fresh)) as new,
        ):
            old.backup(new)
            return _looked_at(new, backup)
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"{backup} was not restored ({error}).") from error
    except sqlite3.DatabaseError as error:
        raise TellUser(f"{backup} is no whole SQLite database ({error}); use another backup.") from error


def _looked_at(copy: sqlite3.Connection, backup: Path) -> str:
    found = [said for (said,) in copy.execute("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        raise TellUser(f"{backup} is damaged ({found[0].splitlines()[-1]}); use another backup.")
    tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables >= TABLES:
        raise TellUser(f"{backup} is no database of Paperboy.")
    revision = str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    if revision > REVISION:
        known = f"(revision {revision}, this one knows {REVISION})"
        raise StoreTooNew(f"{backup} was made by a newer Paperboy {known}; use that version.")
    copy.execute("DELETE FROM leases")  # of those who ran when the copy was made
    copy.commit()
    return revision


async def _claim(settings: Settings, file: Path, clock: Clock) -> bool:
    """Take the lease of the database that is there, so that no service begins with it; False where it is unreadable."""
    if not await asyncio.to_thread(file.is_file):
        return True
    if not await asyncio.to_thread(_has_leases, file):
        return False
    async with SqlStore(Database(settings.database)) as store:
        if other := await lease.acquire(store, clock, lease.new_owner()):
            raise TellUser(f"A running Paperboy ({lease.describe(other)}) uses this database; stop it first.")
    return True


def _has_leases(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(file, timeout=1.0)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    except sqlite3.OperationalError as error:  # locked, or not to be opened: it may be in use
        raise StoreUnavailable(f"The database {file} cannot be looked at ({error}).") from error
    except sqlite3.DatabaseError:  # not a database, or damaged
        return False
    return ("leases",) in tables


def _exchange(fresh: Path, file: Path, now: datetime) -> Path | None:
    """Give `fresh` the name of `file`; where that is kept, None if there was none.

    A whole database bears the name at every moment. Raises OSError, or `StoreUnavailable` while the old one is in use;
    nothing is changed then.
    """
    _to_disk(fresh)
    kept = None
    if file.exists():
        _fold_in(file)
        kept = file.with_name(f"{file.name}.before-restore-{now:%Y%m%d-%H%M%S}")
        _keep(file, kept)
    try:
        _to_disk(file.parent)
        # Before the new file comes: a log of the old one beside it would be taken for its own, and spoil it.
        for each in LOGS:
            file.with_name(f"{file.name}{each}").unlink(missing_ok=True)
        fresh.replace(file)
    except BaseException:
        if kept is not None:
            kept.unlink()
        raise
    _to_disk(file.parent)
    return kept


def _fold_in(file: Path) -> None:
    """Bring what is in a database's log into its file, so that this alone is all of it. Of a file that is no database
    SQLite takes no log. Raises `StoreUnavailable` while somebody uses it."""
    try:
        with closing(sqlite3.connect(file, timeout=1.0)) as connection:
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"The database {file} cannot be kept as it is ({error}).") from error
    except sqlite3.DatabaseError:
        return
    if busy:
        raise StoreUnavailable(f"The database {file} is in use by another process; stop it first.")


def _keep(file: Path, name: Path) -> None:
    """Give a file a second name; where the file system has no links, copy it."""
    try:
        name.hardlink_to(file)
    except FileExistsError:
        raise
    except OSError:
        with file.open("rb") as old, name.open("xb") as new:
            try:
                shutil.copyfileobj(old, new)
            except BaseException:
                name.unlink()
                raise
        _to_disk(name)


def _to_disk(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk; some file systems cannot be told to for a folder."""
    with suppress(OSError) if path.is_dir() else nullcontext():
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
