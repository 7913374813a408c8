"""The connection to the database: engines and transactions on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import URL, Connection, Executable, Table, event, exc, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import BadSetting, StoreUnavailable
from bot.storage.column_types import compact_json
from bot.storage.driver_errors import is_locked, translated, unavailable
from bot.storage.write_batcher import Item, Result, Work, WriteBatcher

BUSY_SECONDS = 60
"""How long a SQLite writer waits for the writer of another process."""

CONNECT_SECONDS = 10

SHARDS = 64
"""Rows of each count; SQLite has one writer, so that it needs no more than one."""

_WRITE = "write sqlite+aiosqlite:///PATH or postgresql+psycopg://…."


class Database:
    """One database; `read()` and `write()` give a connection inside a transaction.

    SQLite allows one writer at a time. Writers of this process queue at a lock. Writers of several processes wait at
    BEGIN IMMEDIATE: a plain BEGIN would take the write lock at the first write, where two transactions that have
    already read can deadlock.
    """

    def __init__(self, url: str, *, foreign_keys: bool = True) -> None:
        self.url = parse(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url, foreign_keys) if self.is_sqlite else _postgres_engine(self.url)
        self._write_lock = asyncio.Lock()
        self._write_count = 0
        """How many transactions of this process have held SQLite's write lock so far."""
        self._is_writing = False
        """Whether a transaction of this process holds it now."""
        self._batchers: dict[object, WriteBatcher] = {}
        self.shard = 0 if self.is_sqlite else secrets.randbelow(SHARDS)
        """The row of each count that this process writes, so that processes seldom wait for each other."""

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading. On SQLite all its statements see one state of the database; on PostgreSQL each
        statement sees the state at its own start."""
        with translated(self.url):
            async with self.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed at the end, rolled back if anything is raised."""
        if not self.is_sqlite:
            with translated(self.url):
                async with self.engine.begin() as connection:
                    yield connection
            return
        # The lock comes before the connection: writers that wait would otherwise use up the pool, and block readers.
        async with self._write_lock:
            with translated(self.url):
                async with self.engine.connect() as connection:
                    await connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
                    try:
                        async with connection.begin():
                            self._write_count += 1
                            self._is_writing = True
                            yield connection
                    finally:
                        self._is_writing = False

    async def try_write(self, statement: Executable, within: float) -> bool:
        """Execute a statement in a transaction of its own, without queueing behind this process's other writes.

        Returns False if those held the lock all the time, which is no fault of the database. Raises `StoreUnavailable`
        if the database does not accept the statement within `within` seconds for another reason.
        """
        if not self.is_sqlite:
            try:
                async with asyncio.timeout(within), self.write() as connection:
                    await connection.execute(statement)
            except TimeoutError:
                raise unavailable(self.url, f"does not take a write in {within:g} s") from None
            return True
        # A write of this process may have begun and ended during the wait, so that `_is_writing` alone is not enough.
        count_before = self._write_count
        try:
            async with self._with_timeout(within) as connection, connection.begin():
                await connection.execute(statement)
        except StoreUnavailable as error:
            was_own_write = self._is_writing or self._write_count != count_before
            if was_own_write and is_locked(error):
                return False
            raise
        return True

    @asynccontextmanager
    async def _with_timeout(self, seconds: float) -> AsyncIterator[AsyncConnection]:
        """A SQLite connection that waits no longer than this for a lock.

        The wait happens in the driver's thread, which cancelling the task would not interrupt; so SQLite's own timeout
        is set.
        """
        with translated(self.url):
            async with self.engine.connect() as connection:
                await connection.execution_options(sqlite_begin="")
                await connection.exec_driver_sql(f"PRAGMA busy_timeout={round(seconds * 1000)}")
                # Ends the transaction that SQLAlchemy began for the PRAGMA; options count for the next one.
                await connection.rollback()
                await connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
                try:
                    yield connection
                finally:
                    # The pool gives this connection to others afterwards, who have to wait as long as usual.
                    await connection.rollback()
                    await connection.execution_options(sqlite_begin="")
                    await connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")

    async def batched(self, work: Work[Item, Result], item: Item) -> Result:
        """Let `work` write an item in a transaction that it shares with others which wait at the same time.

        On SQLite all kinds of work share one, because there is one writer. On PostgreSQL each kind has its own: two
        kinds that lock rows in different orders would deadlock with other transactions.
        """
        kind = None if self.is_sqlite else work
        return await self._batchers.setdefault(kind, WriteBatcher(self.write)).execute(work, item)

    async def analyze(self, *analyzed: Table) -> None:
        """Let PostgreSQL count anew what these tables hold, after much was written.

        SQLite plans without such counts, so that its plans are the same on every machine.
        """
        if self.is_sqlite:
            return
        # One at a time: a second one waits for the first, and would hold a connection meanwhile.
        async with self.write() as connection:
            for table in analyzed:
                await connection.execute(text(f"ANALYZE {table.name}"))

    @asynccontextmanager
    async def outside_transaction(self) -> AsyncIterator[AsyncConnection]:
        """A SQLite connection outside any transaction, for statements that are not allowed in one (VACUUM)."""
        with translated(self.url):
            async with self.engine.connect() as connection:
                await connection.execution_options(sqlite_begin="")
                yield connection

    async def serialize(self, connection: AsyncConnection, activity: str) -> None:
        """Let one transaction at a time do this activity; others wait until it ends. SQLite has one writer anyway."""
        if not self.is_sqlite:
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": activity}
            )

    def insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that can have ON CONFLICT, which SQLAlchemy has for each database apart, with the same syntax."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def close(self) -> None:
        await self.engine.dispose()


def parse(url: str) -> URL:
    """Parse a database URL. Raises `BadSetting` if it is not valid, or names another kind of database."""
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise BadSetting("DATABASE_URL", f"DATABASE_URL is not a database address; {_WRITE}") from None
    if parsed.drivername not in ("sqlite+aiosqlite", "postgresql+psycopg"):
        raise BadSetting("DATABASE_URL", f"DATABASE_URL names another kind of database; {_WRITE}")
    return parsed


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite database; None for PostgreSQL. Raises `BadSetting` like `parse`."""
    parsed = parse(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _sqlite_engine(url: URL, foreign_keys: bool) -> AsyncEngine:
    if url.database:
        folder = Path(url.database).parent
        with translated(url):
            folder.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url, json_serializer=compact_json, connect_args={"async_creator_fn": partial(_open_file, foreign_keys)}
    )

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        if statement := connection.get_execution_options().get("sqlite_begin", "BEGIN"):
            connection.exec_driver_sql(statement)

    return engine


async def _open_file(foreign_keys: bool, name: str, **options: Any) -> aiosqlite.Connection:
    # No isolation level: the driver would begin transactions by itself, before the listener above can say how.
    connection = aiosqlite.connect(name, timeout=BUSY_SECONDS, isolation_level=None, **options)
    # aiosqlite has no public setting for it. A connection left open must not keep the process from ending.
    connection._thread.daemon = True
    try:
        await connection
    except BaseException:
        # Its thread still reports to the event loop, which may be closed a moment after such an error.
        await asyncio.to_thread(connection._thread.join)
        raise
    try:
        await _set_wal(connection)
        # FULL: a delivery marked as SENDING must still be so after a power cut, or it would be sent twice.
        await connection.execute("PRAGMA synchronous=FULL")
        # SQLite does not check foreign keys unless each connection asks for it.
        await connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        await connection.execute("PRAGMA cache_size=-16384")  # in KiB: 16 MiB instead of 2
    except BaseException:
        await connection.close()
        raise
    return connection


async def _set_wal(connection: aiosqlite.Connection) -> None:
    """Set the mode in which readers go on beside a writer. The file keeps it; setting it again could meet a lock."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            mode = await (await connection.execute("PRAGMA journal_mode")).fetchone()
            if mode is None or mode[0] != "wal":
                await connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            # SQLite does not wait for a lock here: another process may be making the same new database.
            is_busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not is_busy or time.monotonic() >= deadline:
                raise
            await asyncio.sleep(0.05)


def _postgres_engine(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        json_serializer=compact_json,
        pool_size=10,
        max_overflow=10,
        pool_pre_ping=True,  # after a restart of the server, its old connections are replaced instead of failing
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "paperboy"},
    )
