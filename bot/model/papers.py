"""Papers, their announcements on listing days, and the ledger of those days."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, datetime


class Kind(enum.StrEnum):
    """How arXiv announces a paper on a listing day."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"

    @property
    def delivers(self) -> bool:
        """Whether such an announcement is delivered: new papers and cross-lists are, a replacement alone never is."""
        return self in (Kind.NEW, Kind.CROSS)


@dataclass(frozen=True, slots=True)
class Paper:
    """An arXiv e-print in one version, as arXiv describes it. No field is ever written by a model.

    `title`, `abstract` and `comment` are arXiv's text and may contain TeX. `authors` are in Unicode, in order.
    `categories` begins with the primary one. `published` is the time of version 1, `updated` that of this version.
    """

    id: str
    version: int
    title: str
    authors: tuple[str, ...]
    abstract: str
    categories: tuple[str, ...]
    comment: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    license: str | None = None
    doi: str | None = None
    journal_ref: str | None = None
    withdrawn: bool = False
    sample: bool = False
    """True for the bundled papers, whose abstracts are written in our own words."""

    @property
    def primary_category(self) -> str:
        return self.categories[0] if self.categories else ""

    @property
    def versioned_id(self) -> str:
        return f"{self.id}v{self.version}"


@dataclass(frozen=True, slots=True)
class Announcement:
    """arXiv's announcement of one paper version on the listing day `day`.

    `inferred` is true if no feed contained it, so that day and kind follow from calendar, versions and categories.
    """

    paper_id: str
    version: int
    day: date
    kind: Kind
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Announced:
    """A paper together with the announcement that brought it. `seq` is the announcement's number in the store's log; 0
    if it did not come from there."""

    paper: Paper
    announcement: Announcement
    seq: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Malformed:
    """An entry that could not be parsed, kept with its raw text so that nothing is lost without notice.

    `source` is "feed", "oai" or "api"; `why` says what is wrong with the entry; `day` is None if it has no known day.
    """

    source: str
    raw: str
    why: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The content of one announcement feed; `day` is None if it is empty (weekend, holiday, not published yet)."""

    day: date | None
    entries: tuple[Announced, ...] = ()
    malformed: tuple[Malformed, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperRef:
    """A reference to a paper; `version` is None if none was given, which means the latest."""

    id: str
    version: int | None = None

    def __str__(self) -> str:
        return self.id if self.version is None else f"{self.id}v{self.version}"


@dataclass(frozen=True, slots=True)
class Ingested:
    """How much one ingest changed: new papers, papers with a newer version, and new announcements."""

    papers: int
    updated: int
    announcements: int


@dataclass(frozen=True, slots=True)
class ListingRecord:
    """The ledger's record of one archive on one listing day.

    `source` is "feed" or "oai". `announced` is the number of papers that the listing named. Each paper counts for one
    archive, the first one of its categories that was asked for, so that the sum over a day counts every paper once.
    `malformed` is the number of unreadable entries of the whole listing, the same in each of its records. `complete` is
    false if the day has to be asked for again. `why` says why nothing was announced or read.
    """

    day: date
    archive: str
    source: str
    announced: int
    malformed: int
    complete: bool
    checked_at: datetime
    why: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """Counts of papers for one listing day, or for one category of it: announced by arXiv, and after each step.

    See `bot.ports.Store.ledger` for what each number counts.
    """

    day: date
    announced: int
    ingested: int
    matched: int
    chosen: int
    summarized: int
    sent: int
    category: str | None = None
