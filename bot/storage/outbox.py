"""Digests and deliveries: written before anything is sent, leased by one worker at a time, settled for good."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions import delivery_policy, due_times
from bot.model import ChatRef, Delivery, DeliveryState, NewDigest, Platform
from bot.storage import row_mapping, tables
from bot.storage.chat_keys import are_chats, chat_id_of, is_chat, lock_chats
from bot.storage.engine import Database
from bot.storage.topics import seen_matches

_OPEN = (DeliveryState.WAITING.value, DeliveryState.LEASED.value, DeliveryState.SENDING.value)
"""The states in which a part keeps its chat's later parts waiting."""

_STARTS = (DeliveryState.WAITING.value, DeliveryState.LEASED.value, DeliveryState.UNKNOWN.value)
"""The states from which a part may be leased."""

ORDERED_TRIES = 3
"""So many failures keep what follows a part of unknown fate waiting, half a minute or so: most are settled by then."""


class SqlOutbox:
    """The verbs of `bot.ports.Outbox`."""

    db: Database

    async def write_digest(self, digest: NewDigest, now: datetime) -> bool:
        [written] = await self.write_digests([digest], now)
        return written

    async def write_digests(self, digests: Sequence[NewDigest], now: datetime) -> list[bool]:
        if not digests:
            return []
        async with self.db.write() as connection:
            await lock_chats(connection, are_chats([digest.chat for digest in digests]))
            return [await _write(connection, digest, now) for digest in digests]

    async def lease(
        self, owner: str, platforms: Collection[Platform], now: datetime, until: datetime, limit: int
    ) -> list[Delivery]:
        table = tables.deliveries
        async with self.db.write() as connection:
            free = _heads(platforms, now).limit(limit).with_for_update(of=table, skip_locked=True)
            ids = list(await connection.scalars(free))
            if not ids:
                return []
            take = update(table).where(table.c.id.in_(ids))
            await connection.execute(take.values(state=DeliveryState.LEASED.value, owner=owner, leased_until=until))
            query = _deliveries().where(table.c.id.in_(ids)).order_by(table.c.next_attempt_at, table.c.id)
            return [row_mapping.delivery(row) for row in await connection.execute(query)]

    async def begin(self, delivery_id: int, owner: str, now: datetime) -> bool:
        table = tables.deliveries
        started = (
            update(table)
            .where(
                table.c.id == delivery_id,
                table.c.owner == owner,
                table.c.state == DeliveryState.LEASED.value,
                table.c.leased_until > now,
            )
            .values(state=DeliveryState.SENDING.value, attempts=table.c.attempts + 1, touched_at=now)
        )
        return await self.db.write_one(started) == 1

    async def settle(
        self,
        delivery_id: int,
        state: DeliveryState,
        now: datetime,
        *,
        owner: str | None = None,
        message_id: str | None = None,
        next_attempt_at: datetime | None = None,
        why: str | None = None,
        again: bool = False,
        asked: bool = False,
        failed: bool = False,
    ) -> None:
        table = tables.deliveries
        values: dict[str, Any] = {
            "state": state.value,
            "owner": None,
            "leased_until": None,
            "again": again,
            "asked": asked,
            "touched_at": now,
        }
        if state is DeliveryState.WAITING or again:
            values["next_attempt_at"] = next_attempt_at or now
        if message_id is not None:
            values["message_id"] = message_id
        if why is not None:
            values["why"] = why
        if failed:
            values["failures"] = table.c.failures + 1
        # What was sent stays sent, whoever else thinks otherwise of it; and who was slow to write what came of a
        # request that did not arrive must not disturb whoever has it by now.
        settled = update(table).where(table.c.id == delivery_id, table.c.state != DeliveryState.SENT.value)
        if owner is not None and state is not DeliveryState.SENT:
            settled = settled.where(table.c.owner == owner)
        await self.db.write_one(settled.values(**values))

    async def reopen(self, delivery_id: int, now: datetime, why: str) -> bool:
        table = tables.deliveries
        closed = (DeliveryState.UNKNOWN.value, DeliveryState.GIVEN_UP.value)
        opened = update(table).where(table.c.id == delivery_id, table.c.state.in_(closed))
        values = {"state": DeliveryState.WAITING.value, "next_attempt_at": now, "failures": 0, "touched_at": now}
        return await self.db.write_one(opened.values(**values, again=True, asked=True, why=why)) == 1

    async def hasten(self, ref: ChatRef, now: datetime) -> int:
        table = tables.deliveries
        in_hand = table.c.state.in_((DeliveryState.LEASED.value, DeliveryState.SENDING.value))
        come = or_(table.c.next_attempt_at <= now, table.c.touched_at > now + due_times.SKEW)
        looked_for = (table.c.state == DeliveryState.UNKNOWN.value) & table.c.again
        may_go = come & or_(table.c.state == DeliveryState.WAITING.value, looked_for)
        async with self.db.write() as connection:
            mine = table.c.chat_id == await chat_id_of(connection, ref)
            under_way = await connection.scalar(select(func.count()).where(mine, in_hand)) or 0
            # Where the first part waits for later, so does all that is behind it.
            if not under_way and await connection.scalar(_heads([ref.platform], now).where(mine).limit(1)) is None:
                return 0
            sooner = update(table).where(mine, may_go).values(next_attempt_at=delivery_policy.ASKED_FOR)
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
        unknown = exists().where(table.c.state == DeliveryState.UNKNOWN.value, table.c.chat_id == chat.c.id)
        async with self.db.read() as connection:
            rows = await connection.execute(select(chat.c.platform, chat.c.ident).where(unknown))
            return {row_mapping.ref(row) for row in rows}

    async def delivery(self, delivery_id: int) -> Delivery | None:
        async with self.db.read() as connection:
            row = (await connection.execute(_deliveries().where(tables.deliveries.c.id == delivery_id))).first()
        return None if row is None else row_mapping.delivery(row)

    async def taken(self, ref: ChatRef, paper_ids: Collection[str]) -> set[str]:
        table = tables.taken
        found: set[str] = set()
        async with self.db.read() as connection:
            for chunk in row_mapping.in_chunks(paper_ids):
                query = select(table.c.paper_id).join(tables.chats).where(is_chat(ref), table.c.paper_id.in_(chunk))
                found.update(await connection.scalars(query))
        return found

    async def outbox_counts(self) -> Mapping[tuple[Platform, DeliveryState], int]:
        table, chat = tables.deliveries, tables.chats
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
        behind = exists().where(
            head.c.state.in_(_OPEN), head.c.chat_id == table.c.chat_id, head.c.id < table.c.id, head.c.failures > 0
        )
        query = (
            select(func.min(tables.digests.c.created_at))
            .select_from(table)
            .join(tables.digests, tables.digests.c.id == table.c.digest_id)
            .join(chat, chat.c.id == table.c.chat_id)
            .where(table.c.state.in_(_OPEN), table.c.failures == 0, chat.c.suspended.is_(None), ~behind)
        )
        if platforms is not None:
            query = query.where(chat.c.platform.in_([platform.value for platform in platforms]))
        async with self.db.read() as connection:
            oldest: datetime | None = await connection.scalar(query)
        return oldest


async def _write(connection: AsyncConnection, digest: NewDigest, now: datetime) -> bool:
    papers = tuple(dict.fromkeys(digest.paper_ids))
    chat_id = await chat_id_of(connection, digest.chat, lock=True)
    if chat_id is None:  # forgotten meanwhile
        return False
    slots = exists().where(tables.digests.c.chat_id == chat_id, tables.digests.c.slot == digest.slot)
    had = exists().where(tables.taken.c.chat_id == chat_id, tables.taken.c.paper_id.in_(papers))
    if await connection.scalar(select(or_(slots, had))):
        return False
    written = insert(tables.digests).values(
        chat_id=chat_id,
        slot=digest.slot,
        first_day=digest.first_day,
        last_day=digest.last_day,
        created_at=now,
    )
    digest_id = (await connection.execute(written.returning(tables.digests.c.id))).scalar_one()
    if papers:
        rows = [{"chat_id": chat_id, "paper_id": paper, "digest_id": digest_id} for paper in papers]
        await connection.execute(insert(tables.taken), rows)
        await connection.execute(seen_matches(chat_id))
    if digest.parts:
        await connection.execute(insert(tables.deliveries), _rows(digest, chat_id, digest_id, now))
    if digest.next_due_at is not None:
        due = update(tables.chats).where(tables.chats.c.id == chat_id)
        await connection.execute(due.values(next_due_at=digest.next_due_at, not_before=None))
    return True


def _rows(digest: NewDigest, chat_id: int, digest_id: int, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "chat_id": chat_id,
            "digest_id": digest_id,
            "number": number,
            "of": len(digest.parts),
            "payload": part.payload,
            "paper_ids": list(part.paper_ids),
            "state": DeliveryState.WAITING.value,
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


def _heads(platforms: Collection[Platform], now: datetime) -> Select[int]:
    """The parts that may be taken now: each the first open one of its chat, longest due first.

    A part gets its number when its digest is written, so the smallest number is the first part of the first digest. One
    of unknown fate that is looked for keeps its place for its first tries, and then goes when nothing else of its chat
    is left.
    """
    table, chat = tables.deliveries, tables.chats
    other = tables.deliveries.alias("other")
    of_chat, earlier = other.c.chat_id == table.c.chat_id, other.c.id < table.c.id
    is_open = other.c.state.in_(_OPEN)
    looked_for = (other.c.state == DeliveryState.UNKNOWN.value) & other.c.again
    is_fresh, is_stale = looked_for & (other.c.failures < ORDERED_TRIES), other.c.failures >= ORDERED_TRIES
    behind_others = exists().where(is_open, of_chat, earlier) | exists().where(is_fresh, of_chat, earlier)
    beside_others = (
        exists().where(is_open, of_chat)
        | exists().where(is_fresh, of_chat)
        | exists().where(looked_for & is_stale, of_chat, earlier)
    )

    # What was put off by a clock that ran ahead has come.
    come = or_(table.c.next_attempt_at <= now, table.c.touched_at > now + due_times.SKEW)
    waiting = (table.c.state == DeliveryState.WAITING.value) & come
    abandoned = (table.c.state == DeliveryState.LEASED.value) & (table.c.leased_until <= now)
    in_turn = or_(table.c.failures < ORDERED_TRIES, ~beside_others)
    doubtful = (table.c.state == DeliveryState.UNKNOWN.value) & table.c.again & come & in_turn
    return (
        select(table.c.id)
        .join(chat, chat.c.id == table.c.chat_id)
        .where(
            chat.c.platform.in_([platform.value for platform in platforms]),
            chat.c.suspended.is_(None),
            table.c.state.in_(_STARTS),  # said apart, so that the index on states serves, not each chat's whole history
            or_(waiting, abandoned, doubtful),
            ~behind_others,
        )
        .order_by(table.c.next_attempt_at, table.c.id)
    )
