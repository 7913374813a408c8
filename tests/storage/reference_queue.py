"""Which deliveries may be leased now, as one query over all of them that needs no `turn_at`: slow, plainly right."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, exists, or_, select

from bot.decisions import due_times
from bot.model import DeliveryState
from bot.storage import tables
from bot.storage.outbox_queue import LEASED, ORDERED_FAILURES

OPEN = (DeliveryState.WAITING.value, *LEASED, DeliveryState.SENDING.value)
"""The states in which a part keeps its chat's later parts waiting, so that they arrive in order."""

VERIFY_FIRST = DeliveryState.VERIFY_FIRST.value


def leasable(now: datetime) -> Select[int]:
    """The ids of the deliveries that may be leased now."""
    table, chat = tables.deliveries, tables.chats
    other = tables.deliveries.alias("other")
    of_chat, earlier = other.c.chat_id == table.c.chat_id, other.c.id < table.c.id
    is_open, to_verify = other.c.state.in_(OPEN), other.c.state == VERIFY_FIRST
    is_fresh, is_stale = other.c.failures < ORDERED_FAILURES, other.c.failures >= ORDERED_FAILURES
    is_behind = exists().where(is_open, of_chat, earlier) | exists().where(to_verify, is_fresh, of_chat, earlier)
    # A stale part to be verified is leased only when its chat has nothing else to send, before or after it.
    has_others = (
        exists().where(is_open, of_chat)
        | exists().where(to_verify, is_fresh, of_chat)
        | exists().where(to_verify, is_stale, of_chat, earlier)
    )
    is_due = or_(table.c.next_attempt_at <= now, table.c.touched_at > now + due_times.SKEW)
    is_waiting = (table.c.state == DeliveryState.WAITING.value) & is_due
    is_abandoned = table.c.state.in_(LEASED) & (table.c.leased_until <= now)
    is_in_turn = or_(table.c.failures < ORDERED_FAILURES, ~has_others)
    is_to_verify = (table.c.state == VERIFY_FIRST) & is_due & is_in_turn
    return (
        select(table.c.id)
        .join(chat, chat.c.id == table.c.chat_id)
        .where(chat.c.suspended.is_(None), or_(is_waiting, is_abandoned, is_to_verify), ~is_behind)
    )
