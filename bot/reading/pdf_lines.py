"""Pieces of a PDF page → lines of print, with columns and without what pages add: running heads, numbers, stamps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.reading.pdf_page import Box, PageContent, Piece

_ACCENTS = {
    "´": "\u0301",
    "¨": "\u0308",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "ˇ": "\u030c",
    "˘": "\u0306",
    "˙": "\u0307",
    "˚": "\u030a",
}


@dataclass(slots=True)
class PrintLine:
    """A stretch of print on one base line within one column."""

    pieces: list[Piece]
    box: Box
    page: int
    column: str = "S"
    """"L" or "R" in a page of two columns, "S" where it spans them or the page has one."""
    base: float = 0.0
    size: float = 0.0
    font: str = ""
    text: str = ""
    letters: int = 0
    bold: bool = False
    italic: bool = False

    def measure(self) -> PrintLine:
        """Fill in what follows from the pieces: the main type, and the text without any markup."""
        weight: Counter[tuple[float, str, float]] = Counter()
        bold = italic = letters = 0
        for piece in self.pieces:
            count = len(piece.text)
            weight[(piece.size, piece.font, round(piece.base, 1))] += count
            alphabetic = sum(map(str.isalpha, piece.text))
            letters += alphabetic
            bold += alphabetic if piece.bold else 0
            italic += alphabetic if piece.italic else 0
        (self.size, self.font, self.base), _ = weight.most_common(1)[0]
        self.letters = letters
        self.bold, self.italic = bold > 0.8 * letters, italic > 0.8 * letters
        self.text = plain_text(self.pieces)
        return self


@dataclass(slots=True)
class Sheet:
    """A page as lines. `gutter` is the middle between two columns, None for one.

    `columns` has each column's edges on this page, `type_area` the edges of the paper's pages at large.
    """

    number: int
    width: float
    height: float
    lines: list[PrintLine]
    graphics: list[Box]
    rules: list[Box]
    gutter: float | None = None
    columns: dict[str, tuple[float, float]] = field(default_factory=dict)
    type_area: tuple[float, float] = (0.0, 0.0)


def plain_text(pieces: Sequence[Piece]) -> str:
    return "".join((" " if piece.spaced and n else "") + piece.text for n, piece in enumerate(pieces)).strip()


def sheet_of(page: PageContent) -> Sheet:
    """The visible, upright lines of a page, in the order of the content stream."""
    lines: list[PrintLine] = []
    for piece in page.pieces:
        if piece.hidden or piece.rotated:
            continue
        if lines and _continues(lines[-1], piece):
            lines[-1].pieces.append(piece)
            lines[-1].box = lines[-1].box.union(piece.box)
        else:
            lines.append(PrintLine([piece], piece.box, page.number))
    merged = _merged([line.measure() for line in lines])
    return Sheet(page.number, page.width, page.height, merged, page.graphics, page.rules)


def _continues(line: PrintLine, piece: Piece) -> bool:
    last = line.pieces[-1]
    size = max(last.size, piece.size)
    gap = piece.box.x0 - last.box.x1
    if not -0.6 * size <= gap <= (2.0 if piece.spaced else 1.0) * size:
        return False
    if abs(piece.base - last.base) < 0.1 * size:
        return True
    return any(abs(piece.base - before.base) < 0.62 * size for before in (last, line.pieces[0])) and gap < 0.8 * size


def _merged(lines: list[PrintLine]) -> list[PrintLine]:
    """Join stretches that stand on one base line next to each other but apart in the content stream."""
    by_base: dict[int, list[PrintLine]] = {}
    for line in lines:
        by_base.setdefault(round(line.base / 2), []).append(line)
    gone: set[int] = set()
    for key, row in by_base.items():
        near = sorted(
            (one for k in (key, key + 1) for one in by_base.get(k, ()) if id(one) not in gone),
            key=lambda one: one.box.x0,
        )
        for left, right in pairwise(near):
            if left not in row and right not in row:
                continue
            gap = right.box.x0 - left.box.x1
            if (
                abs(left.base - right.base) < 1
                and -1 <= gap < 0.5 * max(left.size, right.size)
                and id(left) not in gone
            ):
                right.pieces[0].spaced = right.pieces[0].spaced or gap > 0.15 * right.size
                right.pieces[:0] = left.pieces
                right.box = right.box.union(left.box)
                right.measure()
                gone.add(id(left))
    return [line for line in lines if id(line) not in gone]


def body_size(sheets: Sequence[Sheet]) -> float:
    """The type size most of the text is set in, in points."""
    weight: Counter[float] = Counter()
    for sheet in sheets:
        for line in sheet.lines:
            weight[round(line.size, 1)] += line.letters
    return weight.most_common(1)[0][0] if weight else 10.0


def composed_accents(text: str) -> str:
    """TeX's old fonts draw an accent beside its letter: put the two together."""
    import unicodedata

    if not any(mark in text for mark in _ACCENTS):
        return text
    pattern = f"([{''.join(_ACCENTS)}]) ?([A-Za-zı])"
    return re.sub(pattern, lambda m: unicodedata.normalize("NFC", m[2].replace("ı", "i") + _ACCENTS[m[1]]), text)
