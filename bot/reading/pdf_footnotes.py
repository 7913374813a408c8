"""Step 7 of PDF reading: footnotes, which are removed from the foot of each column."""

from __future__ import annotations

import re

from bot.reading.pdf_lines import COLUMNS, Column, PageLayout, TextLine, remove_lines

Footnote = list[TextLine]


def extract_footnotes(layout: PageLayout, body_size: float) -> tuple[list[Footnote], frozenset[str]]:
    """Take the footnotes out of `layout.lines`; returns them, and the marks that they begin with ("1", "†")."""
    notes: list[Footnote] = []
    marks: set[str] = set()
    for column in COLUMNS:
        block = _small_print(layout, column, body_size)
        start = _first_footnote(block, layout)
        if start is None:
            continue
        remove_lines(layout, block[start:])
        for line in sorted(block[start:], key=lambda line: (-line.baseline, line.box.x0)):
            mark = footnote_mark(line)
            if mark or not notes:
                notes.append([line])
                # A note that begins with "∗†" has two marks; in the text they are together or apart.
                marks.update(mark or "")
                marks.add(mark or "")
            else:
                notes[-1].append(line)
    return notes, frozenset(marks - {""})


def _small_print(layout: PageLayout, column: Column, body_size: float) -> list[TextLine]:
    """The lines in small type at the foot of a column, from top to bottom."""
    block: list[TextLine] = []
    for line in sorted((line for line in layout.lines if line.column == column), key=lambda line: line.baseline):
        # Text of the full size, or small print in the upper half (a caption, an abstract), ends the search.
        if line.size > 0.93 * body_size or line.box.y0 > 0.55 * layout.height:
            break
        # One line far below the others is the page's foot: the name of a conference.
        if len(block) > 1 and line.baseline - block[-1].baseline > 2.2 * body_size:
            break
        block.append(line)
    return block[::-1]


def _first_footnote(block: list[TextLine], layout: PageLayout) -> int | None:
    """Where in a block of small type the footnotes begin: at a mark, or under a short rule."""
    for index, line in enumerate(block):
        if footnote_mark(line):
            return index
        for rule in layout.rules:
            over = rule.x0 < line.box.x1 and line.box.x0 < rule.x1
            short = 20 < rule.width < 0.55 * layout.width and rule.height < 2.5
            if over and short and -2 < rule.y0 - line.box.y1 < 14:
                return index
    return None


def footnote_mark(line: TextLine) -> str | None:
    """The mark that a footnote begins with: a raised number, letter or sign, or a sign such as † on the line."""
    first = line.runs[0]
    raised = first.size < 0.9 * line.size and first.baseline > line.baseline + 0.1 * line.size
    if raised and re.fullmatch(r"\d{1,2}|[a-z∗*†‡§¶⋆]+", first.text):
        return first.text
    if first.text[0] in "∗†‡§¶" and len(line.text) > 3:
        return first.text[0]
    return None
