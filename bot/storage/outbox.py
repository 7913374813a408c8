"""Digests and deliveries: written before anything is sent, leased by one worker at a time, then settled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, insert, literal, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import ChatRef, Delivery, DeliveryState, NewDigest, Platform, Priority, Settlement
from bot.storage import log_index, outbox_queue, positions, row_mapping, tables
from bot.storage.chat_conditions import are_chats, chat_id_of, is_chat, lock_chats
from bot.storage.engine import Database

_WAITING, _VERIFY_FIRST = DeliveryState.WAITING.value, DeliveryState.VERIFY_FIRST.value
_SENT = DeliveryState.SENT.value


class SqlOutbox:
    """The methods of `bot.ports.Outbox`."""

    db: Database

    async def write_digest(self, digest: NewDigest, now: datetime) -> bool:
        [written] = await self.write_digests([digest], now)
        return written

    async def write_digests(self, digests: Sequence[NewDigest], now: datetime) -> list[bool]:
        if not digests:
            return []
        async with self.db.write() as connection:
            # All at once, because locking them one by one as they are written could deadlock with another process.
            await lock_chats(connection, are_chats([digest.chat for digest in digests]))
            return [await _write(connection, digest, now) for digest in digests]

    async def lease(
        self, owner: str, platforms: Collection[Platform], now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        table = tables.deliveries
        async with self.db.write() as connection:
            # Rows that another process is leasing at this moment are skipped, not waited for.
            unlocked = outbox_queue.heads(platforms, now).limit(limit).with_for_update(of=table, skip_locked=True)
            ids = list(await connection.scalars(unlocked))
            if not ids:
                return []
            must_verify = table.c.state.in_((_VERIFY_FIRST, DeliveryState.LEASED_TO_VERIFY.value))
            leased = case((must_verify, DeliveryState.LEASED_TO_VERIFY.value), else_=DeliveryState.LEASED.value)
            take = update(table).where(table.c.id.in_(ids))
            await connection.execute(take.values(state=leased, owner=owner, leased_until=until))
            # An UPDATE returns its rows in no particular order.
            query = _deliveries().where(table.c.id.in_(ids))
            rows = await connection.execute(query.order_by(table.c.priority, table.c.next_attempt_at, table.c.id))
            return [row_mapping.delivery(row) for row in rows]

    async def begin(self, delivery_id: int, owner: str, now: datetime) -> bool:
        table = tables.deliveries
        # The lease may have expired during the wait for a turn: then another process may have sent the part already.
        started = (
            update(table)
            .where(
                table.c.id == delivery_id,
                table.c.owner == owner,
                table.c.state.in_(outbox_queue.LEASED),
                table.c.leased_until > now,
            )
            .values(state=DeliveryState.SENDING.value, attempts=table.c.attempts + 1, touched_at=now)
        )
        return await self.db.write_statement(started) == 1

    async def settle(
        self, delivery_id: int, settlement: Settlement, now: datetime, *, owner: str | None = None
    ) -> None:
        table = tables.deliveries
        state = settlement.state
        values: dict[str, Any] = {
            "state": state.value,
            "owner": None,
            "leased_until": None,
            "forced": settlement.forced,
            "touched_at": now,
        }
        if state in (DeliveryState.WAITING, DeliveryState.VERIFY_FIRST):
            values["next_attempt_at"] = settlement.next_attempt_at or now
        if settlement.message_id is not None:
            values["message_id"] = settlement.message_id
        if settlement.why is not None:
            values["why"] = settlement.why
        if settlement.failed:
            values["failures"] = table.c.failures + 1
        # A message that arrived has arrived, whatever another process concluded meanwhile. But a process that is late
        # to write a failure must not disturb the one that has leased the delivery since.
        settled = update(table).where(table.c.id == delivery_id, table.c.state != _SENT)
        if owner is not None and state is not DeliveryState.SENT:
            settled = settled.where(table.c.owner == owner)
        await self.db.write_statement(settled.values(**values))
        if state is DeliveryState.SENT:
            await self._mark_sent(delivery_id)

    async def _mark_sent(self, delivery_id: int) -> None:
        table, log = tables.deliveries, tables.announcements
        async with self.db.read() as connection:
            paper_ids = await connection.scalar(select(table.c.paper_ids).where(table.c.id == delivery_id)) or ()
            query = select(log.c.seq).where(log.c.paper_id.in_(paper_ids), ~log.c.sent)
            is_marked = not paper_ids or (await connection.execute(query.limit(1))).first() is None
        if not is_marked:
            async with self.db.write() as connection:
                await log_index.mark_papers(connection, log.c.sent, paper_ids)

    async def reopen(self, delivery_id: int, now: datetime, why: str) -> bool:
        table = tables.deliveries
        closed = table.c.state.in_((DeliveryState.IN_DOUBT.value, DeliveryState.GIVEN_UP.value))
        not_reopened = and_(table.c.state == _VERIFY_FIRST, ~table.c.forced)
        opened = update(table).where(table.c.id == delivery_id, or_(closed, not_reopened))
        values = {"state": _VERIFY_FIRST, "next_attempt_at": now, "failures": 0, "touched_at": now}
        return await self.db.write_statement(opened.values(**values, forced=True, why=why)) == 1

    async def hasten(self, ref: ChatRef, now: datetime) -> int:
        table = tables.deliveries
        is_in_hand = table.c.state.in_((*outbox_queue.LEASED, DeliveryState.SENDING.value))
        may_be_sent = table.c.state.in_((_WAITING, _VERIFY_FIRST)) & outbox_queue.is_due(now)
        async with self.db.write() as connection:
            of_chat = table.c.chat_id == await chat_id_of(connection, ref)
            under_way = await connection.scalar(select(func.count()).where(of_chat, is_in_hand)) or 0
            # If the first part has to wait until later, so do all parts behind it.
            first = outbox_queue.heads([ref.platform], now).where(of_chat).limit(1)
            if not under_way and await connection.scalar(first) is None:
                return 0
            sooner = update(table).where(of_chat, may_be_sent).values(priority=Priority.PERSON_WAITING.value)
            hastened: Any = await connection.execute(sooner)
            return int(under_way + hastened.rowcount)

    async def orphaned(self, now: datetime) -> list[Delivery]:
        table = tables.deliveries
        query = _deliveries().where(table.c.state == DeliveryState.SENDING.value, table.c.leased_until <= now)
        async with self.db.read() as connection:
            return [row_mapping.delivery(row) for row in await connection.execute(query.order_by(table.c.id))]

    async def deliveries(
        self, *, chat: ChatRef | None = None, states: Collection[DeliveryState] = (), limit: int = 100
    ) -> list[Delivery]:
        table = tables.deliveries
        query = _deliveries().order_by(table.c.id.desc()).limit(limit)
        if chat is not None:
            query = query.where(is_chat(chat))
        if states:
            query = query.where(table.c.state.in_([state.value for state in states]))
        async with self.db.read() as connection:
            return [row_mapping.delivery(row) for row in await connection.execute(query)]

    async def chats_in_doubt(self) -> set[ChatRef]:
        table, chat = tables.deliveries, tables.chats
        in_doubt = exists().where(table.c.state == DeliveryState.IN_DOUBT.value, table.c.chat_id == chat.c.id)
        async with self.db.read() as connection:
            rows = await connection.execute(select(chat.c.platform, chat.c.ident).where(in_doubt))
            return {row_mapping.ref(row) for row in rows}

    async def delivery(self, delivery_id: int) -> Delivery | None:
        async with self.db.read() as connection:
            row = (await connection.execute(_deliveries().where(tables.deliveries.c.id == delivery_id))).first()
        return None if row is None else row_mapping.delivery(row)

    async def taken(self, ref: ChatRef, paper_ids: Collection[str]) -> set[str]:
        async with self.db.read() as connection:
            chat_id = await chat_id_of(connection, ref)
            if chat_id is None:
                return set()
            return (await positions.had_of(connection, {chat_id: paper_ids}))[chat_id]

    async def outbox_counts(self) -> Mapping[tuple[Platform, DeliveryState], int]:
        table, chat = tables.deliveries, tables.chats
        # Counted by chat first: the index on state and chat answers that without reading the rows of all history.
        per_chat = select(table.c.state, table.c.chat_id, func.count().label("n")).group_by(
            table.c.state, table.c.chat_id
        )
        counted = per_chat.subquery()
        query = (
            select(chat.c.platform, counted.c.state, func.sum(counted.c.n))
            .join(chat, chat.c.id == counted.c.chat_id)
            .group_by(chat.c.platform, counted.c.state)
        )
        async with self.db.read() as connection:
            rows = await connection.execute(query)
            return {(Platform(platform), DeliveryState(state)): int(n) for platform, state, n in rows}

    async def oldest_waiting(self, platforms: Collection[Platform] | None = None) -> datetime | None:
        table, chat, head = tables.deliveries, tables.chats, tables.deliveries.alias("head")
        # Parts that fail by themselves, and those behind them, do not show that the service is late.
        behind = exists().where(
            head.c.state.in_(outbox_queue.OPEN),
            head.c.chat_id == table.c.chat_id,
            head.c.id < table.c.id,
            head.c.failures > 0,
        )
        query = (
            select(func.min(tables.digests.c.created_at))
            .select_from(table)
            .join(tables.digests, tables.digests.c.id == table.c.digest_id)
            .join(chat, chat.c.id == table.c.chat_id)
            .where(table.c.state.in_(outbox_queue.OPEN), table.c.failures == 0, chat.c.suspended.is_(None), ~behind)
        )
        if platforms is not None:
            query = query.where(chat.c.platform.in_([platform.value for platform in platforms]))
        async with self.db.read() as connection:
            oldest: datetime | None = await connection.scalar(query)
        return oldest


async def _write(connection: AsyncConnection, digest: NewDigest, now: datetime) -> bool:
    chat_id = await chat_id_of(connection, digest.chat, lock=True)
    if chat_id is None:  # forgotten meanwhile
        return False
    has_slot = exists().where(tables.digests.c.chat_id == chat_id, tables.digests.c.slot == digest.slot)
    if await connection.scalar(select(has_slot)) or await positions.outdated(connection, {chat_id: digest}):
        return False
    written = insert(tables.digests).values(
        chat_id=chat_id,
        slot=digest.slot,
        day=digest.day,
        first_day=digest.first_day,
        last_day=digest.last_day,
        created_at=now,
    )
    digest_id = (await connection.execute(written.returning(tables.digests.c.id))).scalar_one()
    await positions.bring_forward(connection, [(chat_id, digest_id, digest)])
    if digest.parts:
        await connection.execute(insert(tables.deliveries), _delivery_rows(digest, chat_id, digest_id, now))
    await _set_next_due(connection, chat_id, digest)
    return True


async def _set_next_due(connection: AsyncConnection, chat_id: int, digest: NewDigest) -> None:
    values: dict[str, Any] = {"not_before": None}
    if digest.next_due_at is not None:
        column = tables.chats.c.next_due_at
        # If somebody changed the hour while the digest was composed, the due time of the new hour stays.
        is_unchanged = true() if digest.due_at is None else column == digest.due_at
        values["next_due_at"] = case((is_unchanged, literal(digest.next_due_at, column.type)), else_=column)
    await connection.execute(update(tables.chats).where(tables.chats.c.id == chat_id).values(values))


def _delivery_rows(digest: NewDigest, chat_id: int, digest_id: int, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "chat_id": chat_id,
            "digest_id": digest_id,
            "number": number,
            "of": len(digest.parts),
            "payload": part.payload,
            "paper_ids": list(part.paper_ids),
            "state": _WAITING,
            "priority": digest.priority.value,
            "attempts": 0,
            "next_attempt_at": now,
            "touched_at": now,
        }
        for number, part in enumerate(digest.parts, start=1)
    ]


def _deliveries() -> Select[Any]:
    return (
        select(*row_mapping.DELIVERY)
        .select_from(tables.deliveries)
        .join(tables.digests, tables.digests.c.id == tables.deliveries.c.digest_id)
        .join(tables.chats, tables.chats.c.id == tables.deliveries.c.chat_id)
    )
