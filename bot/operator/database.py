"""Operations on the whole database: backup, restore, and migration to this or an earlier version's schema."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
from contextlib import closing, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from bot.errors import StoreTooNew, StoreUnavailable, TellUser
from bot.ports import Clock
from bot.service import lease
from bot.service.app import make_folders, open_app
from bot.service.clock import SystemClock
from bot.service.owners import describe, new_owner
from bot.settings import Settings
from bot.storage import migrations
from bot.storage.engine import Database, sqlite_file
from bot.storage.store import SqlStore, open_store
from bot.storage.tables import REVISION

REQUIRED_TABLES = {"alembic_version", "chats", "deliveries", "leases"}
"""Tables that the database of every version has."""

LOG_SUFFIXES = ("-wal", "-shm", "-journal")
"""Files beside a database that SQLite takes for a part of it."""


async def backup(settings: Settings, path: Path) -> str:
    """Copy the database to a new file, without migrating it: a backup may be made when the new version is installed.

    Raises `TellUser` if there is no database or the file exists.
    """
    await _require_database(settings)
    async with SqlStore(Database(settings.database)) as store:
        await store.backup(path)
    return f"Copied the database to {path}; `paperboy restore {path}` brings it back."


async def migrate(settings: Settings, to: str | None = None) -> str:
    """Migrate the database to this version's schema, or to the revision `to`.

    Raises `TellUser` for an unknown revision and while a service uses the database.
    """
    if to is None:
        async with open_app(settings):  # opening migrates
            return f"The database is up to date (revision {REVISION})."
    known = migrations.revisions()
    if to not in known:
        raise TellUser(f"“{to}” is not a revision; this version knows {', '.join(known)}.")
    await _require_database(settings)
    database = Database(settings.database)
    async with SqlStore(database) as store:
        migrations.check_known(await migrations.current(settings.database), database)
        # The lease keeps a service from starting while the tables change under it.
        async with lease.alone(store, SystemClock()):
            await migrations.migrate(settings.database, to)
    if to == REVISION:
        return f"The database is at revision {to}."
    return (
        f"The database is at revision {to}. Now install the version of Paperboy whose newest revision that is: any "
        f"command of the present version, even `status`, migrates it to {REVISION} again."
    )


async def _require_database(settings: Settings) -> None:
    """Raise `TellUser` if there is no database: opening it would create an empty one."""
    file = sqlite_file(settings.database)
    if file is not None and not await asyncio.to_thread(_is_file, file):
        raise TellUser(f"There is no database {file}; check DATA_DIR and DATABASE_URL.")
    if await migrations.current(settings.database) is None:
        raise TellUser("The database is empty; Paperboy has not run with it yet.")


def _is_file(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise StoreUnavailable(f"The database {file} cannot be opened ({error.strerror}).") from error


# ── restoring a backup ────────────────────────────────────────────────────────────────────────────────────────────────


async def restore(settings: Settings, backup: Path, clock: Clock | None = None) -> str:
    """Replace the SQLite database by a backup; the present one is kept beside it under another name.

    Raises `TellUser` if the file is not a backup or a service uses the database, `StoreTooNew` if a newer version made
    the backup, and `StoreUnavailable` for other faults. In all these cases nothing is changed.
    """
    clock, file = clock or SystemClock(), sqlite_file(settings.database)
    if file is None:
        raise TellUser("This database is PostgreSQL; restore it with pg_restore, as the README says.")
    make_folders(settings)
    # Beside the database, hence on the same file system, so that it can be renamed in one step.
    fresh = file.with_name(f"{file.name}.restored")
    try:
        # Copied and checked before the present database is touched.
        revision = await asyncio.to_thread(_copied, backup, file, fresh)
        is_readable = await _acquire_lease(settings, file, clock)
        kept = await asyncio.to_thread(_replace, fresh, file, clock.now())
    except OSError as error:
        raise StoreUnavailable(
            f"{backup} was not restored ({error.strerror}: {error.filename2 or error.filename})."
        ) from error
    finally:
        with suppress(OSError):  # of a name or folder that cannot be used; its error is raised already
            await asyncio.to_thread(fresh.unlink, missing_ok=True)
    async with await open_store(settings.database):
        pass  # migrates it
    migrated = f" and migrated from revision {revision} to {REVISION}" if revision != REVISION else ""
    warning = "" if is_readable else " It could not be read: make sure that no service still uses it."
    return f"Restored {backup}{migrated}." + (f" The previous database is {kept}.{warning}" if kept else "")


def _copied(backup: Path, file: Path, fresh: Path) -> str:
    """Copy the backup to `fresh` and check it; returns its revision. Raises `TellUser`, `StoreTooNew`, OSError."""
    if os.path.isdir(backup):  # `Path.is_dir` raises for a name that is too long
        raise TellUser(f"{backup} is a folder; name a backup file.")
    if not os.path.isfile(backup):
        raise TellUser(f"There is no file {backup}.")
    if file.exists() and backup.samefile(file):
        raise TellUser(f"{backup} is the database in use; name a backup of it.")
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh.unlink(missing_ok=True)
    try:
        with (
            # Read-only: a backup must not change, and a file that is missing must not be created.
            closing(sqlite3.connect(f"file:{quote(str(backup))}?mode=ro", uri=True)) as old,
            closing(sqlite3.connect(fresh)) as new,
        ):
            old.backup(new)  # SQLite's own copy: it includes what is still in the backup's log
            return _check(new, backup)
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"{backup} was not restored ({error}).") from error
    except sqlite3.DatabaseError as error:
        raise TellUser(f"{backup} is not a complete SQLite database ({error}); use another backup.") from error


def _check(copy: sqlite3.Connection, backup: Path) -> str:
    found = [message for (message,) in copy.execute("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        raise TellUser(f"{backup} is damaged ({found[0].splitlines()[-1]}); use another backup.")
    tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables >= REQUIRED_TABLES:
        raise TellUser(f"{backup} is not a database of Paperboy.")
    row = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:  # Alembic empties the table when all migrations are undone
        raise TellUser(f"{backup} is not a database of Paperboy.")
    revision = str(row[0])
    # Revisions are numbered with leading zeros, so they compare as text.
    if revision > REVISION:
        known = f"(revision {revision}, this one knows {REVISION})"
        raise StoreTooNew(f"{backup} was made by a newer Paperboy {known}; use that version.")
    copy.execute("DELETE FROM leases")  # of the processes that ran when the backup was made
    copy.commit()
    return revision


async def _acquire_lease(settings: Settings, file: Path, clock: Clock) -> bool:
    """Acquire the lease of the present database, so that no service starts on it; False if it cannot be read."""
    if not await asyncio.to_thread(file.is_file):
        return True
    # Restoring is the way out of a damaged database, so one that cannot be read is no obstacle.
    if not await asyncio.to_thread(_has_leases, file):
        return False
    async with SqlStore(Database(settings.database)) as store:
        if holder := await lease.Lease(store, clock, lease.ALONE, new_owner()).acquire():
            raise TellUser(f"A running Paperboy ({describe(holder)}) uses this database; stop it first.")
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


def _replace(fresh: Path, file: Path, now: datetime) -> Path | None:
    """Rename `fresh` to `file`; returns the name under which the old one is kept, None if there was none.

    At every moment, also after a crash, a complete database has the name `file`. Raises OSError, or `StoreUnavailable`
    while the old one is in use; then nothing is changed.
    """
    # On the disk before the rename: after a power cut the name must not belong to an incomplete file.
    _sync(fresh)
    kept = None
    if file.exists():
        _checkpoint(file)
        kept = file.with_name(f"{file.name}.before-restore-{now:%Y%m%d-%H%M%S}")
        _keep(file, kept)
    try:
        _sync(file.parent)
        # This must come before the new file: SQLite would apply the old one's log to it and damage it.
        for suffix in LOG_SUFFIXES:
            file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
        fresh.replace(file)
    except BaseException:  # also when interrupted: the second name of an unchanged database would mislead
        if kept is not None:
            kept.unlink()
        raise
    _sync(file.parent)
    return kept


def _checkpoint(file: Path) -> None:
    """Write the content of a database's log into its file, so that the file alone is the whole database.

    A file that is no database has no log. Raises `StoreUnavailable` while another process uses the database.
    """
    try:
        # A short timeout, because a person waits; a lock that lasts longer means that the database is in use.
        with closing(sqlite3.connect(file, timeout=1.0)) as connection:
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"The database {file} cannot be kept ({error}).") from error
    except sqlite3.DatabaseError:
        return
    if busy:
        raise StoreUnavailable(f"The database {file} is in use by another process; stop it first.")


def _keep(file: Path, name: Path) -> None:
    """Give a file a second name by a hard link; on a file system without links, copy it."""
    try:
        name.hardlink_to(file)
    except FileExistsError:  # a database kept earlier; this is no sign of a file system without links
        raise
    except OSError:
        with file.open("rb") as old, name.open("xb") as new:
            try:
                shutil.copyfileobj(old, new)
            except BaseException:  # half a copy must not look like a kept database
                name.unlink()
                raise
        _sync(name)


def _sync(path: Path) -> None:
    """Flush a file, or the names in a folder, to the disk; some file systems do not support that for folders."""
    with suppress(OSError) if path.is_dir() else nullcontext():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
