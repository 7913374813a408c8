"""Step 4 of PDF reading: which columns a page has, which line is in which, and the order in which they are read."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence

from bot.reading.pdf_lines import COLUMNS, PageLayout, TextLine


def find_columns(layouts: Sequence[PageLayout], body_size: float) -> None:
    """Set gutter, columns and text edges of every page, and the column of each of its lines.

    A page with too little text to tell (the last one, a page of figures) is taken to be like most others.
    """
    for layout in layouts:
        layout.gutter = _find_gutter(layout, body_size)
    gutters = [layout.gutter for layout in layouts if layout.gutter]
    # Only if most pages have two columns: in a paper with one, a page of short lines may look like two.
    common = statistics.median(gutters) if len(gutters) * 2 >= len(layouts) else None
    for layout in layouts:
        if layout.gutter is None and common and not _count_lines_across(layout, common, body_size):
            layout.gutter = common
        _assign_columns(layout, body_size)
    full = [layout.columns["full"] for layout in layouts if "full" in layout.columns]
    for layout in layouts:
        edges = full or [(0.0, layout.width)]
        layout.text_edges = (statistics.median(x for x, _ in edges), statistics.median(x for _, x in edges))


def reading_order(layout: PageLayout) -> list[TextLine]:
    """Top to bottom; between two lines that span both columns, first the left column and then the right one."""
    ordered: list[TextLine] = []
    left: list[TextLine] = []
    right: list[TextLine] = []
    for line in sorted(layout.lines, key=lambda line: (-line.baseline, line.box.x0)):
        if line.column == "left":
            left.append(line)
        elif line.column == "right":
            right.append(line)
        else:
            ordered += [*left, *right, line]
            left, right = [], []
    return [*ordered, *left, *right]


def _is_body_text(line: TextLine, body_size: float) -> bool:
    """Whether a line tells where columns are: not a heading, formula, footnote or label."""
    return 0.75 * body_size <= line.size <= 1.15 * body_size and line.letters >= 15


def _count_lines_across(layout: PageLayout, gutter: float, body_size: float) -> int:
    lines = [line for line in layout.lines if _is_body_text(line, body_size)]
    return sum(line.box.x0 < gutter - 20 and line.box.x1 > gutter + 20 for line in lines)


def _find_gutter(layout: PageLayout, body_size: float) -> float | None:
    """Half way between where lines of the left half end and lines of the right half begin."""
    lines = [line for line in layout.lines if _is_body_text(line, body_size)]
    middle, slack = layout.width / 2, 0.03 * layout.width
    left = [line for line in lines if line.box.x1 < middle + slack]
    right = [line for line in lines if line.box.x0 > middle - slack]
    # Fewer are short lines of a page with one column, such as ends of paragraphs, formulas and cells of tables.
    if len(left) < 5 or len(right) < 5 or len(left) + len(right) < 0.45 * len(lines):
        return None
    # The longest lines of the left column and the leftmost of the right one: others end early or are indented.
    ends = sorted(line.box.x1 for line in left)[int(0.6 * len(left)) :]
    starts = sorted(line.box.x0 for line in right)[: max(1, int(0.4 * len(right)))]
    return (statistics.median(ends) + statistics.median(starts)) / 2


def _assign_columns(layout: PageLayout, body_size: float) -> None:
    for line in layout.lines:
        # Four points of tolerance, since accents and italics reach a little over the edge of a column.
        if layout.gutter is None or (line.box.x0 < layout.gutter - 4 and line.box.x1 > layout.gutter + 4):
            line.column = "full"
        else:
            line.column = "left" if line.box.center[0] < layout.gutter else "right"
    for column in COLUMNS:
        lines = [line for line in layout.lines if line.column == column and _is_body_text(line, body_size)]
        if lines:
            layout.columns[column] = (
                _common_edge(line.box.x0 for line in lines),
                _common_edge(line.box.x1 for line in lines),
            )
    # Lines across both columns are few and often centred (title, captions): the columns show the edges better.
    if layout.gutter is not None and "left" in layout.columns and "right" in layout.columns:
        layout.columns["full"] = (layout.columns["left"][0], layout.columns["right"][1])


def _common_edge(values: Iterable[float]) -> float:
    """The edge that most lines share, to a point or two: indents and short lines must not move it."""
    edges = list(values)
    rounded = Counter(round(value / 2) * 2 for value in edges)
    common = rounded.most_common(1)[0][0]
    return statistics.median(value for value in edges if abs(value - common) <= 2)
