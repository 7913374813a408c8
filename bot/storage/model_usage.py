"""The usage of models, the budget that all processes share, and pauses of models."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import case, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Budget, MinuteIsFull, ModelPause, OverBudget, Reservation, Usage
from bot.storage import tables
from bot.storage.engine import Database


class SqlModelUsage:
    """The methods of `bot.ports.UsageStore`."""

    db: Database

    async def reserve(
        self, model: str, now: datetime, tokens: int, budget: Budget
    ) -> Reservation | OverBudget | MinuteIsFull:
        day = now.date()
        async with self.db.write() as connection:
            # One at a time: two that read the same usage would both take what is left.
            await self.db.serialize(connection, "model usage")
            used = await self._used(connection, day)
            if limit := budget.exceeded(used[0] + 1, used[1] + tokens):
                return OverBudget(limit)
            if seconds := await self._enter_minute(connection, now, budget):
                return MinuteIsFull(seconds)
            await self._add(connection, Usage(model, day, 1, tokens))
        return Reservation(model, day, 1, tokens)

    async def settle_usage(self, reservation: Reservation, requests: int, tokens: int) -> None:
        more = requests - reservation.requests, tokens - reservation.tokens
        if more != (0, 0):
            async with self.db.write() as connection:
                await self._add(connection, Usage(reservation.model, reservation.day, *more))

    async def usage(self, day: date) -> list[Usage]:
        table = tables.usage
        query = select(table).where(table.c.day == day).order_by(table.c.model)
        async with self.db.read() as connection:
            return [Usage(**row._mapping) for row in await connection.execute(query)]

    async def pause_model(self, pause: ModelPause) -> ModelPause:
        table = tables.pauses
        new = self.db.insert(table).values(
            model=pause.model, since=pause.since, until=pause.until, reason=pause.reason, failures=pause.failures
        )
        is_longer = new.excluded.until > table.c.until
        longest = new.on_conflict_do_update(
            index_elements=[table.c.model],
            set_={
                name: case((is_longer, new.excluded[name]), else_=table.c[name])
                for name in ("since", "until", "reason", "failures")
            },
        ).returning(*table.c)
        async with self.db.write() as connection:
            row = (await connection.execute(longest)).one()
        return ModelPause(**row._mapping)

    async def end_pause(self, model: str, until: datetime) -> None:
        table = tables.pauses
        await self.db.write_statement(delete(table).where(table.c.model == model, table.c.until <= until))

    async def model_pause(self, model: str) -> ModelPause | None:
        table = tables.pauses
        async with self.db.read() as connection:
            row = (await connection.execute(select(table).where(table.c.model == model))).one_or_none()
        return ModelPause(**row._mapping) if row is not None else None

    async def _used(self, connection: AsyncConnection, day: date) -> tuple[int, int]:
        table = tables.usage
        total = select(func.sum(table.c.requests), func.sum(table.c.tokens)).where(table.c.day == day)
        requests, tokens = (await connection.execute(total)).one()
        return int(requests or 0), int(tokens or 0)

    async def _enter_minute(self, connection: AsyncConnection, now: datetime, budget: Budget) -> float:
        """Enter a request into the last minute; if that is full, the seconds until it has room again."""
        if budget.requests_per_minute is None:
            return 0.0
        table = tables.requests
        # What a clock that ran ahead has entered would else fill the minute until this clock is there.
        minute = timedelta(minutes=1)
        await connection.execute(
            delete(table).where((table.c.asked_at <= now - minute) | (table.c.asked_at > now + minute))
        )
        recent = await connection.scalars(select(table.c.asked_at).order_by(table.c.asked_at))
        seconds = budget.wait(tuple(recent), now)
        if not seconds:
            await connection.execute(insert(table).values(asked_at=now))
        return seconds

    async def _add(self, connection: AsyncConnection, more: Usage) -> None:
        table = tables.usage
        new = self.db.insert(table).values(model=more.model, day=more.day, requests=more.requests, tokens=more.tokens)
        added = new.on_conflict_do_update(
            index_elements=[table.c.model, table.c.day],
            set_={
                "requests": table.c.requests + new.excluded.requests,
                "tokens": table.c.tokens + new.excluded.tokens,
            },
        )
        await connection.execute(added)
