"""When a chat's digest is due by its own clock, and how long it may wait. Pure; takes `now`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.model import Chat

GRACE = timedelta(minutes=60)
"""How long a digest waits past its due time for summaries that are missing."""

MOST_MOVED = timedelta(hours=12)
"""A digest is moved no farther than this when too many are due: the next morning would meet it."""

SKEW = timedelta(minutes=5)
"""The clocks of several machines differ by less than this."""

AHEAD = timedelta(days=2)
"""No due time that this program sets is farther ahead, except for a wait that a platform names. A stored time that is
farther ahead was set by a clock that ran ahead, and counts as due now; so a rule that skips days must raise this."""


def next_due(chat: Chat, now: datetime) -> datetime:
    """The chat's next digest time strictly after `now`, in UTC.

    A local time that a clock change skips is moved past the gap; of a time that occurs twice, the first one is taken.
    """
    zone = ZoneInfo(chat.timezone)
    day = now.astimezone(zone).date()
    # `combine` leaves `fold` at 0, which means the first of two equal local times.
    while True:
        due = datetime.combine(day, chat.digest_time, zone).astimezone(UTC)
        if due > now:
            return due
        day += timedelta(days=1)


def rescheduled(before: Chat, after: Chat, now: datetime) -> datetime:
    """The next due time of a chat whose digest time or time zone is changed now.

    A digest whose time has come, but which was moved to a later minute because many were due (`spreading`), is not
    put off to the next day: unless it is due at a later hour of today now, it keeps its minute.
    """
    due = next_due(after, now)
    moved = before.next_due_at
    is_pending = moved is not None and moved > now and scheduled_at(before, moved) <= now
    return moved if moved and is_pending and slot_day(after, due) > slot_day(before, moved) else due


def is_moved(chat: Chat) -> bool:
    """Whether a chat is due at another minute than its digest time, because many were due at that."""
    return chat.next_due_at is not None and scheduled_at(chat, chat.next_due_at) != chat.next_due_at


def scheduled_at(chat: Chat, due_at: datetime) -> datetime:
    """The digest time, in UTC, that a due time belongs to: itself, or the one from which it was moved."""
    zone = ZoneInfo(chat.timezone)
    day = due_at.astimezone(zone).date()
    for days in (0, 1):
        scheduled = datetime.combine(day - timedelta(days=days), chat.digest_time, zone).astimezone(UTC)
        if timedelta() <= due_at - scheduled <= MOST_MOVED:
            return scheduled
    return due_at


def slot_day(chat: Chat, due_at: datetime) -> date:
    """The chat's own date of the digest that is due then, even if it was moved past midnight."""
    return local_date(chat, scheduled_at(chat, due_at))


def local_date(chat: Chat, moment: datetime) -> date:
    """The date in the chat's own time zone."""
    return moment.astimezone(ZoneInfo(chat.timezone)).date()


def may_wait(due_at: datetime, now: datetime) -> bool:
    """Whether a digest may still wait for summaries that are missing."""
    return now < due_at + GRACE
