"""What became of one paper in one chat: whether it came, at which place, or why not."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date

from bot.model.papers import Paper
from bot.model.relevance import Reason


class PaperOutcome(enum.StrEnum):
    """What became of a paper."""

    SENT = "sent"
    """A digest showed it."""
    COUNTED = "counted"
    """It was among the papers that a digest only counted."""
    CARD = "card"
    """It waits, and the next digest shows it."""
    UNLISTED = "unlisted"
    """It waits, and the next digest only counts it."""
    BEFORE_SUBSCRIPTION = "before subscription"
    """A topic matches it that the chat followed only later."""
    NO_TOPIC = "no topic"
    """The chat follows nothing."""
    NO_MATCH = "no match"
    """No topic matches it."""
    REPLACEMENT = "replacement"
    """It was announced only in a new version, which is never delivered."""
    LONG_AGO = "long ago"
    """It was announced too long ago."""
    NOT_ANNOUNCED = "not announced"
    """No stored listing has it."""


class Lift(enum.StrEnum):
    """What brings papers like this one further up."""

    VOTES = "votes"
    """Votes: the chat has cast few."""
    INTEREST = "interest"
    """An interest beside the exact topic."""
    SIZE = "size"
    """A larger digest."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The topic (normalized query) that a paper comes closest to without belonging to it.

    `lacks` finish "It …": "does not mention “gan”". For an interest without such a lack, `is_crowded_out` says that it
    is close enough and that others of its day were closer.
    """

    topic: str
    lacks: tuple[str, ...] = ()
    is_crowded_out: bool = False


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What became of a paper; the fields that say nothing about its outcome are empty.

    `announced_on` is the listing day. `topics` match it. `place` counts from 1, among `of` papers; `is_about`: votes or
    topics have changed since, so that it may have been another one. `digest_day` is the day of the digest that had it,
    `since` the first listing day of a subscription.
    """

    paper_id: str
    outcome: PaperOutcome
    paper: Paper | None = None
    announced_on: date | None = None
    topics: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    place: int = 0
    of: int = 0
    is_about: bool = False
    digest_day: date | None = None
    since: date | None = None
    nearest: Nearest | None = None
    lifts: tuple[Lift, ...] = ()
