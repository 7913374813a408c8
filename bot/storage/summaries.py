"""Summaries, the keys of those that are wanted, and the claims of those that are being made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Exists, Select, Table, and_, delete, exists, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions import due_times
from bot.model import Provenance, Summary, SummaryKey, WantedSummary
from bot.storage import row_mapping, tables
from bot.storage.engine import Database
from bot.storage.model_usage import SqlModelUsage
from bot.storage.search_index import LANGUAGE_OF_PAPERS as PAPERS
from bot.storage.search_index import wait_for_index

_KEY = [column.name for column in tables.summaries.primary_key]

LONGEST_CLAIM = timedelta(hours=1)
"""A claim that would last longer than this from now was made by a clock that ran ahead, and is ignored."""

_KEYS_AT_ONCE = 4_000
"""Keys in one statement: each has four parameters, a row six, and SQLite allows 32,766."""


_NO_MODEL, _REFUSED = "extractive", "extractive instead"
"""What the column `model` says of summaries without a model: none was configured, or every one refused the paper."""


class SqlSummaries(SqlModelUsage):
    """The methods of `bot.ports.Summaries`."""

    db: Database

    async def want(self, wanted: Sequence[WantedSummary]) -> None:
        table, claims = tables.wanted, tables.claims
        by_key = {entry.key: entry for entry in wanted}
        insert = self.db.insert(table)
        # Attempts and waiting times of keys that stay are kept: a new round must not ask a model that asked us to wait.
        upsert = insert.on_conflict_do_update(
            index_elements=_KEY, set_={"chats": insert.excluded.chats, "due_at": insert.excluded.due_at}
        )
        async with self.db.write() as connection:
            await self.db.serialize(connection, "wanted")
            found = await connection.execute(select(*_columns(table), table.c.chats, table.c.due_at))
            known = {row_mapping.key(row): (row.chats, row.due_at) for row in found}
            claimed = {row_mapping.key(row) for row in await connection.execute(select(*_columns(claims)))}
            await _delete(connection, table, known.keys() - by_key.keys() - claimed)
            rows = [
                row_mapping.key_row(key)
                | {"chats": entry.chats, "due_at": entry.due_at, "attempts": entry.attempts, "not_before": None}
                for key, entry in by_key.items()
                if known.get(key) != (entry.chats, entry.due_at)
            ]
            if rows:
                await connection.execute(upsert, rows)

    async def wanted(
        self, now: datetime, limit: int, keys: Collection[SummaryKey] | None = None
    ) -> list[WantedSummary]:
        table, claims = tables.wanted, tables.claims
        is_claimed = exists().where(_same_key(claims, table), _is_valid(now))
        query = _wanted_and_missing().where(~is_postponed(now), ~is_claimed).limit(limit)
        if keys is not None:
            query = query.where(_is_one_of(table, keys))
        async with self.db.read() as connection:
            return [row_mapping.wanted(row) for row in await connection.execute(query)]

    async def postponed(self, now: datetime) -> list[WantedSummary]:
        query = _wanted_and_missing().where(is_postponed(now))
        async with self.db.read() as connection:
            return [row_mapping.wanted(row) for row in await connection.execute(query)]

    async def postpone(self, key: SummaryKey, until: datetime, why: str) -> None:
        table = tables.wanted
        await self.db.write_statement(
            update(table)
            .where(_is_one_of(table, [key]))
            .values(attempts=table.c.attempts + 1, not_before=until, why=why)
        )

    async def claim(
        self,
        keys: Collection[SummaryKey],
        owner: str,
        now: datetime,
        until: datetime,
        *,
        even_postponed: bool = False,
    ) -> set[SummaryKey]:
        claimed: set[SummaryKey] = set()
        # In one order for all: two claims of the same rows in different orders could each wait for the other.
        for chunk in row_mapping.in_chunks(sorted(keys, key=_order), _KEYS_AT_ONCE):
            async with self.db.write() as connection:
                taken = await self._take(connection, chunk, owner, now, until)
                # Only now: what another owner has made until its claim ended is seen, and not made again.
                done = await _stored(connection, taken)
                if not even_postponed:
                    done |= await _keys_in(connection, tables.wanted, taken, is_postponed(now))
                await _delete(connection, tables.claims, done)
            claimed |= taken - done
        return claimed

    async def unclaim(self, keys: Collection[SummaryKey], owner: str) -> None:
        table = tables.claims
        for chunk in row_mapping.in_chunks(keys, _KEYS_AT_ONCE):
            await self.db.write_statement(delete(table).where(_is_one_of(table, chunk), table.c.owner == owner))

    async def claimants(self, now: datetime) -> set[str]:
        async with self.db.read() as connection:
            return set(await connection.scalars(select(tables.claims.c.owner).where(_is_valid(now)).distinct()))

    async def end_claims(self, owners: Collection[str]) -> int:
        return await self.db.write_statement(delete(tables.claims).where(tables.claims.c.owner.in_(owners)))

    async def save_summary(self, summary: Summary) -> Summary:
        return (await self.save_summaries([summary]))[0]

    async def save_summaries(self, summaries: Sequence[Summary]) -> list[Summary]:
        if not summaries:
            return []
        table = tables.summaries
        by_key: dict[SummaryKey, Summary] = {}
        for summary in summaries:
            by_key.setdefault(summary.key, summary)
        rows = [
            row_mapping.key_row(key)
            | {
                "model": _maker(summary.provenance),
                "created_at": summary.provenance.created_at,
                "body": row_mapping.summary_json(summary),
            }
            for key, summary in sorted(by_key.items(), key=lambda item: _order(item[0]))
        ]
        async with self.db.write() as connection:
            await connection.execute(self.db.insert(table).on_conflict_do_nothing(), rows)
            await wait_for_index(self.db, connection, [key.paper_id for key in by_key if key.language != PAPERS])
            # Another process may have stored one first; all chats are shown the same.
            stored = await _summaries(connection, list(by_key))
        return [stored[summary.key] for summary in summaries]

    async def forget_extractive(self, keys: Collection[SummaryKey] | None = None) -> int:
        table = tables.summaries
        unmade = delete(table).where(table.c.model == _NO_MODEL)
        if keys is None:
            wanted = select(*_columns(tables.wanted))
            return await self.db.write_statement(unmade.where(tuple_(*_columns(table)).in_(wanted)))
        chunks = row_mapping.in_chunks(keys, _KEYS_AT_ONCE)
        return sum([await self.db.write_statement(unmade.where(_is_one_of(table, chunk))) for chunk in chunks])

    async def summary(self, key: SummaryKey) -> Summary | None:
        return (await self.summaries([key])).get(key)

    async def summaries(self, keys: Collection[SummaryKey]) -> Mapping[SummaryKey, Summary]:
        async with self.db.read() as connection:
            return await _summaries(connection, keys)

    async def stored(self, keys: Collection[SummaryKey]) -> set[SummaryKey]:
        found: set[SummaryKey] = set()
        async with self.db.read() as connection:
            for chunk in row_mapping.in_chunks(keys, _KEYS_AT_ONCE):
                found |= await _stored(connection, chunk)
        return found

    async def _take(
        self, connection: AsyncConnection, keys: Sequence[SummaryKey], owner: str, now: datetime, until: datetime
    ) -> set[SummaryKey]:
        """Write claims of those keys that nobody else has claimed."""
        table = tables.claims
        new = self.db.insert(table).values(
            [row_mapping.key_row(key) | {"owner": owner, "until": until} for key in keys]
        )
        taken = new.on_conflict_do_update(
            index_elements=_KEY,
            set_={"owner": new.excluded.owner, "until": new.excluded.until},
            where=or_(~_is_valid(now), table.c.owner == new.excluded.owner),
        ).returning(*_columns(table))
        return {row_mapping.key(row) for row in await connection.execute(taken)}


def _maker(provenance: Provenance) -> str:
    """What the column `model` says of a summary."""
    return _REFUSED if provenance.model == _NO_MODEL and provenance.instead_of else provenance.model


def _order(key: SummaryKey) -> tuple[str, int, str, str]:
    return (key.paper_id, key.version, key.language, key.depth.value)


def _columns(table: Table) -> list[ColumnElement[object]]:
    return [table.c[name] for name in _KEY]


def _is_one_of(table: Table, keys: Iterable[SummaryKey]) -> ColumnElement[bool]:
    return tuple_(*_columns(table)).in_([_order(key) for key in keys])


def _same_key(table: Table, other: Table) -> ColumnElement[bool]:
    return and_(*(table.c[name] == other.c[name] for name in _KEY))


def _is_valid(now: datetime) -> ColumnElement[bool]:
    """Whether a claim keeps others away at this time."""
    until = tables.claims.c.until
    return and_(until > now, until <= now + LONGEST_CLAIM)


def is_postponed(now: datetime) -> ColumnElement[bool]:
    """Whether a wanted summary waits for a later time. A time too far ahead was set by a clock that ran ahead, and does
    not count."""
    not_before = tables.wanted.c.not_before
    # The first condition makes it false, not NULL, where there is no time, so that it can be negated.
    return and_(not_before.is_not(None), not_before > now, not_before <= now + due_times.AHEAD)


def is_summary_made() -> Exists:
    """Whether the wanted summary of a row of `wanted` is stored."""
    table, summary = tables.wanted, tables.summaries
    return exists().where(_same_key(summary, table))


def _wanted_and_missing() -> Select[tuple[object, ...]]:
    table = tables.wanted
    query: Select[tuple[object, ...]] = select(table).where(~is_summary_made())
    return query.order_by(table.c.due_at, table.c.chats.desc(), table.c.paper_id)


async def _keys_in(
    connection: AsyncConnection, table: Table, keys: Collection[SummaryKey], *conditions: ColumnElement[bool]
) -> set[SummaryKey]:
    """Those of at most `_KEYS_AT_ONCE` keys that a table has."""
    if not keys:
        return set()
    query = select(*_columns(table)).where(_is_one_of(table, keys), *conditions)
    return {row_mapping.key(row) for row in await connection.execute(query)}


async def _stored(connection: AsyncConnection, keys: Collection[SummaryKey]) -> set[SummaryKey]:
    return await _keys_in(connection, tables.summaries, keys)


async def _summaries(connection: AsyncConnection, keys: Collection[SummaryKey]) -> dict[SummaryKey, Summary]:
    table = tables.summaries
    summaries: dict[SummaryKey, Summary] = {}
    for chunk in row_mapping.in_chunks(keys, _KEYS_AT_ONCE):
        for row in await connection.execute(select(table).where(_is_one_of(table, chunk))):
            summaries[row_mapping.key(row)] = row_mapping.summary(row.body)
    return summaries


async def _delete(connection: AsyncConnection, table: Table, keys: Collection[SummaryKey]) -> None:
    for chunk in row_mapping.in_chunks(keys, _KEYS_AT_ONCE):
        await connection.execute(delete(table).where(_is_one_of(table, chunk)))
