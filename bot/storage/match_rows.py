"""What topics match, as packed rows: written for a batch of announcements, read by topic or by place."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ARRAY, Integer, LargeBinary, bindparam, column, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions.unseen import Place
from bot.storage import log_index, row_mapping, tables
from bot.storage.packed import pack_seqs, unpack_seqs

_table, _topics = tables.match_batches, tables.topics

BULK = 5_000
"""New rows after which PostgreSQL's statistics of a table no longer describe it."""

TOPICS_AT_ONCE = 2_000


async def write(connection: AsyncConnection, found: Mapping[int, Sequence[int]]) -> int:
    """Write what topics match (topic id → sequence numbers, ascending), and return the number of rows.

    A topic that is deleted is left out, and so is what a topic is known to match. The caller serializes "topics".
    """
    last = await connection.scalar(select(func.max(_table.c.id))) or 0
    is_postgres = connection.dialect.name == "postgresql"
    count = 0
    seqs = set[int]()
    # A part of the topics at a time, so that the event loop goes on between two statements.
    for topic_ids in row_mapping.in_chunks(sorted(found), TOPICS_AT_ONCE):
        part = {topic_id: found[topic_id] for topic_id in topic_ids}
        seqs.update(*part.values())
        if rows := await _new_rows(connection, part):
            if is_postgres:
                columns = map(list, zip(*rows, strict=True))
                await connection.execute(_INSERT_ARRAYS, dict(zip(_types, columns, strict=True)))
            else:
                await connection.exec_driver_sql(_INSERT_ROWS, rows)
            count += len(rows)
    if not count:
        return 0
    if is_postgres and count >= BULK:
        await connection.execute(text("ANALYZE match_batches"))
    newest = select(_table.c.topic_id, _table.c.id, _table.c.last_seq).where(_table.c.id > last).subquery()
    last_seq = func.greatest if is_postgres else func.max
    await connection.execute(
        update(_topics)
        .where(_topics.c.id == newest.c.topic_id)
        .values(last_match=newest.c.id, last_seq=last_seq(_topics.c.last_seq, newest.c.last_seq))
    )
    await log_index.mark(connection, tables.announcements.c.matched, tables.announcements.c.seq, seqs)
    return count


async def _new_rows(connection: AsyncConnection, found: Mapping[int, Sequence[int]]) -> list[_Row]:
    """The rows to write, in order of topics."""
    query = select(_topics.c.id, _topics.c.last_seq).where(_topics.c.id.in_(found))
    known = {row.id: row.last_seq for row in await connection.execute(query)}
    new = {topic_id: seqs for topic_id, seqs in sorted(found.items()) if seqs and topic_id in known}
    # Only a topic that was set back to an earlier day is matched with announcements that it was matched with before.
    again = {topic_id: seqs for topic_id, seqs in new.items() if seqs[0] <= known[topic_id]}
    stored = await stored_seqs(connection, again, min((seqs[0] for seqs in again.values()), default=0))
    for topic_id, seqs in again.items():
        new[topic_id] = [seq for seq in seqs if seq not in stored.get(topic_id, ())]
    return [(topic_id, seqs[0], seqs[-1], pack_seqs(seqs)) for topic_id, seqs in new.items() if seqs]


async def stored_seqs(
    connection: AsyncConnection, topic_ids: Collection[int], first: int, last: int | None = None
) -> dict[int, set[int]]:
    """What topics match: all rows that reach from `first` on, and begin up to `last` if that is given."""
    stored: dict[int, set[int]] = {}
    for chunk in row_mapping.in_chunks(topic_ids):
        query = select(_table).where(_table.c.topic_id.in_(chunk), _table.c.last_seq >= first)
        if last is not None:
            query = query.where(_table.c.first_seq <= last)
        for row in await connection.execute(query):
            stored.setdefault(row.topic_id, set()).update(unpack_seqs(row.first_seq, row.seqs))
    return stored


async def seqs_of(connection: AsyncConnection, topic_id: int, first: int, last: int) -> list[int]:
    """What a topic matches between two sequence numbers, both included, ascending."""
    query = select(_table).where(_table.c.topic_id == topic_id, _table.c.last_seq >= first, _table.c.first_seq <= last)
    rows = await connection.execute(query)
    return sorted(seq for row in rows for seq in unpack_seqs(row.first_seq, row.seqs) if first <= seq <= last)


async def batches_at(connection: AsyncConnection, places: Collection[Place]) -> dict[Place, int]:
    """The id of the batch that has a place, for each of the places that some batch has."""
    if not places:
        return {}
    statement = _AT_PLACES_SQLITE if connection.dialect.name == "sqlite" else _AT_PLACES_POSTGRES
    found: dict[Place, int] = {}
    for row in await connection.execute(statement, {"places": json.dumps(list(places))}):
        for seq in unpack_seqs(row.first_seq, row.seqs):
            if (row.topic_id, seq) in places:
                found[row.topic_id, seq] = row.id
    return found


_Row = tuple[int, int, int, bytes]
"""The columns of `_types`."""

_types = {"topic_id": Integer, "first_seq": Integer, "last_seq": Integer, "seqs": LargeBinary}
_arrays = func.unnest(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _types.items()))
_INSERT_ARRAYS = insert(_table).from_select(
    list(_types),
    select(*_arrays.table_valued(*(column(name, kind) for name, kind in _types.items())).render_derived().c),
)
"""On PostgreSQL one statement with arrays is many times faster than one for each row."""

_INSERT_ROWS = "INSERT INTO match_batches (topic_id, first_seq, last_seq, seqs) VALUES (?, ?, ?, ?)"
"""For SQLite's driver: SQLAlchemy takes longer to prepare tens of thousands of rows than SQLite to write them."""

_AT_PLACES = """
    SELECT DISTINCT batch.id, batch.topic_id, batch.first_seq, batch.last_seq, batch.seqs FROM {places}
    JOIN match_batches batch ON batch.topic_id = {topic_id} AND batch.first_seq <= {seq} AND batch.last_seq >= {seq}
"""
_typed = (_table.c.id, _table.c.topic_id, _table.c.first_seq, _table.c.last_seq, _table.c.seqs)
_AT_PLACES_SQLITE = text(
    _AT_PLACES.format(
        places="json_each(:places) place",
        topic_id="json_extract(place.value, '$[0]')",
        seq="json_extract(place.value, '$[1]')",
    )
).columns(*_typed)
_AT_PLACES_POSTGRES = text(
    _AT_PLACES.format(
        places="jsonb_array_elements(CAST(:places AS jsonb)) place",
        topic_id="CAST(place ->> 0 AS integer)",
        seq="CAST(place ->> 1 AS integer)",
    )
).columns(*_typed)
