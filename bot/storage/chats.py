"""Chats and their subscriptions, and the moving and deleting of chats."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Unpack

from sqlalchemy import case, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions import due_times
from bot.model import Chat, ChatChanges, ChatRef, DeliveryState, Platform, SubscribeResult, Subscription
from bot.storage import delivery_counts, payloads, positions, row_mapping, tables
from bot.storage.chat_conditions import are_chats, chat_id_of, is_at, is_chat, mark_changed
from bot.storage.chat_managers import forget_managers
from bot.storage.chat_moves import move
from bot.storage.engine import Database
from bot.storage.kept import forget_kept
from bot.storage.log_index import seq_before
from bot.storage.outbox_queue import appoint, in_order
from bot.storage.topic_conditions import is_followed


class SqlChats:
    """The methods of `bot.ports.Chats`."""

    db: Database

    async def chat(self, ref: ChatRef) -> Chat | None:
        async with self.db.read() as connection:
            row = (await connection.execute(select(tables.chats).where(is_chat(ref)))).first()
        return None if row is None else row_mapping.chat(row)

    async def chats(self) -> list[Chat]:
        async with self.db.read() as connection:
            return [row_mapping.chat(row) for row in await connection.execute(select(tables.chats).order_by("id"))]

    async def chats_at(self, ref: ChatRef) -> list[Chat]:
        query = select(tables.chats).where(is_at(ref)).order_by(tables.chats.c.id)
        async with self.db.read() as connection:
            return [row_mapping.chat(row) for row in await connection.execute(query)]

    async def add_chat(self, chat: Chat) -> Chat:
        # Two first commands of a chat may run at the same time: the second one finds the row of the first.
        new = self.db.insert(tables.chats).values(**row_mapping.chat_row(chat)).on_conflict_do_nothing()
        async with self.db.write() as connection:
            await connection.execute(new)
            row = (await connection.execute(select(tables.chats).where(is_chat(chat.ref)))).one()
        return row_mapping.chat(row)

    async def change_chat(self, ref: ChatRef, now: datetime, **changes: Unpack[ChatChanges]) -> Chat | None:
        async with self.db.write() as connection:
            # Locked: two changes of the hour and the time zone at once must end in the due time of both.
            query = select(tables.chats).where(is_chat(ref)).with_for_update()
            row = (await connection.execute(query)).first()
            if row is None:
                return None
            chat = row_mapping.chat(row)
            changed = replace(chat, **changes)
            is_rescheduled = (changed.timezone, changed.digest_time) != (chat.timezone, chat.digest_time)
            if is_rescheduled or chat.next_due_at is None:
                changed = replace(changed, next_due_at=due_times.rescheduled(chat, changed, now))
            before, after = row_mapping.chat_row(chat), row_mapping.chat_row(changed)
            fields = {name: value for name, value in after.items() if value != before[name]}
            if fields:
                await connection.execute(update(tables.chats).where(is_chat(ref)).values(**fields, changed_at=now))
        return changed

    async def subscribe(
        self,
        ref: ChatRef,
        topic: str,
        since: date,
        now: datetime,
        *,
        limit: int | None = None,
        created_at: datetime | None = None,
    ) -> SubscribeResult:
        table = tables.subscriptions
        async with self.db.write() as connection:
            # `forget` deletes topics that no chat follows, and `save_matches` advances topics. Neither may happen
            # between finding the topic and subscribing to it.
            await self.db.serialize(connection, "topics")
            # Locked, as for every change of what a chat has had or will get.
            chat_id = await chat_id_of(connection, ref, lock=True)
            if chat_id is None:
                raise LookupError(f"{ref} is not in the store; add the chat before it subscribes.")
            followed = await connection.execute(
                select(tables.topics.c.query).join(table).where(table.c.chat_id == chat_id)
            )
            queries = set(followed.scalars())
            if topic in queries:
                return SubscribeResult.ALREADY_SUBSCRIBED
            if limit is not None and len(queries) >= limit:
                return SubscribeResult.TOO_MANY
            topic_id, start = await self._topic(connection, topic, since)
            seen = await positions.last_match_before(connection, topic_id, start)
            await connection.execute(
                insert(table).values(
                    chat_id=chat_id,
                    topic_id=topic_id,
                    since=since,
                    created_at=created_at or now,
                    seen_match=seen,
                    seen_seq=0,
                )
            )
            await mark_changed(connection, [chat_id], now)
        return SubscribeResult.SUBSCRIBED

    async def unsubscribe(self, ref: ChatRef, topic: str, now: datetime) -> bool:
        table = tables.subscriptions
        query = select(tables.topics.c.id).where(tables.topics.c.query == topic)
        async with self.db.write() as connection:
            topic_id = await connection.scalar(query)
            chat_id = await chat_id_of(connection, ref, lock=True)
            if topic_id is None or chat_id is None:
                return False
            # What it has had in the topic stays known without the subscription.
            await positions.store_covered(connection, chat_id, chat_id, [topic_id])
            deleted = await connection.execute(
                delete(table).where(table.c.chat_id == chat_id, table.c.topic_id == topic_id)
            )
            await mark_changed(connection, [chat_id], now)
        return deleted.rowcount > 0

    async def subscriptions(self, ref: ChatRef | None = None) -> list[Subscription]:
        table, chat = tables.subscriptions, tables.chats
        query = (
            select(chat.c.platform, chat.c.ident, tables.topics.c.query, table.c.since, table.c.created_at)
            .select_from(table)
            .join(chat)
            .join(tables.topics)
            .order_by(chat.c.id, table.c.created_at, tables.topics.c.query)
        )
        if ref is not None:
            query = query.where(is_chat(ref))
        async with self.db.read() as connection:
            return [row_mapping.subscription(row) for row in await connection.execute(query)]

    async def begin_by(self, day: date, now: datetime) -> int:
        table, chat = tables.subscriptions, tables.chats
        async with self.db.write() as connection:
            await self.db.serialize(connection, "topics")
            # Chats before their subscriptions, in the order of their keys, as every other transaction locks them.
            has_late_start = exists().where(table.c.chat_id == chat.c.id, table.c.since > day)
            await connection.execute(select(chat.c.id).where(has_late_start).order_by(chat.c.id).with_for_update())
            late = select(table.c.chat_id, table.c.topic_id).where(table.c.since > day)
            in_order = late.order_by(table.c.chat_id, table.c.topic_id).with_for_update()
            rows = (await connection.execute(in_order)).all()
            start = await seq_before(connection, day)
            for row in rows:
                await positions.begin_earlier(connection, row.chat_id, row.topic_id, day, start)
            await mark_changed(connection, {row.chat_id for row in rows}, now)
            await _match_from(connection, {row.topic_id for row in rows}, start)
        return len(rows)

    async def bind_bot(self, ref: ChatRef, bot: str) -> None:
        table = tables.deliveries
        async with self.db.write() as connection:
            chat_id = await chat_id_of(connection, ref, lock=True)
            await connection.execute(update(tables.chats).where(tables.chats.c.id == chat_id).values(bot=bot))
            unsent = in_order(table.c.chat_id == chat_id, table.c.state != DeliveryState.SENT.value, table.c.bot != bot)
            # The bot before must not send what it has leased: without the state of a lease it cannot begin.
            returned = case(
                (table.c.state == DeliveryState.LEASED.value, DeliveryState.WAITING.value),
                (table.c.state == DeliveryState.LEASED_TO_VERIFY.value, DeliveryState.VERIFY_FIRST.value),
                else_=table.c.state,
            )
            await connection.execute(update(table).where(table.c.id.in_(unsent)).values(bot=bot, state=returned))

    async def chats_by_bot(self) -> Mapping[tuple[Platform, str], int]:
        table = tables.chats
        query = select(table.c.platform, table.c.bot, func.count()).where(table.c.suspended.is_(None))
        async with self.db.read() as connection:
            rows = await connection.execute(query.group_by(table.c.platform, table.c.bot))
            return {(Platform(platform), bot): count for platform, bot, count in rows}

    async def suspend(self, ref: ChatRef, why: str, now: datetime) -> None:
        await self._serve(ref, now, suspended=why)

    async def resume(self, ref: ChatRef, next_due_at: datetime | None, now: datetime) -> None:
        due = {} if next_due_at is None else {"next_due_at": next_due_at}
        await self._serve(ref, now, suspended=None, **due)

    async def _serve(self, ref: ChatRef, now: datetime, **values: object) -> None:
        """Change whether a chat is suspended; a suspended chat's next part has no turn."""
        async with self.db.write() as connection:
            chat_id = await chat_id_of(connection, ref, lock=True)
            if chat_id is not None:
                changed = update(tables.chats).where(tables.chats.c.id == chat_id)
                await connection.execute(changed.values(changed_at=now, **values))
                await appoint(connection, [chat_id], now)

    async def move_chat(self, old: ChatRef, new: ChatRef, now: datetime) -> None:
        async with self.db.write() as connection:
            await self.db.serialize(connection, "move")
            await move(self.db, connection, old, new, now)

    async def chats_changed(self, since: datetime) -> list[ChatRef]:
        table = tables.chats
        query = select(table.c.platform, table.c.ident).where(table.c.changed_at >= since).order_by(table.c.id)
        async with self.db.read() as connection:
            return [row_mapping.ref(row) for row in await connection.execute(query)]

    async def chats_of(self, refs: Collection[ChatRef]) -> Mapping[ChatRef, Chat]:
        async with self.db.read() as connection:
            rows = await connection.execute(select(tables.chats).where(are_chats(refs)))
            found = {chat.ref: chat for chat in map(row_mapping.chat, rows)}
        return {ref: found[ref] for ref in refs if ref in found}

    async def forget(self, ref: ChatRef) -> None:
        table = tables.subscriptions
        async with self.db.write() as connection:
            await self.db.serialize(connection, "topics")
            chat_id = await chat_id_of(connection, ref, lock=True)
            followed = list(await connection.scalars(select(table.c.topic_id).where(table.c.chat_id == chat_id)))
            if chat_id is not None:
                await payloads.expire(connection, chat_id)
                await delivery_counts.subtract_chat(self.db, connection, chat_id)
            await connection.execute(delete(tables.chats).where(tables.chats.c.id == chat_id))
            # A query that no other chat follows was written by this chat's people, so it is their data too.
            for topic_id in followed:
                await connection.execute(delete(tables.topics).where(tables.topics.c.id == topic_id, ~is_followed()))
            await forget_managers(connection, ref)
            await forget_kept(connection, ref)

    async def _topic(self, connection: AsyncConnection, query: str, since: date) -> tuple[int, int]:
        """The id of a topic, added if it is new, and the sequence number before the first announcement from `since` on.

        The announcements after that have been or will be matched with the topic.
        """
        table = tables.topics
        start = await seq_before(connection, since)
        stored = select(table, is_followed().label("is_followed")).where(table.c.query == query)
        row = (await connection.execute(stored)).first()
        if row is None:
            new = insert(table).values(query=query, from_seq=start, matched_seq=start).returning(table.c.id)
            return int((await connection.execute(new)).scalar_one()), start
        # A topic that no chat follows is not matched. When one follows it again, the announcements since then are
        # passed over unless the new subscription begins before them.
        if start < row.from_seq or (start > row.matched_seq and not row.is_followed):
            rematch = update(table).where(table.c.id == row.id).values(from_seq=start, matched_seq=start)
            await connection.execute(rematch)
        return int(row.id), start


async def _match_from(connection: AsyncConnection, topic_ids: Collection[int], start: int) -> None:
    """Match those of these topics again from `start` on that were matched from a later announcement on only."""
    table = tables.topics
    for chunk in row_mapping.in_chunks(sorted(topic_ids)):
        late = table.c.id.in_(chunk) & (table.c.from_seq > start)
        await connection.execute(update(table).where(late).values(from_seq=start, matched_seq=start))
