"""What to do with a delivery after each outcome: settle it, try again later, suspend or move its chat. Pure."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.model import (
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

LEASE = timedelta(minutes=3)
"""How long a process may hold a delivery before another takes it over; longer than any request may last."""


ASKED_FOR = datetime(1970, 1, 1, tzinfo=UTC)
"""The hour of a delivery that a person is waiting for: longest due is leased first."""


GIVE_UP_AFTER, MIN_FAILURES = timedelta(days=2), 12
"""A delivery is given up when it is so old and has failed by itself so many times, whatever the platform did."""


LONGEST_WAIT = timedelta(days=30)
"""No wait that a platform names is believed to be longer."""


LONGEST_OUTAGE_WAIT = 300.0
"""Seconds between tries at most while a whole platform does not serve."""


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
