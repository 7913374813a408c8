"""Deliveries: the state of each message of a digest, and the possible outcomes of sending it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, datetime, time

from bot.model.digests import JSON, Part, Priority
from bot.model.platforms import ChatRef


class DeliveryState(enum.StrEnum):
    """The state of a delivery; no other column changes its meaning.

    WAITING ─▶ LEASED ──────────────▶ SENDING ─▶ SENT, or WAITING, VERIFY_FIRST, IN_DOUBT, GIVEN_UP
    VERIFY_FIRST ─▶ LEASED_TO_VERIFY ─▶ SENDING (or SENT, where the earlier message is found)
    """

    WAITING = "waiting"
    """Surely not sent. It is sent at `next_attempt_at`."""
    VERIFY_FIRST = "verify first"
    """An earlier attempt may have arrived. At `next_attempt_at` it is verified, and sent only if it is not found."""
    LEASED = "leased"
    """Leased from WAITING; no request has begun, so another process may take it over."""
    LEASED_TO_VERIFY = "leased to verify"
    """Leased from VERIFY_FIRST; no request of this attempt has begun, so another process may take it over."""
    SENDING = "sending"
    """A request is under way. If the process dies now, it is unknown whether the message arrived."""
    SENT = "sent"
    IN_DOUBT = "in doubt"
    """It is unknown whether it arrived. It is listed and offered to the chat, and not sent again automatically."""
    GIVEN_UP = "given up"
    """Surely not sent, and not retried automatically."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One part of a digest for one chat. Only its state says whether it was sent.

    `day` is the digest's. `attempts` counts requests; `failures` counts the attempts that failed because of this
    message or its chat, not because of the whole platform. `forced`: somebody wants it sent even if it is
    unknown whether an earlier attempt arrived.
    """

    id: int
    chat: ChatRef
    slot: str
    day: date
    number: int
    of: int
    part: Part
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime
    written_at: datetime
    message_id: str | None = None
    why: str | None = None
    failures: int = 0
    priority: Priority = Priority.DIGEST
    forced: bool = False
    quiet: tuple[time, time] | None = None
    timezone: str = "UTC"
    """Its chat's quiet hours and time zone (`Chat.quiet`)."""

    @property
    def must_verify(self) -> bool:
        """Whether an earlier attempt may have arrived, so that it is verified before it is sent."""
        return self.state in (DeliveryState.VERIFY_FIRST, DeliveryState.LEASED_TO_VERIFY)


@dataclass(frozen=True, slots=True)
class Settlement:
    """The result of an attempt, as it is written to the delivery's row.

    `next_attempt_at` counts in WAITING and VERIFY_FIRST only; None means at once. `forced` as in `Delivery`. `failed`
    counts a failure of this message or its chat. None leaves `message_id` and `why` as they are.
    """

    state: DeliveryState
    why: str | None = None
    message_id: str | None = None
    next_attempt_at: datetime | None = None
    forced: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class SendingProgress:
    """Whether sending keeps up.

    `due` are the parts of all chats whose next part may be sent now or is being sent; `late` those of them whose chat's
    turn came more than `delivery_policy.LATE` ago. Where more than a thousand chats wait, `due`
    counts all parts that are not settled, those that are put off too, and `late` the parts of some thousand chats only.
    `sent_at` is when a part was last sent. `oldest` is when the oldest digest was written of which a part is still to
    be sent, as `Outbox.oldest_waiting` says.
    """

    due: int
    late: int
    sent_at: datetime | None
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class PostedUpdate:
    """Something that happened on a platform, as the platform posted it to the service.

    `attempts` counts how often it was taken to be handled: more than once if a process ended meanwhile.
    """

    number: int
    body: JSON
    attempts: int


@dataclass(frozen=True, slots=True)
class Sent:
    message_id: str


class NotSentCause(enum.StrEnum):
    """The kind of obstacle that kept a message from being sent, for metrics; `why` is the sentence for people."""

    LIMIT = "rate_limited"
    AWAY = "unreachable"
    BOT_REFUSED = "bot_refused"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class NotSent:
    """The platform did not accept the message now and may accept it later.

    `retry_after` is in seconds, None where the platform named no time. `whole_platform` is true where every chat has to
    wait (a global limit, no connection).
    """

    why: str
    retry_after: float | None = None
    whole_platform: bool = False
    # Only for metrics: the same obstacle under another label is the same outcome.
    cause: NotSentCause = field(default=NotSentCause.OTHER, compare=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """The message may or may not have arrived: a read timeout, a reset after sending, a 5xx, an unreadable response.

    `final` is true if the platform can never tell whether it arrived.
    """

    why: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform will never accept this part, though the chat is fine."""

    why: str


@dataclass(frozen=True, slots=True)
class ChatGone:
    """Nothing can be sent to this chat until its people use the bot again: blocked, kicked, deleted, rights lost."""

    why: str


@dataclass(frozen=True, slots=True)
class ChatMoved:
    """The chat has another id now; the part was not sent."""

    to: ChatRef


Outcome = Sent | NotSent | Unknown | Rejected | ChatGone | ChatMoved
