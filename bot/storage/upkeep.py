"""The store's daily upkeep: which papers are still needed, old malformed entries, and the room that deletions leave."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, text

from bot.storage import outbox_queue, tables
from bot.storage.engine import Database


class SqlUpkeep:
    """The methods of `bot.ports.Upkeep`."""

    db: Database

    async def unsent_papers(self) -> set[str]:
        papers = select(tables.deliveries.c.paper_ids)
        found: set[str] = set()
        async with self.db.read() as connection:
            # Two queries, each by an index of its own: what is still to be sent, and what was given up or is in doubt.
            for condition in (outbox_queue.is_open(), outbox_queue.is_unusual()):
                async for paper_ids in await connection.stream_scalars(papers.where(condition)):
                    found.update(paper_ids)
        return found

    async def forget_malformed(self, before: datetime) -> int:
        async with self.db.write() as connection:
            return (
                await connection.execute(delete(tables.malformed).where(tables.malformed.c.seen_at < before))
            ).rowcount

    async def rewrite(self) -> None:
        if not self.db.is_sqlite:
            return
        async with self.db.outside_transaction() as connection:
            # SQLite can also give room back in steps, which takes time in proportion to the square of the free pages.
            await connection.execute(text("VACUUM"))
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
