"""Cards, digests, and the messages of a digest."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.model.chats import ChatPosition, Match
from bot.model.follow_ups import NewsOfPaper
from bot.model.papers import Announcement, Paper
from bot.model.platforms import ChatRef
from bot.model.readings import Figure, FoundLinks
from bot.model.relevance import Reason
from bot.model.summaries import Summary

JSON = dict[str, Any]
"""A JSON object that a platform's renderer made and its sender understands."""


MOST_RANKED = 500
"""Papers of one digest whose order is kept, so that the next ones can be asked for."""

_SLOT_PREFIXES = {"now ": "n", "once ": "o"}


def digest_slot_key(slot: str) -> str:
    """A digest's slot as the argument of a button: "now 20260605T0915…" → "n20260605T0915…"; a date stays itself."""
    for prefix, letter in _SLOT_PREFIXES.items():
        if slot.startswith(prefix):
            return letter + slot.removeprefix(prefix)
    return slot


def slot_of_key(key: str) -> str:
    """The slot that `digest_slot_key` was given. A forged key gives a slot that no digest has."""
    for prefix, letter in _SLOT_PREFIXES.items():
        if key.startswith(letter):
            return prefix + key.removeprefix(letter)
    return key


@dataclass(frozen=True, slots=True)
class Card:
    """One paper ready to show, free of any platform's markup."""

    paper: Paper
    announcement: Announcement | None = None
    matched: tuple[Match, ...] = ()
    summary: Summary | None = None
    links: FoundLinks = field(default_factory=FoundLinks)
    figures: tuple[Figure, ...] = ()
    reasons: tuple[Reason, ...] = ()
    """Why it stands where it does, the strongest first."""


@dataclass(frozen=True, slots=True)
class Window:
    """The listing days that a digest covers, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class UncertainDelivery:
    """A delivery of an earlier digest that may not have arrived; `day` is the day of that digest."""

    delivery_id: int
    day: date


@dataclass(frozen=True, slots=True)
class Digest:
    """The cards that one chat gets for one window, and their language.

    `announced` papers were announced in the window, `matched` of them match a topic. `also` are the papers past the
    digest's size, shown as title lines; `unlisted` more are only counted. `quiet` is a sentence that says why there are
    no papers. `notes` say what is missing and why (budget, model down).
    """

    topics: tuple[str, ...]
    window: Window
    announced: int
    matched: int
    cards: tuple[Card, ...]
    also: tuple[Card, ...] = ()
    language: str = "en"
    quiet: str | None = None
    notes: tuple[str, ...] = ()
    each_day: tuple[tuple[date, int, int], ...] = ()
    """Each listing day of the window with how many papers were announced on it and how many of them match, if that was
    asked for."""
    doubtful: tuple[UncertainDelivery, ...] = ()
    """Messages of the chat's last digest that may not have arrived; the chat can ask for them again."""
    unlisted: int = 0
    slot: str = ""
    """`digest_slot_key` of its slot, for buttons that ask for more of it; "" if it is written for no chat."""
    ranked: int = 0
    """How many of its papers the store keeps in order, from the first one on."""
    follow_ups: tuple[NewsOfPaper, ...] = ()
    """What is new about papers that the chat liked or saved."""


@dataclass(frozen=True, slots=True)
class PaperOrder:
    """The papers of a digest in order, as the store keeps them.

    `seqs` are sequence numbers of announcements, best first, at most `MOST_RANKED` of the `total` papers. `topics` are
    the ids of the topics that match them, those with the most papers first.
    """

    seqs: tuple[int, ...] = ()
    total: int = 0
    topics: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RankedPapers:
    """Some papers of a written digest in its order, out of `kept` that can be asked for and `total` that it is of.

    `topics` are queries, as in `Digest`; one that nobody follows any more is missing. `day` is that of the digest.
    """

    paper_ids: tuple[str, ...]
    kept: int
    total: int
    window: Window
    day: date
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PastDigest:
    """A digest that was written for a chat on its own date `day`; `shown` are the ids of the papers that it named, out
    of `total` whose order is kept, 0 for a digest of before there was one. `slot` is its name."""

    day: date
    window: Window
    created_at: datetime
    shown: frozenset[str]
    slot: str = ""
    total: int = 0


class Awaited(enum.StrEnum):
    """What a digest waits for that a person has asked for."""

    FIRST_LISTING = "first listing"
    """arXiv is being asked for the first listing of this store."""
    LATE_LISTING = "late listing"
    """arXiv should have announced the day's papers by now."""
    VECTORS = "vectors"
    """The newest papers are still being compared with interests."""


@dataclass(frozen=True, slots=True)
class NothingToSend:
    """There is nothing new to send now; `why` is a sentence for the chat. `awaited` is what will change that, if known.

    `is_under_way`: messages wait to be sent to the chat, so that nothing is known of what else there may be.
    """

    why: str
    awaited: Awaited | None = None
    is_under_way: bool = False


class Priority(enum.IntEnum):
    """The order of deliveries: those with the smaller number are leased before the others."""

    PERSON_WAITING = 0
    """A person asked for this digest and waits for it."""
    DIGEST = 10


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a digest as its platform takes it. `paper_ids` are the papers that it shows."""

    payload: JSON
    paper_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewDigest:
    """A digest to write.

    `slot` is unique for its chat ("2026-06-02", "now …"). `day` is the chat's own date for which the digest is made;
    where the operator asks for a listing day, that day. `paper_ids` are the papers that its parts show. They and all
    that lie behind `position` become taken by the digest. `due_at` is the chat's due time when the digest was
    composed: if somebody has changed the chat's hour since then, the new due time stays.
    """

    chat: ChatRef
    slot: str
    day: date
    first_day: date
    last_day: date
    paper_ids: tuple[str, ...]
    parts: tuple[Part, ...]
    next_due_at: datetime | None
    priority: Priority = Priority.DIGEST
    due_at: datetime | None = None
    position: ChatPosition = field(default_factory=ChatPosition)
    send_at: datetime | None = None
    """Its parts are not sent before this time; None: at once."""
    ranked: PaperOrder = field(default_factory=PaperOrder)
    """The order of all its papers, which can be asked for after those that its parts show."""
    follow_ups: tuple[int, ...] = ()
    """The ids of the follow-ups that the chat is told with it."""
