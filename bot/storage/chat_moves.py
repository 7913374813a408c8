"""Moves a chat to another id with all its rows; if a chat with that id is stored already, the two are joined."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import ChatRef, DeliveryState
from bot.storage import delivery_counts, outbox_queue, positions, tables
from bot.storage.chat_conditions import is_at, lock_chats, mark_changed
from bot.storage.chat_managers import move_managers
from bot.storage.engine import Database
from bot.storage.follow_ups import join_follow_ups
from bot.storage.kept import move_kept
from bot.storage.log_index import seq_before
from bot.storage.outbox_queue import LEASED
from bot.storage.packed import unpack_papers
from bot.storage.received import join_received
from bot.storage.votes import join_votes

_chats, _digests, _deliveries, _subscriptions = tables.chats, tables.digests, tables.deliveries, tables.subscriptions


async def move(database: Database, connection: AsyncConnection, old: ChatRef, new: ChatRef, now: datetime) -> None:
    """Rename `old` and its forum topics (`old/45`) to `new`; each joins the chat that has its new id, if any."""
    if old == new:
        return
    await move_managers(connection, old, new)
    await move_kept(connection, old, new)
    # A digest that is written at the same time is then complete before the move, or written for the chat's new id.
    await lock_chats(connection, or_(is_at(old), is_at(new)))
    affected = select(_chats.c.id, _chats.c.ident).where(is_at(old)).order_by(_chats.c.id)
    for source, ident in (await connection.execute(affected)).all():
        target_ident = new.id + ident.removeprefix(old.id)
        query = select(_chats.c.id).where(_chats.c.platform == new.platform.value, _chats.c.ident == target_ident)
        target = await connection.scalar(query.with_for_update())
        if target is None:
            # Everything else refers to the chat by its key, which stays.
            renamed = update(_chats).where(_chats.c.id == source)
            await connection.execute(renamed.values(platform=new.platform.value, ident=target_ident, changed_at=now))
        else:
            await _join(database, connection, source, target, f"{old.platform}:{ident}", now)
            await mark_changed(connection, [target], now)


async def _join(
    database: Database, connection: AsyncConnection, source: int, target: int, name: str, now: datetime
) -> None:
    """Give everything of chat `source` to chat `target`, whose settings stay, and delete `source`."""
    # Before what both have had is joined: afterwards every part would show papers that the target has had.
    given_up = await _give_up_repeated_parts(connection, source, target)
    await _join_subscriptions(connection, source, target)
    await _join_digests(connection, source, target, name)
    bot = select(_chats.c.bot).where(_chats.c.id == target).scalar_subquery()
    deliveries = update(_deliveries).where(_deliveries.c.chat_id == source)
    await connection.execute(deliveries.values(chat_id=target, bot=bot))
    single = (await positions.stored_singly(connection, [source])).get(source)
    await positions.store_singly(connection, target, unpack_papers(single))
    await positions.count_changes(connection, [target])
    await join_votes(database, connection, source, target, now)
    await join_follow_ups(connection, source, target)
    await join_received(database, connection, source, target)
    due = select(_chats.c.next_due_at).where(_chats.c.id == source).scalar_subquery()
    # A chat that is paused until told has no due time, and gets none.
    is_without = (_chats.c.id == target) & _chats.c.next_due_at.is_(None) & _chats.c.paused_until.is_(None)
    await connection.execute(update(_chats).where(is_without).values(next_due_at=due))
    # Deletes what was not moved too, such as subscriptions that both had (ON DELETE CASCADE).
    await connection.execute(delete(_chats).where(_chats.c.id == source))
    await outbox_queue.appoint(connection, [target], now)
    changes = {(name.partition(":")[0], DeliveryState.GIVEN_UP.value): given_up}
    await delivery_counts.add(database, connection, changes)


async def _join_subscriptions(connection: AsyncConnection, source: int, target: int) -> None:
    """Give `source`'s topics with their positions to `target`. A topic that both follow keeps the earlier first day."""
    table = _subscriptions
    followed = await connection.execute(select(table.c.topic_id, table.c.since).where(table.c.chat_id == target))
    since = {row.topic_id: row.since for row in followed}
    rows = (await connection.execute(select(table).where(table.c.chat_id == source))).all()
    await positions.store_covered(connection, source, target, since)
    for row in rows:
        is_topic = table.c.topic_id == row.topic_id
        if row.topic_id not in since:
            await connection.execute(update(table).where(table.c.chat_id == source, is_topic).values(chat_id=target))
        elif row.since < since[row.topic_id]:
            start = await seq_before(connection, row.since)
            await positions.begin_earlier(connection, target, row.topic_id, row.since, start)


async def _give_up_repeated_parts(connection: AsyncConnection, source: int, target: int) -> int:
    """Give up the unsent parts of `source` that show only papers which `target` has had, and those without papers that
    `target` has too, such as a message to all chats; returns how many."""
    # A part in SENDING may have arrived; its own process settles it.
    not_begun = (DeliveryState.WAITING.value, DeliveryState.VERIFY_FIRST.value, *LEASED)
    columns = select(_deliveries.c.id, _deliveries.c.paper_ids, _deliveries.c.payload_id, _digests.c.slot)
    parts = columns.join(_digests, _digests.c.id == _deliveries.c.digest_id)
    is_open = (_deliveries.c.chat_id == source) & _deliveries.c.state.in_(not_begun)
    rows = (await connection.execute(parts.where(is_open))).all()
    shown = {paper_id for row in rows for paper_id in row.paper_ids}
    had = (await positions.had_of(connection, {target: shown}))[target]
    of_target = await connection.execute(parts.where(_deliveries.c.chat_id == target))
    written = {(row.slot, row.payload_id) for row in of_target}
    repeated = [
        row.id
        for row in rows
        if (had.issuperset(row.paper_ids) if row.paper_ids else (row.slot, row.payload_id) in written)
    ]
    given_up = update(_deliveries).where(_deliveries.c.id.in_(repeated))
    why = "the chat it moved to has this already"
    await connection.execute(given_up.values(state=DeliveryState.GIVEN_UP.value, why=why, turn_at=None))
    return len(repeated)


async def _join_digests(connection: AsyncConnection, source: int, target: int, name: str) -> None:
    """Give `source`'s digests to `target`. Slots are unique within a chat: if both have one, `source`'s is renamed."""
    slots = set(await connection.scalars(select(_digests.c.slot).where(_digests.c.chat_id == target)))
    rows = (await connection.execute(select(_digests.c.id, _digests.c.slot).where(_digests.c.chat_id == source))).all()
    for row in rows:
        slot = f"{row.slot} of {name}" if row.slot in slots else row.slot
        await connection.execute(update(_digests).where(_digests.c.id == row.id).values(chat_id=target, slot=slot))
