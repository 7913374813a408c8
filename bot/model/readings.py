"""Full texts: sections, figures, tables and links of one paper version."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Source(enum.StrEnum):
    """The source of a text, and of a summary made from it."""

    ABSTRACT = "abstract"
    HTML = "html"
    PDF = "pdf"


class SectionKind(enum.StrEnum):
    """Which part of a paper a section is."""

    FRONT = "front"
    """Title, authors, affiliations, keywords: all before the first section, except the abstract."""
    ABSTRACT = "abstract"
    BODY = "body"
    APPENDIX = "appendix"
    REFERENCES = "references"
    BACK = "back"
    """Acknowledgements, contributions, ethics statements: neither body nor appendix."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph in reading order; `page` is 1-based and None for HTML, `anchor` its id in arXiv's HTML."""

    text: str
    page: int | None = None
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A title with the paragraphs below it, up to the next title.

    `number` is as printed ("3.1", "A"); `level` is 1 for a section, 2 for a subsection.
    """

    title: str
    paragraphs: tuple[Paragraph, ...] = ()
    number: str | None = None
    level: int = 1
    kind: SectionKind = SectionKind.BODY


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `rows` are its cells as text. A table inside the running text has neither number nor caption."""

    number: str
    caption: str
    rows: tuple[tuple[str, ...], ...]
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its caption.

    `file` is a picture's path below DATA_DIR, `width` × `height` its size in pixels; `url` is where arXiv shows the
    original, `license` the URL of the paper's licence, `page` 1-based. `shown` is true if the picture may be shown.
    """

    number: str
    caption: str
    file: str | None = None
    url: str | None = None
    license: str | None = None
    width: int | None = None
    height: int | None = None
    page: int | None = None
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Extent:
    """The extent of a reading: `read` of `total` sections or pages, as `unit` says."""

    unit: str
    read: int
    total: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The full text of one paper version.

    `links` are addresses that the paper gives as its own, not yet normalized. `problem` is a sentence for the card if
    less was read than there is: the abstract only, or the first pages.
    """

    paper_id: str
    version: int
    source: Source
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    affiliations: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    extent: Extent | None = None
    hidden: tuple[str, ...] = ()
    """Passages that a reader of the paper would not see; they are not in `sections`, and the card mentions them."""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class FoundLinks:
    """Links found by rule in a paper's own text: normalized, without duplicates, in order of appearance."""

    code: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
