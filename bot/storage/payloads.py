"""The payloads of deliveries: compressed, and equal ones stored once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import JSON
from bot.storage import row_mapping, tables
from bot.storage.column_types import compact_json, pack
from bot.storage.engine import Database

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

USE_RECORDED_EVERY = timedelta(days=1)
"""A payload that is used again within this time is not written again: many transactions would wait for its row."""


async def store(database: Database, connection: AsyncConnection, payloads: Sequence[JSON], now: datetime) -> list[int]:
    """Store payloads that are not stored yet; returns the id of each."""
    encoded = [compact_json(payload).encode() for payload in payloads]
    hashes = [hash_of(each) for each in encoded]
    known = await _used_lately(connection, hashes, now)
    table = tables.payloads
    # In the order of their hashes: two transactions with the same new payloads would deadlock otherwise.
    new = sorted({digest: each for digest, each in zip(hashes, encoded, strict=True) if digest not in known}.items())
    if new:
        insert = database.insert(table)
        # Another transaction may store the same one at this moment; an old one is used again from now on.
        upsert = insert.on_conflict_do_update(
            index_elements=[table.c.hash], set_={"used_at": insert.excluded.used_at}
        ).returning(table.c.id, table.c.hash)
        # In a thread: it takes about a tenth of a millisecond for each, and nothing else could run meanwhile.
        packed = await asyncio.to_thread(lambda: [pack(each) for _, each in new])
        rows = [{"hash": digest, "body": body, "used_at": now} for (digest, _), body in zip(new, packed, strict=True)]
        known |= {row.hash: row.id for row in await connection.execute(upsert, rows)}
    return [known[digest] for digest in hashes]


async def expire(connection: AsyncConnection, chat_id: int) -> None:
    """Let the next upkeep delete the payloads of a chat, except those that another chat is still to be sent."""
    table = tables.payloads
    used = select(tables.deliveries.c.payload_id).where(tables.deliveries.c.chat_id == chat_id)
    # Locked in the order in which `store` locks them.
    in_order = select(table.c.id).where(table.c.id.in_(used)).order_by(table.c.hash).with_for_update()
    await connection.execute(update(table).where(table.c.id.in_(in_order)).values(used_at=_LONG_AGO))


def hash_of(encoded: bytes) -> bytes:
    return hashlib.blake2b(encoded, digest_size=16).digest()


async def _used_lately(connection: AsyncConnection, hashes: Sequence[bytes], now: datetime) -> dict[bytes, int]:
    table = tables.payloads
    found: dict[bytes, int] = {}
    for chunk in row_mapping.in_chunks(hashes):
        query = select(table.c.id, table.c.hash).where(table.c.hash.in_(chunk))
        rows = await connection.execute(query.where(table.c.used_at > now - USE_RECORDED_EVERY))
        found |= {row.hash: row.id for row in rows}
    return found
