"""Writes digests with their parts: a few statements for all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import ChatRef, DeliveryState, NewDigest
from bot.storage import delivery_counts, outbox_queue, payloads, positions, row_mapping, tables
from bot.storage.chat_conditions import are_chats
from bot.storage.delivery_counts import WRITTEN
from bot.storage.engine import Database
from bot.storage.packed import pack_order, pack_papers

if TYPE_CHECKING:
    from bot.storage.row_mapping import AnyRow

Chats = Mapping[ChatRef, "AnyRow"]


async def write(
    database: Database, connection: AsyncConnection, digests: Sequence[NewDigest], now: datetime
) -> list[bool]:
    """Write digests in the order given; for each, whether it was written (see `bot.ports.Outbox.write_digest`)."""
    # All at once, because locking them one by one as they are written could deadlock with another process.
    chats = await _locked_chats(connection, {digest.chat for digest in digests})
    written = [False] * len(digests)
    due_at = {ref: row.next_due_at for ref, row in chats.items()}
    done: set[ChatRef] = set()
    for numbers in _rounds(digests):
        known = {number: digests[number] for number in numbers if digests[number].chat in chats}
        repeated = await _repeated(connection, chats, known)
        chosen = await _current(connection, chats, {key: known[key] for key in known.keys() - repeated})
        await _insert(database, connection, chats, [digests[number] for number in chosen], now)
        for number in chosen:
            written[number] = True
        # Where the slot was written before (the clock was set back), only the due time is stale.
        for digest in (digests[number] for number in [*chosen, *repeated]):
            done.add(digest.chat)
            due_at[digest.chat] = _next_due(digest, due_at[digest.chat])
    if done:
        rows = [{"chat": chats[ref].id, "due": due_at[ref]} for ref in done]
        changed = update(tables.chats).where(tables.chats.c.id == bindparam("chat"))
        await connection.execute(changed.values(next_due_at=bindparam("due"), not_before=None), rows)
        await outbox_queue.appoint(connection, [chats[ref].id for ref in done], now)
        await delivery_counts.add(database, connection, _new_parts(digests, written), now)
    return written


async def _locked_chats(connection: AsyncConnection, refs: Collection[ChatRef]) -> Chats:
    table = tables.chats
    query = select(table.c.id, table.c.platform, table.c.ident, table.c.bot, table.c.next_due_at)
    # Always in the order of their keys: two transactions that lock the same chats in different orders would deadlock.
    in_order = query.where(are_chats(refs)).order_by(table.c.id).with_for_update()
    return {row_mapping.ref(row): row for row in await connection.execute(in_order)}


def _rounds(digests: Sequence[NewDigest]) -> list[list[int]]:
    """The digests by number, such that a round has one of each chat: a second one must see what the first one took."""
    rounds: list[list[int]] = []
    count: Counter[ChatRef] = Counter()
    for number, digest in enumerate(digests):
        if count[digest.chat] == len(rounds):
            rounds.append([])
        rounds[count[digest.chat]].append(number)
        count[digest.chat] += 1
    return rounds


async def _repeated(connection: AsyncConnection, chats: Chats, digests: Mapping[int, NewDigest]) -> list[int]:
    """Those whose chat has a digest under that name already; each chat has one of these digests at most."""
    table = tables.digests
    slots = {chats[digest.chat].id: digest.slot for digest in digests.values()}
    query = select(table.c.chat_id, table.c.slot).where(
        table.c.chat_id.in_(slots), table.c.slot.in_(set(slots.values()))
    )
    found = {row.chat_id for row in await connection.execute(query) if slots[row.chat_id] == row.slot}
    return [number for number, digest in digests.items() if chats[digest.chat].id in found]


async def _current(connection: AsyncConnection, chats: Chats, digests: Mapping[int, NewDigest]) -> list[int]:
    """Those whose chat has got no other digest since they were composed, in order."""
    by_key = {chats[digest.chat].id: digest for digest in digests.values()}
    outdated = await positions.outdated(connection, by_key)
    return [number for number, digest in sorted(digests.items()) if chats[digest.chat].id not in outdated]


async def _insert(
    database: Database, connection: AsyncConnection, chats: Chats, digests: Sequence[NewDigest], now: datetime
) -> None:
    """Insert digests, of different chats, with their parts."""
    if not digests:
        return
    table = tables.digests
    rows = [
        {
            "chat_id": chats[digest.chat].id,
            "slot": digest.slot,
            "day": digest.day,
            "first_day": digest.first_day,
            "last_day": digest.last_day,
            "created_at": now,
            "shown": pack_papers(digest.paper_ids) or None,
            "ranked": pack_order(digest.ranked) if digest.ranked.seqs else None,
        }
        for digest in digests
    ]
    inserted = await connection.execute(insert(table).returning(table.c.id, table.c.chat_id), rows)
    digest_ids = {row.chat_id: row.id for row in inserted}
    await positions.bring_forward(connection, {chats[digest.chat].id: digest for digest in digests})
    parts = [(digest, number, part) for digest in digests for number, part in enumerate(digest.parts, start=1)]
    if not parts:
        return
    payload_ids = await payloads.store(database, connection, [part.payload for _, _, part in parts], now)
    deliveries = [
        {
            "chat_id": chats[digest.chat].id,
            "platform": digest.chat.platform.value,
            "bot": chats[digest.chat].bot,
            "digest_id": digest_ids[chats[digest.chat].id],
            "number": number,
            "of": len(digest.parts),
            "payload_id": payload_id,
            "paper_ids": list(part.paper_ids),
            "state": DeliveryState.WAITING.value,
            "priority": digest.priority.value,
            "attempts": 0,
            "next_attempt_at": digest.send_at or now,
            "touched_at": now,
        }
        for (digest, number, part), payload_id in zip(parts, payload_ids, strict=True)
    ]
    await connection.execute(insert(tables.deliveries), deliveries)


def _next_due(digest: NewDigest, due_at: datetime | None) -> datetime | None:
    """If somebody changed the hour while the digest was composed, the due time of the new hour stays."""
    is_changed = digest.due_at is not None and digest.due_at != due_at
    return due_at if digest.next_due_at is None or is_changed else digest.next_due_at


def _new_parts(digests: Sequence[NewDigest], written: Sequence[bool]) -> delivery_counts.Changes:
    changes: Counter[tuple[str, str]] = Counter()
    for digest, is_written in zip(digests, written, strict=True):
        if is_written:
            changes[digest.chat.platform.value, WRITTEN] += len(digest.parts)
    return changes
