"""Deletes what the outbox need not keep: payloads of parts that were sent, and old digests, which are summed up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import DeliveryState
from bot.storage import outbox_queue, payloads, row_mapping, tables
from bot.storage.chat_conditions import lock_chats
from bot.storage.engine import Database
from bot.storage.received import keep_received

if TYPE_CHECKING:
    from bot.storage.row_mapping import AnyRow

AT_ONCE = 200
"""Digests or payloads that one transaction deletes: other writers wait no longer than for a digest to be written."""

FEWEST_HISTORY_DAYS = 7
"""Digests are kept at least this long, whatever is asked for: they keep a day's digest from being written twice."""

_digests, _deliveries, _past = tables.digests, tables.deliveries, tables.past_deliveries

Totals = dict[tuple[date, str, str], list[int]]
"""By day, platform and state: numbers of digests, parts and papers."""


class SqlOutboxHistory:
    """The method of `bot.ports.Outbox` that deletes."""

    db: Database

    async def tidy(self, now: datetime, *, payload_days: int = 7, history_days: int) -> int:
        kept = timedelta(days=max(history_days, FEWEST_HISTORY_DAYS))
        return await self._tidy_digests(now - kept, now) + await self._tidy_payloads(now - timedelta(days=payload_days))

    async def _tidy_digests(self, before: datetime, now: datetime) -> int:
        count, after = 0, 0
        while True:
            async with self.db.write() as connection:
                # In the order of ids, which is that of time: the younger ones, nearly all, are not read.
                query = select(_digests.c.id, _digests.c.chat_id, _digests.c.created_at).where(_digests.c.id > after)
                rows = (await connection.execute(query.order_by(_digests.c.id).limit(AT_ONCE))).all()
                past = [row for row in rows if row.created_at < before]
                if past:
                    # Before a delivery is opened again, its chat is locked.
                    await lock_chats(connection, tables.chats.c.id.in_({row.chat_id for row in past}))
                    count += await self._sum_up(connection, [row.id for row in past])
            # One of a time to come was written by a clock that ran ahead, and says nothing about those behind it.
            if not rows or (not past and any(row.created_at <= now for row in rows)):
                return count
            after = rows[-1].id

    async def _sum_up(self, connection: AsyncConnection, ids: Collection[int]) -> int:
        """Add these digests, as far as all their parts are settled, to the sums, and delete them."""
        part = _deliveries.alias("part")
        is_unsettled = exists().where(part.c.digest_id == _digests.c.id, outbox_queue.is_open(part))
        query = (
            select(_digests.c.id, _digests.c.day, tables.chats.c.platform, _deliveries.c.state, _deliveries.c.paper_ids)
            .select_from(_digests)
            .join(tables.chats, tables.chats.c.id == _digests.c.chat_id)
            .join(_deliveries, _deliveries.c.digest_id == _digests.c.id, isouter=True)
            .where(_digests.c.id.in_(ids), ~is_unsettled)
        )
        rows = (await connection.execute(query)).all()
        insert = self.db.insert(_past)
        names = ("digests", "parts", "papers")
        added = insert.on_conflict_do_update(
            index_elements=[_past.c.day, _past.c.platform, _past.c.state],
            set_={name: _past.c[name] + insert.excluded[name] for name in names},
        )
        if totals := _totals(rows):
            sums = [
                {"day": day, "platform": platform, "state": state} | dict(zip(names, numbers, strict=True))
                for (day, platform, state), numbers in sorted(totals.items())
            ]
            await connection.execute(added, sums)
        past = {row.id for row in rows}
        await keep_received(self.db, connection, past)
        await connection.execute(delete(_digests).where(_digests.c.id.in_(past)))  # its parts too (ON DELETE CASCADE)
        return len(past)

    async def _tidy_payloads(self, before: datetime) -> int:
        table = tables.payloads
        # `used_at` may be that much older than the last use.
        is_old = table.c.used_at < before - payloads.USE_RECORDED_EVERY
        async with self.db.read() as connection:
            needed = await _unsent_payloads(connection)
            ids = [each for each in await connection.scalars(select(table.c.id).where(is_old)) if each not in needed]
        count = 0
        for chunk in row_mapping.in_chunks(ids, AT_ONCE):
            async with self.db.write() as connection:
                # One that has been used again since was found again by its hash, and has another time now.
                deleted: Any = await connection.execute(delete(table).where(table.c.id.in_(chunk), is_old))
                count += deleted.rowcount
        return count


async def _unsent_payloads(connection: AsyncConnection) -> set[int]:
    """The payloads of all parts that were not sent: they may be sent yet, or again."""
    found: set[int] = set()
    for unsent in (outbox_queue.is_open(), outbox_queue.is_unusual()):
        found.update(await connection.scalars(select(_deliveries.c.payload_id).where(unsent).distinct()))
    return found


def _totals(rows: Sequence[AnyRow]) -> Totals:
    """A digest counts in every state that one of its parts is in; one without parts (the archive's) counts as sent."""
    digests: dict[tuple[date, str, str], set[int]] = defaultdict(set)
    totals: Totals = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        key = (row.day, row.platform, row.state or DeliveryState.SENT.value)
        digests[key].add(row.id)
        totals[key][0] = len(digests[key])
        if row.state is not None:
            totals[key][1] += 1
            totals[key][2] += len(row.paper_ids)
    return totals
