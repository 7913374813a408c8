"""Selects the deliveries that may be leased now: the first part of each chat's queue that is not settled."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, or_, select

from bot.decisions import due_times
from bot.model import DeliveryState, Platform
from bot.storage import tables

LEASED = (DeliveryState.LEASED.value, DeliveryState.LEASED_TO_VERIFY.value)

OPEN = (DeliveryState.WAITING.value, *LEASED, DeliveryState.SENDING.value)
"""The states in which a part keeps its chat's later parts waiting, so that they arrive in order."""

_MAY_BE_LEASED = (DeliveryState.WAITING.value, DeliveryState.VERIFY_FIRST.value, *LEASED)

_VERIFY_FIRST = DeliveryState.VERIFY_FIRST.value

ORDERED_FAILURES = 3
"""A part to be verified keeps later parts waiting until it has failed this often, about half a minute: most are settled
by then. A part that can never be verified must not block its chat."""


def heads(platforms: Collection[Platform], now: datetime) -> Select[int]:
    """The ids of the deliveries that may be leased now, in the order in which they are leased.

    Ids grow in the order of digests and their parts, so a chat's queue is in the order of ids.
    """
    table, chat = tables.deliveries, tables.chats
    other = tables.deliveries.alias("other")
    of_chat, earlier = other.c.chat_id == table.c.chat_id, other.c.id < table.c.id
    is_open, to_verify = other.c.state.in_(OPEN), other.c.state == _VERIFY_FIRST
    is_fresh, is_stale = other.c.failures < ORDERED_FAILURES, other.c.failures >= ORDERED_FAILURES
    # Each state has an EXISTS of its own, which can use the index on (state, chat, id); an OR inside one could not.
    is_behind = exists().where(is_open, of_chat, earlier) | exists().where(to_verify, is_fresh, of_chat, earlier)
    # A stale part to be verified is leased only when its chat has nothing else to send, before or after it.
    has_others = (
        exists().where(is_open, of_chat)
        | exists().where(to_verify, is_fresh, of_chat)
        | exists().where(to_verify, is_stale, of_chat, earlier)
    )
    is_waiting = (table.c.state == DeliveryState.WAITING.value) & is_due(now)
    # Leased by a process that has ended: no request has begun in these states.
    is_abandoned = table.c.state.in_(LEASED) & (table.c.leased_until <= now)
    is_in_turn = or_(table.c.failures < ORDERED_FAILURES, ~has_others)
    is_to_verify = (table.c.state == _VERIFY_FIRST) & is_due(now) & is_in_turn
    return (
        select(table.c.id)
        .join(chat, chat.c.id == table.c.chat_id)
        .where(
            chat.c.platform.in_([platform.value for platform in platforms]),
            chat.c.suspended.is_(None),
            # Implied by the next line; stated apart so that the index on states is used and history is not read.
            table.c.state.in_(_MAY_BE_LEASED),
            or_(is_waiting, is_abandoned, is_to_verify),
            ~is_behind,
        )
        .order_by(table.c.priority, table.c.next_attempt_at, table.c.id)
    )


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether a delivery's next attempt is due.

    A row that was written in the future was postponed by a clock that ran ahead: its time cannot be used, so it is due.
    """
    table = tables.deliveries
    return or_(table.c.next_attempt_at <= now, table.c.touched_at > now + due_times.SKEW)
