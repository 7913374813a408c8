"""The outcomes of looking through what a chat has received: saved papers, searches, references, past digests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from bot.model import FoundPapers, Paper, PastDigest
from bot.references.citations import CitationFormat


@dataclass(frozen=True, slots=True)
class SavedPapers:
    """What the person who asks has saved in the chat, latest first: `total` papers, from number `first` on (the latest
    is 0). `owner` is the person's `owner_key`; `is_removing`: they want to remove some."""

    papers: tuple[Paper, ...]
    first: int = 0
    total: int = 0
    owner: str = ""
    is_removing: bool = False


@dataclass(frozen=True, slots=True)
class NotYours:
    """A button of somebody else's list."""


@dataclass(frozen=True, slots=True)
class References:
    """References to papers in one format, as text and as the content of a file. `are_saved`: they are what the person
    has saved. `found` tells of papers that were named and not found."""

    papers: tuple[Paper, ...]
    form: CitationFormat
    text: str
    content: bytes
    are_saved: bool = False
    found: FoundPapers = field(default_factory=FoundPapers)


@dataclass(frozen=True, slots=True)
class FoundInChat:
    """What a search in the papers of a chat has found: `total` papers, from number `first` on (the best is 0).

    `papers` come with the day of their listing. At most `reachable` of them can be looked at. `key` is for the buttons
    of other pages. `is_widened`: nothing had the words themselves, so that they count as beginnings of words.
    """

    typed: str
    key: str
    papers: tuple[tuple[Paper, date | None], ...]
    first: int = 0
    total: int = 0
    reachable: int = 0
    is_widened: bool = False


@dataclass(frozen=True, slots=True)
class NothingToSearch:
    """A search without a word to look for."""

    typed: str


@dataclass(frozen=True, slots=True)
class SearchExpired:
    """A button of a search that was made too long ago."""


@dataclass(frozen=True, slots=True)
class PastDigests:
    """The digests that the chat received, latest first: `total`, from number `first` on."""

    digests: tuple[PastDigest, ...]
    first: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class ExportedChat:
    """Everything that is stored about a chat, as the content of a JSON file, and what the person has saved there as
    BibTeX ("" if that is nothing)."""

    content: str
    saved: str


LibraryResult = (
    SavedPapers
    | NotYours
    | References
    | FoundInChat
    | NothingToSearch
    | SearchExpired
    | PastDigests
    | ExportedChat
)
