"""Small values that expire."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import ChatRef, Kept
from bot.storage import row_mapping, tables
from bot.storage.engine import Database

if TYPE_CHECKING:
    from sqlalchemy import Row


MOST_OF_A_KIND = 200
"""Values of one kind that are kept of one chat; with more, the oldest ones go."""


class SqlKept:
    """The methods of `bot.ports.kept.KeptValues`."""

    db: Database

    async def keep(self, kept: Kept, now: datetime) -> None:
        table = tables.kept
        row = {
            "platform": kept.chat.platform.value,
            "ident": kept.chat.id,
            "kind": kept.kind,
            "key": kept.key,
            "value": kept.value,
            "kept_at": now,
            "until": kept.until,
        }
        new = self.db.insert(table).values(**row)
        changed = {name: row[name] for name in ("value", "kept_at", "until")}
        async with self.db.write() as connection:
            await connection.execute(delete(table).where(table.c.until <= now))
            await connection.execute(new.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed))
            same_kind = _is(kept.chat, kept.kind)
            newest = select(table.c.key).where(same_kind).order_by(table.c.kept_at.desc(), table.c.key)
            old = (await connection.scalars(newest.offset(MOST_OF_A_KIND))).all()
            if old:
                await connection.execute(delete(table).where(same_kind, table.c.key.in_(old)))

    async def kept(self, ref: ChatRef, kind: str, key: str, now: datetime) -> Kept | None:
        query = select(tables.kept).where(_is(ref, kind, key), tables.kept.c.until > now)
        async with self.db.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else _kept(row)

    async def take_kept(self, ref: ChatRef, kind: str, key: str, now: datetime) -> Kept | None:
        table = tables.kept
        taken = delete(table).where(_is(ref, kind, key), table.c.until > now).returning(*table.c)
        async with self.db.write() as connection:
            row = (await connection.execute(taken)).first()
        return None if row is None else _kept(row)

    async def all_kept(self, kind: str, now: datetime) -> list[Kept]:
        table = tables.kept
        query = select(table).where(table.c.kind == kind, table.c.until > now)
        async with self.db.read() as connection:
            return [_kept(row) for row in await connection.execute(query.order_by(table.c.kept_at, table.c.ident))]


def _is(ref: ChatRef, kind: str, key: str | None = None) -> ColumnElement[bool]:
    table = tables.kept
    same = [table.c.platform == ref.platform.value, table.c.ident == ref.id, table.c.kind == kind]
    return and_(*same, *([table.c.key == key] if key is not None else []))


def _kept(row: Row[*tuple[Any, ...]]) -> Kept:
    return Kept(row_mapping.ref(row), row.kind, row.key, row.value, row.until)


async def forget_kept(connection: AsyncConnection, ref: ChatRef) -> None:
    """Delete everything that is kept of a chat."""
    table = tables.kept
    await connection.execute(delete(table).where(table.c.platform == ref.platform.value, table.c.ident == ref.id))


async def move_kept(connection: AsyncConnection, old: ChatRef, new: ChatRef) -> None:
    """Give what is kept of a chat and of its forum topics to its new id; what the new id has under the same key
    stays."""
    table = tables.kept
    at_old = (table.c.platform == old.platform.value) & (
        (table.c.ident == old.id) | table.c.ident.startswith(f"{old.id}/")
    )
    for row in (await connection.execute(select(table).where(at_old))).all():
        ident = new.id + row.ident.removeprefix(old.id)
        taken = await connection.scalar(select(table.c.key).where(_is(ChatRef(new.platform, ident), row.kind, row.key)))
        same_row = _is(ChatRef(old.platform, row.ident), row.kind, row.key)
        if taken is None:
            await connection.execute(update(table).where(same_row).values(platform=new.platform.value, ident=ident))
        else:
            await connection.execute(delete(table).where(same_row))
