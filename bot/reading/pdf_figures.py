"""Where a page's figures and tables are: captions, and the pictures, drawings, rules and words that belong to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from bot.reading.pdf_captions import Captioned
from bot.reading.pdf_lines import PrintLine, Sheet
from bot.reading.pdf_page import Box

REACH = 60.0
"""Points between a caption and the nearest part of its figure."""


def find_areas(pages: Sequence[Sequence[Captioned]], body: float, font: str) -> None:
    """Set the area that each caption labels, and move the lines in it from its sheet to `inside`.

    A caption between two tables belongs to the one on the side where the paper's other captions have theirs.
    """
    finders = [
        [(item, _Finder(item.sheet, item, [o.box for o in found if o is not item], body, font)) for item in found]
        for found in pages
    ]
    sides = Counter(f.only_side() for page in finders for item, f in page if item.caption.kind == "table")
    above = sides["above"] > sides["below"]
    for page in finders:
        for item, finder in page:
            ruled = item.caption.kind in ("table", "algorithm", "listing")
            item.area = (
                (finder.table(above=above) if ruled else None) or finder.figure()
                if item.caption.kind != "box"
                else None
            )
        for item, _ in page:
            if item.area:
                item.inside = [one for one in item.sheet.lines if item.area.holds(*one.box.middle, slack=1.5)]
                gone = {id(line) for line in item.inside}
                item.sheet.lines = [line for line in item.sheet.lines if id(line) not in gone]


class _Finder:
    """Looks above and below one caption, between the nearest lines of running text."""

    def __init__(self, sheet: Sheet, item: Captioned, others: list[Box], body: float, font: str) -> None:
        self.sheet, self.item, self.others = sheet, item, others
        self.body, self.font = body, font
        self.left, self.right = self._reach()
        self.graphics = [g for g in sheet.graphics if self._within(g)]

    def figure(self) -> Box | None:
        above, below = self._band(True), self._band(False)
        best = self._drawn(above) or self._drawn(below)
        return best or self._words(above) or self._words(below)

    def table(self, *, above: bool) -> Box | None:
        """The table of the caption; `above` says where to look first."""
        bands = [self._band(above), self._band(not above)]
        for look in (self._ruled, self._words):
            for band in bands:
                if found := look(band):
                    return found
        return None

    def only_side(self) -> str | None:
        """ "above" or "below" where a table stands on that side of the caption alone."""
        over, under = self._ruled(self._band(True)), self._ruled(self._band(False))
        return None if bool(over) == bool(under) else "above" if over else "below"

    # the room around a caption

    def _reach(self) -> tuple[float, float]:
        cap, sheet = self.item.box, self.sheet
        column = self.item.lines[0].column
        if sheet.gutter is not None and cap.x0 < sheet.gutter - 4 and cap.x1 > sheet.gutter + 4:
            column = "S"
        left, right = sheet.columns.get(column, (cap.x0, cap.x1))
        if column == "S":
            left, right = min(left, sheet.type_area[0]), max(right, sheet.type_area[1])
        left, right = min(left, cap.x0) - 12, max(right, cap.x1) + 12
        for other in self.others:
            if other.y0 < cap.y1 and cap.y0 < other.y1:
                if other.x0 >= cap.x1 - 2:
                    right = min(right, (cap.x1 + other.x0) / 2)
                elif other.x1 <= cap.x0 + 2:
                    left = max(left, (cap.x0 + other.x1) / 2)
        for line in sheet.lines:
            if (
                line.letters > 15
                and line.box.y0 < cap.y1
                and cap.y0 < line.box.y1
                and left < line.box.middle[0] < right
            ):
                if line.box.x0 >= cap.x1 - 1:
                    right = min(right, line.box.x0 - 1)
                elif line.box.x1 <= cap.x0 + 1:
                    left = max(left, line.box.x1 + 1)
        return left, right

    def _within(self, box: Box) -> bool:
        """Whether a drawing stands in this caption's room, most of it at least."""
        shared = min(box.x1, self.right) - max(box.x0, self.left)
        return self.left <= box.middle[0] <= self.right and shared >= 0.8 * box.width

    def _is_text(self, line: PrintLine) -> bool:
        """Running text, which no figure or table contains; a heading counts too."""
        if not self.left <= line.box.middle[0] <= self.right:
            return False
        if line.pieces[0].drawn:
            return False
        if line.bold and line.size > 1.1 * self.body and line.letters > 3:
            return True
        if any(g.holds(*line.box.middle) and g.height > 2.5 * line.size for g in self.graphics):
            return False
        if line.bold and line.size >= self.body and line.box.x0 < self.left + 20 and line.letters > 3:
            return not any(c.isdigit() for c in line.text[1:]) or line.size > 1.05 * self.body
        wide = line.box.width > 0.72 * (self.right - self.left - 24)
        return wide and abs(line.size - self.body) < 0.06 * self.body and line.font == self.font

    def _band(self, above: bool) -> Box:
        cap, sheet = self.item.box, self.sheet
        low, high = (cap.y1, sheet.height * 0.965) if above else (sheet.height * 0.035, cap.y0)
        for line in sheet.lines:
            if self._is_text(line):
                if above and line.box.y0 >= cap.y1 - 2:
                    high = min(high, line.box.y0 + 0.2 * line.size)
                elif not above and line.box.y1 <= cap.y0 + 2:
                    low = max(low, line.box.y1 - 0.2 * line.size)
        for other in self.others:
            if other.x0 < self.right and other.x1 > self.left:
                if above and other.y0 >= cap.y1 - 2:
                    high = min(high, other.y0)
                elif not above and other.y1 <= cap.y0 + 2:
                    low = max(low, other.y1)
        return Box(self.left, low, self.right, max(low, high))

    # what stands in it

    def _drawn(self, band: Box) -> Box | None:
        """The pictures and drawings of a band with the words among them."""
        parts = [clipped for g in self.graphics if (clipped := _clipped(g, band))]
        rules = [r for r in self.sheet.rules if self._within(r) and band.y0 <= r.y0 and r.y1 <= band.y1]
        area = _union(parts)
        if area is None or area.width < 20 or area.height < 15:
            parts = parts + rules if len(rules) >= 6 else parts
            area = _union(parts)
        if area is None or area.width < 20 or area.height < 15:
            return None
        if min(abs(area.y0 - band.y0), abs(band.y1 - area.y1)) > REACH and not self._near(area):
            return None
        return self._grown(area, band)

    def _near(self, area: Box) -> bool:
        cap = self.item.box
        return min(abs(area.y0 - cap.y1), abs(cap.y0 - area.y1)) < REACH

    def _grown(self, area: Box, band: Box) -> Box:
        """Take in the lines that stand close to the drawing (labels, legends, names of panels)."""
        lines = [one for one in self.sheet.lines if band.holds(*one.box.middle) and not self._is_text(one)]
        rules = [r for r in self.sheet.rules if band.holds(*r.middle) and self._within(r)]
        changed = True
        while changed:
            changed = False
            for box in [one.box for one in lines] + rules:
                if not (area.x0 <= box.x0 and box.x1 <= area.x1 and area.y0 <= box.y0 and box.y1 <= area.y1) and (
                    area.touches(box, slack=14)
                ):
                    area = area.union(box)
                    changed = True
        return Box(max(area.x0 - 3, 0), max(area.y0 - 3, band.y0), area.x1 + 3, min(area.y1 + 3, band.y1))

    def _ruled(self, band: Box) -> Box | None:
        """The horizontal rules of a table in a band, nearest to the caption first, with all between them."""
        cap = self.item.box
        below = band.y1 <= cap.y0 + 1
        rules = [
            r
            for r in self.sheet.rules + [g for g in self.graphics if g.height > 20]
            if self._within(r) and band.y0 - 3 <= r.y0 and r.y1 <= band.y1 + 3 and (r.width > 25 or r.height > 12)
        ]
        rules.sort(key=lambda r: -r.y1 if below else r.y0)
        distance: Callable[[Box], float] = lambda r: cap.y0 - r.y1 if below else r.y0 - cap.y1  # noqa: E731 - two cases
        if not rules or distance(rules[0]) > 40:
            return None
        area = _union(rules)
        if area is None or area.height < 8:
            return None
        return self._grown(area, band) if area.height < 400 else area

    def _words(self, band: Box) -> Box | None:
        """Lines of a band that are no running text: a figure or table without any drawing."""
        cap = self.item.box
        lines = [one for one in self.sheet.lines if band.holds(*one.box.middle) and not self._is_text(one)]
        below = band.y1 <= cap.y0 + 1
        lines.sort(key=lambda one: -one.base if below else one.base)
        edge = cap.y0 if below else cap.y1
        taken: list[Box] = []
        for line in lines:
            gap = edge - line.box.y1 if below else line.box.y0 - edge
            if gap > 24:
                break
            taken.append(line.box)
            edge = min(edge, line.box.y0) if below else max(edge, line.box.y1)
        return _union(taken) if len(taken) >= 2 else None


def _clipped(box: Box, band: Box) -> Box | None:
    """The part of a drawing in the band, where most of it is: drawings bring white margins that reach over text."""
    low, high = max(box.y0, band.y0), min(box.y1, band.y1)
    return Box(box.x0, low, box.x1, high) if high - low >= 0.6 * box.height else None


def _union(boxes: Sequence[Box]) -> Box | None:
    whole: Box | None = None
    for box in boxes:
        whole = box if whole is None else whole.union(box)
    return whole


def table_rows(lines: Sequence[PrintLine]) -> tuple[tuple[str, ...], ...]:
    """The lines inside a table as rows of cells: one row a base line, a new cell at each wide gap."""
    rows: list[list[PrintLine]] = []
    for line in sorted(lines, key=lambda one: (-one.base, one.box.x0)):
        if rows and abs(rows[-1][0].base - line.base) < 0.45 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    out: list[tuple[str, ...]] = []
    for row in rows[:400]:
        cells: list[str] = []
        for line in sorted(row, key=lambda one: one.box.x0):
            cells.extend(_cells(line))
        out.append(tuple(cells[:60]))
    return tuple(out)


def _cells(line: PrintLine) -> list[str]:
    cells = [""]
    end: float | None = None
    for piece in line.pieces:
        if end is not None and piece.box.x0 - end > 0.75 * line.size:
            cells.append("")
        cells[-1] += (" " if piece.spaced and cells[-1] else "") + piece.text
        end = piece.box.x1
    return [cell.replace("\u00ad", "-") for cell in cells if cell]
