"""Whose turn it is: the next part of each chat, and the deliveries that may be leased now.

Each chat that is not suspended has one next part, if it has any that is not settled: the first of those whose order is
kept, and without those the first that nobody could verify so far. `turn_at` is set for it alone, so that a lease reads
an index of the next parts in the order in which they are sent, however many others wait. Whoever changes the state of
a delivery or the suspension of a chat locks the chat first and then calls `appoint`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.decisions import due_times
from bot.model import DeliveryState, Platform, Priority
from bot.storage import row_mapping, tables

LEASED = (DeliveryState.LEASED.value, DeliveryState.LEASED_TO_VERIFY.value)

SETTLED = (DeliveryState.SENT.value, DeliveryState.IN_DOUBT.value, DeliveryState.GIVEN_UP.value)
"""The states of parts that no later part of their chat waits for."""

ORDERED_FAILURES = 3
"""A part to be verified keeps later parts waiting until it has failed this often, about half a minute: most are settled
by then. A part that can never be verified must not block its chat."""

_table, _chats = tables.deliveries, tables.chats
_WAITS = _table.c.state.in_((DeliveryState.WAITING.value, DeliveryState.VERIFY_FIRST.value))


def is_open(deliveries: FromClause = _table) -> ColumnElement[bool]:
    """Whether a delivery is not settled; finds those by the index `tables.OPEN`."""
    return _not_in(deliveries, *SETTLED)


def is_unusual() -> ColumnElement[bool]:
    """Whether a delivery is neither waiting nor sent; finds those by the index `tables.UNUSUAL`."""
    return _not_in(_table, DeliveryState.WAITING.value, DeliveryState.SENT.value)


def _not_in(deliveries: FromClause, *states: str) -> ColumnElement[bool]:
    # Constants in the statement: with parameters, no database sees that a partial index holds the rows.
    return deliveries.c.state.not_in([literal_column(f"'{state}'") for state in states])


def in_order(*conditions: ColumnElement[bool]) -> Select[Any]:
    """The ids of such deliveries, for an UPDATE of several. They are locked in the order in which every transaction
    locks deliveries: an UPDATE alone takes them in any order, and two could deadlock."""
    return select(_table.c.id).where(*conditions).order_by(_table.c.chat_id, _table.c.id).with_for_update()


# ── the next part of a chat ──


async def appoint(connection: AsyncConnection, chat_ids: Collection[int], now: datetime) -> None:
    """Give the turn to the next part of each of these chats, and to no other part of theirs.

    The caller has locked the chats. A part that had the turn already keeps its place; another gets it at `now`, so
    that chats take turns, and a chat with many parts does not get all of them before the first one of another chat.
    """
    for chunk in row_mapping.in_chunks(chat_ids):
        heads = [head for head in await connection.scalars(_next_parts(chunk)) if head is not None]
        others = in_order(
            _table.c.chat_id.in_(chunk), is_open(), _table.c.turn_at.is_not(None), _table.c.id.not_in(heads)
        )
        await connection.execute(update(_table).where(_table.c.id.in_(others)).values(turn_at=null()))
        if heads:
            new = update(_table).where(_table.c.id.in_(in_order(_table.c.id.in_(heads), _table.c.turn_at.is_(None))))
            await connection.execute(new.values(_turn(now)))


def _turn(now: datetime) -> dict[str, Any]:
    """What a part gets with its turn."""
    own_time = _table.c.next_attempt_at
    moment = literal(now, own_time.type)
    return {
        "turn_at": case((is_due(now), moment), else_=own_time),
        # The time that a clock set which ran ahead is forgotten here, because this write hides that it did.
        "next_attempt_at": case((ran_ahead(now), moment), else_=own_time),
        "touched_at": now,
    }


def _next_parts(chat_ids: Collection[int]) -> Select[Any]:
    """The id of the next part of each chat; None for a chat without one."""
    is_unverified = and_(_table.c.state == DeliveryState.VERIFY_FIRST.value, _table.c.failures >= ORDERED_FAILURES)
    # Ids grow in the order of digests and their parts, so a chat's queue is in the order of ids.
    first = select(_table.c.id).where(_table.c.chat_id == _chats.c.id, is_open()).order_by(_table.c.id).limit(1)
    in_order = first.where(~is_unverified).correlate(_chats).scalar_subquery()
    unverified = first.where(is_unverified).correlate(_chats).scalar_subquery()
    is_served = and_(_chats.c.id.in_(chat_ids), _chats.c.suspended.is_(None))
    return select(func.coalesce(in_order, unverified)).where(is_served)


# ── leasing ──


def may_be_leased(now: datetime) -> ColumnElement[bool]:
    """Whether a part that has the turn can be leased at this moment."""
    is_reached = or_(_table.c.turn_at <= now, ran_ahead(now))
    return or_(and_(_WAITS, is_reached), _is_abandoned(now))


def next_to_lease(lanes: Collection[tuple[Platform, str]], now: datetime, limit: int) -> Select[Any]:
    """The ids of the deliveries of these platforms and bots that may be leased now, in the order of their turns.

    They are locked. Rows that another process is leasing at this moment are skipped, not waited for.
    """
    sources = [source.limit(limit).with_for_update(of=_table, skip_locked=True) for source in _sources(lanes, now)]
    found = union_all(*(select(_cte(source, number)) for number, source in enumerate(sources))).subquery()
    return select(found.c.id).order_by(found.c.priority, found.c.turn_at, found.c.id).limit(limit)


def _sources(lanes: Collection[tuple[Platform, str]], now: datetime) -> Iterator[Select[Any]]:
    """Several selects that are found by one index each; their conditions exclude each other."""
    heads = select(_table.c.id, _table.c.priority, _table.c.turn_at).where(_table.c.turn_at.is_not(None))
    for platform, bot in lanes:
        of_lane = heads.where(_table.c.platform == platform.value, _table.c.bot == bot)
        for priority in Priority:
            due = of_lane.where(_table.c.priority == priority.value, _table.c.turn_at <= now, _WAITS)
            yield due.order_by(_table.c.turn_at, _table.c.id)
    # Rare ones. The lanes are an expression here, so that the index on lanes, with all that waits, is not used.
    lane = _table.c.platform + "/" + _table.c.bot
    of_lanes = heads.where(lane.in_([f"{platform}/{bot}" for platform, bot in lanes]))
    # In order as well: only as many are taken as there are places.
    rare = of_lanes.order_by(_table.c.priority, _table.c.turn_at, _table.c.id)
    yield rare.where(ran_ahead(now), _table.c.turn_at > now, _WAITS)
    # Leased by a process that has ended: no request has begun in these states.
    yield rare.where(is_unusual(), _is_abandoned(now))


def _cte(source: Select[Any], number: int) -> CTE:
    # FOR UPDATE is allowed in a CTE and not in a part of a UNION.
    return source.cte(f"source_{number}")


def bots_with_turn(platform: Platform) -> Select[Any]:
    """The bots of a platform that have a part to send; reads one entry of the index for each bot, not all."""
    with_turn = select(_table.c.bot).where(_table.c.platform == platform.value, _table.c.turn_at.is_not(None))
    first = with_turn.order_by(_table.c.bot).limit(1).subquery()
    found = select(first.c.bot).cte("bots", recursive=True)
    following = with_turn.where(_table.c.bot > found.c.bot).order_by(_table.c.bot).limit(1)
    again = select(following.correlate(found).scalar_subquery()).where(found.c.bot.is_not(None))
    every = found.union_all(again)
    return select(every.c.bot).where(every.c.bot.is_not(None))


def first_with_turn(lanes: Collection[tuple[Platform, str]], upto: datetime, limit: int) -> Select[Any]:
    """The keys of chats whose turn came up to a moment, at most `limit` of them; found by ranges of one index."""
    chosen = select(_table.c.chat_id).where(_table.c.turn_at <= upto)
    ranges = [
        chosen.where(_table.c.platform == platform.value, _table.c.bot == bot, _table.c.priority == priority.value)
        for platform, bot in lanes
        for priority in Priority
    ]
    # A LIMIT is allowed in a subquery and not in a part of a UNION.
    return union_all(*(select(each.limit(limit).subquery()) for each in ranges)).subquery().select().limit(limit)


def is_due(now: datetime) -> ColumnElement[bool]:
    """Whether a delivery's next attempt is due."""
    return or_(_table.c.next_attempt_at <= now, ran_ahead(now))


def ran_ahead(now: datetime) -> ColumnElement[bool]:
    """Whether a row was written in the future, by a clock that ran ahead: the times in it cannot be used, so it counts
    as due."""
    return _table.c.touched_at > now + due_times.SKEW


def _is_abandoned(now: datetime) -> ColumnElement[bool]:
    return and_(_table.c.state.in_(LEASED), _table.c.leased_until <= now)
