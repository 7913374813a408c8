"""The migrations of the tables, run by Alembic from within the program. Append only: never edit a released one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreTooNew
from bot.storage.driver_errors import place
from bot.storage.engine import Database
from bot.storage.tables import REVISION

if TYPE_CHECKING:
    from alembic.config import Config

Alone = Callable[[], AbstractAsyncContextManager[object]]


async def current(url: str) -> str | None:
    """The revision of a database, None if it is empty. Raises `StoreUnavailable`."""
    database = Database(url)
    try:
        async with database.read() as connection:
            return await _revision(connection)
    finally:
        await database.close()


async def migrate(url: str, revision: str = "head") -> None:
    """Bring a database to a revision ("head", or an older one: "0001", "base"), in one transaction.

    Several processes may do so at once: one migrates, the others then find it done. Raises `StoreTooNew` if the
    database is newer than this code, else `StoreUnavailable`.
    """
    # To change a column, SQLite has to rebuild its table and drop the old one. With foreign keys on, that would delete
    # the rows that refer to it.
    database = Database(url, foreign_keys=False)
    try:
        async with database.write() as connection:
            await database.serialize(connection, "migrate")
            check_known(await _revision(connection), database)
            await connection.run_sync(_run, revision)
    finally:
        await database.close()


async def ensure(database: Database, alone: Alone = nullcontext) -> None:
    """Migrate if the database is new or older than the code. Alembic is imported only then: it is slow to import.

    An older one is migrated inside `alone()`, which ensures that no process of that older version uses it meanwhile.
    """
    async with database.read() as connection:
        found = await _revision(connection)
    check_known(found, database)
    if found == REVISION:
        return
    # An empty database has no older process that could use it.
    async with nullcontext() if found is None else alone():
        await migrate(database.url.render_as_string(hide_password=False))


def revisions() -> list[str]:
    """The revisions that this code knows, oldest first."""
    from alembic.script import ScriptDirectory

    return [step.revision for step in reversed(list(ScriptDirectory.from_config(config()).walk_revisions()))]


def check_known(revision: str | None, database: Database) -> None:
    """Raise `StoreTooNew` for a revision after `REVISION`; revisions are numbered, so they compare as text."""
    if revision is not None and revision > REVISION:
        raise StoreTooNew(
            f"The database {place(database.url)} was made by a newer Paperboy (revision {revision}, this one knows "
            f"{REVISION}); use that version."
        )


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, made without a file."""
    from alembic.config import Config

    made = Config()
    # Alembic's options expand %(name)s, so that a % in the path has to be doubled.
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


async def _revision(connection: AsyncConnection) -> str | None:
    return await connection.run_sync(_revision_of)


def _revision_of(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _run(connection: Connection, revision: str) -> None:
    from alembic import command

    # Alembic has a command for each direction, and leaves it to the caller to know which one is needed.
    order = revisions()
    target = -1 if revision == "base" else len(order) - 1 if revision == "head" else order.index(revision)
    found = _revision_of(connection)
    current_index = -1 if found is None else order.index(found)
    if target > current_index:
        command.upgrade(config(connection), revision)
    elif target < current_index:
        command.downgrade(config(connection), revision)
