"""How much waits in the outbox, since when, and what has become of the rest; nothing that was sent is counted anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, true, union_all

from bot.decisions import delivery_policy
from bot.model import DeliveryState, Platform, SendingProgress
from bot.storage import outbox_queue, tables
from bot.storage.delivery_counts import WRITTEN
from bot.storage.engine import Database

_table, _counts = tables.deliveries, tables.delivery_counts
_UNDER_WAY = (*outbox_queue.LEASED, DeliveryState.SENDING.value)


class SqlOutboxFigures:
    """The methods of `bot.ports.Outbox` that count."""

    db: Database

    async def outbox_counts(self) -> Mapping[tuple[Platform, DeliveryState], int]:
        counted = select(_counts.c.platform, _counts.c.state, func.sum(_counts.c.count).label("number"))
        is_rare = _table.c.state.in_((DeliveryState.VERIFY_FIRST.value, *_UNDER_WAY))
        rare = select(_table.c.platform, _table.c.state, func.count()).where(outbox_queue.is_unusual(), is_rare)
        # One statement, so that both parts see the same state of the database.
        both = union_all(
            counted.group_by(_counts.c.platform, _counts.c.state), rare.group_by(_table.c.platform, _table.c.state)
        )
        found: dict[tuple[Platform, DeliveryState], int] = {}
        waiting: dict[Platform, int] = {}
        async with self.db.read() as connection:
            for name, state, number in await connection.execute(both):
                platform = Platform(name)
                is_total = state == WRITTEN
                waiting[platform] = waiting.get(platform, 0) + (int(number) if is_total else -int(number))
                if not is_total:
                    found[platform, DeliveryState(state)] = int(number)
        found |= {(platform, DeliveryState.WAITING): number for platform, number in waiting.items()}
        return {key: number for key, number in found.items() if number}

    async def oldest_waiting(self, platforms: Collection[Platform] | None = None) -> datetime | None:
        # Ids grow with the time of writing, so that the first one found is the oldest. Only next parts are looked at:
        # what is behind one that fails by itself or waits to be verified does not show that the service is late.
        oldest = (
            select(tables.digests.c.created_at)
            .select_from(_table)
            .join(tables.digests, tables.digests.c.id == _table.c.digest_id)
            .where(_table.c.turn_at.is_not(None), _table.c.failures == 0, _is_of(platforms))
            .where(_table.c.state.in_((DeliveryState.WAITING.value, *_UNDER_WAY)))
            .order_by(_table.c.id)
            .limit(1)
        )
        async with self.db.read() as connection:
            found: datetime | None = await connection.scalar(oldest)
        return found

    async def progress(self, platforms: Collection[Platform], now: datetime) -> SendingProgress:
        head, part = _table, _table.alias("part")
        # All parts of the chats whose next part may be sent; the states in which a part is open are repeated for the
        # alias, so that the index of open parts answers.
        of_due_chats = (
            select(func.count().label("due"), func.count().filter(head.c.turn_at <= now - delivery_policy.LATE))
            .select_from(head)
            .join(part, and_(part.c.chat_id == head.c.chat_id, outbox_queue.is_open(part)))
            .where(head.c.turn_at <= now, _is_of(platforms))
        )
        sent_at = select(func.max(_counts.c.grown_at)).where(
            _counts.c.state == DeliveryState.SENT.value, _counts.c.platform.in_([each.value for each in platforms])
        )
        async with self.db.read() as connection:
            due, late = (await connection.execute(of_due_chats)).one()
            return SendingProgress(due, late, await connection.scalar(sent_at), await self.oldest_waiting(platforms))


def _is_of(platforms: Collection[Platform] | None) -> ColumnElement[bool]:
    return true() if platforms is None else _table.c.platform.in_([platform.value for platform in platforms])
