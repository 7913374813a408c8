"""Deliveries: the state of each message of a digest, and what can come of sending it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime

from bot.model.chats import ChatRef
from bot.model.digests import Part


class DeliveryState(enum.StrEnum):
    WAITING = "waiting"
    """Written, or tried and not sent: goes out at `next_attempt_at`."""
    LEASED = "leased"
    """A process took it and has not begun to send; safe to take over."""
    SENDING = "sending"
    """A request is under way; if the process dies here, its fate is unknown."""
    SENT = "sent"
    UNKNOWN = "unknown"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row that says: this part of this digest goes to this chat. Its state is the truth about what was sent.

    `attempts` counts requests; `failures` those that ended in a trouble of this message or its chat, rather than of the
    whole platform. `again`: it may have arrived, and is looked for before it is sent again at `next_attempt_at`;
    `asked`: by somebody who wants it sent also where nobody can tell whether it arrived.
    """

    id: int
    chat: ChatRef
    slot: str
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
    again: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    message_id: str


class NotSentCause(enum.StrEnum):
    """What kept a message from being sent, for those who count; `why` says it to people."""

    LIMIT = "rate_limited"
    AWAY = "unreachable"
    BOT_REFUSED = "bot_refused"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class NotSent:
    """The platform did not accept it and it may later. `retry_after` is in seconds where the platform named it.

    `whole_platform` is true where every chat has to wait (a global limit, no connection).
    """

    why: str
    retry_after: float | None = None
    whole_platform: bool = False
    cause: NotSentCause = field(default=NotSentCause.OTHER, compare=False)


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have arrived: a read time-out, a reset after sending, a 5xx, an unreadable reply.

    `final` is true where looking for it has shown that nobody will ever know.
    """

    why: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform will never accept this part, though the chat is fine."""

    why: str


@dataclass(frozen=True, slots=True)
class ChatGone:
    """Nothing can be sent to this chat until somebody asks again: blocked, kicked, deleted, rights lost."""

    why: str


@dataclass(frozen=True, slots=True)
class ChatMoved:
    """The chat has another id now; the part was not sent."""

    to: ChatRef


Outcome = Sent | NotSent | Unknown | Rejected | ChatGone | ChatMoved
