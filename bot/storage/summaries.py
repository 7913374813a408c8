"""Summaries, the keys of those that are wanted, and the usage of the models."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Exists, Select, Table, and_, delete, exists, or_, select, update

from bot.decisions import due_times
from bot.model import Summary, SummaryKey, Usage, WantedSummary
from bot.storage import row_mapping, tables
from bot.storage.engine import Database

_KEY = [column.name for column in tables.summaries.primary_key]


class SqlSummaries:
    """The methods of `bot.ports.Summaries`."""

    db: Database

    async def want(self, wanted: Sequence[WantedSummary]) -> None:
        table = tables.wanted
        by_key = {entry.key: entry for entry in wanted}
        insert = self.db.insert(table)
        # Attempts and waiting times of keys that stay are kept: a new round must not ask a model that asked us to wait.
        upsert = insert.on_conflict_do_update(
            index_elements=_KEY, set_={"chats": insert.excluded.chats, "due_at": insert.excluded.due_at}
        )
        async with self.db.write() as connection:
            await self.db.serialize(connection, "wanted")
            known = {
                row_mapping.key(row) for row in await connection.execute(select(*(table.c[name] for name in _KEY)))
            }
            for key in known - by_key.keys():
                await connection.execute(delete(table).where(_has_key(table, key)))
            rows = [
                row_mapping.key_row(key)
                | {"chats": entry.chats, "due_at": entry.due_at, "attempts": entry.attempts, "not_before": None}
                for key, entry in by_key.items()
            ]
            if rows:
                await connection.execute(upsert, rows)

    async def wanted(self, now: datetime, limit: int) -> list[WantedSummary]:
        table = tables.wanted
        # A time that far in the future was set by a clock that ran ahead, and is ignored.
        is_too_far = table.c.not_before > now + due_times.AHEAD
        query = (
            _wanted_and_missing()
            .where(or_(table.c.not_before.is_(None), table.c.not_before <= now, is_too_far))
            .limit(limit)
        )
        async with self.db.read() as connection:
            return [row_mapping.wanted(row) for row in await connection.execute(query)]

    async def postponed(self, now: datetime) -> list[WantedSummary]:
        not_before = tables.wanted.c.not_before
        query = _wanted_and_missing().where(not_before > now, not_before <= now + due_times.AHEAD)
        async with self.db.read() as connection:
            return [row_mapping.wanted(row) for row in await connection.execute(query)]

    async def postpone(self, key: SummaryKey, until: datetime, why: str) -> None:
        table = tables.wanted
        postponed = (
            update(table).where(_has_key(table, key)).values(attempts=table.c.attempts + 1, not_before=until, why=why)
        )
        async with self.db.write() as connection:
            await connection.execute(postponed)

    async def save_summary(self, summary: Summary) -> Summary:
        insert = self.db.insert(tables.summaries).values(
            **row_mapping.key_row(summary.key),
            model=summary.provenance.model,
            created_at=summary.provenance.created_at,
            body=row_mapping.summary_json(summary),
        )
        async with self.db.write() as connection:
            await connection.execute(insert.on_conflict_do_nothing())
            # Another process may have stored one first; all chats are shown the same.
            body = await connection.scalar(
                select(tables.summaries.c.body).where(_has_key(tables.summaries, summary.key))
            )
        return row_mapping.summary(body)

    async def summary(self, key: SummaryKey) -> Summary | None:
        return (await self.summaries([key])).get(key)

    async def summaries(self, keys: Collection[SummaryKey]) -> Mapping[SummaryKey, Summary]:
        table = tables.summaries
        wanted = set(keys)
        summaries: dict[SummaryKey, Summary] = {}
        async with self.db.read() as connection:
            for chunk in row_mapping.in_chunks(key.paper_id for key in wanted):
                for row in await connection.execute(select(table).where(table.c.paper_id.in_(chunk))):
                    if (key := row_mapping.key(row)) in wanted:
                        summaries[key] = row_mapping.summary(row.body)
        return summaries

    async def record_usage(self, model: str, day: date, requests: int, tokens: int) -> None:
        table = tables.usage
        insert = self.db.insert(table).values(model=model, day=day, requests=requests, tokens=tokens)
        added = insert.on_conflict_do_update(
            index_elements=[table.c.model, table.c.day],
            set_={
                "requests": table.c.requests + insert.excluded.requests,
                "tokens": table.c.tokens + insert.excluded.tokens,
            },
        )
        async with self.db.write() as connection:
            await connection.execute(added)

    async def usage(self, day: date) -> list[Usage]:
        table = tables.usage
        query = select(table).where(table.c.day == day).order_by(table.c.model)
        async with self.db.read() as connection:
            return [Usage(**row._mapping) for row in await connection.execute(query)]


def _has_key(table: Table, key: SummaryKey) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in row_mapping.key_row(key).items()))


def is_summary_made() -> Exists:
    """Whether the wanted summary of a row of `wanted` is stored."""
    table, summary = tables.wanted, tables.summaries
    return exists().where(*(summary.c[name] == table.c[name] for name in _KEY))


def _wanted_and_missing() -> Select[tuple[object, ...]]:
    table = tables.wanted
    query: Select[tuple[object, ...]] = select(table).where(~is_summary_made())
    return query.order_by(table.c.due_at, table.c.chats.desc(), table.c.paper_id)
