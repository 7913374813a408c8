"""What people did with cards, what was learned from it, and why a card is where it is."""

from __future__ import annotations

import enum
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model.papers import Paper
from bot.model.platforms import ChatRef


class VoteKind(enum.StrEnum):
    """What a person did with a card."""

    UP = "up"
    DOWN = "down"
    SAVED = "saved"
    OPENED = "opened"

    @property
    def is_positive(self) -> bool:
        return self is not VoteKind.DOWN


@dataclass(frozen=True, slots=True)
class Vote:
    """One vote. `person` is the platform's user id; "" stands for the chat itself: a list of papers that was given to
    the bot, or the operator."""

    chat: ChatRef
    person: str
    paper_id: str
    kind: VoteKind
    at: datetime


@dataclass(frozen=True, slots=True)
class VoteCounts:
    """How many chats have voted for and against a paper, and how many have saved it, whoever they are."""

    up: int = 0
    down: int = 0
    saved: int = 0


@dataclass(frozen=True, slots=True)
class ModelTerms:
    """The terms of a model as (term, weight), the greatest absolute weights first. A term is one or two words as papers
    have them, in the singular ("talking head").

    They are packed, because a morning reads the models of all chats: `surfaces` are the terms, one a line; `numbers`
    are for each term its key in `bot.relevance` (uint32) and its weight (float32), little endian.
    """

    surfaces: str = ""
    numbers: bytes = b""

    def __len__(self) -> int:
        return len(self.numbers) // _TERM_NUMBERS.size

    def __iter__(self) -> Iterator[tuple[str, float]]:
        weights = (weight for _, weight in _TERM_NUMBERS.iter_unpack(self.numbers))
        return zip(self.surfaces.split("\n"), weights, strict=True) if self.numbers else iter(())


_TERM_NUMBERS = struct.Struct("<If")


@dataclass(frozen=True, slots=True)
class ChatModel:
    """What was learned from a chat's votes: a linear model over the terms of a paper and, maybe, its vector.

    `version` grows with each training. `votes` is how many papers with votes it was trained on. A positive
    weight of a term speaks for a paper. `vector` are the weights of a paper's vectors as float32 bytes,
    those of the vector from its terms and then those of its embedding; `embedder` names both ("NAME+local"), each may
    be missing. `liked` are the latest liked papers' ids.
    """

    version: int
    trained_at: datetime
    votes: int
    terms: ModelTerms
    bias: float = 0.0
    embedder: str = ""
    vector: bytes = b""
    liked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TermCounts:
    """In how many of `papers` papers each term occurs; announcements up to the sequence number `seq` are counted."""

    seq: int
    papers: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class VectorsOrigin:
    """Where vectors of terms come from: made at that time from `papers` papers of the store, which had counted
    `counted` papers. Equal names have equal vectors."""

    name: str
    papers: int
    counted: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """Vectors of terms, packed by `bot.relevance.own_vectors`."""

    origin: VectorsOrigin
    data: bytes


class ReasonKind(enum.StrEnum):
    """A reason for a paper's place."""

    INTEREST = "interest"
    """Close to an interest; `detail` is the interest or the terms that they share."""
    TERMS = "terms"
    """Contains the topic's terms; `detail` names them."""
    LIKED = "liked"
    """Close to papers that the chat liked; `count` says how many."""
    LEARNED = "learned"
    """Has words that the chat's votes speak for; `detail` names them."""
    AUTHOR = "author"
    """By an author whom the chat follows, named in `detail`."""
    CODE = "code"
    ACCEPTED = "accepted"
    """Accepted at the venue in `detail`, as the comment says."""
    AWARD = "award"
    """An oral, a spotlight or a prize, as the comment says (`detail`)."""
    VOTES = "votes"
    """Liked by `count` other chats."""
    GUESS = "guess"
    """The model is uncertain about it; it was chosen to learn from."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in data; `bot.render` says it in words."""

    kind: ReasonKind
    detail: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Examples:
    """What a chat's model is trained on.

    `votes` are the chat's voted papers with the kinds of votes on each and how many people cast them, latest first.
    `passed_over` were shown to the chat and got no vote; `others` are papers of the same days that were not shown.
    `topics` are the normalized queries of the chat's topics and interests: what is known before any vote.
    """

    votes: Sequence[tuple[Paper, Mapping[VoteKind, int]]]
    passed_over: Sequence[Paper] = ()
    others: Sequence[Paper] = ()
    topics: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Taste:
    """A chat's model in words, for the people whose votes it has learned from: (term, weight), strongest first."""

    likes: tuple[tuple[str, float], ...] = ()
    dislikes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Similar:
    """How a paper's place came about, for reasons: terms it shares with an interest or a model, strongest first."""

    terms: tuple[str, ...] = ()
    liked: tuple[str, ...] = ()
    """Ids of papers that the chat liked and that this one is close to."""
