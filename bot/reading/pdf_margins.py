"""Removes from PDF pages what is not text of the paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from bot.reading.pdf_lines import PrintLine, Sheet

MARGIN = 0.13
"""The share of a page's height at its top and bottom where running heads and page numbers stand."""

_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*(?:(?:of|/)\s*\d{1,4})?\s*[-–—]?", re.I)
_STAMP = re.compile(r"arXiv:\s*\d{4}\.\d{4,5}|arXiv:[a-z-]+(?:\.[A-Z]{2})?/\d{7}")


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
