"""The promises of `bot.ports.Store`, kept alike by SQLite and PostgreSQL."""

from __future__ import annotations

from bot.ports import Store
from bot.storage.store import SqlStore


async def test_an_opened_store_answers(store: SqlStore) -> None:
    port: Store = store  # what mypy checks here: every verb is there
    await port.ping()
