"""What a chat has had: checked before a digest is written, and brought forward with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import NewDigest
from bot.storage import tables
from bot.storage.topics import advance_seen_match


async def outdated(connection: AsyncConnection, digests: Mapping[int, NewDigest]) -> set[int]:
    """Those of the chats, by key, that have got some of these papers otherwise since their digest was composed.

    The chats are locked by the caller.
    """
    table = tables.taken
    found = set()
    for chat_id, digest in digests.items():
        query = select(table.c.paper_id).where(table.c.chat_id == chat_id, table.c.paper_id.in_(_papers(digest)))
        if (await connection.execute(query.limit(1))).first() is not None:
            found.add(chat_id)
    return found


async def bring_forward(connection: AsyncConnection, written: Sequence[tuple[int, int, NewDigest]]) -> None:
    """Mark what these digests (key of the chat, key of the digest, digest) take as had by their chats."""
    for chat_id, digest_id, digest in written:
        if papers := _papers(digest):
            rows = [{"chat_id": chat_id, "paper_id": paper, "digest_id": digest_id} for paper in papers]
            await connection.execute(insert(tables.taken), rows)
            await connection.execute(advance_seen_match(chat_id))


def _papers(digest: NewDigest) -> list[str]:
    return list(dict.fromkeys((*digest.paper_ids, *digest.position.papers)))
