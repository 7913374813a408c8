"""Step 6 of PDF reading: where the figure or table of each caption is on its page, and the rows of tables.

A PDF does not say what belongs to a figure. So above and below each caption the free band is found, which reaches to
the nearest running text or caption, and in it the pictures, drawings, rules and words that stand together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.reading.pdf_captions import Float
from bot.reading.pdf_lines import PageLayout, TextLine, remove_lines
from bot.reading.pdf_model import Box

MAX_CAPTION_DISTANCE = 60.0
"""Points between a caption and the nearest part of its figure."""
MAX_RULE_DISTANCE = 40.0
"""Points between a caption and the nearest rule of its table."""
MAX_LINE_DISTANCE = 24.0
"""Points between one line of a figure or table made of text and the next, or the caption."""
OVERHANG = 12.0
"""Points that a float may reach over the edges of its column."""
PAGE_EDGE = 0.035
"""The share of a page's height at its top and bottom that no figure reaches into."""
MAX_ROWS, MAX_CELLS = 400, 60


def find_areas(pages: Sequence[Sequence[Float]], body_size: float, body_font: str) -> None:
    """Set the area of each page's floats, and move the lines in it from the page to the float's `lines`.

    A caption between two tables belongs to the one on the side where the paper's other captions have theirs.
    """
    finders = [
        [(item, _AreaFinder(item, _boxes_of_others(found, item), body_size, body_font)) for item in found]
        for found in pages
    ]
    sides = Counter(finder.table_side() for page in finders for item, finder in page if item.caption.kind == "table")
    tables_above = sides["above"] > sides["below"]
    for page in finders:
        for item, finder in page:
            item.area = finder.find(item.caption.kind, tables_above=tables_above)
        # After all areas of the page are known: the lines of one float limit the band of the next.
        for item, _ in page:
            if item.area:
                item.lines = [line for line in item.layout.lines if item.area.contains(*line.box.center, slack=1.5)]
                remove_lines(item.layout, item.lines)


def _boxes_of_others(found: Sequence[Float], item: Float) -> list[Box]:
    return [other.caption_box for other in found if other is not item]


class _AreaFinder:
    """Looks above and below one caption, between the nearest lines of running text."""

    def __init__(self, item: Float, other_captions: list[Box], body_size: float, body_font: str) -> None:
        self.layout: PageLayout = item.layout
        self.caption = item.caption_box
        self.caption_column = item.caption_lines[0].column
        self.other_captions = other_captions
        self.body_size, self.body_font = body_size, body_font
        self.left, self.right = self._horizontal_limits()
        self.graphics = [box for box in self.layout.graphics if self._is_within_limits(box)]

    def find(self, kind: str, *, tables_above: bool) -> Box | None:
        """The area of a float of this kind, None where nothing was found."""
        if kind == "box":  # a frame with text of the paper, which is to stay in the text
            return None
        ruled = kind in ("table", "algorithm", "listing")
        return (self._find_table(above=tables_above) if ruled else None) or self._find_figure()

    def table_side(self) -> str | None:
        """ "above" or "below" if there is a table on that side of the caption only."""
        above, below = self._ruled_area(self._free_band(above=True)), self._ruled_area(self._free_band(above=False))
        return None if bool(above) == bool(below) else "above" if above else "below"

    def _find_figure(self) -> Box | None:
        above, below = self._free_band(above=True), self._free_band(above=False)
        return (
            self._drawing_area(above) or self._drawing_area(below) or self._text_area(above) or self._text_area(below)
        )

    def _find_table(self, *, above: bool) -> Box | None:
        """`above` says on which side of the caption to look first."""
        first, second = self._free_band(above=above), self._free_band(above=not above)
        return self._ruled_area(first) or self._ruled_area(second) or self._text_area(first) or self._text_area(second)

    # the room around a caption

    def _horizontal_limits(self) -> tuple[float, float]:
        """How far to both sides the float of this caption may reach."""
        caption, layout = self.caption, self.layout
        column = self.caption_column
        if layout.gutter is not None and caption.x0 < layout.gutter - 4 and caption.x1 > layout.gutter + 4:
            column = "full"
        left, right = layout.columns.get(column, (caption.x0, caption.x1))
        if column == "full":
            left, right = min(left, layout.text_edges[0]), max(right, layout.text_edges[1])
        return self._between_neighbours(min(left, caption.x0) - OVERHANG, max(right, caption.x1) + OVERHANG)

    def _between_neighbours(self, left: float, right: float) -> tuple[float, float]:
        """Narrowed by captions and text beside this caption, as of two figures side by side."""
        caption = self.caption
        for other in self.other_captions:
            if other.y0 < caption.y1 and caption.y0 < other.y1:
                if other.x0 >= caption.x1 - 2:
                    right = min(right, (caption.x1 + other.x0) / 2)
                elif other.x1 <= caption.x0 + 2:
                    left = max(left, (caption.x0 + other.x1) / 2)
        for line in self.layout.lines:
            beside = line.letters > 15 and line.box.y0 < caption.y1 and caption.y0 < line.box.y1
            if beside and left < line.box.center[0] < right:
                if line.box.x0 >= caption.x1 - 1:
                    right = min(right, line.box.x0 - 1)
                elif line.box.x1 <= caption.x0 + 1:
                    left = max(left, line.box.x1 + 1)
        return left, right

    def _is_within_limits(self, box: Box) -> bool:
        """Whether a drawing is in this caption's room, most of it at least."""
        shared = min(box.x1, self.right) - max(box.x0, self.left)
        return self.left <= box.center[0] <= self.right and shared >= 0.8 * box.width

    def _is_running_text(self, line: TextLine) -> bool:
        """Whether a line is running text or a heading, which no figure or table contains."""
        if not self.left <= line.box.center[0] <= self.right or line.runs[0].in_drawing:
            return False
        if line.bold and line.size > 1.1 * self.body_size and line.letters > 3:
            return True
        # On a drawing; a lower box is an underline or the shade behind a line of text.
        if any(g.contains(*line.box.center) and g.height > 2.5 * line.size for g in self.graphics):
            return False
        if line.bold and line.size >= self.body_size and line.box.x0 < self.left + 20 and line.letters > 3:
            # A bold line at the left edge is a heading, or the first row of a table, which has numbers.
            return not any(char.isdigit() for char in line.text[1:]) or line.size > 1.05 * self.body_size
        # Labels and cells are short, or set in another font or size than the text.
        wide = line.box.width > 0.72 * (self.right - self.left - 2 * OVERHANG)
        return wide and abs(line.size - self.body_size) < 0.06 * self.body_size and line.font == self.body_font

    def _free_band(self, *, above: bool) -> Box:
        """The room between the caption and the next running text or caption on one side."""
        caption, height = self.caption, self.layout.height
        low, high = (caption.y1, height * (1 - PAGE_EDGE)) if above else (height * PAGE_EDGE, caption.y0)
        limits = [
            # Boxes of characters are loose: the nearest fifth of a line is empty.
            (line.box.y0 + 0.2 * line.size, line.box.y1 - 0.2 * line.size, line.box)
            for line in self.layout.lines
            if self._is_running_text(line)
        ]
        limits += [(o.y0, o.y1, o) for o in self.other_captions if o.x0 < self.right and o.x1 > self.left]
        for bottom, top, box in limits:
            if above and box.y0 >= caption.y1 - 2:
                high = min(high, bottom)
            elif not above and box.y1 <= caption.y0 + 2:
                low = max(low, top)
        return Box(self.left, low, self.right, max(low, high))

    def _is_below(self, band: Box) -> bool:
        return band.y1 <= self.caption.y0 + 1

    # what is in it

    def _drawing_area(self, band: Box) -> Box | None:
        """The pictures and drawings of a band with the words among them."""
        parts = [clipped for g in self.graphics if (clipped := _clip(g, band))]
        area = _union(parts)
        if area is None or not _is_large(area):
            # Some plots consist of nothing but thin lines; fewer are the rules of a table or a footnote.
            rules = [r for r in self.layout.rules if self._is_within_limits(r) and band.y0 <= r.y0 and r.y1 <= band.y1]
            area = _union(parts + rules if len(rules) >= 6 else parts)
        if area is None or not _is_large(area):
            return None
        to_band_edge = min(abs(area.y0 - band.y0), abs(band.y1 - area.y1))
        to_caption = min(abs(area.y0 - self.caption.y1), abs(self.caption.y0 - area.y1))
        if min(to_band_edge, to_caption) > MAX_CAPTION_DISTANCE:
            return None
        return self._with_adjacent_parts(area, band)

    def _with_adjacent_parts(self, area: Box, band: Box) -> Box:
        """Take in the lines and rules close to the drawing: labels, legends, names of panels."""
        boxes = [line.box for line in self._other_lines(band)]
        boxes += [r for r in self.layout.rules if band.contains(*r.center) and self._is_within_limits(r)]
        changed = True
        while changed:
            changed = False
            for box in boxes:
                # About one line away; taking one in may bring the next within reach.
                if not area.covers(box) and area.touches(box, slack=14):
                    area = area.union(box)
                    changed = True
        return Box(max(area.x0 - 3, 0), max(area.y0 - 3, band.y0), area.x1 + 3, min(area.y1 + 3, band.y1))

    def _other_lines(self, band: Box) -> list[TextLine]:
        """The lines of a band that are no running text."""
        in_band = [line for line in self.layout.lines if band.contains(*line.box.center)]
        return [line for line in in_band if not self._is_running_text(line)]

    def _ruled_area(self, band: Box) -> Box | None:
        """The horizontal rules of a table in a band, with all between them."""
        below = self._is_below(band)
        rules = [
            rule
            for rule in self.layout.rules + [g for g in self.graphics if g.height > 20]
            if self._is_within_limits(rule)
            and band.y0 - 3 <= rule.y0
            and rule.y1 <= band.y1 + 3
            and (rule.width > 25 or rule.height > 12)  # shorter ones are bars of fractions
        ]
        distances = [self.caption.y0 - rule.y1 if below else rule.y0 - self.caption.y1 for rule in rules]
        area = _union(rules)
        if area is None or min(distances) > MAX_RULE_DISTANCE or area.height < 8:
            return None
        # Around a table that fills most of the page there is nothing more to take in.
        return self._with_adjacent_parts(area, band) if area.height < 400 else area

    def _text_area(self, band: Box) -> Box | None:
        """Lines of a band that are no running text: a figure or table without any drawing."""
        below = self._is_below(band)
        edge = self.caption.y0 if below else self.caption.y1
        taken: list[Box] = []
        for line in sorted(self._other_lines(band), key=lambda line: -line.baseline if below else line.baseline):
            gap = edge - line.box.y1 if below else line.box.y0 - edge
            if gap > MAX_LINE_DISTANCE:
                break
            taken.append(line.box)
            edge = min(edge, line.box.y0) if below else max(edge, line.box.y1)
        return _union(taken) if len(taken) >= 2 else None


def _is_large(area: Box) -> bool:
    """Whether an area is more than an icon or a rule."""
    return area.width >= 20 and area.height >= 15


def _clip(box: Box, band: Box) -> Box | None:
    """The part of a drawing in the band, if most of it is: drawings bring white margins that reach over text."""
    low, high = max(box.y0, band.y0), min(box.y1, band.y1)
    return Box(box.x0, low, box.x1, high) if high - low >= 0.6 * box.height else None


def _union(boxes: Sequence[Box]) -> Box | None:
    whole: Box | None = None
    for box in boxes:
        whole = box if whole is None else whole.union(box)
    return whole


# ── tables ────────────────────────────────────────────────────────────────────────────────────────────────────────


def table_rows(lines: Sequence[TextLine]) -> tuple[tuple[str, ...], ...]:
    """The lines inside a table as rows of cells.

    Lines on one baseline are a row, and a gap wider than a space separates two cells.
    """
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda line: (-line.baseline, line.box.x0)):
        if rows and abs(rows[-1][0].baseline - line.baseline) < 0.45 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    table: list[tuple[str, ...]] = []
    for row in rows[:MAX_ROWS]:
        cells = [cell for line in sorted(row, key=lambda line: line.box.x0) for cell in _cells(line)]
        table.append(tuple(cells[:MAX_CELLS]))
    return tuple(table)


def _cells(line: TextLine) -> list[str]:
    cells = [""]
    end: float | None = None
    for run in line.runs:
        if end is not None and run.box.x0 - end > 0.75 * line.size:
            cells.append("")
        cells[-1] += (" " if run.space_before and cells[-1] else "") + run.text
        end = run.box.x1
    return [cell.replace("\u00ad", "-") for cell in cells if cell]
