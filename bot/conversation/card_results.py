"""The outcomes of opening a paper's card from a list, and of asking for more of the list."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bot.conversation.service_results import TooManyReadings
from bot.model import Card, ChatRef, Depth, Digest, VoteKind
from bot.references.citations import CitationFormat


class CardView(enum.StrEnum):
    """What an opened card shows of its paper."""

    FRONT = "front"
    """Takeaways, why it came, and links."""
    EVIDENCE = "evidence"
    """The sentences that the statements rest on."""
    READING = "reading"
    """The whole reading, with all parts of a deep summary."""


class CardTrouble(enum.StrEnum):
    """Why the front of a card is shown instead of what was asked for."""

    BUSY = "busy"
    """Models or arXiv are paused, or the chat has too many readings under way."""
    UNREADABLE = "unreadable"
    """The paper's text cannot be read."""


@dataclass(frozen=True, slots=True)
class OpenedCard:
    """A paper's card in the language of its chat, with the votes of the person who opened it.

    `depth` is that of the summary in `card`. `page` counts from 0 where a platform divides a long view. `trouble` says
    why it is the front that is shown; `is_ready`: the whole reading, which was asked for before, is made by now.
    `saved_in` is the chat in which the person saves it, if that is not the card's chat.
    """

    card: Card
    language: str
    depth: Depth
    view: CardView = CardView.FRONT
    votes: frozenset[VoteKind] = frozenset()
    page: int = 0
    trouble: CardTrouble | TooManyReadings | None = None
    is_ready: bool = False
    saved_in: ChatRef | None = None


@dataclass(frozen=True, slots=True)
class BeingRead:
    """The whole paper is being read, which usually takes `usual_seconds`; the card with it comes in this place."""

    card: Card
    language: str
    usual_seconds: float


@dataclass(frozen=True, slots=True)
class CitedPaper:
    """How to cite the paper of an opened card: `text` is its reference in the format `form`."""

    card: Card
    form: CitationFormat
    text: str


@dataclass(frozen=True, slots=True)
class CardFigures:
    """The figures of a paper that may be shown; the card may have none."""

    card: Card
    language: str


@dataclass(frozen=True, slots=True)
class CardClosed:
    """An opened card is put away."""


@dataclass(frozen=True, slots=True)
class DigestPage:
    """Papers of a digest that was sent, from number `first` on (0 is the best) out of `total` that can be asked for.

    `slot` is the digest's `digest_slot_key`.
    """

    digest: Digest
    first: int
    slot: str
    total: int
