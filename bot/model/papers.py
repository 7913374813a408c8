"""Papers, what arXiv says of them on a listing day, and the ledger of those days."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime


class Kind(enum.StrEnum):
    """What arXiv says of a paper on a listing day."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"

    @property
    def delivers(self) -> bool:
        """New papers and cross-lists are delivered; a replacement alone never is."""
        return self in (Kind.NEW, Kind.CROSS)


@dataclass(frozen=True, slots=True)
class Paper:
    """An arXiv e-print at one version, as arXiv describes it. No field is ever written by a model.

    `title`, `abstract` and `comment` are arXiv's text (they may hold TeX); `authors` are in Unicode, in order;
    `categories` begins with the primary one. `published` is v1's time, `updated` this version's.
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
    """True for the bundled papers, whose abstracts are retold in our own words."""

    @property
    def primary_category(self) -> str:
        return self.categories[0] if self.categories else ""

    @property
    def versioned_id(self) -> str:
        return f"{self.id}v{self.version}"


@dataclass(frozen=True, slots=True)
class Announcement:
    """arXiv announcing one paper version on listing day `day`.

    `inferred` is true where the kind was concluded from calendar and versions because the day's feed was missed.
    """

    paper_id: str
    version: int
    day: date
    kind: Kind
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Announced:
    """A paper together with the announcement that brought it."""

    paper: Paper
    announcement: Announcement


@dataclass(frozen=True, slots=True)
class Malformed:
    """An entry that could not be read, kept with its raw text so that nothing is skipped in silence."""

    source: str
    raw: str
    why: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What one announcement feed says: `day` is None where the feed is empty (weekend, holiday, or not out yet)."""

    day: date | None
    entries: tuple[Announced, ...] = ()
    malformed: tuple[Malformed, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperRef:
    """A paper that a person pointed at; `version` is None where they named none."""

    id: str
    version: int | None = None

    def __str__(self) -> str:
        return self.id if self.version is None else f"{self.id}v{self.version}"


@dataclass(frozen=True, slots=True)
class Ingested:
    """What one ingest changed: papers never seen, papers that came to a newer version, announcements never seen."""

    papers: int
    updated: int
    announcements: int


@dataclass(frozen=True, slots=True)
class ListingRecord:
    """The ledger's line for one archive and listing day.

    `source` is "feed" or "oai". `announced` is how many papers it named; each counts for one archive, the first of its
    categories' that was asked for, so that a day's sum counts every paper once. `malformed` is how many entries of the
    whole listing could not be read, the same in each of its lines; `complete` is false where the day has to be asked
    for again.
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
    """One listing day, or one category's part of it: how many papers arXiv announced, and how far they have come."""

    day: date
    announced: int
    ingested: int
    matched: int
    chosen: int
    summarized: int
    sent: int
    category: str | None = None
