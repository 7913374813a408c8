"""The schema of the task queue: Procrastinate's tables, in a PostgreSQL schema of their own.

The tables hold only hints: what is to be done follows from the store. So another version of Procrastinate gets new
tables instead of migrated ones.
"""

from __future__ import annotations

from importlib import metadata

import psycopg
import structlog
from packaging.version import Version
from procrastinate.schema import SchemaManager
from sqlalchemy import make_url

from bot.errors import StoreTooNew, StoreUnavailable, TellUser

log = structlog.get_logger()

SCHEMA = "paperboy_tasks"

CONNECT_SECONDS = 10
_WORKER_OWNERS = """
CREATE TABLE paperboy_worker_owners (
    worker_id bigint PRIMARY KEY REFERENCES procrastinate_workers ON DELETE CASCADE,
    owner text NOT NULL
)
"""
"""The one table that is not Procrastinate's: which process, by its name as the owner of leases, a worker is."""

_MADE_BY = "procrastinate "
_OWN_TABLES = 1
"""The version of that table; greater with each change of it."""


def address(database_url: str) -> str:
    """Return the address of a PostgreSQL database as its own library wants it."""
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def first_line(error: BaseException) -> str:
    """Return what an error of the database says, without the hints in further lines."""
    return (str(error).splitlines() or [type(error).__name__])[0]


async def ensure_schema(database_url: str) -> None:
    """Make the tables unless they are there; several processes may do so at once.

    Raises `StoreTooNew` if a newer version made them, `TellUser` if they cannot be made, else `StoreUnavailable`.
    """
    try:
        async with await psycopg.AsyncConnection.connect(
            address(database_url), connect_timeout=CONNECT_SECONDS
        ) as connection:
            # Held until the transaction ends: the second process finds the tables that the first has made.
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [SCHEMA])
            if await _is_current(connection):
                return
            await connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
            await connection.execute(f"CREATE SCHEMA {SCHEMA}")
            await connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{_MADE_BY}{_version()}'")
            await connection.execute(f"SET LOCAL search_path TO {SCHEMA}")
            await connection.execute(SchemaManager.get_schema())
            await connection.execute(_WORKER_OWNERS)
            log.info("task queue made", version=str(_version()))
    except psycopg.errors.InsufficientPrivilege:
        raise TellUser(
            f"The database user may not create the schema {SCHEMA} for the task queue; grant CREATE on the database."
        ) from None
    except psycopg.Error as error:
        raise StoreUnavailable(f"The task queue cannot be opened ({first_line(error)}).") from error


def _version() -> Version:
    """The version of the tables that this program works with: Procrastinate's, and after "+" that of our own."""
    return Version(f"{metadata.version('procrastinate')}+{_OWN_TABLES}")


async def _is_current(connection: psycopg.AsyncConnection) -> bool:
    query = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s"
    found = await (await connection.execute(query, [SCHEMA])).fetchone()
    if found is None:
        return False
    made_by = found[0] or ""
    if not made_by.startswith(_MADE_BY):
        raise TellUser(f"The database has a schema {SCHEMA} that Paperboy did not make; rename it.")
    version = Version(made_by.removeprefix(_MADE_BY))
    if version > _version():
        raise StoreTooNew(
            f"The task queue was made by a newer Paperboy (Procrastinate {version}, this one has {_version()}); use "
            "that version."
        )
    return version == _version()
