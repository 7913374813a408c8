"""How much waits in the outbox, since when, and what has become of the rest; nothing that was sent is counted anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions import delivery_policy
from bot.model import DeliveryState, Platform, SendingProgress
from bot.storage import outbox_queue, tables
from bot.storage.delivery_counts import WRITTEN
from bot.storage.engine import Database

MOST_COUNTED = 1_000
"""Chats whose parts are counted one by one; a morning's are too many to be counted whenever somebody asks."""

_table, _counts = tables.deliveries, tables.delivery_counts
_UNDER_WAY = (*outbox_queue.LEASED, DeliveryState.SENDING.value)
_OPEN = [state for state in DeliveryState if state.value not in outbox_queue.SETTLED]


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
        sent_at = select(func.max(_counts.c.grown_at)).where(
            _counts.c.state == DeliveryState.SENT.value, _counts.c.platform.in_([each.value for each in platforms])
        )
        async with self.db.read() as connection:
            lanes = [
                (platform, bot)
                for platform in dict.fromkeys(platforms)
                for bot in await connection.scalars(outbox_queue.bots_with_turn(platform))
            ]
            chats, due = await _parts_of_chats(connection, lanes, now)
            _, late = await _parts_of_chats(connection, lanes, now - delivery_policy.LATE)
            last_sent = await connection.scalar(sent_at)
        if chats > MOST_COUNTED:
            counts = await self.outbox_counts()
            due = sum(counts.get((platform, state), 0) for platform in set(platforms) for state in _OPEN)
        return SendingProgress(due, late, last_sent, await self.oldest_waiting(platforms))


async def _parts_of_chats(
    connection: AsyncConnection, lanes: Collection[tuple[Platform, str]], upto: datetime
) -> tuple[int, int]:
    """How many chats' turn came up to a moment, and how many parts these have to send; of the first chats only."""
    if not lanes:
        return 0, 0
    heads = outbox_queue.first_with_turn(lanes, upto, MOST_COUNTED + 1).subquery()
    of_chats = and_(_table.c.chat_id == heads.c.chat_id, outbox_queue.is_open())
    counted = select(func.count(_table.c.chat_id.distinct()), func.count()).select_from(heads).join(_table, of_chats)
    chats, parts = (await connection.execute(counted)).one()
    return chats, parts


def _is_of(platforms: Collection[Platform] | None) -> ColumnElement[bool]:
    # An expression, so that no database reads all of a platform's turns and sorts them to find the oldest part.
    names = None if platforms is None else [platform.value for platform in platforms]
    return true() if names is None else (_table.c.platform + "").in_(names)
