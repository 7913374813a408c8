"""When to ask arXiv again, after an answer and after a failure. Pure; takes `now`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.arxiv import calendar
from bot.decisions.delivery_policy import backoff

POLL_EVERY = timedelta(minutes=20)
"""How often the feed is asked while the listing of the day is not there."""


RECHECK_AFTER = timedelta(hours=6)
"""When a listing that is there is asked for once more, for what arXiv adds late."""


@dataclass(frozen=True, slots=True)
class PollState:
    """What the store remembers of asking arXiv.

    `day` is the newest listing that was had, `checks` how often it was seen, `empty` how often since then the feed
    had nothing newer: on a holiday that nobody foretold we ask less often, yet often enough for a late feed to be seen
    the same morning.
    """

    day: date | None = None
    checks: int = 0
    empty: int = 0
    asked_at: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None
    why: str | None = None
    """What the last failure said."""

    def as_json(self) -> dict[str, object]:
        return {
            "day": self.day.isoformat() if self.day else None,
            "checks": self.checks,
            "empty": self.empty,
            "asked_at": self.asked_at.isoformat() if self.asked_at else None,
            "failures": self.failures,
            "retry_at": self.retry_at.isoformat() if self.retry_at else None,
            "why": self.why,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object] | None) -> PollState:
        data = data or {}
        day, asked, retry = (data.get(name) for name in ("day", "asked_at", "retry_at"))
        return cls(
            day=date.fromisoformat(str(day)) if day else None,
            checks=int(str(data.get("checks") or 0)),
            empty=int(str(data.get("empty") or 0)),
            asked_at=datetime.fromisoformat(str(asked)) if asked else None,
            failures=int(str(data.get("failures") or 0)),
            retry_at=datetime.fromisoformat(str(retry)) if retry else None,
            why=str(data["why"]) if data.get("why") else None,
        )


def poll_due(state: PollState, expected: date, now: datetime, *, unasked: bool = False) -> bool:
    """Whether to ask arXiv now, when `expected` is the newest listing that its calendar says is out.

    `unasked` says that somebody follows an archive whose latest listing was never asked for. A day that cannot have
    come yet is not believed: either it was a mistake or our clock is slow, and in both cases there is news to ask for.
    """
    if state.asked_at is not None and state.asked_at > now:
        return True  # the clock went back: what we remember is worth nothing
    if state.retry_at is not None and now < state.retry_at:
        return False
    if state.asked_at is None or state.failures or unasked:
        return True
    if state.day is None or state.day < expected or is_to_come(state.day, now):
        return now - state.asked_at >= POLL_EVERY * (1 << min(state.empty, 2))
    return state.checks < 2 and now - state.asked_at >= RECHECK_AFTER


def after_poll(state: PollState, day: date | None, now: datetime) -> PollState:
    """The state after arXiv answered with the listing of `day` (None: nothing there yet)."""
    if state.day is not None and state.day != day and is_to_come(state.day, now):
        state = replace(state, day=None, checks=0)
    if day is None or (state.day is not None and day < state.day):
        return PollState(state.day, state.checks, state.empty + 1, now)
    if day == state.day:
        return PollState(day, state.checks + 1, state.empty + 1, now)
    return PollState(day, 1, 0, now)


def is_to_come(day: date, now: datetime) -> bool:
    """Whether no listing of that date can be out, whatever is remembered."""
    return day > calendar.newest_day(now)


def after_failed_poll(state: PollState, retry_after: float | None, now: datetime, why: str | None = None) -> PollState:
    """The state after arXiv did not serve, saying `why`: it waits a minute to two hours, or as long as arXiv asked."""
    failures = state.failures + 1
    wait = max(retry_after or 0.0, backoff(failures, base=60.0, most=7200.0))
    return replace(state, asked_at=now, failures=failures, retry_at=now + timedelta(seconds=wait), why=why)
