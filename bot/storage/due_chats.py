"""When chats are due: read in pages, put off, and moved to other minutes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select, tuple_, update

from bot.decisions import due_times
from bot.model import EVERY_DAY, Chat, ChatRef, Platform
from bot.storage import row_mapping, tables
from bot.storage.chat_conditions import are_chats, is_chat
from bot.storage.engine import Database

_table = tables.chats


def _is_too_far_ahead(now: datetime) -> ColumnElement[bool]:
    """Whether a due time was set by a clock that ran ahead: it counts as reached, unless the chat is paused."""
    due_at, is_daily = _table.c.next_due_at, _table.c.days == row_mapping.days_text(EVERY_DAY)
    is_paused = func.coalesce(_table.c.paused_until > now, false())
    # The first condition alone decides for almost all chats, and has an index.
    return and_(due_at > now + due_times.AHEAD, ~is_paused, or_(is_daily, due_at > now + due_times.AHEAD_ON_SOME_DAYS))


class SqlDueChats:
    """The methods of `bot.ports.Chats` about due times."""

    db: Database

    async def due_chats(
        self,
        now: datetime,
        *,
        among: Collection[ChatRef] | None = None,
        limit: int | None = None,
        after: Chat | None = None,
    ) -> list[Chat]:
        # Two queries, because one with OR would sort all that is due for each page of it.
        found: list[Chat] = []
        for is_due in (_table.c.next_due_at <= now, _is_too_far_ahead(now)):
            if limit is None or len(found) < limit:
                room = None if limit is None else limit - len(found)
                condition = is_due if among is None else is_due & are_chats(among)
                found += await self._page(condition, now, room, after)
        return found

    async def coming_chats(self, now: datetime, until: datetime, *, limit: int, after: Chat | None) -> list[Chat]:
        is_coming = (_table.c.next_due_at > now) & (_table.c.next_due_at <= until)
        return await self._page(is_coming, now, limit, after)

    async def _page(
        self, condition: ColumnElement[bool], now: datetime, limit: int | None, after: Chat | None
    ) -> list[Chat]:
        is_put_off = _table.c.not_before.between(now, now + due_times.AHEAD)
        may_be_sent = or_(_table.c.not_before.is_(None), ~is_put_off)
        query = select(_table).where(condition, _table.c.suspended.is_(None), may_be_sent)
        if after is not None:
            key = select(_table.c.id).where(is_chat(after.ref)).scalar_subquery()
            last = tuple_(literal(after.next_due_at, _table.c.next_due_at.type), key)
            query = query.where(tuple_(_table.c.next_due_at, _table.c.id) > last)
        async with self.db.read() as connection:
            rows = await connection.execute(query.order_by(_table.c.next_due_at, _table.c.id).limit(limit))
            return [row_mapping.chat(row) for row in rows]

    async def put_off(self, ref: ChatRef, until: datetime) -> None:
        async with self.db.write() as connection:
            await connection.execute(update(_table).where(is_chat(ref)).values(not_before=until))

    async def set_due(self, ref: ChatRef, next_due_at: datetime | None) -> None:
        async with self.db.write() as connection:
            await connection.execute(update(_table).where(is_chat(ref)).values(next_due_at=next_due_at))

    async def due_counts(self, now: datetime, until: datetime) -> Mapping[tuple[Platform, str], Mapping[datetime, int]]:
        columns = (_table.c.platform, _table.c.bot, _table.c.next_due_at)
        is_coming = (_table.c.next_due_at > now) & (_table.c.next_due_at <= until)
        query = select(*columns, func.count().label("chats")).where(is_coming, _table.c.suspended.is_(None))
        found: dict[tuple[Platform, str], dict[datetime, int]] = {}
        async with self.db.read() as connection:
            for row in await connection.execute(query.group_by(*columns)):
                found.setdefault((Platform(row.platform), row.bot), {})[row.next_due_at] = row.chats
        return found

    async def chats_due_at(self, due_at: datetime, platform: Platform, bot: str) -> list[ChatRef]:
        is_sender = (_table.c.platform == platform.value) & (_table.c.bot == bot)
        query = select(_table.c.platform, _table.c.ident).where(_table.c.next_due_at == due_at, is_sender)
        async with self.db.read() as connection:
            return [row_mapping.ref(row) for row in await connection.execute(query.order_by(_table.c.id))]

    async def move_due(self, refs: Sequence[ChatRef], due_at: datetime, to: datetime) -> None:
        for chunk in row_mapping.in_chunks([ref.id for ref in refs]):
            some = set(chunk)
            # Whose hour was changed meanwhile is due at another time now.
            moved = update(_table).where(
                are_chats([ref for ref in refs if ref.id in some]), _table.c.next_due_at == due_at
            )
            async with self.db.write() as connection:
                await connection.execute(moved.values(next_due_at=to))
