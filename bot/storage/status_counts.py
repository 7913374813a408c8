"""Counts for the state of the service, made by the database: no chat, topic or message is read one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, distinct, exists, func, select

from bot.model import ARCHIVE, JSON, ChatRef, DeliveryState, FollowCounts
from bot.storage import outbox_queue, row_mapping, tables
from bot.storage.chat_conditions import is_chat
from bot.storage.engine import Database
from bot.storage.summaries import is_postponed, is_summary_made
from bot.storage.topic_conditions import is_followed

_UNSENT = (DeliveryState.WAITING.value, DeliveryState.VERIFY_FIRST.value)


class SqlStatusCounts:
    """The methods of `bot.ports.StatusCounts`."""

    db: Database

    async def values(self, prefix: str) -> Mapping[str, JSON]:
        table = tables.state
        query = select(table.c.name, table.c.value).where(table.c.name.startswith(prefix, autoescape=True))
        async with self.db.read() as connection:
            return {row.name: row.value for row in await connection.execute(query)}

    async def follow_counts(self, now: datetime) -> FollowCounts:
        chats, subscriptions, topics = tables.chats, tables.subscriptions, tables.topics
        of_archive = subscriptions.c.chat_id == select(chats.c.id).where(is_chat(ARCHIVE)).scalar_subquery()
        queries = (
            select(func.count(), func.count(chats.c.suspended)).select_from(chats),
            select(func.count(distinct(subscriptions.c.chat_id))),
            select(func.count()).select_from(topics).where(is_followed()),
            select(exists().where(is_chat(ARCHIVE)), exists().where(of_archive)),
            select(func.count()).where(chats.c.paused_until > now, chats.c.suspended.is_(None)),
        )
        async with self.db.read() as connection:
            rows = [(await connection.execute(query)).one() for query in queries]
        (all_chats, suspended), (following,), (followed,), (has_archive, archive_follows), (paused,) = rows
        # The archive is a chat that every database has; it counts only if it follows a topic.
        is_idle = bool(has_archive and not archive_follows)
        return FollowCounts(all_chats - is_idle, following, followed, suspended, paused)

    async def suspended_chats(self, limit: int) -> Mapping[ChatRef, str]:
        table = tables.chats
        query = (
            select(table.c.platform, table.c.ident, table.c.suspended)
            .where(table.c.suspended.is_not(None))
            .order_by(table.c.id)
            .limit(limit)
        )
        async with self.db.read() as connection:
            return {row_mapping.ref(row): row.suspended for row in await connection.execute(query)}

    async def newest_topic(self) -> int:
        async with self.db.read() as connection:
            return await connection.scalar(select(func.max(tables.topics.c.id))) or 0

    async def followed_queries(self, after: int, limit: int) -> list[tuple[int, str]]:
        table = tables.topics
        query = select(table.c.id, table.c.query).where(table.c.id > after, is_followed())
        async with self.db.read() as connection:
            return [(row.id, row.query) for row in await connection.execute(query.order_by(table.c.id).limit(limit))]

    async def summaries_waiting(self, now: datetime) -> int:
        table = tables.wanted
        query = select(func.count()).select_from(table).where(~is_postponed(now), ~is_summary_made())
        async with self.db.read() as connection:
            return await connection.scalar(query) or 0

    async def summary_reasons(self, now: datetime) -> Mapping[str | None, int]:
        table = tables.wanted
        query = select(table.c.why, func.count()).where(is_postponed(now), ~is_summary_made()).group_by(table.c.why)
        return await self._counted(query)

    async def message_reasons(self, limit: int) -> Mapping[str, int]:
        table = tables.deliveries
        newest = select(table.c.why).order_by(table.c.id.desc()).limit(limit)
        # Only the next part of a chat has a reason of its own to wait, or one that is verified out of turn.
        next_parts = newest.where(table.c.turn_at.is_not(None), table.c.state.in_(_UNSENT))
        to_verify = table.c.state == DeliveryState.VERIFY_FIRST.value
        out_of_turn = newest.where(outbox_queue.is_unusual(), table.c.turn_at.is_(None), to_verify)
        async with self.db.read() as connection:
            reasons = [*await connection.scalars(next_parts), *await connection.scalars(out_of_turn)]
        return Counter(reason for reason in reasons if reason is not None)

    async def _counted(self, query: Select[str | None, int]) -> Mapping[str | None, int]:
        async with self.db.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(query)}
