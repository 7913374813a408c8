"""Keeps the packed matches small: deletes those of topics that nobody follows, and joins old rows into bigger ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions import unseen
from bot.storage import positions, tables
from bot.storage.chat_conditions import lock_chats
from bot.storage.packed import pack_seqs, unpack_seqs
from bot.storage.topic_conditions import is_followed

_table, _topics, _subscriptions = tables.match_batches, tables.topics, tables.subscriptions

TOPICS = 200
"""Topics that are tidied in one transaction."""

JOIN_AFTER = timedelta(days=30)
"""Announcements of younger days are looked up often, and by day: their rows stay apart."""

MOST_BYTES = 2_000
"""A row of this size is joined with no other: more would be unpacked than is asked for."""


async def forgotten_topics(connection: AsyncConnection, after: int) -> Sequence[int]:
    """A few topics with matches and without followers, with greater ids than `after`, ascending."""
    query = select(_topics.c.id).where(_topics.c.id > after, _topics.c.last_match > 0, ~is_followed())
    return (await connection.scalars(query.order_by(_topics.c.id).limit(TOPICS))).all()


async def drop(connection: AsyncConnection, topic_ids: Collection[int]) -> int:
    """Delete all matches of these topics; a chat that follows one again has it matched again from its first day on."""
    deleted = await connection.execute(delete(_table).where(_table.c.topic_id.in_(topic_ids)))
    unmatched = update(_topics).where(_topics.c.id.in_(topic_ids))
    await connection.execute(unmatched.values(from_seq=_topics.c.matched_seq, last_match=0, last_seq=0))
    return deleted.rowcount


async def last_old_seq(connection: AsyncConnection, now: datetime) -> int:
    """The last announcement of a day that is old enough."""
    log = tables.announcements
    query = select(func.max(log.c.seq)).where(log.c.day < (now - JOIN_AFTER).date())
    return int(await connection.scalar(query) or 0)


async def topics_in_many_rows(connection: AsyncConnection, after: int, last_seq: int, least_rows: int) -> Sequence[int]:
    """A few topics with at least so many rows that may be joined, with greater ids than `after`, ascending."""
    query = select(_table.c.topic_id).where(_table.c.topic_id > after, *_may_be_joined(last_seq))
    many = query.group_by(_table.c.topic_id).having(func.count() >= least_rows).order_by(_table.c.topic_id)
    return (await connection.scalars(many.limit(TOPICS))).all()


async def join_rows(connection: AsyncConnection, topic_ids: Collection[int], last_seq: int) -> int:
    """Join the older rows of topics, where no chat's position lies between them; returns how many rows went."""
    if not topic_ids:
        return 0
    query = select(_table).where(_table.c.topic_id.in_(topic_ids), *_may_be_joined(last_seq))
    rows = (await connection.execute(query.order_by(_table.c.topic_id, _table.c.id))).all()
    behind = await _locked_chats_behind(connection, topic_ids, max((row.id for row in rows), default=0))
    follows = select(_subscriptions.c.topic_id, _subscriptions.c.seen_match).distinct()
    seen: dict[int, set[int]] = {}
    for follow in await connection.execute(follows.where(_subscriptions.c.topic_id.in_(topic_ids))):
        seen.setdefault(follow.topic_id, set()).add(follow.seen_match)
    gone = 0
    for topic_id in topic_ids:
        by_id = {row.id: row for row in rows if row.topic_id == topic_id}
        for run in unseen.in_one_place(list(by_id), seen.get(topic_id, ())):
            gone += await _join(connection, [by_id[batch_id] for batch_id in run])
    if gone:
        # A digest that is being composed for one of these could lead to a position between rows that are one now.
        await positions.count_changes(connection, behind)
    return gone


async def _locked_chats_behind(
    connection: AsyncConnection, topic_ids: Collection[int], last_match: int
) -> Sequence[int]:
    """The chats whose position in one of these topics is before this row; locked, they stay there."""
    table = tables.chats
    behind = select(_subscriptions.c.chat_id).where(
        _subscriptions.c.topic_id.in_(topic_ids), _subscriptions.c.seen_match < last_match
    )
    await lock_chats(connection, table.c.id.in_(behind))
    return (await connection.scalars(behind.distinct())).all()


async def _join(connection: AsyncConnection, rows: Sequence[Any]) -> int:
    """Join rows of one topic into the last of them."""
    if len(rows) < 2:
        return 0
    seqs = sorted(seq for row in rows for seq in unpack_seqs(row.first_seq, row.seqs))
    await connection.execute(delete(_table).where(_table.c.id.in_([row.id for row in rows[:-1]])))
    joined = update(_table).where(_table.c.id == rows[-1].id)
    await connection.execute(joined.values(first_seq=seqs[0], last_seq=seqs[-1], seqs=pack_seqs(seqs)))
    return len(rows) - 1


def _may_be_joined(last_seq: int) -> tuple[Any, ...]:
    return (_table.c.last_seq <= last_seq, func.length(_table.c.seqs) < MOST_BYTES)
