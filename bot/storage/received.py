"""What chats have received in digests that are not kept any more, for searches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import row_mapping, tables
from bot.storage.engine import Database
from bot.storage.packed import pack_papers, unpack_order, unpack_papers


async def keep_received(database: Database, connection: AsyncConnection, digest_ids: Collection[int]) -> None:
    """Keep the papers of digests that are about to be deleted, shown or not."""
    table, log = tables.digests, tables.announcements
    papers: dict[int, set[str]] = defaultdict(set)
    chats_of: dict[int, set[int]] = defaultdict(set)
    query = select(table.c.chat_id, table.c.shown, table.c.ranked).where(table.c.id.in_(digest_ids))
    for row in await connection.execute(query):
        papers[row.chat_id] |= unpack_papers(row.shown)
        for seq in unpack_order(row.ranked).seqs:
            chats_of[seq].add(row.chat_id)
    for chunk in row_mapping.in_chunks(chats_of):
        for seq, paper_id in await connection.execute(select(log.c.seq, log.c.paper_id).where(log.c.seq.in_(chunk))):
            for chat_id in chats_of[seq]:
                papers[chat_id].add(paper_id)
    await _add(database, connection, papers)


async def join_received(database: Database, connection: AsyncConnection, source: int, target: int) -> None:
    """Give what one chat has received to another."""
    table = tables.received
    packed = await connection.scalar(select(table.c.papers).where(table.c.chat_id == source))
    await _add(database, connection, {target: unpack_papers(packed)})
    await connection.execute(delete(table).where(table.c.chat_id == source))


async def _add(database: Database, connection: AsyncConnection, papers: Mapping[int, Collection[str]]) -> None:
    """Add papers to what chats, by key, have received. The chats are locked by the caller."""
    table = tables.received
    before = await connection.execute(select(table).where(table.c.chat_id.in_(papers)))
    known = {row.chat_id: unpack_papers(row.papers) for row in before}
    rows = [
        {"chat_id": chat_id, "papers": pack_papers(known.get(chat_id, set()).union(new))}
        for chat_id, new in papers.items()
        if new
    ]
    if rows:
        new = database.insert(table)
        replaced = {"papers": new.excluded.papers}
        await connection.execute(new.on_conflict_do_update(index_elements=[table.c.chat_id], set_=replaced), rows)
