"""What small values of the store say of who manages a chat, changed in the transaction that moves or forgets it."""

from __future__ import annotations

from sqlalchemy import delete, exists, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions import managers
from bot.model import JSON, ChatRef
from bot.storage import tables

_state, _chats = tables.state, tables.chats


async def move(connection: AsyncConnection, old: ChatRef, new: ChatRef) -> None:
    await _change(connection, managers.moved(await _values(connection), old, new))


async def forget(connection: AsyncConnection, ref: ChatRef) -> None:
    """Forget who managed a chat that is gone from `chats`; a group stays known while one of its forum topics does."""
    place = ChatRef(ref.platform, managers.place_of(ref))
    of_place = or_(_chats.c.ident == place.id, _chats.c.ident.startswith(f"{place.id}/", autoescape=True))
    if not await connection.scalar(select(exists().where(_chats.c.platform == place.platform.value, of_place))):
        await _change(connection, managers.forgotten(await _values(connection), place))


async def _values(connection: AsyncConnection) -> dict[str, JSON]:
    prefixes = (managers.CHANNELS_OF, managers.MANAGERS_OF)
    ours = or_(*(_state.c.name.startswith(prefix, autoescape=True) for prefix in prefixes))
    rows = await connection.execute(select(_state.c.name, _state.c.value).where(ours).with_for_update())
    return {row.name: row.value for row in rows}


async def _change(connection: AsyncConnection, changes: managers.Changes) -> None:
    if not changes:
        return
    await connection.execute(delete(_state).where(_state.c.name.in_(changes)))
    if written := [{"name": name, "value": value} for name, value in changes.items() if value is not None]:
        await connection.execute(insert(_state), written)
