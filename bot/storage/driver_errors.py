"""Translates errors of the database drivers to `StoreUnavailable`, by the codes of SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, exc

from bot.errors import StoreUnavailable

_LOCKED = "is locked by another process"
_NOT_MIGRATED = "has not been migrated; run paperboy migrate"

# https://www.sqlite.org/rescode.html: the primary result code is the low byte of the extended one.
_SQLITE_PROBLEMS = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: "is read-only; let Paperboy write to the file and its folder",
    sqlite3.SQLITE_FULL: "has no room left on its disk; make some",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its folder exists, with permission to read and write both",
    sqlite3.SQLITE_NOTADB: "is not a SQLite database; move it away or run `paperboy restore FILE`",
    sqlite3.SQLITE_CORRUPT: "is damaged; run `paperboy restore FILE` with a backup",
    sqlite3.SQLITE_IOERR: "cannot be read or written because its disk reports an error",
}
_PRIMARY_CODE = 0xFF

# https://www.postgresql.org/docs/current/errcodes-appendix.html: the beginnings of five-character codes.
_POSTGRES_PROBLEMS = {
    "28": "refuses this user name or password; check DATABASE_URL",
    "3D000": "does not exist; create it or check DATABASE_URL",
    "53100": "has no room left on its disk; make some",
    "53300": "has no connection free",
    "25006": "is read-only at the moment",
    "42501": "does not allow this user to do that; grant it the right",
    "42P01": _NOT_MIGRATED,
    "57P": "is shutting down or starting up",
}


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Raise `StoreUnavailable`, with its cause, for driver errors that mean that the database cannot be used now.

    Errors of this program (a broken constraint, a wrong statement) pass through unchanged: a retry would not help.
    """
    try:
        yield
    except exc.DBAPIError as error:
        if (problem := _problem(error)) is None:
            raise
        raise unavailable(url, *problem) from error
    except exc.TimeoutError as error:  # no connection of SQLAlchemy's pool became free in time
        raise unavailable(url, "has no connection free") from error
    except OSError as error:  # from opening a file or a socket, before SQLAlchemy has a connection to wrap it for
        raise unavailable(url, "cannot be reached", f": {error.strerror or error}") from error


def unavailable(url: URL, problem: str, details: str = "") -> StoreUnavailable:
    """Make the error. `details` are the driver's message, which may name a host or a file: it is not shown in chats."""
    return StoreUnavailable(f"The database {place(url)} {problem}{details}.", public=f"The database {problem}.")


def is_locked(error: StoreUnavailable) -> bool:
    """Whether the cause is that another transaction was writing to a SQLite database."""
    cause = error.__cause__
    return isinstance(cause, exc.DBAPIError) and _sqlite_code(cause) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def place(url: URL) -> str:
    """Name a database for a message, without user name, password and options."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    host = url.host or url.query.get("host", "localhost")
    return f"{url.database or ''} on {host}{f':{url.port}' if url.port else ''}".strip()


def _problem(error: exc.DBAPIError) -> tuple[str, str] | None:
    """The problem of the database, and details from its driver; None if the error is a fault of this program."""
    message = str(error.orig).strip()
    if known := _known_problem(error, message):
        return known, ""
    if isinstance(error, exc.OperationalError | exc.InterfaceError | exc.InternalError):
        # psycopg adds hints in further lines.
        first = message.splitlines()[0].rstrip(".") if message else "no reason given"
        # A server can be stopped or misnamed; SQLite, whose errors have no `sqlstate`, has no server to check.
        what_to_do = "; check DATABASE_URL and that the server runs" if hasattr(error.orig, "sqlstate") else ""
        return "does not answer", f" ({first}){what_to_do}"
    return None


def _known_problem(error: exc.DBAPIError, message: str) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return next((problem for prefix, problem in _POSTGRES_PROBLEMS.items() if state.startswith(prefix)), None)
    code = _sqlite_code(error)
    # A missing table has no code of its own, only the one of every wrong statement.
    if code == sqlite3.SQLITE_ERROR and message.startswith("no such table"):
        return _NOT_MIGRATED
    return None if code is None else _SQLITE_PROBLEMS.get(code)


def _sqlite_code(error: exc.DBAPIError) -> int | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & _PRIMARY_CODE
