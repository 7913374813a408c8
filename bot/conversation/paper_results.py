"""What commands about single papers answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.model import Card, Depth, FoundPapers, PaperList


@dataclass(frozen=True, slots=True)
class PaperCard:
    """A paper, read in this language and depth."""

    card: Card
    language: str
    depth: Depth


@dataclass(frozen=True, slots=True)
class NotALink:
    """The text in `given` names no arXiv paper; `why` is a sentence."""

    given: str
    why: str


@dataclass(frozen=True, slots=True)
class UnknownPaper:
    """arXiv has no paper with this id; `why` is a sentence."""

    paper_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The paper was withdrawn by its authors; the card has its metadata and no summary."""

    card: Card


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The paper exists and cannot be read; `why` is a sentence."""

    paper_id: str
    why: str


@dataclass(frozen=True, slots=True)
class PaperEvidence:
    """The evidence of a card that was shown before: the card has the same summary, in this language."""

    card: Card
    language: str


@dataclass(frozen=True, slots=True)
class NoEvidence:
    """The summary on a card is not kept; `paper_id` with its version names the paper."""

    paper_id: str


@dataclass(frozen=True, slots=True)
class Liked:
    """Papers that were liked: `new` of `found.papers` were not liked before. `wanted` is the list that named them,
    empty for an author's papers. `is_for_chat`: the vote is the chat's own, not one person's."""

    found: FoundPapers
    wanted: PaperList
    new: int
    is_for_chat: bool
    undo: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The chat's likes of `gone` of these papers were deleted."""

    found: FoundPapers
    gone: int
