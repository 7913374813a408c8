"""Captions of PDF pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.reading.headings_and_captions import Caption, parse_caption
from bot.reading.pdf_lines import PrintLine, Sheet
from bot.reading.pdf_page import Box


@dataclass(slots=True)
class Captioned:
    """A caption with its lines, and the box of what it labels (None where nothing was found)."""

    caption: Caption
    lines: list[PrintLine]
    box: Box
    sheet: Sheet
    area: Box | None = None
    inside: list[PrintLine] = field(default_factory=list)


def find_captions(sheet: Sheet, body: float, seen: set[tuple[str, str]]) -> list[Captioned]:
    """The captions of a page; their lines are taken out of `sheet.lines`.

    `seen` holds the labels that earlier pages captioned: a label is captioned once.
    """
    found = _captions(sheet, body, seen)
    taken = {id(line) for item in found for line in item.lines}
    sheet.lines = [line for line in sheet.lines if id(line) not in taken]
    return found


def _captions(sheet: Sheet, body: float, seen: set[tuple[str, str]]) -> list[Captioned]:
    found: list[Captioned] = []
    for index, line in enumerate(sheet.lines):
        caption = parse_caption(line.text)
        if not caption or (caption.kind, caption.number) in seen or not _begins(sheet, line, caption, body):
            continue
        lines = _caption_lines(sheet.lines, index)
        whole = lines[0].box
        for further in lines[1:]:
            whole = whole.union(further.box)
        seen.add((caption.kind, caption.number))
        found.append(Captioned(caption, lines, whole, sheet))
    return found


def _begins(sheet: Sheet, line: PrintLine, caption: Caption, body: float) -> bool:
    """Whether a line that starts like a caption is one, not a sentence that happens to break there."""
    above = [
        one
        for one in sheet.lines
        if one is not line and _over(one, line) and 0 < one.base - line.base < 1.7 * line.size
    ]
    continues = any(abs(one.size - line.size) < 0.3 and one.letters > 20 and not one.bold for one in above)
    if caption.firm:
        return not continues or line.pieces[0].bold
    return not continues and (line.size < 0.97 * body or line.pieces[0].bold)


def _over(upper: PrintLine, lower: PrintLine) -> bool:
    return min(upper.box.x1, lower.box.x1) - max(upper.box.x0, lower.box.x0) > 0.3 * min(
        upper.box.width, lower.box.width
    )


def _caption_lines(lines: Sequence[PrintLine], index: int) -> list[PrintLine]:
    taken = [lines[index]]
    leading: float | None = None
    for line in lines[index + 1 :]:
        last = taken[-1]
        step = last.base - line.base
        if abs(step) < 1 and line.box.x0 >= last.box.x1 - 1 and line.box.x0 - last.box.x1 < 4 * last.size:
            taken.append(line)
            continue
        if not 0.6 * last.size < step < 1.75 * last.size or abs(line.size - last.size) > 0.6 or not _over(last, line):
            break
        if leading is not None and step > 1.25 * leading:
            break
        if parse_caption(line.text) and parse_caption(line.text).firm and line.pieces[0].bold:  # type: ignore[union-attr]
            break
        leading = step if leading is None else leading
        taken.append(line)
    return taken
