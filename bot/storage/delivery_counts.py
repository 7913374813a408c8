"""How many deliveries are in each state, without counting those that are settled: see `tables.delivery_counts`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import tables
from bot.storage.engine import Database
from bot.storage.outbox_queue import SETTLED

WRITTEN = "written"
"""Stands for all deliveries that were ever written, in whatever state they are now."""

Changes = Mapping[tuple[str, str], int]
"""By platform and state ("written", or a settled one), how many more there are."""


async def add(database: Database, connection: AsyncConnection, changes: Changes, now: datetime | None = None) -> None:
    """Change the counts, in the transaction that changes the deliveries, and as the last thing in it.

    `now` is kept as the time when a count last grew; None leaves that as it is.
    Each process has a row of its own, so that none waits for another until that one's transaction has ended.
    """
    table = tables.delivery_counts
    rows = [
        {"platform": platform, "state": state, "shard": database.shard, "count": count, "grown_at": now}
        # Always in the same order: two transactions that have the same shard would deadlock otherwise.
        for (platform, state), count in sorted(changes.items())
        if count
    ]
    if not rows:
        return
    insert = database.insert(table)
    added = insert.on_conflict_do_update(
        index_elements=[table.c.platform, table.c.state, table.c.shard],
        set_={
            "count": table.c.count + insert.excluded.count,
            "grown_at": func.coalesce(insert.excluded.grown_at, table.c.grown_at),
        },
    )
    await connection.execute(added, rows)


async def subtract_chat(database: Database, connection: AsyncConnection, chat_id: int) -> None:
    """Subtract the deliveries of a chat that is going to be deleted with them."""
    table = tables.deliveries
    query = select(table.c.platform, table.c.state, func.count()).where(table.c.chat_id == chat_id)
    changes: dict[tuple[str, str], int] = {}
    for platform, state, count in await connection.execute(query.group_by(table.c.platform, table.c.state)):
        changes[platform, WRITTEN] = changes.get((platform, WRITTEN), 0) - count
        if state in SETTLED:
            changes[platform, state] = -count
    await add(database, connection, changes)
