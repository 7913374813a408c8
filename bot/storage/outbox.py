"""Digests and deliveries: written before anything is sent, and leased by one worker at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import ChatRef, Delivery, DeliveryState, NewDigest, PastDigest, Platform, Priority, RankedPapers, Window
from bot.storage import new_digests, outbox_queue, positions, row_mapping, tables
from bot.storage.chat_conditions import chat_id_of, is_chat
from bot.storage.engine import Database
from bot.storage.packed import unpack_order, unpack_papers

_WAITING, _VERIFY_FIRST = DeliveryState.WAITING.value, DeliveryState.VERIFY_FIRST.value

ANALYZE_EVERY = 20_000
"""Parts that one process writes before PostgreSQL is told to look at its tables again: a plan that was right for an
empty outbox is wrong for the one of a morning, and the server itself looks once a minute."""


class SqlOutbox:
    """The methods of `bot.ports.Outbox` that write, lease and list deliveries."""

    db: Database
    _parts_since_analysis: int = 0

    async def write_digest(self, digest: NewDigest, now: datetime) -> bool:
        [written] = await self.write_digests([digest], now)
        return written

    async def write_digests(self, digests: Sequence[NewDigest], now: datetime) -> list[bool]:
        if not digests:
            return []
        async with self.db.write() as connection:
            written = await new_digests.write(self.db, connection, digests, now)
        self._parts_since_analysis += sum(len(digest.parts) for digest in digests)
        if self._parts_since_analysis >= ANALYZE_EVERY:
            self._parts_since_analysis = 0
            await self.db.analyze(tables.deliveries, tables.digests, tables.payloads)
        return written

    async def lease(
        self,
        owner: str,
        platforms: Collection[Platform],
        now: datetime,
        until: datetime,
        limit: int,
        *,
        bots: Collection[str] | None = None,
    ) -> list[Delivery]:
        table = tables.deliveries
        async with self.db.write() as connection:
            lanes = await _lanes(connection, platforms, bots)
            if not lanes:
                return []
            ids = list(await connection.scalars(outbox_queue.next_to_lease(lanes, now, limit)))
            if not ids:
                return []
            must_verify = table.c.state.in_((_VERIFY_FIRST, DeliveryState.LEASED_TO_VERIFY.value))
            leased = case((must_verify, DeliveryState.LEASED_TO_VERIFY.value), else_=DeliveryState.LEASED.value)
            take = update(table).where(table.c.id.in_(ids))
            await connection.execute(take.values(state=leased, owner=owner, leased_until=until))
            rows = await connection.execute(row_mapping.deliveries().where(table.c.id.in_(ids)))
            found = {row.id: row_mapping.delivery(row) for row in rows}
            return [found[each] for each in ids]

    async def hasten(self, ref: ChatRef, now: datetime) -> int:
        table = tables.deliveries
        is_in_hand = table.c.state.in_((*outbox_queue.LEASED, DeliveryState.SENDING.value))
        may_be_sent = and_(table.c.state.in_((_WAITING, _VERIFY_FIRST)), outbox_queue.is_due(now))
        async with self.db.write() as connection:
            chat_id = await chat_id_of(connection, ref, lock=True)
            of_chat = and_(table.c.chat_id == chat_id, outbox_queue.is_open())
            # Written ahead for a minute of its own, and never tried: the person need not wait for that minute.
            is_ahead = and_(table.c.state == _WAITING, table.c.attempts == 0, table.c.why.is_(None))
            turn_at = case((table.c.turn_at.is_not(None), literal(now, table.c.turn_at.type)), else_=null())
            now_due = update(table).where(of_chat, is_ahead, table.c.next_attempt_at > now)
            await connection.execute(now_due.values(next_attempt_at=now, turn_at=turn_at))
            under_way = await connection.scalar(select(func.count()).where(of_chat, is_in_hand)) or 0
            # If the next part has to wait until later, so do all parts behind it.
            has_turn = select(table.c.id).where(of_chat, table.c.turn_at.is_not(None), outbox_queue.may_be_leased(now))
            if not under_way and await connection.scalar(has_turn.limit(1)) is None:
                return 0
            chosen = outbox_queue.in_order(of_chat, may_be_sent)
            sooner = update(table).where(table.c.id.in_(chosen)).values(priority=Priority.PERSON_WAITING.value)
            hastened: Any = await connection.execute(sooner)
            return int(under_way + hastened.rowcount)

    async def deliveries(
        self, *, chat: ChatRef | None = None, states: Collection[DeliveryState] = (), limit: int = 100
    ) -> list[Delivery]:
        table = tables.deliveries
        # The rows are chosen first, so that only the payloads of those are read.
        chosen = select(table.c.id).order_by(table.c.id.desc()).limit(limit)
        if chat is not None:
            chat_id = select(tables.chats.c.id).where(is_chat(chat)).scalar_subquery()
            chosen = chosen.where(table.c.chat_id == chat_id)
        if states:
            chosen = chosen.where(_are_states(states))
        query = row_mapping.deliveries().where(table.c.id.in_(chosen)).order_by(table.c.id.desc())
        async with self.db.read() as connection:
            return [row_mapping.delivery(row) for row in await connection.execute(query)]

    async def chats_in_doubt(self) -> set[ChatRef]:
        table, chat = tables.deliveries, tables.chats
        in_doubt = select(table.c.chat_id).where(_are_states([DeliveryState.IN_DOUBT]))
        async with self.db.read() as connection:
            rows = await connection.execute(select(chat.c.platform, chat.c.ident).where(chat.c.id.in_(in_doubt)))
            return {row_mapping.ref(row) for row in rows}

    async def delivery(self, delivery_id: int) -> Delivery | None:
        query = row_mapping.deliveries().where(tables.deliveries.c.id == delivery_id)
        async with self.db.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else row_mapping.delivery(row)

    async def taken(self, ref: ChatRef, paper_ids: Collection[str]) -> set[str]:
        async with self.db.read() as connection:
            chat_id = await chat_id_of(connection, ref)
            if chat_id is None:
                return set()
            return (await positions.had_of(connection, {chat_id: paper_ids}))[chat_id]

    async def past_digests(self, ref: ChatRef, since: date) -> list[PastDigest]:
        table, chat = tables.digests, tables.chats
        query = select(table).join(chat, chat.c.id == table.c.chat_id)
        query = query.where(is_chat(ref), table.c.day >= since, table.c.shown.is_not(None)).order_by(table.c.id.desc())
        async with self.db.read() as connection:
            return [_past_digest(row) for row in await connection.execute(query)]

    async def sent_digests(self, ref: ChatRef, first: int, count: int) -> tuple[list[PastDigest], int]:
        table, part = tables.digests, tables.deliveries
        was_sent = exists().where(part.c.digest_id == table.c.id, part.c.state == DeliveryState.SENT.value)
        of_chat = select(table).join(tables.chats, tables.chats.c.id == table.c.chat_id)
        sent = of_chat.where(is_chat(ref), table.c.shown.is_not(None), was_sent)
        async with self.db.read() as connection:
            total = await connection.scalar(select(func.count()).select_from(sent.subquery()))
            rows = await connection.execute(sent.order_by(table.c.id.desc()).offset(max(first, 0)).limit(count))
            return [_past_digest(row) for row in rows], int(total or 0)

    async def ranked_papers(self, ref: ChatRef, slot: str, first: int, count: int) -> RankedPapers | None:
        table, chat, log, topics = tables.digests, tables.chats, tables.announcements, tables.topics
        query = select(table).join(chat, chat.c.id == table.c.chat_id).where(is_chat(ref), table.c.slot == slot)
        async with self.db.read() as connection:
            digest = (await connection.execute(query)).first()
            if digest is None:
                return None
            order = unpack_order(digest.ranked)
            seqs = order.seqs[max(first, 0) : max(first, 0) + max(count, 0)]
            papers = select(log.c.seq, log.c.paper_id).where(log.c.seq.in_(seqs))
            ids = {row.seq: row.paper_id for row in await connection.execute(papers)}
            named = select(topics.c.id, topics.c.query).where(topics.c.id.in_(order.topics))
            queries = {row.id: row.query for row in await connection.execute(named)}
        return RankedPapers(
            tuple([ids[seq] for seq in seqs if seq in ids]),
            len(order.seqs),
            order.total,
            Window(digest.first_day, digest.last_day),
            digest.day,
            tuple([queries[topic_id] for topic_id in order.topics if topic_id in queries]),
        )


def _past_digest(row: row_mapping.AnyRow) -> PastDigest:
    window, shown = Window(row.first_day, row.last_day), frozenset(unpack_papers(row.shown))
    return PastDigest(row.day, window, row.created_at, shown, row.slot, unpack_order(row.ranked).total)


def _are_states(states: Collection[DeliveryState]) -> ColumnElement[bool]:
    """Whether a delivery is in one of these states, such that the smallest index is used that holds them all."""
    values = {state.value for state in states}
    are_states = tables.deliveries.c.state.in_(values)
    if values.isdisjoint((_WAITING, DeliveryState.SENT.value)):
        return and_(are_states, outbox_queue.is_unusual())
    if values.isdisjoint(outbox_queue.SETTLED):
        return and_(are_states, outbox_queue.is_open())
    return are_states


async def _lanes(
    connection: AsyncConnection, platforms: Collection[Platform], bots: Collection[str] | None
) -> list[tuple[Platform, str]]:
    """The platforms and bots to lease for; without `bots`, those that have a part to send."""
    if bots is not None:
        return [(platform, bot) for platform in dict.fromkeys(platforms) for bot in dict.fromkeys(bots)]
    return [
        (platform, bot)
        for platform in dict.fromkeys(platforms)
        for bot in await connection.scalars(outbox_queue.bots_with_turn(platform))
    ]
