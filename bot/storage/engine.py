"""The connection to the database: engines, transactions, and the one place where driver errors become ours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import URL, Connection, Executable, Table, event, exc, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import BadSetting, StoreUnavailable
from bot.storage.write_batcher import WriteBatcher

BUSY_SECONDS = 60
"""How long a SQLite writer waits for another process to finish."""

CONNECT_SECONDS = 10


class Database:
    """One database: `read()` and `write()` give a connection inside a transaction.

    On SQLite one writer goes at a time: within the process by a lock, between processes by BEGIN IMMEDIATE, which
    waits at the start of a transaction (where nothing can deadlock) rather than in its middle.
    """

    def __init__(self, url: str, *, foreign_keys: bool = True) -> None:
        self.url = parse(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url, foreign_keys) if self.is_sqlite else _postgres(self.url)
        self._writing = asyncio.Lock()
        self._begun = 0
        self._inside = False
        """Whether a transaction of this process has SQLite's one write lock, and how many have had it."""
        self._together = WriteBatcher(self.write)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one moment of the database (on SQLite) or of each statement (on PostgreSQL)."""
        with translated(self.url):
            async with self.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed at the end, rolled back where anything was raised."""
        if not self.is_sqlite:
            with translated(self.url):
                async with self.engine.begin() as connection:
                    yield connection
            return
        async with self._writing:
            with translated(self.url):
                async with self.engine.connect() as connection:
                    await connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
                    try:
                        async with connection.begin():
                            self._begun += 1
                            self._inside = True
                            yield connection
                    finally:
                        self._inside = False

    async def try_write(self, statement: Executable, within: float) -> bool:
        """Execute a statement in a transaction of its own, past whatever else waits to be written; False where this
        process's own writing left no room for it. Raises `StoreUnavailable` where the database does not take it
        within so many seconds."""
        if not self.is_sqlite:
            try:
                async with asyncio.timeout(within), self.write() as connection:
                    await connection.execute(statement)
            except TimeoutError:
                raise _unavailable(self.url, f"does not take a write in {within:g} s") from None
            return True
        begun = self._begun
        try:
            async with self._impatient(within) as connection, connection.begin():
                await connection.execute(statement)
        except StoreUnavailable as error:
            mine = self._inside or self._begun != begun
            if mine and _SQLITE_SAYS["locked"] in str(error):
                return False
            raise
        return True

    @asynccontextmanager
    async def _impatient(self, seconds: float) -> AsyncIterator[AsyncConnection]:
        """A SQLite connection that waits no longer than this for a lock. Cancelling would not end its waiting."""
        with translated(self.url):
            async with self.engine.connect() as connection:
                await connection.execution_options(sqlite_begin="")
                await connection.exec_driver_sql(f"PRAGMA busy_timeout={round(seconds * 1000)}")
                await connection.rollback()
                await connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
                try:
                    yield connection
                finally:
                    await connection.rollback()
                    await connection.execution_options(sqlite_begin="")
                    await connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")

    async def write_one(self, statement: Executable) -> int:
        """Execute a statement in a transaction and say how many rows it changed; on SQLite several share one."""
        if self.is_sqlite:
            return await self._together.execute(statement)
        async with self.write() as connection:
            result: Any = await connection.execute(statement)
            return int(result.rowcount)

    @asynccontextmanager
    async def bare(self) -> AsyncIterator[AsyncConnection]:
        """A SQLite connection outside any transaction, for statements that want none."""
        with translated(self.url):
            async with self.engine.connect() as connection:
                await connection.execution_options(sqlite_begin="")
                yield connection

    async def serialize(self, connection: AsyncConnection, what: str) -> None:
        """Let one transaction at a time do `what`, until it ends. SQLite has only one writer anyway."""
        if not self.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})

    def insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that knows ON CONFLICT, which both databases spell alike."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def close(self) -> None:
        await self.engine.dispose()


def parse(url: str) -> URL:
    """Raises `BadSetting` where the address is none."""
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise BadSetting("DATABASE_URL", "is no database address.") from None
    if parsed.drivername not in ("sqlite+aiosqlite", "postgresql+psycopg"):
        raise BadSetting("DATABASE_URL", "is neither sqlite+aiosqlite:///PATH nor postgresql+psycopg://….")
    return parsed


def _to_json(value: Any) -> str:
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        compact.encode()
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can carry
        return json.dumps(value, separators=(",", ":"))
    return compact


def _sqlite(url: URL, foreign_keys: bool) -> AsyncEngine:
    if url.database:
        folder = Path(url.database).parent
        with translated(url):
            folder.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url, json_serializer=_to_json, connect_args={"async_creator_fn": partial(_open_file, foreign_keys)}
    )

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        if statement := connection.get_execution_options().get("sqlite_begin", "BEGIN"):
            connection.exec_driver_sql(statement)

    return engine


async def _open_file(foreign_keys: bool, name: str, **options: Any) -> aiosqlite.Connection:
    # No isolation level: transactions begin where the listener above says, not where the driver guesses.
    connection = aiosqlite.connect(name, timeout=BUSY_SECONDS, isolation_level=None, **options)
    connection._thread.daemon = True
    try:
        await connection
    except BaseException:
        # Its thread still has a word for the event loop, which may be gone a moment after such an error.
        await asyncio.to_thread(connection._thread.join)
        raise
    try:
        mode = await (await connection.execute("PRAGMA journal_mode")).fetchone()
        if mode is None or mode[0] != "wal":
            await connection.execute("PRAGMA journal_mode=WAL")
        # FULL: a message marked as being sent must still be so after a power cut.
        await connection.execute("PRAGMA synchronous=FULL")
        await connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        await connection.execute("PRAGMA cache_size=-16384")
    except BaseException:
        await connection.close()
        raise
    return connection


def _postgres(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        json_serializer=_to_json,
        pool_size=10,
        max_overflow=10,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "paperboy"},
    )


# ── errors ────────────────────────────────────────────────────────────────────────────────────────────────────────

_SQLITE_SAYS = {
    "locked": "is locked by another process",
    "readonly": "is read-only; let Paperboy write to the file and its folder",
    "full": "has no room left on its disk; make some",
    "unable to open": "cannot be opened; check that its folder is there and may be written to",
    "not a database": "is not a SQLite database; move it away or run `paperboy restore FILE`",
    "malformed": "is damaged; run `paperboy restore FILE` with a backup",
    "disk i/o": "cannot be read or written because its disk reports an error",
    "no such table": "has not been migrated; run paperboy migrate",
}

_POSTGRES_SAYS = {
    "28": "refuses this user name or password; check DATABASE_URL",
    "3D000": "does not exist; create it or check DATABASE_URL",
    "53100": "has no room left on its disk; make some",
    "53300": "has no connection free",
    "25006": "is read-only at the moment",
    "42501": "does not allow this user to do that; grant it the right",
    "42P01": "has not been migrated; run paperboy migrate",
    "57P": "is shutting down or starting up",
}


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Turn what a driver raises because the database does not serve into `StoreUnavailable`, with its cause.

    Mistakes of ours (a broken constraint, a wrong statement) pass as they are.
    """
    try:
        yield
    except exc.DBAPIError as error:
        if (problem := _problem(error)) is None:
            raise
        raise _unavailable(url, *problem) from error
    except exc.TimeoutError as error:
        raise _unavailable(url, "has no connection free") from error
    except OSError as error:
        raise _unavailable(url, "cannot be reached", f": {error.strerror or error}") from error


def _unavailable(url: URL, problem: str, details: str = "") -> StoreUnavailable:
    """`details` are a driver's own words, which may name a host or a file."""
    return StoreUnavailable(f"The database {place(url)} {problem}{details}.", public=f"The database {problem}.")


def place(url: URL) -> str:
    """A database as one may show it: without password and options."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    host = url.host or url.query.get("host", "localhost")
    return f"{url.database or ''} on {host}{f':{url.port}' if url.port else ''}".strip()


def _problem(error: exc.DBAPIError) -> tuple[str, str] | None:
    """What is wrong with the database and what its driver says of it; None where the mistake is ours."""
    said = str(error.orig).strip()
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        known = next((words for prefix, words in _POSTGRES_SAYS.items() if state.startswith(prefix)), None)
    else:
        known = next((words for mark, words in _SQLITE_SAYS.items() if mark in said.lower()), None)
    if known:
        return known, ""
    if isinstance(error, exc.OperationalError | exc.InterfaceError | exc.InternalError):
        first = said.splitlines()[0].rstrip(".") if said else "no reason given"
        what_to_do = "; check DATABASE_URL and that the server runs" if hasattr(error.orig, "sqlstate") else ""
        return "does not answer", f" ({first}){what_to_do}"
    return None
