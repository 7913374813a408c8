"""The attempts to send a delivery: begun and settled in batches, reopened by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Delivery, DeliveryState, Settlement
from bot.storage import delivery_counts, log_index, outbox_queue, row_mapping, tables
from bot.storage.chat_conditions import lock_chats
from bot.storage.engine import Database
from bot.storage.outbox_queue import LEASED, SETTLED

_table, _chats = tables.deliveries, tables.chats
_SENT, _VERIFY_FIRST = DeliveryState.SENT.value, DeliveryState.VERIFY_FIRST.value

_SET_BY_SETTLING = (
    "state",
    "owner",
    "leased_until",
    "forced",
    "touched_at",
    "next_attempt_at",
    "message_id",
    "why",
    "failures",
    "turn_at",
)

MOST_MARKED = 20_000
"""Papers that are remembered as marked; more than a day's."""

Values = Mapping[str, Any]
"""Columns of a delivery's row with their values."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The arguments of `begin`."""

    delivery_id: int
    owner: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """The arguments of `settle`."""

    delivery_id: int
    settlement: Settlement
    now: datetime
    owner: str | None


class _ChatJoined(Exception):
    """A chat was joined with another while its lock was waited for. To lock that one too could deadlock, so that the
    transaction has to begin anew."""


class SqlAttempts:
    """The methods of `bot.ports.Outbox` around a request to a platform."""

    db: Database
    marked_sent: set[str]
    """Papers whose announcements are marked as sent, as far as this process knows."""

    async def begin(self, delivery_id: int, owner: str, now: datetime) -> bool:
        while True:
            with suppress(_ChatJoined):
                return await self.db.batched(_begin, Beginning(delivery_id, owner, now))

    async def settle(
        self, delivery_id: int, settlement: Settlement, now: datetime, *, owner: str | None = None
    ) -> None:
        while True:
            with suppress(_ChatJoined):
                marked = await self.db.batched(self._settle, Ending(delivery_id, settlement, now, owner))
                # Only now: a transaction that was rolled back has marked nothing.
                if len(self.marked_sent) > MOST_MARKED:
                    self.marked_sent.clear()
                self.marked_sent |= marked
                return

    async def _settle(self, connection: AsyncConnection, endings: Sequence[Ending]) -> list[AbstractSet[str]]:
        """Settle deliveries; returns the papers that are marked as sent now, the same for each."""
        rows = await _locked(connection, {ending.delivery_id for ending in endings})
        before = {row["id"]: row["state"] for row in rows.values()}
        settled: dict[int, Values] = {}
        for ending in endings:
            row = settled.get(ending.delivery_id) or rows.get(ending.delivery_id)
            if row is not None and _counts(ending, row):
                settled[ending.delivery_id] = {**row, **_values(ending, row)}
        sent = {paper for row in settled.values() if row["state"] == _SENT for paper in row["paper_ids"]}
        if settled:
            await _write(connection, settled)
            now = max(ending.now for ending in endings)
            await outbox_queue.appoint(connection, {row["chat_id"] for row in settled.values()}, now)
            # A morning sends the same papers thousands of times: those marked before are remembered.
            await log_index.mark_papers(connection, tables.announcements.c.sent, sent - self.marked_sent)
            await delivery_counts.add(self.db, connection, _count_changes(before, settled), now)
        return [sent] * len(endings)

    async def reopen(self, delivery_id: int, now: datetime, why: str) -> bool:
        while True:
            with suppress(_ChatJoined):
                return await self._reopen(delivery_id, now, why)

    async def _reopen(self, delivery_id: int, now: datetime, why: str) -> bool:
        async with self.db.write() as connection:
            row = (await _locked(connection, {delivery_id})).get(delivery_id)
            if row is None or not _may_be_reopened(row):
                return False
            values = {"state": _VERIFY_FIRST, "next_attempt_at": now, "failures": 0, "touched_at": now, "turn_at": None}
            opened = update(_table).where(_table.c.id == delivery_id)
            await connection.execute(opened.values(**values, forced=True, why=why))
            await outbox_queue.appoint(connection, [row["chat_id"]], now)
            if row["state"] in SETTLED:
                await delivery_counts.add(self.db, connection, {(row["platform"], row["state"]): -1})
        return True

    async def orphaned(self, now: datetime, *, bots: Collection[str] | None = None) -> list[Delivery]:
        is_sending = _table.c.state == DeliveryState.SENDING.value
        query = row_mapping.deliveries().where(outbox_queue.is_unusual(), is_sending, _table.c.leased_until <= now)
        if bots is not None:
            query = query.where(_table.c.bot.in_(bots))
        async with self.db.read() as connection:
            return [row_mapping.delivery(row) for row in await connection.execute(query.order_by(_table.c.id))]


async def _begin(connection: AsyncConnection, beginnings: Sequence[Beginning]) -> list[bool]:
    rows = await _locked(connection, {beginning.delivery_id for beginning in beginnings})
    begun: list[bool] = []
    for beginning in beginnings:
        row = rows.get(beginning.delivery_id)
        # The lease may have expired during the wait for a turn: then another process may have sent the part already.
        has_lease = (
            row is not None
            and row["owner"] == beginning.owner
            and row["state"] in LEASED
            and row["leased_until"] > beginning.now
        )
        begun.append(has_lease)
        if has_lease:
            del rows[beginning.delivery_id]  # once only
    started = [
        {"delivery": beginning.delivery_id, "begun_at": beginning.now}
        for beginning, is_begun in zip(beginnings, begun, strict=True)
        if is_begun
    ]
    if started:
        begin = update(_table).where(_table.c.id == bindparam("delivery"))
        values = {"state": DeliveryState.SENDING.value, "attempts": _table.c.attempts + 1}
        await connection.execute(begin.values(values | {"touched_at": bindparam("begun_at")}), started)
    return begun


async def _locked(connection: AsyncConnection, ids: Collection[int]) -> dict[int, Values]:
    """The rows of these deliveries by id, locked with their chats."""
    names = ("id", "chat_id", "platform", "paper_ids", *_SET_BY_SETTLING)
    rows = (
        select(*(_table.c[name] for name in names))
        .where(_table.c.id.in_(ids))
        .order_by(_table.c.chat_id, _table.c.id)
        .with_for_update()
    )
    chats = {*await connection.scalars(select(_table.c.chat_id).where(_table.c.id.in_(ids)))}
    # Chats before deliveries, as every other transaction locks them: otherwise two could deadlock.
    await lock_chats(connection, _chats.c.id.in_(chats))
    found: dict[int, Values] = {row.id: dict(row._mapping) for row in await connection.execute(rows)}
    if any(row["chat_id"] not in chats for row in found.values()):
        raise _ChatJoined
    return found


def _counts(ending: Ending, row: Values) -> bool:
    """Whether an ending changes the row.

    A message that arrived has arrived, whatever another process concluded meanwhile. But a process that is late to
    write a failure must not disturb the one that has leased the delivery since.
    """
    if row["state"] == _SENT:
        return False
    return ending.owner is None or ending.settlement.state is DeliveryState.SENT or row["owner"] == ending.owner


def _values(ending: Ending, row: Values) -> Values:
    settlement = ending.settlement
    waits = settlement.state in (DeliveryState.WAITING, DeliveryState.VERIFY_FIRST)
    return {
        "state": settlement.state.value,
        "owner": None,
        "leased_until": None,
        "forced": settlement.forced,
        "touched_at": ending.now,
        "next_attempt_at": settlement.next_attempt_at or ending.now if waits else row["next_attempt_at"],
        "message_id": row["message_id"] if settlement.message_id is None else settlement.message_id,
        "why": row["why"] if settlement.why is None else settlement.why,
        "failures": row["failures"] + settlement.failed,
        # If it is still its chat's next part, it gets a new turn.
        "turn_at": None,
    }


async def _write(connection: AsyncConnection, settled: Mapping[int, Values]) -> None:
    rows = [{"delivery": key} | {name: row[name] for name in _SET_BY_SETTLING} for key, row in settled.items()]
    await connection.execute(update(_table).where(_table.c.id == bindparam("delivery")), rows)


def _count_changes(before: Mapping[int, str], settled: Mapping[int, Values]) -> delivery_counts.Changes:
    changes: Counter[tuple[str, str]] = Counter()
    for key, row in settled.items():
        for state, change in ((before[key], -1), (row["state"], 1)):
            if state in SETTLED:
                changes[row["platform"], state] += change
    return changes


def _may_be_reopened(row: Values) -> bool:
    is_closed = row["state"] in (DeliveryState.IN_DOUBT.value, DeliveryState.GIVEN_UP.value)
    return is_closed or (row["state"] == _VERIFY_FIRST and not row["forced"])
