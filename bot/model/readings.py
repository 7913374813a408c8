"""Full texts: sections, figures, tables and links of one paper version."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Source(enum.StrEnum):
    """From what a summary was made."""

    ABSTRACT = "abstract"
    HTML = "html"
    PDF = "pdf"


class SectionKind(enum.StrEnum):
    FRONT = "front"
    ABSTRACT = "abstract"
    BODY = "body"
    APPENDIX = "appendix"
    REFERENCES = "references"
    BACK = "back"
    """Acknowledgements, contributions, ethics statements: neither body nor appendix."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph in reading order; `page` is 1-based and None for HTML."""

    text: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A titled run of paragraphs. `number` as printed ("3.1", "A"), `level` 1 for a section."""

    title: str
    paragraphs: tuple[Paragraph, ...] = ()
    number: str | None = None
    level: int = 1
    kind: SectionKind = SectionKind.BODY


@dataclass(frozen=True, slots=True)
class Table:
    number: str
    caption: str
    rows: tuple[tuple[str, ...], ...]
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its caption. `file` is a path below DATA_DIR, `width` × `height` pixels; `url` is the original."""

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
    """How much was read: `read` of `total` `unit`s ("sections" or "pages")."""

    unit: str
    read: int
    total: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The full text of one paper version. `problem` is a clear word for the card where reading fell back."""

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
    """Text that a reader of the paper would not see; dropped from `sections` and noted on the card."""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class FoundLinks:
    """Links found by rule in a paper's own text: normalized, without duplicates, in order of appearance."""

    code: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
