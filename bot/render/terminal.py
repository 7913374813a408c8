"""Cards and digests as text for a terminal: in colour on a terminal, plain text if the output is piped."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.model import Card, Digest, Style
from bot.render.cards import card_document, card_links
from bot.render.digests import digest_header, digest_notes, other_papers
from bot.render.evidence import EvidenceForm, has_quotes
from bot.render.nodes import (
    Block,
    Bullets,
    Code,
    Document,
    Fold,
    Heading,
    Line,
    Link,
    Note,
    Picture,
    Rule,
    Span,
    Text,
)
from bot.render.packing import is_tight
from bot.render.plain import visible, web_address

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text as RichText

# A word with the spaces after it.
_WORD = re.compile(r"\S+\s*|\s+")
MAX_WIDTH = 88
"""Columns. Longer lines are hard to read, however wide the window is."""


def card_text(card: Card, language: str, *, width: int = MAX_WIDTH, colour: bool = False) -> str:
    """One paper as text for a terminal `width` columns wide, with the sentences that its statements rest on."""
    evidence = EvidenceForm.QUOTES if card.summary and has_quotes(card.summary) else EvidenceForm.NONE
    return document_text(terminal_card(card, language, evidence=evidence), width=width, colour=colour)


def digest_text(digest: Digest, style: Style = Style.CARDS, *, width: int = MAX_WIDTH, colour: bool = False) -> str:
    """A digest as text for a terminal `width` columns wide."""
    return document_text(terminal_digest(digest, style), width=width, colour=colour)


def terminal_card(
    card: Card, language: str, style: Style = Style.CARDS, evidence: EvidenceForm = EvidenceForm.NONE
) -> Document:
    """A card's tree with its addresses written out, one per line.

    PDF and HTML are left out: their addresses follow from the one of the abstract.
    """
    blocks = card_document(card, language, style, links=False, evidence=evidence).blocks
    links = [(label, url) for label, url in card_links(card, language) if "/pdf/" not in url and "/html/" not in url]
    return Document((*blocks, *(Note((Link(label, url),)) for label, url in links)))


def terminal_digest(digest: Digest, style: Style = Style.CARDS) -> Document:
    """A digest's tree for a terminal."""
    blocks: list[Block] = list(digest_header(digest).blocks)
    for card in digest.cards:
        blocks += [Rule(), *terminal_card(card, digest.language, style).blocks]
    blocks += other_papers(digest)
    notes = digest_notes(digest).blocks
    return Document((*blocks, *((Rule(), *notes) if notes else ())))


def document_text(document: Document, *, width: int = MAX_WIDTH, colour: bool = False) -> str:
    """Any tree as text; without `colour` it has no escape sequences."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,  # 16 colours, which every terminal and theme has
        no_color=not colour,
        # Text of papers has brackets and ":name:", which rich would take for its own markup.
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    print_document(document, console)
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def print_document(document: Document, console: Console) -> None:
    """Print a tree on a rich console, at most `MAX_WIDTH` columns wide."""
    width = min(console.width, MAX_WIDTH)
    previous: Block | None = None
    for block in document.blocks:
        lines = _lines(block, width)
        if not lines:
            continue
        if previous is not None and not is_tight(previous, block) and not isinstance(previous, Rule):
            console.print()
        for line, indent in lines:
            _print(console, line, indent, width)
        if isinstance(block, Rule):
            console.print()
        previous = block


def _print(console: Console, line: RichText, indent: int, width: int) -> None:
    """Print one paragraph with its continuation lines indented. Addresses are never broken, so rich must not wrap."""
    for number, part in enumerate(line.divide(_breaks(line.plain, width, indent))):
        part.rstrip()
        if number:
            part.pad_left(indent)
        console.print(part, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)


def _breaks(text: str, width: int, indent: int) -> list[int]:
    """The offsets at which to break `text` into lines of at most `width` columns; Chinese breaks anywhere."""
    from rich.cells import cell_len  # columns, not characters: a Chinese character takes two

    breaks: list[int] = []
    column = 0
    for match in _WORD.finditer(text):
        word = match.group()
        size = cell_len(word.rstrip())
        # Text without spaces is one long "word": it fills the rest of the line before it is broken.
        stays_whole = size < width // 3 or word.isascii()
        if stays_whole and column and column + size > width:
            breaks.append(match.start())
            column = indent
        if size > width - column and not word.isascii():
            for at, char in enumerate(word, match.start()):
                if column + cell_len(char) > width:
                    breaks.append(at)
                    column = indent
                column += cell_len(char)
        else:
            column += cell_len(word)
    return breaks


def _lines(block: Block, width: int, *, addresses: bool = True) -> list[tuple[RichText, int]]:
    """The paragraphs of a block, each with the indent of its continuation lines."""
    if isinstance(block, Heading):
        style = {1: "bold magenta", 2: "bold cyan"}.get(block.level, "bold")
        return [(_rich(block.spans, style, addresses=False), 0)]
    if isinstance(block, Line):
        return [(_rich(block.spans), 0)]
    if isinstance(block, Note):
        return [(_rich(block.spans, "dim"), 0)]
    if isinstance(block, Bullets):
        return [_bullet(block, index, addresses=addresses) for index in range(len(block.items))]
    if isinstance(block, Fold):
        # The addresses of places in the paper are long and many: they are links of the terminal, if it knows those.
        inner = (line for part in block.blocks for line in _lines(part, width, addresses=False))
        return [(_rich(block.title, "bold"), 0), *inner]
    if isinstance(block, Code):
        return [(_rich((Text(line),), "green"), 4) for line in visible(block.text).split("\n")]
    if isinstance(block, Picture):
        target = block.url or block.file or ""
        return [(_rich((Text(block.alt), Text(f" {target}")), "dim"), 2)]
    return [(_rich((Text("─" * min(width, 32)),), "dim"), 0)]


def _bullet(block: Bullets, index: int, *, addresses: bool) -> tuple[RichText, int]:
    mark = f"{block.start + index}. " if block.numbered else "• "
    line = _rich((Text(f"  {mark}"), *block.items[index]), addresses=addresses)
    return line, len(mark) + 2


def _rich(spans: Sequence[Span], style: str = "", *, addresses: bool = True) -> RichText:
    from rich.style import Style as RichStyle
    from rich.text import Text as RichText

    line = RichText()
    base = RichStyle.parse(style) if style else RichStyle()
    for span in spans:
        text = visible(span.text)
        if isinstance(span, Link):
            url = web_address(span.url)
            line.append(text, base + RichStyle(bold=span.bold or None, link=None if addresses else url))
            if url and addresses:
                line.append(f" {url}", base + RichStyle(dim=True, underline=True))
        else:
            span_style = base + RichStyle(bold=span.bold or None, italic=span.italic or None)
            line.append(text, span_style + RichStyle(color="yellow") if span.code else span_style)
    return line
