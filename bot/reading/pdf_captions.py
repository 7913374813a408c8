"""Step 5 of PDF reading: the captions of figures and tables, which also tell that there is a figure or table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.reading.headings_and_captions import Caption, parse_caption
from bot.reading.pdf_lines import PageLayout, TextLine, remove_lines
from bot.reading.pdf_model import Box


@dataclass(slots=True)
class Float:
    """A figure, table or the like on a page, known by its caption."""

    caption: Caption
    caption_lines: list[TextLine]
    caption_box: Box
    layout: PageLayout
    """The page that it is on."""
    area: Box | None = None
    """Where the figure or table itself is; None until it is found, and where nothing was found."""
    lines: list[TextLine] = field(default_factory=list)
    """The text in `area`: labels of a figure, cells of a table."""


def find_captions(layout: PageLayout, body_size: float, seen_labels: set[tuple[str, str]]) -> list[Float]:
    """Return the captioned floats of a page; the lines of the captions are taken out of `layout.lines`.

    `seen_labels` has kind and number of the captions of earlier pages, and gets those of this page: only the first line
    that looks like the caption of Figure 3 is its caption, later ones are sentences about it.
    """
    found: list[Float] = []
    for index, line in enumerate(layout.lines):
        caption = parse_caption(line.text)
        if not caption or (caption.kind, caption.number) in seen_labels:
            continue
        if not _is_caption_start(layout, line, caption, body_size):
            continue
        lines = _caption_lines(layout.lines, index)
        box = lines[0].box
        for further in lines[1:]:
            box = box.union(further.box)
        seen_labels.add((caption.kind, caption.number))
        found.append(Float(caption, lines, box, layout))
    remove_lines(layout, [line for pdf_float in found for line in pdf_float.caption_lines])
    return found


def _is_caption_start(layout: PageLayout, line: TextLine, caption: Caption, body_size: float) -> bool:
    """Whether a line that starts like a caption is one, not a sentence of the text that happens to break there."""
    above = [
        other
        for other in layout.lines
        if other is not line and _is_over(other, line) and 0 < other.baseline - line.baseline < 1.7 * line.size
    ]
    # The line above, in the same size and with many letters, is text that runs on.
    continues_text = any(abs(o.size - line.size) < 0.3 and o.letters > 20 and not o.bold for o in above)
    first_run_bold = line.runs[0].bold
    if caption.has_separator:
        return not continues_text or first_run_bold
    # "Figure 3 shows …" begins a sentence, unless its type differs from that of the text.
    return not continues_text and (line.size < 0.97 * body_size or first_run_bold)


def _is_over(upper: TextLine, lower: TextLine) -> bool:
    """Whether two lines share at least a third of the shorter one's width."""
    shared = min(upper.box.x1, lower.box.x1) - max(upper.box.x0, lower.box.x0)
    return shared > 0.3 * min(upper.box.width, lower.box.width)


def _caption_lines(lines: Sequence[TextLine], index: int) -> list[TextLine]:
    """The lines of the caption that starts at `index`: as long as size and spacing stay the same."""
    taken = [lines[index]]
    spacing: float | None = None
    for line in lines[index + 1 :]:
        last = taken[-1]
        step = last.baseline - line.baseline
        if abs(step) < 1 and line.box.x0 >= last.box.x1 - 1 and line.box.x0 - last.box.x1 < 4 * last.size:
            taken.append(line)  # further along the same line
            continue
        close = 0.6 * last.size < step < 1.75 * last.size
        if not close or abs(line.size - last.size) > 0.6 or not _is_over(last, line):
            break
        # More space than between its first two lines: the text below the figure begins.
        if spacing is not None and step > 1.25 * spacing:
            break
        # Captions of two tables may follow at once.
        next_caption = parse_caption(line.text)
        if next_caption and next_caption.has_separator and line.runs[0].bold:
            break
        spacing = step if spacing is None else spacing
        taken.append(line)
    return taken
