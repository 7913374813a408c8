"""The neutral tree of a card, a digest or a reply, before it gets any platform's markup.

A `Document` is a sequence of blocks; a block holds inline spans. Text in a span is plain Unicode and never markup: the
renderer of each platform escapes it, measures it as the platform does, and splits between nodes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Text with a style; `code` is monospaced."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A link. `url` is untrusted, since it may come from the paper's text; renderers refuse all but http(s)."""

    text: str
    url: str
    bold: bool = False


Span = Text | Link


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is a digest's title, level 2 a paper's."""

    spans: tuple[Span, ...]
    level: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; a numbered one counts from `start`, which is above 1 in the rest of a list that was split."""

    items: tuple[tuple[Span, ...], ...]
    numbered: bool = False
    start: int = 1


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that are collapsed at first if the platform supports it (expandable quotes of Telegram, HTML details).

    A platform that does not shows a button instead, which sends `action` ("verb:argument") back to the bot, or, where
    that is None, the blocks themselves.
    """

    title: tuple[Span, ...]
    blocks: tuple[Block, ...]
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """Preformatted text."""

    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure: `file` is a path below DATA_DIR, None if only `url` may be shown; `alt` is its caption."""

    file: str | None
    url: str | None
    alt: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin line between papers."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line in a less prominent style: identifiers, dates, provenance."""

    spans: tuple[Span, ...]


Block = Heading | Line | Bullets | Fold | Code | Picture | Rule | Note


@dataclass(frozen=True, slots=True)
class Document:
    """A whole tree."""

    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """Either opens `url` or sends `action` ("verb:argument") back to the bot."""

    label: str
    url: str | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that an answer sends: its name as people save it, and its content."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command. `buttons` are rows; `private` means that only the person who asked needs to see it.

    `files` come with it, or after it where a platform sends a file as a message of its own. A `silent` one rings for
    nobody.
    """

    document: Document
    buttons: tuple[tuple[Button, ...], ...] = ()
    private: bool = True
    files: tuple[Attachment, ...] = ()
    silent: bool = False
