"""Pieces of a PDF page → lines of print, with columns and without what pages add: running heads, numbers, stamps."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.reading.pdf_page import Box, PageContent, Piece

MARGIN = 0.13
"""The share of a page's height at its top and bottom where running heads and page numbers stand."""

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
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*(?:(?:of|/)\s*\d{1,4})?\s*[-–—]?", re.I)
_STAMP = re.compile(r"arXiv:\s*\d{4}\.\d{4,5}|arXiv:[a-z-]+(?:\.[A-Z]{2})?/\d{7}")


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


# ── columns ───────────────────────────────────────────────────────────────────────────────────────────────────────


def find_columns(sheets: Sequence[Sheet], body: float) -> None:
    """Set gutter, columns and each line's column on every sheet; a sparse page takes after the others."""
    for sheet in sheets:
        sheet.gutter = _gutter(sheet, body)
    known = [sheet.gutter for sheet in sheets if sheet.gutter]
    common = statistics.median(known) if len(known) * 2 >= len(sheets) else None
    for sheet in sheets:
        if sheet.gutter is None and common and not _crossing(sheet, common, body):
            sheet.gutter = common
        _assign(sheet, body)
    wide = [sheet.columns["S"] for sheet in sheets if "S" in sheet.columns]
    for sheet in sheets:
        edges = wide or [(0.0, sheet.width)]
        sheet.type_area = (statistics.median(x for x, _ in edges), statistics.median(x for _, x in edges))


def _texty(line: PrintLine, body: float) -> bool:
    return 0.75 * body <= line.size <= 1.15 * body and line.letters >= 15


def _crossing(sheet: Sheet, gutter: float, body: float) -> int:
    return sum(_texty(line, body) and line.box.x0 < gutter - 20 and line.box.x1 > gutter + 20 for line in sheet.lines)


def _gutter(sheet: Sheet, body: float) -> float | None:
    lines = [line for line in sheet.lines if _texty(line, body)]
    middle = sheet.width / 2
    left = [line for line in lines if line.box.x1 < middle + 0.03 * sheet.width]
    right = [line for line in lines if line.box.x0 > middle - 0.03 * sheet.width]
    if len(left) < 5 or len(right) < 5 or len(left) + len(right) < 0.45 * len(lines):
        return None
    ends = sorted(line.box.x1 for line in left)[int(0.6 * len(left)) :]
    starts = sorted(line.box.x0 for line in right)[: max(1, int(0.4 * len(right)))]
    return (statistics.median(ends) + statistics.median(starts)) / 2


def _assign(sheet: Sheet, body: float) -> None:
    for line in sheet.lines:
        if sheet.gutter is None or (line.box.x0 < sheet.gutter - 4 and line.box.x1 > sheet.gutter + 4):
            line.column = "S"
        else:
            line.column = "L" if line.box.middle[0] < sheet.gutter else "R"
    for column in ("L", "R", "S"):
        lines = [line for line in sheet.lines if line.column == column and _texty(line, body)]
        if lines:
            sheet.columns[column] = (_common(one.box.x0 for one in lines), _common(one.box.x1 for one in lines))
    if sheet.gutter is not None and "L" in sheet.columns and "R" in sheet.columns:
        sheet.columns["S"] = (sheet.columns["L"][0], sheet.columns["R"][1])


def _common(values: Iterable[float]) -> float:
    """The edge that most lines share, to a point or two."""
    kept = list(values)
    rounded = Counter(round(v / 2) * 2 for v in kept)
    edge = rounded.most_common(1)[0][0]
    return statistics.median(v for v in kept if abs(v - edge) <= 2)


# ── what pages add ────────────────────────────────────────────────────────────────────────────────────────────────


def remove_furniture(sheets: Sequence[Sheet]) -> None:
    """Take out stamps, line numbers, running heads and feet, and page numbers."""
    for sheet in sheets:
        sheet.lines = [line for line in sheet.lines if not _STAMP.match(line.text)]
        _remove_line_numbers(sheet)
    repeated = _repeated(sheets)
    _remove_page_numbers(sheets)
    for sheet in sheets:
        edge = _edge_lines(sheet)
        sheet.lines = [
            line
            for line in sheet.lines
            if id(line) not in edge or not _is_furniture(line, sheet, repeated, len(sheets))
        ]


def _is_furniture(line: PrintLine, sheet: Sheet, repeated: Counter[str], pages: int) -> bool:
    if _PAGE_NUMBER.fullmatch(line.text) and (line.box.y0 > 0.9 * sheet.height or line.box.y1 < MARGIN * sheet.height):
        return True
    return repeated[_key(line.text)] >= (2 if pages < 12 else 3)


def _remove_page_numbers(sheets: Sequence[Sheet]) -> None:
    """Numbers in the margins that count with the pages."""
    found = [
        (sheet, line, int(line.text) - sheet.number)
        for sheet in sheets
        for edge in (_edge_lines(sheet),)
        for line in sheet.lines
        if id(line) in edge and re.fullmatch(r"\d{1,5}", line.text)
    ]
    offsets = Counter(offset for _, _, offset in found)
    for sheet, line, offset in found:
        if offsets[offset] >= 3:
            sheet.lines = [one for one in sheet.lines if one is not line]


def _key(text: str) -> str:
    return re.sub(r"[\d\W_]+", " ", text).casefold().strip() or "#"


def _edge_lines(sheet: Sheet) -> set[int]:
    """The first and last few lines of a page, as far as they stand in its margins."""
    high = sorted(
        (one for one in sheet.lines if one.box.y0 > (1 - MARGIN) * sheet.height), key=lambda one: -one.box.y0
    )[:4]
    low = sorted((one for one in sheet.lines if one.box.y1 < MARGIN * sheet.height), key=lambda one: one.box.y0)[:4]
    return {id(line) for line in high + low}


def _repeated(sheets: Sequence[Sheet]) -> Counter[str]:
    seen: Counter[str] = Counter()
    for sheet in sheets:
        edge = _edge_lines(sheet)
        seen.update({_key(line.text) for line in sheet.lines if id(line) in edge})
    seen["#"] = 0
    return seen


def _remove_line_numbers(sheet: Sheet) -> None:
    numbers = [line for line in sheet.lines if re.fullmatch(r"\d{1,4}", line.text)]
    for side in (
        [one for one in numbers if one.box.x1 < 0.16 * sheet.width],
        [one for one in numbers if one.box.x0 > 0.84 * sheet.width],
    ):
        values = [int(line.text) for line in sorted(side, key=lambda one: -one.box.y0)]
        rising = sum(b - a == 1 or b - a == 5 for a, b in pairwise(values))
        if len(values) >= 10 and rising >= 0.8 * (len(values) - 1):
            gone = {id(line) for line in side}
            sheet.lines = [line for line in sheet.lines if id(line) not in gone]


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
