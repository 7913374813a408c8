"""The managers of chats: stored, looked up, and changed in the transaction that moves or deletes the chat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import MOST_MANAGED_CHATS, MOST_MANAGERS, Chat, ChatRef, Platform
from bot.storage import row_mapping, tables
from bot.storage.engine import Database

_managers, _chats = tables.managers, tables.chats


class SqlManagers:
    """The methods of `bot.ports.Chats` about managers."""

    db: Database

    async def remember_manager(self, ref: ChatRef, person: str, now: datetime, *, title: str | None = None) -> None:
        row = {"platform": ref.platform.value, "place": ref.place, "person": person, "title": title, "since": now}
        insert = self.db.insert(_managers).values(**row)
        # A known manager keeps their row, and so their place in the order. A call without a title keeps the stored one:
        # a command in the chat must not withdraw what the person's private chat offers.
        insert = insert.on_conflict_do_update(
            index_elements=[_managers.c.platform, _managers.c.place, _managers.c.person],
            set_={"title": func.coalesce(insert.excluded.title, _managers.c.title)},
        )
        async with self.db.write() as connection:
            # Otherwise two transactions could each leave room for one more row, and keep more than the limits allow.
            await self.db.serialize(connection, "managers")
            await connection.execute(insert)
            await _limit_offers(connection, ref.platform, person)
            await _limit_managers(connection, ref)

    async def managers(self, ref: ChatRef) -> list[str]:
        latest = select(_managers.c.person).where(_is_place(ref)).order_by(_managers.c.id.desc()).limit(MOST_MANAGERS)
        async with self.db.read() as connection:
            # The latest ones are selected, the oldest of them is returned first.
            return list(await connection.scalars(latest))[::-1]

    async def unreachable_chats(self, platform: Platform, person: str) -> list[Chat]:
        is_there = or_(_chats.c.ident == _managers.c.place, _chats.c.ident.startswith(_managers.c.place + "/"))
        is_managed = exists().where(_managers.c.platform == platform.value, _managers.c.person == person, is_there)
        query = select(_chats).where(_chats.c.platform == platform.value, _chats.c.suspended.is_not(None), is_managed)
        async with self.db.read() as connection:
            return [row_mapping.chat(row) for row in await connection.execute(query.order_by(_chats.c.id))]

    async def managed_chats(self, platform: Platform, person: str) -> dict[ChatRef, str]:
        query = select(_managers.c.place, _managers.c.title).where(_is_offered_to(platform, person))
        async with self.db.read() as connection:
            rows = await connection.execute(query.order_by(_managers.c.id))
            return {ChatRef(platform, row.place): row.title for row in rows}


async def move_managers(connection: AsyncConnection, old: ChatRef, new: ChatRef) -> None:
    """Give a chat's managers to its new id; a title that is stored under the new id stays."""
    # A forum topic that moves within its group keeps its managers: they are stored for the group.
    if (old.platform, old.place) == (new.platform, new.place):
        return
    target = _managers.alias("target")
    same_person = (
        (target.c.platform == new.platform.value)
        & (target.c.place == new.place)
        & (target.c.person == _managers.c.person)
    )
    title = select(target.c.title).where(same_person).scalar_subquery()
    moved = update(_managers).where(_is_place(old))
    await connection.execute(moved.values(title=func.coalesce(title, _managers.c.title)))
    # The table allows one row for a place and a person, so the rows under the new id make room first.
    people = select(_managers.c.person).where(_is_place(old)).scalar_subquery()
    await connection.execute(delete(_managers).where(_is_place(new), _managers.c.person.in_(people)))
    await connection.execute(moved.values(platform=new.platform.value, place=new.place))


async def forget_managers(connection: AsyncConnection, ref: ChatRef) -> None:
    """Delete the managers of a chat that was deleted from `chats`, unless one of its forum topics is still there.

    If it was a person's private chat, what that person managed is deleted too.
    """
    of_place = or_(_chats.c.ident == ref.place, _chats.c.ident.startswith(f"{ref.place}/", autoescape=True))
    if await connection.scalar(select(exists().where(_chats.c.platform == ref.platform.value, of_place))):
        return
    # A private chat on Telegram has the id of its person.
    of_person = (_managers.c.platform == ref.platform.value) & (_managers.c.person == ref.place)
    await connection.execute(delete(_managers).where(or_(_is_place(ref), of_person)))


async def _limit_offers(connection: AsyncConnection, platform: Platform, person: str) -> None:
    """Offer only the latest chats to a person. The others keep their row without a title: the person manages them."""
    offered = _is_offered_to(platform, person)
    latest = select(_managers.c.id).where(offered).order_by(_managers.c.id.desc()).limit(MOST_MANAGED_CHATS)
    kept = list(await connection.scalars(latest))
    await connection.execute(update(_managers).where(offered, _managers.c.id.not_in(kept)).values(title=None))


async def _limit_managers(connection: AsyncConnection, ref: ChatRef) -> None:
    """Keep the latest managers of a chat, and all to whom it is offered: for them `_limit_offers` is the limit."""
    latest = select(_managers.c.id).where(_is_place(ref)).order_by(_managers.c.id.desc()).limit(MOST_MANAGERS)
    kept = list(await connection.scalars(latest))
    surplus = _is_place(ref) & _managers.c.title.is_(None) & _managers.c.id.not_in(kept)
    await connection.execute(delete(_managers).where(surplus))


def _is_place(ref: ChatRef) -> ColumnElement[bool]:
    return (_managers.c.platform == ref.platform.value) & (_managers.c.place == ref.place)


def _is_offered_to(platform: Platform, person: str) -> ColumnElement[bool]:
    is_person = (_managers.c.platform == platform.value) & (_managers.c.person == person)
    return is_person & _managers.c.title.is_not(None)
