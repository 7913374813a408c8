"""Which deliveries may be leased now: of each chat's queue the first part that is not settled."""

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
by then. A part that never settles must not stop its chat."""


def heads(platforms: Collection[Platform], now: datetime) -> Select[int]:
    """The ids of the deliveries that may be leased now, in the order in which they are leased.

    Ids grow in the order of digests and their parts, so a chat's queue is in the order of ids.
    """
    table, chat = tables.deliveries, tables.chats
    other = tables.deliveries.alias("other")
    of_chat, earlier = other.c.chat_id == table.c.chat_id, other.c.id < table.c.id
    is_open, to_verify = other.c.state.in_(OPEN), other.c.state == _VERIFY_FIRST
    is_fresh, is_stale = other.c.failures < ORDERED_FAILURES, other.c.failures >= ORDERED_FAILURES
    behind_others = exists().where(is_open, of_chat, earlier) | exists().where(to_verify, is_fresh, of_chat, earlier)
    # A stale part to be verified goes only when its chat has nothing else, before or after it.
    beside_others = (
        exists().where(is_open, of_chat)
        | exists().where(to_verify, is_fresh, of_chat)
        | exists().where(to_verify, is_stale, of_chat, earlier)
    )
    waiting = (table.c.state == DeliveryState.WAITING.value) & is_due(now)
    abandoned = table.c.state.in_(LEASED) & (table.c.leased_until <= now)
    in_turn = or_(table.c.failures < ORDERED_FAILURES, ~beside_others)
    to_be_verified = (table.c.state == _VERIFY_FIRST) & is_due(now) & in_turn
    return (
        select(table.c.id)
        .join(chat, chat.c.id == table.c.chat_id)
        .where(
            chat.c.platform.in_([platform.value for platform in platforms]),
            chat.c.suspended.is_(None),
            # Implied by the next line; stated apart so that the index on states is used and history is not read.
            table.c.state.in_(_MAY_BE_LEASED),
            or_(waiting, abandoned, to_be_verified),
            ~behind_others,
        )
        .order_by(table.c.priority, table.c.next_attempt_at, table.c.id)
    )


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether a delivery's next attempt has come. One that was put off by a clock that ran ahead has come too."""
    table = tables.deliveries
    return or_(table.c.next_attempt_at <= now, table.c.touched_at > now + due_times.SKEW)
