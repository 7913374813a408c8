"""Updates that a platform has posted: kept before they are acknowledged, remembered after they are handled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import JSON, Bot, PostedUpdate
from bot.storage import tables
from bot.storage.engine import Database
from bot.storage.row_mapping import in_chunks

_table = tables.updates


@dataclass(frozen=True, slots=True)
class _Posted:
    bot: str
    number: int
    body: JSON
    now: datetime


class SqlUpdates:
    """The methods of `bot.ports.Inbox`."""

    db: Database

    async def keep_update(self, bot: Bot, number: int, body: JSON, now: datetime) -> bool:
        return await self.db.batched(self._keep, _Posted(str(bot), number, body, now))

    async def take_updates(self, bot: Bot, limit: int, but: Collection[int] = ()) -> list[PostedUpdate]:
        pending = select(_table).where(_table.c.bot == str(bot), _table.c.body.is_not(None))
        # More are read by as many as are left out: these are few, and their numbers may be too many for a condition.
        query = pending.order_by(_table.c.number).limit(limit + len(but)).with_for_update()
        async with self.db.write() as connection:
            rows = [row for row in await connection.execute(query) if row.number not in but][:limit]
            for chunk in in_chunks([row.number for row in rows]):
                taken = update(_table).where(_table.c.bot == str(bot), _table.c.number.in_(chunk))
                await connection.execute(taken.values(attempts=_table.c.attempts + 1))
        return [PostedUpdate(row.number, row.body, row.attempts + 1) for row in rows]

    async def finish_update(self, bot: Bot, number: int) -> None:
        await self.db.batched(_finish, (str(bot), number))

    async def pending_updates(self, bot: Bot) -> int:
        query = select(func.count()).where(_table.c.bot == str(bot), _table.c.body.is_not(None))
        async with self.db.read() as connection:
            return int(await connection.scalar(query) or 0)

    async def forget_updates(self, before: datetime) -> int:
        async with self.db.write() as connection:
            gone: Any = await connection.execute(delete(_table).where(_table.c.received_at < before))
            return int(gone.rowcount)

    async def _keep(self, connection: AsyncConnection, posted: Sequence[_Posted]) -> list[bool]:
        rows = {
            (each.bot, each.number): {
                "bot": each.bot,
                "number": each.number,
                "body": each.body,
                "received_at": each.now,
            }
            for each in posted
        }
        # In one order everywhere, so that two processes that keep the same updates do not wait for each other in turn.
        insert = self.db.insert(_table).values([rows[key] for key in sorted(rows)])
        kept = insert.on_conflict_do_nothing().returning(_table.c.bot, _table.c.number)
        new = {(row.bot, row.number) for row in await connection.execute(kept)}
        results: list[bool] = []
        for each in posted:
            results.append((each.bot, each.number) in new)
            new.discard((each.bot, each.number))  # the same update twice in one batch is new once
        return results


async def _finish(connection: AsyncConnection, finished: Sequence[tuple[str, int]]) -> list[None]:
    for bot in sorted({bot for bot, _ in finished}):
        numbers = sorted(number for its_bot, number in finished if its_bot == bot)
        for chunk in in_chunks(numbers):
            done = update(_table).where(_table.c.bot == bot, _table.c.number.in_(chunk))
            await connection.execute(done.values(body=null()))
    return [None] * len(finished)
