"""Who is due when, when to ask arXiv again, and what to do with a delivery after each outcome. Pure; takes `now`."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.arxiv import calendar
from bot.model import (
    Chat,
    ChatGone,
    ChatMoved,
    ChatRef,
    Delivery,
    DeliveryState,
    NotSent,
    Outcome,
    Platform,
    Rejected,
    Sent,
    Unknown,
)

GRACE = timedelta(minutes=60)
"""How long a digest waits past its time for summaries that are missing."""

LEASE = timedelta(minutes=3)
"""How long a process may hold a delivery before another takes it over; longer than any request may last."""

SKEW = timedelta(minutes=5)
"""Clocks of several machines differ by no more than this."""

AHEAD = timedelta(days=2)
"""No hour that we set lies farther ahead (but for a wait that a platform names); one that does was set by a clock
that ran ahead, and counts as come."""

ASKED_FOR = datetime(1970, 1, 1, tzinfo=UTC)
"""The hour of a delivery that a person is waiting for: longest due is leased first."""

GIVE_UP_AFTER, MIN_FAILURES = timedelta(days=2), 12
"""A delivery is given up when it is so old and has failed by itself so many times, whatever the platform did."""

LONGEST_WAIT = timedelta(days=30)
"""No wait that a platform names is believed to be longer."""

LONGEST_OUTAGE_WAIT = 300.0
"""Seconds between tries at most while a whole platform does not serve."""


# ── digests by the chat's own clock ───────────────────────────────────────────────────────────────────────────────


def next_due(chat: Chat, now: datetime) -> datetime:
    """The chat's next digest time strictly after `now`, in UTC.

    A wall time that a clock change skips is taken where the clock lands; one that comes twice is taken the first time.
    """
    zone = ZoneInfo(chat.timezone)
    day = now.astimezone(zone).date()
    while True:
        due = datetime.combine(day, chat.digest_time, zone).astimezone(UTC)
        if due > now:
            return due
        day += timedelta(days=1)


def slot_of(chat: Chat, due_at: datetime) -> str:
    """The name of the digest that is due then: the chat's own date, so that a day has one digest whatever happens."""
    return due_at.astimezone(ZoneInfo(chat.timezone)).date().isoformat()


def days_in(slot: str) -> tuple[date, ...]:
    """The dates that the name of a digest holds, in order: "2026-06-02", "now 20260602T1215…"."""
    return tuple(date.fromisoformat(found) for found in re.findall(r"\d{4}-\d\d-\d\d|\d{8}(?=T)", slot))


def may_wait(due_at: datetime, now: datetime) -> bool:
    """Whether a digest may still wait for summaries that are missing."""
    return now < due_at + GRACE


# ── deliveries ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Settle:
    """Write this state. `hold` keeps the whole platform from sending until then; `again` says of an unknown fate that
    it is looked for and sent again at `next_attempt_at`, `asked` that this is wanted also where nobody can tell;
    `failed`, that the trouble was this message's or its chat's own."""

    state: DeliveryState
    why: str | None = None
    message_id: str | None = None
    next_attempt_at: datetime | None = None
    hold: datetime | None = None
    again: bool = False
    asked: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Suspend:
    """Put the delivery back and send nothing more to the chat until somebody asks again."""

    why: str


@dataclass(frozen=True, slots=True)
class Move:
    """Put the delivery back and rewrite the chat's id."""

    to: ChatRef


def backoff(attempts: int, *, base: float = 10.0, most: float = 6 * 3600.0) -> float:
    """Seconds to wait after the n-th try failed: doubling, with full jitter above half."""
    ceiling = min(most, base * 2.0 ** max(0, attempts - 1))
    return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing


def after_sending(
    outcome: Outcome, delivery: Delivery, now: datetime, *, resend_unknown: bool = False, begun: bool = True
) -> Settle | Suspend | Move:
    """What becomes of a delivery whose latest try (`delivery.attempts` were before it) ended in `outcome`.

    Unknown: Discord takes the same nonce again without a second message, so trying again is safe there; on Telegram
    nobody can know, so it stays unknown unless the operator prefers a possible repeat. `begun` is false where no
    request to send was made: what was in doubt before is so still.
    """
    match outcome:
        case Sent(message_id):
            return Settle(DeliveryState.SENT, message_id=message_id)
        case Rejected(why):
            return Settle(DeliveryState.GIVEN_UP, why)
        case ChatGone(why):
            return Suspend(why)
        case ChatMoved(to):
            return Move(to)
        case Unknown(why, final):
            if final or not (delivery.chat.platform is Platform.DISCORD or resend_unknown):
                return Settle(DeliveryState.UNKNOWN, why)
            if _hopeless(delivery, now):
                return Settle(DeliveryState.UNKNOWN, f"{why} (after {delivery.failures + 1} tries)")
            then = now + timedelta(seconds=backoff(delivery.failures + 1))
            return Settle(DeliveryState.UNKNOWN, why, next_attempt_at=then, again=True, failed=True)
        case NotSent():
            return _later(outcome, delivery, now, begun)


def _later(outcome: NotSent, delivery: Delivery, now: datetime, begun: bool) -> Settle:
    retry_after, whole = outcome.retry_after, outcome.whole_platform
    if retry_after is not None and not math.isfinite(retry_after):
        retry_after = None
    # A limit that the platform names, or a platform that is gone, says nothing about this message: never give up on it.
    alone = retry_after is None and not whole
    in_doubt = delivery.again and not begun
    if alone and _hopeless(delivery, now):
        ended = DeliveryState.UNKNOWN if in_doubt else DeliveryState.GIVEN_UP
        return Settle(ended, f"{outcome.why} (after {delivery.failures + 1} tries)")
    if retry_after is not None:
        seconds = min(max(retry_after, 0.0), LONGEST_WAIT.total_seconds())
    elif whole:
        seconds = backoff(delivery.attempts + 1, most=LONGEST_OUTAGE_WAIT)
    else:
        seconds = backoff(delivery.failures + 1)
    then = now + timedelta(seconds=seconds)
    return Settle(
        DeliveryState.UNKNOWN if in_doubt else DeliveryState.WAITING,
        outcome.why,
        next_attempt_at=then,
        hold=then if whole else None,
        again=in_doubt,
        asked=in_doubt and delivery.asked,
        failed=alone or ((begun or in_doubt) and not whole),
    )


def _hopeless(delivery: Delivery, now: datetime) -> bool:
    return now - delivery.written_at >= GIVE_UP_AFTER and delivery.failures + 1 >= MIN_FAILURES


# ── asking arXiv ──────────────────────────────────────────────────────────────────────────────────────────────────

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
