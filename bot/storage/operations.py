"""What running a service needs of its store: leases, the ledger, small values, backup."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import (
    ColumnElement,
    Executable,
    Exists,
    Select,
    Text,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    update,
)

from bot.errors import StoreUnavailable, TellUser
from bot.model import JSON, DeliveryState
from bot.ports import LedgerLine
from bot.storage import encode, schema
from bot.storage.engine import Database


class SqlOperations:
    """The verbs of `bot.ports.Operations`."""

    db: Database

    async def hold(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        table = schema.leases
        insert = self.db.insert(table).values(name=name, owner=owner, until=until)
        taken = insert.on_conflict_do_update(
            index_elements=[table.c.name],
            set_={"owner": insert.excluded.owner, "until": insert.excluded.until},
            where=or_(table.c.owner == owner, table.c.until <= now),
        )
        async with self.db.write() as connection:
            return (await connection.execute(taken.returning(table.c.name))).first() is not None

    async def release(self, name: str, owner: str) -> None:
        table = schema.leases
        async with self.db.write() as connection:
            await connection.execute(delete(table).where(table.c.name == name, table.c.owner == owner))

    async def holder(self, name: str) -> str | None:
        async with self.db.read() as connection:
            owner: str | None = await connection.scalar(
                select(schema.leases.c.owner).where(schema.leases.c.name == name)
            )
        return owner

    async def expire_leases(self, owner: str, now: datetime) -> int:
        table = schema.deliveries
        others = update(table).where(
            table.c.state.in_((DeliveryState.LEASED.value, DeliveryState.SENDING.value)),
            table.c.owner != owner,
            table.c.leased_until > now,
        )
        async with self.db.write() as connection:
            return (await connection.execute(others.values(leased_until=now))).rowcount

    async def ledger(self, since: date) -> list[LedgerLine]:
        async with self.db.read() as connection:

            async def per_day(query: Select[date, int]) -> Mapping[date, int]:
                return {row[0]: row[1] for row in await connection.execute(query)}

            listed = await per_day(_listed(since))
            ingested = await per_day(_papers_per_day(since))
            matched = await per_day(_matched(since))
            chosen = await per_day(_delivering(since).where(_is_taken()))
            summarized = await per_day(_delivering(since).where(_is_summarized()))
            sent = await per_day(_delivering(since).where(_is_sent()))
        return [
            LedgerLine(
                day=day,
                announced=listed.get(day, ingested.get(day, 0)),
                ingested=ingested.get(day, 0),
                matched=matched.get(day, 0),
                chosen=chosen.get(day, 0),
                summarized=summarized.get(day, 0),
                sent=sent.get(day, 0),
            )
            for day in sorted(listed.keys() | ingested.keys())
        ]

    async def remember_value(self, name: str, value: JSON) -> None:
        async with self.db.write() as connection:
            await connection.execute(self._set(name, value))

    def _set(self, name: str, value: JSON) -> Executable:
        insert = self.db.insert(schema.state).values(name=name, value=value)
        return insert.on_conflict_do_update(index_elements=[schema.state.c.name], set_={"value": insert.excluded.value})

    async def value(self, name: str) -> JSON | None:
        async with self.db.read() as connection:
            found: JSON | None = await connection.scalar(
                select(schema.state.c.value).where(schema.state.c.name == name)
            )
        return found

    async def backup(self, path: Path) -> None:
        if not self.db.is_sqlite:
            raise TellUser("This database is PostgreSQL; back it up with pg_dump.")
        if not await asyncio.to_thread(path.parent.is_dir):
            raise TellUser(f"There is no folder {path.parent}; name a file in one that is there.")
        if await asyncio.to_thread(path.exists):
            raise TellUser(f"{path} is there already; name a file that is not.")
        if not await asyncio.to_thread(os.access, path.parent, os.W_OK):
            raise TellUser(f"{path.parent} may not be written to; name a file in another folder.")
        # Under its own name only when it is whole: half a copy must never pass for one.
        partial = path.with_name(f"{path.name}.part")
        await asyncio.to_thread(partial.unlink, missing_ok=True)
        try:
            async with self.db.bare() as connection:
                await connection.execute(text("VACUUM INTO :path"), {"path": str(partial)})
            await asyncio.to_thread(_put_in_place, partial, path)
        except StoreUnavailable as error:
            raise StoreUnavailable(f"{path} was not written. {error}") from error
        except OSError as error:
            raise StoreUnavailable(f"{path} was not written ({error.strerror}).") from error
        finally:
            await asyncio.to_thread(partial.unlink, missing_ok=True)

    async def check_writable(self, now: datetime, within: float) -> None:
        await self.db.try_write(self._set("health", {"asked_at": now.isoformat()}), within)

    async def ping(self) -> None:
        async with self.db.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.db.close()


def _listed(since: date) -> Select[date, int]:
    table = schema.listings
    return select(table.c.day, func.sum(table.c.announced)).where(table.c.day >= since).group_by(table.c.day)


def _papers_per_day(since: date) -> Select[date, int]:
    table = schema.announcements
    counted = func.count(table.c.paper_id.distinct())
    return select(table.c.day, counted).where(table.c.day >= since).group_by(table.c.day)

def _put_in_place(partial: Path, path: Path) -> None:
    """Give a file its name once it is on the disk."""
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.rename(path)



def _delivering(since: date) -> Select[date, int]:
    return _papers_per_day(since).where(schema.announcements.c.kind.in_(encode.DELIVERING))


def _matched(since: date) -> Select[date, int]:
    table = schema.announcements
    match = exists().where(schema.matches.c.day == table.c.day, schema.matches.c.paper_id == table.c.paper_id)
    return _delivering(since).where(match)


def _is_taken() -> Exists:
    return exists().where(schema.taken.c.paper_id == schema.announcements.c.paper_id)


def _is_summarized() -> Exists:
    table, made = schema.announcements, schema.summaries
    return exists().where(made.c.paper_id == table.c.paper_id, made.c.version == table.c.version)


def _is_sent() -> Exists:
    """Taken by a digest of which no part is still to be sent (the archive's digests have no parts)."""
    unsent = exists().where(
        schema.deliveries.c.digest_id == schema.taken.c.digest_id,
        schema.deliveries.c.state != DeliveryState.SENT.value,
    )
    return exists().where(schema.taken.c.paper_id == schema.announcements.c.paper_id, ~unsent)
