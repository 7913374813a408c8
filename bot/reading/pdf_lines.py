"""Step 2 of PDF reading: the runs of a page joined into lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from bot.reading.pdf_model import Box, PageContent, TextRun

Column = Literal["left", "right", "full"]
"""Where a line is on a page of two columns; "full" if it spans both, or the page has one column."""
COLUMNS: tuple[Column, ...] = ("left", "right", "full")


@dataclass(slots=True)
class TextLine:
    """Text on one baseline within one column. `measure` sets the fields after `column` from `runs`."""

    runs: list[TextRun]
    box: Box
    page: int
    """1-based."""
    column: Column = "full"
    baseline: float = 0.0
    size: float = 0.0
    """Font size of most of the line, in points; likewise `font` and `baseline`."""
    font: str = ""
    text: str = ""
    letters: int = 0
    """How many of its characters are letters."""
    bold: bool = False
    italic: bool = False

    def measure(self) -> TextLine:
        """Set text, letters and the prevailing type from the runs; returns the line itself."""
        weight: Counter[tuple[float, str, float]] = Counter()
        bold = italic = letters = 0
        for run in self.runs:
            weight[(run.size, run.font, round(run.baseline, 1))] += len(run.text)
            alphabetic = sum(map(str.isalpha, run.text))
            letters += alphabetic
            bold += alphabetic if run.bold else 0
            italic += alphabetic if run.italic else 0
        (self.size, self.font, self.baseline), _ = weight.most_common(1)[0]
        self.letters = letters
        # Not all of it: numbers and formulas in a bold heading are often set in another font.
        self.bold, self.italic = bold > 0.8 * letters, italic > 0.8 * letters
        self.text = plain_text(self.runs)
        return self


@dataclass(slots=True)
class PageLayout:
    """A page as lines. The later steps take out of `lines` what they recognize: margins, captions, figures, notes."""

    number: int
    """1-based."""
    width: float
    height: float
    lines: list[TextLine]
    graphics: list[Box]
    rules: list[Box]
    gutter: float | None = None
    """The x coordinate half way between two columns; None for one column."""
    columns: dict[Column, tuple[float, float]] = field(default_factory=dict)
    """The left and right edge of each column's text on this page."""
    text_edges: tuple[float, float] = (0.0, 0.0)
    """The left and right edge of full-width text on the pages of this paper."""


def plain_text(runs: Sequence[TextRun]) -> str:
    """The text of runs with their spaces, without marks for raised or lowered characters."""
    return "".join((" " if run.space_before and n else "") + run.text for n, run in enumerate(runs)).strip()


def page_layout(page: PageContent) -> PageLayout:
    """The visible, upright lines of a page, in the order of the content stream.

    Rotated text is arXiv's stamp or part of a figure, hidden text nothing that the paper says.
    """
    lines: list[TextLine] = []
    for run in page.runs:
        if run.hidden or run.rotated:
            continue
        if lines and _continues(lines[-1], run):
            lines[-1].runs.append(run)
            lines[-1].box = lines[-1].box.union(run.box)
        else:
            lines.append(TextLine([run], run.box, page.number))
    merged = _merge_split_lines([line.measure() for line in lines])
    return PageLayout(page.number, page.width, page.height, merged, page.graphics, page.rules)


def _continues(line: TextLine, run: TextRun) -> bool:
    """Whether a run belongs to the line before it in the content stream: next to it, and at most raised or lowered."""
    last = line.runs[-1]
    size = max(last.size, run.size)
    gap = run.box.x0 - last.box.x1
    # A little overlap is kerning or an accent; a gap of two letters is the space between columns or cells.
    if not -0.6 * size <= gap <= (2.0 if run.space_before else 1.0) * size:
        return False
    if abs(run.baseline - last.baseline) < 0.1 * size:
        return True
    # A superscript or subscript, or the text after it, which is back on the line.
    near = any(abs(run.baseline - before.baseline) < 0.62 * size for before in (last, line.runs[0]))
    return near and gap < 0.8 * size


def _merge_split_lines(lines: list[TextLine]) -> list[TextLine]:
    """Join parts of one line that are apart in the content stream, as around formulas and links."""
    by_baseline: dict[int, list[TextLine]] = {}
    # Buckets of two points, so that not every line is compared with every other.
    for line in lines:
        by_baseline.setdefault(round(line.baseline / 2), []).append(line)
    merged: set[int] = set()
    for key, row in by_baseline.items():
        own = {id(line) for line in row}
        # The next bucket too: two parts of one line may be rounded differently.
        candidates = [line for k in (key, key + 1) for line in by_baseline.get(k, ()) if id(line) not in merged]
        for left, right in pairwise(sorted(candidates, key=lambda line: line.box.x0)):
            if id(left) not in own and id(right) not in own:
                continue
            gap = right.box.x0 - left.box.x1
            adjacent = abs(left.baseline - right.baseline) < 1 and -1 <= gap < 0.5 * max(left.size, right.size)
            if adjacent and id(left) not in merged:
                right.runs[0].space_before = right.runs[0].space_before or gap > 0.15 * right.size
                right.runs[:0] = left.runs
                right.box = right.box.union(left.box)
                right.measure()
                merged.add(id(left))
    return [line for line in lines if id(line) not in merged]


def remove_lines(layout: PageLayout, lines: Sequence[TextLine]) -> None:
    """Take these lines out of a page, by identity: an equal line elsewhere on the page stays."""
    ids = {id(line) for line in lines}
    layout.lines = [line for line in layout.lines if id(line) not in ids]


def find_body_size(layouts: Sequence[PageLayout]) -> float:
    """The font size that most of the text is set in, in points."""
    weight: Counter[float] = Counter()
    for layout in layouts:
        for line in layout.lines:
            weight[round(line.size, 1)] += line.letters
    return weight.most_common(1)[0][0] if weight else 10.0
