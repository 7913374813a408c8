"""The store for operating a service: leases, the ledger, small values, backup."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
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
from bot.model import JSON, Bot, DeliveryState, LedgerLine
from bot.storage import row_mapping, tables
from bot.storage.chat_conditions import lock_chats
from bot.storage.engine import Database
from bot.storage.outbox_queue import LEASED, in_order, is_unusual

_others = tables.announcements.alias("others")

Counts = dict[tuple[date, str], int]
"""Numbers of papers by listing day and primary category; "" stands for all categories."""

UNREAD = "unread"
"""The category of announced papers whose entries could not be parsed."""


class SqlOperations:
    """The methods of `bot.ports.Operations`."""

    db: Database

    async def hold(self, name: str, owner: str, now: datetime, until: datetime) -> bool:
        table = tables.leases
        insert = self.db.insert(table).values(name=name, owner=owner, until=until)
        # One statement: of two processes that find the lease expired, only one gets it.
        take = insert.on_conflict_do_update(
            index_elements=[table.c.name],
            set_={"owner": insert.excluded.owner, "until": insert.excluded.until},
            where=or_(table.c.owner == owner, table.c.until <= now),
        )
        async with self.db.write() as connection:
            return (await connection.execute(take.returning(table.c.name))).first() is not None

    async def release(self, name: str, owner: str) -> None:
        table = tables.leases
        async with self.db.write() as connection:
            await connection.execute(delete(table).where(table.c.name == name, table.c.owner == owner))

    async def holder(self, name: str) -> str | None:
        async with self.db.read() as connection:
            owner: str | None = await connection.scalar(
                select(tables.leases.c.owner).where(tables.leases.c.name == name)
            )
        return owner

    async def live_leases(self, now: datetime) -> Mapping[str, str]:
        table = tables.leases
        query = select(table.c.name, table.c.owner).where(table.c.until > now).order_by(table.c.name)
        async with self.db.read() as connection:
            return {row.name: row.owner for row in await connection.execute(query)}

    async def expire_leases(self, owner: str, now: datetime, bot: Bot | None = None) -> int:
        table = tables.deliveries
        under_way = table.c.state.in_((*LEASED, DeliveryState.SENDING.value))
        others = [is_unusual(), under_way, table.c.owner != owner, table.c.leased_until > now]
        if bot is not None:
            others += [table.c.platform == bot.platform.value, table.c.bot.in_(bot.served)]
        ended = 0
        async with self.db.write() as connection:
            chats = sorted(await connection.scalars(select(table.c.chat_id).where(*others).distinct()))
            # All chats before all deliveries, as every other transaction locks them: otherwise two could deadlock.
            for chunk in row_mapping.in_chunks(chats):
                await lock_chats(connection, tables.chats.c.id.in_(chunk))
            for chunk in row_mapping.in_chunks(chats):
                expired = update(table).where(table.c.id.in_(in_order(table.c.chat_id.in_(chunk), *others)))
                ended += (await connection.execute(expired.values(leased_until=now))).rowcount
        return ended

    async def ledger(self, since: date, *, by_category: bool = False) -> list[LedgerLine]:
        async with self.db.read() as connection:

            async def counted(*where: ColumnElement[bool]) -> Counts:
                rows = await connection.execute(_papers(since, where, by_category=by_category))
                return {(row[0], row[1]): row[2] for row in rows}

            delivering = tables.announcements.c.kind.in_(row_mapping.DELIVERING)
            listed = {row[0]: row[1] for row in await connection.execute(_listed(since))}
            ingested = await counted()
            # Papers that the API added later are inferred: the listing did not name them. OAI's are all inferred.
            named = await counted(or_(~tables.announcements.c.inferred, _is_oai())) if by_category else {}
            matched = await counted(delivering, tables.announcements.c.matched)
            chosen = await counted(delivering, _is_marked(_others.c.chosen))
            summarized = await counted(delivering, _is_summarized())
            sent = await counted(delivering, _is_marked(_others.c.sent))
        announced = _announced(listed, named) if by_category else {(day, ""): n for day, n in listed.items()}
        return [
            LedgerLine(
                day=key[0],
                announced=announced.get(key, 0 if key[0] in listed else ingested.get(key, 0)),
                ingested=ingested.get(key, 0),
                matched=matched.get(key, 0),
                chosen=chosen.get(key, 0),
                summarized=summarized.get(key, 0),
                sent=sent.get(key, 0),
                category=key[1] or None,
            )
            for key in sorted(announced.keys() | ingested.keys())
        ]

    async def remember_value(self, name: str, value: JSON) -> None:
        async with self.db.write() as connection:
            await connection.execute(self._set(name, value))

    def _set(self, name: str, value: JSON) -> Executable:
        insert = self.db.insert(tables.state).values(name=name, value=value)
        return insert.on_conflict_do_update(index_elements=[tables.state.c.name], set_={"value": insert.excluded.value})

    async def value(self, name: str) -> JSON | None:
        async with self.db.read() as connection:
            value: JSON | None = await connection.scalar(
                select(tables.state.c.value).where(tables.state.c.name == name)
            )
        return value

    async def check_writable(self, now: datetime, within: float) -> None:
        await self.db.try_write(self._set("health", {"asked_at": now.isoformat()}), within)

    async def backup(self, path: Path) -> None:
        if not self.db.is_sqlite:
            raise TellUser("This database is PostgreSQL; back it up with pg_dump.")
        if not await asyncio.to_thread(os.path.isdir, path.parent):
            raise TellUser(f"There is no folder {path.parent}; name a file in one that is there.")
        if await asyncio.to_thread(os.path.exists, path):
            raise TellUser(f"{path} is there already; name a file that is not.")
        if not await asyncio.to_thread(os.access, path.parent, os.W_OK):
            raise TellUser(f"{path.parent} may not be written to; name a file in another folder.")
        # The copy gets its name only when it is complete: half a copy must never be taken for a backup. Until then it
        # has a random name, which no other file can have.
        partial = path.with_name(f"{secrets.token_hex(8)}.part")
        try:
            await asyncio.to_thread(_check_creatable, path, partial)
            # VACUUM copies one consistent state while others go on writing, and is not allowed in a transaction.
            async with self.db.outside_transaction() as connection:
                await connection.execute(text("VACUUM INTO :path"), {"path": str(partial)})
            await asyncio.to_thread(_put_in_place, partial, path)
        except StoreUnavailable as error:
            raise StoreUnavailable(f"{path} was not written. {error}") from error
        except OSError as error:
            raise StoreUnavailable(f"{path} was not written ({error.strerror}).") from error
        finally:
            await asyncio.to_thread(partial.unlink, missing_ok=True)

    async def ping(self) -> None:
        async with self.db.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.db.close()


def _check_creatable(path: Path, partial: Path) -> None:
    """Create an empty file, which VACUUM INTO fills. Raises `TellUser` if the place or the name is impossible.

    SQLite would report that as a fault of the database.
    """
    try:
        with suppress(FileNotFoundError):
            path.lstat()  # raises for a name that is too long
        partial.touch(exist_ok=False)
    except OSError as error:
        raise TellUser(f"{path} cannot be written ({error.strerror}); choose another.") from None


def _put_in_place(partial: Path, path: Path) -> None:
    """Rename a file once its content is on the disk: after a power cut a new name could point to an empty file."""
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.rename(path)


def _listed(since: date) -> Select[date, int]:
    """How many papers arXiv announced on each day, read or not.

    Each archive has a line of its own; a listing is read once for all of them, so each line counts the same malformed
    entries.
    """
    table = tables.listings
    announced = func.sum(table.c.announced) + func.max(table.c.malformed)
    return select(table.c.day, announced).where(table.c.day >= since).group_by(table.c.day)


def _papers(since: date, where: Iterable[ColumnElement[bool]], *, by_category: bool) -> Select[date, str, int]:
    """How many papers were announced on each day: for each primary category, or for all together under ""."""
    table, paper = tables.announcements, tables.papers
    category = func.coalesce(paper.c.categories[0].as_string(), "none") if by_category else literal("", Text)
    announced = select(table.c.day, table.c.paper_id, category.label("category")).where(table.c.day >= since, *where)
    if by_category:
        announced = announced.join(paper, paper.c.id == table.c.paper_id)
    # A paper can be announced as new and as a cross-list on one day, and counts once.
    papers = announced.distinct().subquery()
    return select(papers.c.day, papers.c.category, func.count()).group_by(papers.c.day, papers.c.category)


def _announced(listed: Mapping[date, int], named: Counts) -> Counts:
    """Announced papers by category: those that the listings named, and under `UNREAD` those not parsed."""
    announced = {key: count for key, count in named.items() if key[0] in listed}
    for day, count in listed.items():
        unread = count - sum(papers for key, papers in announced.items() if key[0] == day)
        if unread > 0:
            announced[day, UNREAD] = unread
    return announced


def _is_oai() -> Exists:
    """Whether the day's listing comes from OAI: then every announcement of it is inferred."""
    table = tables.listings
    return exists().where(table.c.day == tables.announcements.c.day, table.c.source == "oai")


def _is_summarized() -> Exists:
    table, summary = tables.announcements, tables.summaries
    return exists().where(summary.c.paper_id == table.c.paper_id, summary.c.version == table.c.version)


def _is_marked(column: ColumnElement[bool]) -> Exists:
    """Whether this announcement or another one of its paper is marked: a paper counts for all its announcements."""
    return exists().where(_others.c.paper_id == tables.announcements.c.paper_id, column)
