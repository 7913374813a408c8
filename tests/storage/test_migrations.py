"""Migrations: the schema they make is the code's, and they keep the data both ways."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.errors import StoreTooNew
from bot.model import Style
from bot.storage.engine import Database
from bot.storage.migrations import config, current, migrate
from bot.storage.store import open_store
from bot.storage.tables import REVISION, metadata
from tests.contracts.samples import ANN, BOB, NOW, TUESDAY, announced, digest, key, match_all, summary, with_chats
from tests.fakes.stores import sqlite_url


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, not migrated."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "store.sqlite3")
    url: str = request.getfixturevalue("server")
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await database.close()
    return url


def test_the_code_names_the_newest_migration_and_migrations_form_one_line() -> None:
    scripts = ScriptDirectory.from_config(config())
    assert scripts.get_heads() == [REVISION]
    revisions = [step.revision for step in scripts.walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)


def differences(connection: Connection) -> object:
    return compare_metadata(
        MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours}), metadata
    )


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table is in the metadata: words for the search are in a form of their own in each database."""
    return not (kind == "table" and (name or "").startswith("paper_words"))


async def test_the_migrated_schema_is_the_schema_of_the_code(url: str) -> None:
    await migrate(url)
    database = Database(url)
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


async def test_a_fresh_schema_and_a_migrated_one_are_the_same_on_sqlite(tmp_path: Path) -> None:
    fresh, migrated = sqlite_url(tmp_path / "fresh.sqlite3"), sqlite_url(tmp_path / "migrated.sqlite3")
    database = Database(fresh)
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
    await database.close()
    await migrate(migrated)
    columns, indexes = await described(fresh)
    assert (columns, indexes) == await described(migrated)
    assert len(columns) == len(metadata.tables) + 1  # the words of the search


async def described(url: str) -> tuple[dict[str, object], set[object]]:
    """Each table's columns, and every index with what it covers."""
    database = Database(url)
    tables = {}
    async with database.read() as connection:
        names = await connection.scalars(
            text(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version' "
                "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'paper\\_words\\_%' ESCAPE '\\'"
            )
        )
        for name in names.all():
            rows = await connection.execute(text(f"PRAGMA table_info({name})"))
            tables[name] = {(row.name, row.type, row.notnull, row.dflt_value, row.pk) for row in rows}
        indexes = await connection.execute(
            text("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        )
        found: set[object] = {tuple(row) for row in indexes}
    await database.close()
    return dict(tables), found


async def test_an_empty_database_is_migrated_when_it_is_opened(url: str) -> None:
    assert await current(url) is None
    async with await open_store(url) as store:
        await store.ping()
    assert await current(url) == REVISION
    await migrate(url)
    assert await current(url) == REVISION


async def test_a_downgrade_followed_by_an_upgrade_keeps_the_data(url: str) -> None:
    async with await open_store(url) as store:
        await with_chats(store)
        for ref in (ANN, BOB):  # older versions know no lists
            await store.change_chat(ref, NOW, style=Style.CARDS)
        await store.ingest([announced(), announced("2606.00002")], NOW)
        await store.subscribe(ANN, "cat:cs.CV", TUESDAY, NOW)
        await match_all(store, ("2606.00001", TUESDAY), ("2606.00002", TUESDAY))
        await store.write_digest(digest(ANN, papers=("2606.00001",), parts=2), NOW)
        await store.save_summary(summary(key()))
        before = (
            await store.chats(),
            await store.subscriptions(),
            await store.topics(),
            await store.matched("cat:cs.CV", TUESDAY, TUESDAY),
            await store.candidates(ANN),
            await store.deliveries(),
            await store.announcements_after(0, 10),
            await store.summary(key()),
        )

    await migrate(url, "0001")
    assert await current(url) == "0001"

    async with await open_store(url) as store:  # an older database is brought up to date by opening it
        after = (
            await store.chats(),
            await store.subscriptions(),
            await store.topics(),
            await store.matched("cat:cs.CV", TUESDAY, TUESDAY),
            await store.candidates(ANN),
            await store.deliveries(),
            await store.announcements_after(0, 10),
            await store.summary(key()),
        )
        assert after == before
        assert len(await store.candidates(ANN)) == 1
        assert await store.ingest([announced("2606.00003")], NOW)
        assert [seq for seq, _ in await store.announcements_after(2, 10)] == [3]
    assert await current(url) == REVISION


async def test_a_database_can_be_downgraded_to_nothing_and_migrated_again(url: str) -> None:
    await migrate(url)
    await migrate(url, "base")
    assert await current(url) is None
    await migrate(url)
    assert await current(url) == REVISION


async def test_a_newer_database_is_not_migrated(url: str) -> None:
    await migrate(url)
    database = Database(url)
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.close()
    with pytest.raises(StoreTooNew, match="newer Paperboy"):
        await migrate(url)
