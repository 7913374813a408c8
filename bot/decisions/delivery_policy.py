"""Decides about a delivery after each outcome: settle it, retry later, suspend or move its chat. Pure."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.model import (
    ChatGone,
    ChatMoved,
    ChatRef,
    Delivery,
    DeliveryState,
    NotSent,
    Outcome,
    Priority,
    Rejected,
    Sent,
    Settlement,
    Unknown,
)

LEASE = timedelta(minutes=3)
"""How long a process may hold a delivery before another may take it over; longer than any request lasts."""

LATE = timedelta(minutes=15)
"""A part that may be sent for longer than this is late."""

GIVE_UP_AFTER, MIN_FAILURES = timedelta(days=2), 12
"""A delivery is given up only when it is this old and has failed this often by itself. Both are needed: an outage of
days alone, or a burst of failures alone, says nothing about the message."""

LONGEST_WAIT = timedelta(days=30)
"""A longer wait that a platform names is shortened to this: an absurd number must not stop a chat for ever."""

MAX_DOUBLINGS = 64
"""More than any back-off needs to reach its longest wait."""

LONGEST_OUTAGE_WAIT = 300.0
"""The longest wait in seconds between attempts during an outage of a whole platform, so that sending resumes soon after
it ends."""


def is_silent(delivery: Delivery, now: datetime) -> bool:
    """Whether a part makes no sound: somebody asked for it and waits, it is not the first of its digest, or it is sent
    in its chat's quiet hours."""
    if delivery.number > 1 or delivery.priority is Priority.PERSON_WAITING:
        return True
    return delivery.quiet is not None and is_within(delivery.quiet, now.astimezone(ZoneInfo(delivery.timezone)).time())


def is_within(hours: tuple[time, time], at: time) -> bool:
    """Whether a local time lies in hours that may span midnight; equal ends are the whole day."""
    first, end = hours
    return first <= at < end if first < end else at >= first or at < end


@dataclass(frozen=True, slots=True)
class Settle:
    """Write the settlement. `hold_until` keeps the whole platform from sending until then."""

    settlement: Settlement
    hold_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Suspend:
    """Let the delivery wait, and send nothing more to the chat until somebody there uses the bot again."""

    why: str


@dataclass(frozen=True, slots=True)
class Move:
    """Let the delivery wait, and rewrite the chat's id."""

    to: ChatRef


def backoff(attempts: int, *, base: float = 10.0, most: float = 6 * 3600.0) -> float:
    """Seconds to wait after the n-th failed attempt: doubled each time, times a random factor from 0.5 to 1."""
    # The exponent is limited because a float overflows past 2 ** 1023, which an outage of three days would reach.
    doublings = min(max(0, attempts - 1), MAX_DOUBLINGS)
    ceiling = min(most, base * 2.0**doublings)
    return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing


def after_sending(
    outcome: Outcome, delivery: Delivery, now: datetime, *, may_repeat: bool, begun: bool = True
) -> Settle | Suspend | Move:
    """Decide about a delivery whose latest attempt ended in `outcome`; `delivery` is as it was leased.

    `may_repeat`: an attempt of unknown outcome may be followed by another, because the platform can verify whether it
    arrived, or because the operator prefers a repeated message to a missing one. `begun` is false if no request to
    send was made; then an earlier attempt may still have arrived.
    """
    match outcome:
        case Sent(message_id):
            return Settle(Settlement(DeliveryState.SENT, message_id=message_id))
        case Rejected(why):
            return Settle(Settlement(DeliveryState.GIVEN_UP, why))
        case ChatGone(why):
            return Suspend(why)
        case ChatMoved(to):
            return Move(to)
        case Unknown():
            return Settle(_after_unknown(outcome, delivery, now, may_repeat))
        case NotSent():
            return _after_not_sent(outcome, delivery, now, begun)


def after_interruption(*, may_repeat: bool) -> Settlement:
    """Decide about a delivery whose process ended while the request was under way."""
    why = "interrupted while it was being sent"
    if may_repeat:
        return Settlement(DeliveryState.VERIFY_FIRST, why)
    return Settlement(DeliveryState.IN_DOUBT, f"{why}; nobody can know whether it arrived")


def _after_unknown(outcome: Unknown, delivery: Delivery, now: datetime, may_repeat: bool) -> Settlement:
    if outcome.final or not may_repeat:
        return Settlement(DeliveryState.IN_DOUBT, outcome.why)
    if _is_hopeless(delivery, now):
        return Settlement(DeliveryState.IN_DOUBT, f"{outcome.why} (after {delivery.failures + 1} tries)")
    then = now + timedelta(seconds=backoff(delivery.failures + 1))
    return Settlement(DeliveryState.VERIFY_FIRST, outcome.why, next_attempt_at=then, failed=True)


def _after_not_sent(outcome: NotSent, delivery: Delivery, now: datetime, begun: bool) -> Settle:
    named = _named_wait(outcome)
    # A named limit, or an outage of the platform, says nothing about this message: it is never given up for that.
    is_own_failure = named is None and not outcome.whole_platform
    # It was surely not sent now. But if only the verifying failed, an earlier attempt may still have arrived.
    may_have_arrived = delivery.must_verify and not begun
    if is_own_failure and _is_hopeless(delivery, now):
        ended = DeliveryState.IN_DOUBT if may_have_arrived else DeliveryState.GIVEN_UP
        return Settle(Settlement(ended, f"{outcome.why} (after {delivery.failures + 1} tries)"))
    if named is not None:
        seconds = named
    elif outcome.whole_platform:
        # Failures do not count outages, so the attempts say how long it lasts.
        seconds = backoff(delivery.attempts + 1, most=LONGEST_OUTAGE_WAIT)
    else:
        seconds = backoff(delivery.failures + 1)
    then = now + timedelta(seconds=seconds)
    settlement = Settlement(
        DeliveryState.VERIFY_FIRST if may_have_arrived else DeliveryState.WAITING,
        outcome.why,
        next_attempt_at=then,
        forced=may_have_arrived and delivery.forced,
        # A wait for a turn counts no failure. A verification that fails does, so that the waits between them grow.
        failed=is_own_failure or ((begun or may_have_arrived) and not outcome.whole_platform),
    )
    return Settle(settlement, hold_until=then if outcome.whole_platform else None)


def _named_wait(outcome: NotSent) -> float | None:
    """The wait in seconds that the platform named, bounded; None if it named none or not a finite number."""
    seconds = outcome.retry_after
    if seconds is None or not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT.total_seconds())


def _is_hopeless(delivery: Delivery, now: datetime) -> bool:
    return now - delivery.written_at >= GIVE_UP_AFTER and delivery.failures + 1 >= MIN_FAILURES
