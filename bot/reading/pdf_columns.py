"""Finds the columns of PDF pages, and reads lines in their order."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence

from bot.reading.pdf_lines import PrintLine, Sheet


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


def reading_order(sheet: Sheet) -> list[PrintLine]:
    """Top to bottom; of two columns the left one first, between lines that span both."""
    ordered: list[PrintLine] = []
    left: list[PrintLine] = []
    right: list[PrintLine] = []
    for line in sorted(sheet.lines, key=lambda one: (-one.base, one.box.x0)):
        if line.column == "L":
            left.append(line)
        elif line.column == "R":
            right.append(line)
        else:
            ordered += [*left, *right, line]
            left, right = [], []
    return [*ordered, *left, *right]
