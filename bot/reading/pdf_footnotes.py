"""Footnotes of PDF pages."""

from __future__ import annotations

import re

from bot.reading.pdf_lines import PrintLine, Sheet


def take_footnotes(sheet: Sheet, body: float) -> tuple[list[list[PrintLine]], frozenset[str]]:
    """The footnotes of a page, out of `sheet.lines`, and the marks they begin with."""
    notes: list[list[PrintLine]] = []
    marks: set[str] = set()
    for column in ("L", "R", "S"):
        lines = sorted((one for one in sheet.lines if one.column == column), key=lambda one: one.base)
        block: list[PrintLine] = []
        for line in lines:
            if line.size > 0.93 * body or line.box.y0 > 0.55 * sheet.height:
                break
            if block and line.base - block[-1].base > 2.2 * body:
                break
            block.append(line)
        block.reverse()
        start = _first_note(block, sheet)
        if start is None:
            continue
        gone = {id(line) for line in block[start:]}
        sheet.lines = [line for line in sheet.lines if id(line) not in gone]
        for line in sorted(block[start:], key=lambda one: (-one.base, one.box.x0)):
            mark = footnote_mark(line)
            if mark or not notes:
                notes.append([line])
                marks.update(mark or "")
                marks.add(mark or "")
            else:
                notes[-1].append(line)
    return notes, frozenset(marks - {""})


def _first_note(block: list[PrintLine], sheet: Sheet) -> int | None:
    """Where in a block of small type at a column's foot the notes begin: at a mark, or under a short rule."""
    for index, line in enumerate(block):
        if footnote_mark(line):
            return index
        for rule in sheet.rules:
            over = rule.x0 < line.box.x1 and line.box.x0 < rule.x1
            if over and 20 < rule.width < 0.55 * sheet.width and -2 < rule.y0 - line.box.y1 < 14 and rule.height < 2.5:
                return index
    return None


def footnote_mark(line: PrintLine) -> str | None:
    first = line.pieces[0]
    if (
        first.size < 0.9 * line.size
        and first.base > line.base + 0.1 * line.size
        and re.fullmatch(r"\d{1,2}|[a-z∗*†‡§¶⋆]+", first.text)
    ):
        return first.text
    if first.text[0] in "∗†‡§¶" and len(line.text) > 3:
        return first.text[0]
    return None
