"""The store's daily upkeep: which papers are still needed, old malformed entries, and the room that deletions leave."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, text

from bot.model import DeliveryState
from bot.storage import tables
from bot.storage.engine import Database


class SqlUpkeep:
    """The methods of `bot.ports.Upkeep`."""

    db: Database

    async def tidy(self, now: datetime, *, payload_days: int = 7, history_days: int) -> int:  # noqa: ARG002
        old = tables.digests.c.created_at < now - timedelta(days=history_days)
        is_unsettled = exists().where(
            tables.deliveries.c.digest_id == tables.digests.c.id, tables.deliveries.c.state != DeliveryState.SENT.value
        )
        async with self.db.write() as connection:
            return (await connection.execute(delete(tables.digests).where(old, ~is_unsettled))).rowcount

    async def tidy_matches(self, now: datetime) -> int:  # noqa: ARG002
        is_followed = exists().where(tables.subscriptions.c.topic_id == tables.match_batches.c.topic_id)
        async with self.db.write() as connection:
            return (await connection.execute(delete(tables.match_batches).where(~is_followed))).rowcount

    async def unsent_papers(self) -> set[str]:
        table = tables.deliveries
        unsent = [state.value for state in DeliveryState if state is not DeliveryState.SENT]
        found: set[str] = set()
        async with self.db.read() as connection:
            rows = await connection.stream_scalars(select(table.c.paper_ids).where(table.c.state.in_(unsent)))
            async for paper_ids in rows:
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
