"""The neutral text tree: what a card, a digest or a reply consists of before any platform's markup.

A `Document` is a sequence of blocks; a block holds inline spans. Text in a span is plain Unicode and never markup:
each platform's renderer escapes it and measures it as that platform does, and splits between nodes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """`url` is http(s) and comes from arXiv or from the paper's own text by rule; renderers refuse anything else."""

    text: str
    url: str
    bold: bool = False


Span = Text | Link


@dataclass(frozen=True, slots=True)
class Heading:
    spans: tuple[Span, ...]
    level: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of its own."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[tuple[Span, ...], ...]
    numbered: bool = False
    start: int = 1


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that start closed where the platform can (Telegram's expandable quotation, HTML details)."""

    title: tuple[Span, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Preformatted text."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure: `file` is a path below DATA_DIR (None where only `url` may be shown), `alt` its caption."""

    file: str | None
    url: str | None
    alt: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin line between papers."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line said quietly: identifiers, dates, provenance."""

    spans: tuple[Span, ...]


Block = Heading | Line | Bullets | Fold | Code | Picture | Rule | Note


@dataclass(frozen=True, slots=True)
class Document:
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """Either opens `url` or sends `action` ("verb:argument") back to the bot."""

    label: str
    url: str | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command: a document, rows of buttons, and whether only the asker needs to see it."""

    document: Document
    buttons: tuple[tuple[Button, ...], ...] = ()
    private: bool = True
