"""When a chat's digest is due by its own clock, and how long it may wait. Pure; takes `now`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.model import EVERY_DAY, FOREVER, Chat

GRACE = timedelta(minutes=60)
"""How long a digest waits past its due time for summaries that are missing."""

MOST_MOVED = timedelta(hours=12)
"""A digest is moved no farther than this when too many are due: the next morning would meet it."""

SKEW = timedelta(minutes=5)
"""The clocks of several machines differ by less than this."""

AHEAD = timedelta(days=2)
"""No due time that this program sets for a chat with a digest every day is farther ahead, except after a pause. A
stored time that is farther ahead was set by a clock that ran ahead, and counts as due now."""

AHEAD_ON_SOME_DAYS = timedelta(days=8)
"""The same for a chat with chosen days, which may have one digest a week. So a clock that ran ahead by less than a week
costs such a chat at most one digest, whose papers come with the next one."""


def is_paused(chat: Chat, now: datetime) -> bool:
    """Whether no digest is due, because the chat is paused for longer."""
    return chat.paused_until is not None and chat.paused_until > now


def next_due(chat: Chat, now: datetime) -> datetime | None:
    """The chat's next digest time strictly after `now`, in UTC: on one of its days, and not before the end of a pause.
    None if it is paused until somebody resumes it.

    A local time that a clock change skips is moved past the gap; of a time that occurs twice, the first one is taken.
    """
    if chat.paused_until is not None and chat.paused_until >= FOREVER:
        return None
    zone = ZoneInfo(chat.timezone)
    earliest = max(now, chat.paused_until) if chat.paused_until else now
    # From the day before: a clock change at midnight can move the digest of one day past it, into the next.
    day = earliest.astimezone(zone).date() - timedelta(days=1)
    while True:
        due = _at(chat, day, zone)
        if due > now and due >= earliest and day.weekday() in (chat.days or EVERY_DAY):
            return due
        day += timedelta(days=1)


def rescheduled(before: Chat, after: Chat, now: datetime) -> datetime | None:
    """The next due time of a chat whose digest time, time zone, days or pause are changed now.

    A digest whose time has come, but which was moved to a later minute because many were due (`spreading`), is not
    put off to the next day: unless it is due at a later hour of today now, it keeps its minute. It goes where the chat
    is paused now, or has no digest on that day any more.
    """
    due = next_due(after, now)
    moved = before.next_due_at
    if moved is None or due is None or moved <= now or scheduled_at(before, moved) > now:
        return due
    day = slot_day(before, moved)
    is_wanted = day.weekday() in (after.days or EVERY_DAY) and not is_paused(after, moved)
    return moved if is_wanted and slot_day(after, due) > day else due


def is_soon(chat: Chat, now: datetime) -> bool:
    """Whether the next digest is so near that its papers should be read; of a weekly digest other papers may be the
    best by then."""
    return not is_paused(chat, now) and (chat.next_due_at is None or chat.next_due_at <= now + AHEAD)


def is_moved(chat: Chat) -> bool:
    """Whether a chat is due at another minute than its digest time, because many were due at that."""
    return chat.next_due_at is not None and scheduled_at(chat, chat.next_due_at) != chat.next_due_at


def scheduled_at(chat: Chat, due_at: datetime) -> datetime:
    """The digest time, in UTC, that a due time belongs to: itself, or the one from which it was moved."""
    day = _scheduled_day(chat, due_at)
    return due_at if day is None else _at(chat, day, ZoneInfo(chat.timezone))


def slot_day(chat: Chat, due_at: datetime) -> date:
    """The chat's own date of the digest that is due then, even if it was moved past midnight."""
    return _scheduled_day(chat, due_at) or local_date(chat, due_at)


def _scheduled_day(chat: Chat, due_at: datetime) -> date | None:
    """The chat's own date whose digest time is this one, or was before it was moved; None if there is none."""
    zone = ZoneInfo(chat.timezone)
    day = due_at.astimezone(zone).date()
    for scheduled in (day, day - timedelta(days=1)):
        if timedelta() <= due_at - _at(chat, scheduled, zone) <= MOST_MOVED:
            return scheduled
    return None


def _at(chat: Chat, day: date, zone: ZoneInfo) -> datetime:
    # `combine` leaves `fold` at 0, which means the first of two equal local times.
    return datetime.combine(day, chat.digest_time, zone).astimezone(UTC)


def local_date(chat: Chat, moment: datetime) -> date:
    """The date in the chat's own time zone."""
    return moment.astimezone(ZoneInfo(chat.timezone)).date()


def may_wait(due_at: datetime, now: datetime) -> bool:
    """Whether a digest may still wait for summaries that are missing."""
    return now < due_at + GRACE
