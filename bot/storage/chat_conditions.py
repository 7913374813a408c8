"""Conditions, keys and locks of chats by their `ChatRef`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import ChatRef
from bot.storage import row_mapping, tables


def is_chat(ref: ChatRef) -> ColumnElement[bool]:
    return (tables.chats.c.platform == ref.platform.value) & (tables.chats.c.ident == ref.id)


def is_at(ref: ChatRef) -> ColumnElement[bool]:
    """Whether a chat is this one or one of its forum topics."""
    table = tables.chats
    is_named = or_(table.c.ident == ref.id, table.c.ident.startswith(f"{ref.id}/", autoescape=True))
    return (table.c.platform == ref.platform.value) & is_named


def are_chats(refs: Collection[ChatRef]) -> ColumnElement[bool]:
    """Whether a chat is one of these, which must not be more than the parameters of one statement."""
    # One list for each platform: an OR of a thousand chats would be too deep an expression for SQLite.
    idents: dict[str, list[str]] = {}
    for ref in refs:
        idents.setdefault(ref.platform.value, []).append(ref.id)
    table = tables.chats
    return or_(false(), *((table.c.platform == name) & table.c.ident.in_(ids) for name, ids in idents.items()))


async def lock_chats(connection: AsyncConnection, chosen: ColumnElement[bool]) -> None:
    """Let no other transaction change these chats until this one ends."""
    # Always in the order of their keys: two transactions that lock the same chats in different orders would deadlock.
    await connection.execute(select(tables.chats.c.id).where(chosen).order_by(tables.chats.c.id).with_for_update())


async def chat_id_of(connection: AsyncConnection, ref: ChatRef, *, lock: bool = False) -> int | None:
    """A chat's key; None if it is not stored. With `lock`, no other transaction changes it before this one ends."""
    query = select(tables.chats.c.id).where(is_chat(ref))
    chat_id: int | None = await connection.scalar(query.with_for_update() if lock else query)
    return chat_id


async def mark_changed(connection: AsyncConnection, chat_ids: Collection[int], now: datetime) -> None:
    """Note that the settings, the subscriptions or the suspension of these chats changed now."""
    for chunk in row_mapping.in_chunks(chat_ids):
        await connection.execute(update(tables.chats).where(tables.chats.c.id.in_(chunk)).values(changed_at=now))
