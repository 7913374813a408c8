"""Decides when to ask arXiv again, after a response and after a failure. Pure; takes `now`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.arxiv import calendar
from bot.decisions.delivery_policy import backoff
from bot.model import ListingRecord

POLL_EVERY = timedelta(minutes=20)
"""How often the feed is asked while the listing of the day is not published."""


RECHECK_AFTER = timedelta(hours=6)
"""After this time a listing that was read is requested once more, because arXiv adds entries late."""

COMPARE_AFTER = timedelta(hours=20)
"""The listings of the last week are compared with the API once a day; less than 24 hours, as polls are not on time."""

FIRST_RETRY_SECONDS = 60.0
MAX_RETRY_SECONDS = 7200.0


@dataclass(frozen=True, slots=True)
class PollState:
    """The state of polling, as the store keeps it.

    `day` is the newest listing that was read, `checks` how often it was seen, `empty` how often since then the feed
    had nothing newer. On a holiday that the calendar does not know we ask less often, yet often enough to see a late
    feed the same morning. `failures` counts failed polls in a row; `why` is the message of the last one. `compared_at`
    is when the listings of the week were last compared with the API.
    """

    day: date | None = None
    checks: int = 0
    empty: int = 0
    asked_at: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None
    why: str | None = None
    compared_at: datetime | None = None

    def as_json(self) -> dict[str, object]:
        return {
            "day": self.day.isoformat() if self.day else None,
            "checks": self.checks,
            "empty": self.empty,
            "asked_at": self.asked_at.isoformat() if self.asked_at else None,
            "failures": self.failures,
            "retry_at": self.retry_at.isoformat() if self.retry_at else None,
            "why": self.why,
            "compared_at": self.compared_at.isoformat() if self.compared_at else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object] | None) -> PollState:
        data = data or {}
        day, asked, retry, compared = (data.get(name) for name in ("day", "asked_at", "retry_at", "compared_at"))
        return cls(
            day=date.fromisoformat(str(day)) if day else None,
            checks=int(str(data.get("checks") or 0)),
            empty=int(str(data.get("empty") or 0)),
            asked_at=datetime.fromisoformat(str(asked)) if asked else None,
            failures=int(str(data.get("failures") or 0)),
            retry_at=datetime.fromisoformat(str(retry)) if retry else None,
            why=str(data["why"]) if data.get("why") else None,
            compared_at=datetime.fromisoformat(str(compared)) if compared else None,
        )


def poll_due(state: PollState, expected: date, now: datetime, *, is_new_archive: bool = False) -> bool:
    """Whether to ask arXiv now; `expected` is the newest listing that should be out by its calendar.

    `is_new_archive` means that a topic needs an archive whose latest listing was never asked for. A remembered day in
    the future is ignored: either it was a mistake or our clock is slow, and in both cases there may be something new.
    """
    if state.asked_at is not None and state.asked_at > now:
        return True  # the clock was set back, so none of the remembered times can be used
    if state.retry_at is not None and now < state.retry_at:
        return False
    # After failures only `retry_at`, checked above, delays the next poll.
    if state.asked_at is None or state.failures or is_new_archive:
        return True
    if state.day is None or state.day < expected or is_in_future(state.day, now):
        # 20, 40, then 80 minutes between polls while the feed stays empty
        return now - state.asked_at >= POLL_EVERY * (1 << min(state.empty, 2))
    return state.checks < 2 and now - state.asked_at >= RECHECK_AFTER


def is_week_due(state: PollState, records: Collection[ListingRecord], now: datetime) -> bool:
    """Whether to compare the listings of the last week (`records` has all that were read) with the API now."""
    # The first listing ever read has nothing before it that could be incomplete.
    if len({record.day for record in records}) < 2:
        return False
    # `abs`: a clock that was set back must not put the comparison off.
    return state.compared_at is None or abs(now - state.compared_at) >= COMPARE_AFTER


def after_poll(state: PollState, day: date | None, now: datetime) -> PollState:
    """Return the state after arXiv answered with the listing of `day` (None if it is not published yet)."""
    if state.day is not None and state.day != day and is_in_future(state.day, now):
        # The remembered day came from a clock that ran ahead; arXiv's answer is right.
        state = replace(state, day=None, checks=0)
    # An earlier day means that the feed still shows the listing before; that counts like an empty feed.
    if day is None or (state.day is not None and day < state.day):
        return PollState(state.day, state.checks, state.empty + 1, now, compared_at=state.compared_at)
    if day == state.day:
        return PollState(day, state.checks + 1, state.empty + 1, now, compared_at=state.compared_at)
    return PollState(day, 1, 0, now, compared_at=state.compared_at)


def after_failed_poll(
    state: PollState, retry_after: float | None, now: datetime, reason: str | None = None
) -> PollState:
    """Return the state after arXiv did not serve; the next poll waits 1 minute to 2 hours, or as long as arXiv asked.

    `retry_after` is in seconds.
    """
    failures = state.failures + 1
    # Not shorter than the back-off, even if arXiv names a shorter time for the last of many failures.
    seconds = max(retry_after or 0.0, backoff(failures, base=FIRST_RETRY_SECONDS, most=MAX_RETRY_SECONDS))
    return replace(state, asked_at=now, failures=failures, retry_at=now + timedelta(seconds=seconds), why=reason)


def is_listing_missing(state: PollState, now: datetime) -> bool:
    """Whether the listing that the feed should show now has not been read yet."""
    return state.day is None or state.day < calendar.fed_day(now)


def is_in_future(day: date, now: datetime) -> bool:
    """Whether no listing of that date can be out yet."""
    return day > calendar.newest_day(now)


def is_disproved(state: PollState, day: date, now: datetime) -> bool:
    """Whether the remembered day was a mistake: it is in the future, and arXiv's newest listing is that of `day`."""
    return state.day is not None and day < state.day and is_in_future(state.day, now)
