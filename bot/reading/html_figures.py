"""Figures and tables of an HTML page: number, caption, rows, and the images that a figure consists of."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from bot.model import Figure, Table
from bot.reading.headings_and_captions import Caption, parse_caption
from bot.reading.html_text import class_names, text_of

# Far more than printed tables have; a hostile page may declare a colspan of millions.
MAX_ROWS, MAX_CELLS = 400, 60


@dataclass(frozen=True, slots=True)
class FigureImages:
    """The images of one figure."""

    rows: tuple[tuple[str, ...], ...]
    """Their addresses, as the page lays them out in rows."""
    complete: bool
    """Whether these are all parts of the figure; the page lacks some that could not be converted."""
    anchor: str = ""
    """The fragment of the page's address that leads to the figure."""


def extract_floats(element: etree._Element) -> tuple[list[tuple[Figure, FigureImages]], list[Table]]:
    """Return the numbered figures and tables in a floating box, with the images or rows that belong to each.

    One box may contain several: subfigures without numbers of their own, or two figures side by side.
    """
    captioned: list[tuple[etree._Element, Caption]] = []
    for caption in element.iter("figcaption"):
        parsed = parse_caption(text_of(caption))
        if parsed:
            captioned.append((_container(caption, element), parsed))
    # Ids are of lxml's Python objects, which live as long as `captioned` holds them; a later one may get a freed id.
    boxes = {id(container) for container, _ in captioned}
    figures: list[tuple[Figure, FigureImages]] = []
    tables: list[Table] = []
    for container, parsed in [(_with_content(container, element, boxes), parsed) for container, parsed in captioned]:
        if parsed.kind == "figure":
            images = _images(container, boxes)
            urls = [url for row in images.rows for url in row]
            url = urls[0] if len(urls) == 1 and images.complete else None
            figures.append((Figure(parsed.number, parsed.text, url=url), images))
        elif parsed.kind == "table":
            tables.append(Table(parsed.number, parsed.text, _rows(container, boxes)))
    return figures, tables


def extract_table(tabular: etree._Element) -> Table:
    """Return a table inside the text, without number or caption."""
    return Table("", "", _rows(tabular, set()))


def _container(caption: etree._Element, top: etree._Element) -> etree._Element:
    """The innermost floating box around a caption."""
    for ancestor in caption.iterancestors():
        if ancestor.tag == "figure" or ancestor is top or "ltx_float" in class_names(ancestor):
            return ancestor
    return top


def _with_content(container: etree._Element, top: etree._Element, boxes: set[int]) -> etree._Element:
    """The box itself, or the nearest one around it that has content.

    LaTeXML puts the captions of two figures side by side into boxes of their own, next to the images.
    """
    box = container
    while box is not top and not box.xpath(".//img|.//svg|.//*[contains(@class, 'ltx_tabular')]"):
        around = box.getparent()
        if around is None or id(around) in boxes:
            break
        box = around
    return box


def _belongs(element: etree._Element, container: etree._Element, boxes: set[int]) -> bool:
    """Whether `container` is the innermost captioned box around an element."""
    for ancestor in element.iterancestors():
        if ancestor is container:
            return True
        if id(ancestor) in boxes:
            return False
    return False


def _images(container: etree._Element, boxes: set[int]) -> FigureImages:
    rows: list[list[str]] = [[]]
    complete = True
    for element in container.iter():
        if not isinstance(element.tag, str) or not _belongs(element, container, boxes):
            continue
        classes = class_names(element)
        if "ltx_flex_break" in classes or (element.tag == "br" and rows[-1]):
            rows.append([])
        elif element.tag == "svg" or "ltx_tabular" in classes or classes & {"ltx_listing", "ltx_verbatim"}:
            # Parts that are no image file; a table may be there for the layout only, with images in its cells.
            complete = complete and "ltx_tabular" in classes and bool(element.xpath(".//img"))
        elif element.tag == "img" and "ltx_Math" not in classes:
            source = str(element.get("src") or "")
            missing = classes & {"ltx_missing", "ltx_missing_image"}
            if missing or not source.startswith(("http://", "https://")):
                complete = False
            else:
                rows[-1].append(source)
    kept = tuple(tuple(row) for row in rows if row)
    return FigureImages(kept, complete and bool(kept), str(container.get("id") or ""))


# ── tables ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(container: etree._Element, boxes: set[int]) -> tuple[tuple[str, ...], ...]:
    rows = []
    filled_rows: dict[int, int] = {}
    for row in container.iter("tr"):
        # LaTeXML sets numbered equations as tables.
        if "ltx_eqn_row" in class_names(row) or (boxes and not _belongs(row, container, boxes)):
            continue
        if _is_in_cell(row, container):
            continue
        cells = _cells(row, filled_rows)
        if any(cells):
            rows.append(tuple(cells[:MAX_CELLS]))
        if len(rows) >= MAX_ROWS:
            break
    return tuple(rows)


def _cells(row: etree._Element, filled_rows: dict[int, int]) -> list[str]:
    """Return a row's cells by column; further columns and rows that a cell spans are empty.

    `filled_rows` has for each column the number of rows, from this one on, that a cell above (rowspan) still fills.
    """
    cells: list[str] = []
    for cell in row.iterchildren("td", "th"):
        while filled_rows.get(len(cells), 0) > 0 and len(cells) < MAX_CELLS:
            filled_rows[len(cells)] -= 1
            cells.append("")
        width, height = min(_span(cell.get("colspan")), MAX_CELLS), _span(cell.get("rowspan"))
        for column in range(len(cells), len(cells) + width):
            filled_rows[column] = height - 1
        cells.extend([text_of(cell), *[""] * (width - 1)])
        if len(cells) >= MAX_CELLS:
            break
    for column in range(len(cells), max(filled_rows, default=0) + 1):
        filled_rows[column] = max(filled_rows.get(column, 0) - 1, 0)
    return cells


def _is_in_cell(row: etree._Element, container: etree._Element) -> bool:
    """Whether the row is part of a table within a cell, whose text its cell already has."""
    cell = next(row.iterancestors("td", "th"), None)
    return cell is not None and any(ancestor is container for ancestor in cell.iterancestors())


def _span(value: object) -> int:
    """The number in a colspan or rowspan; 1 if it is not a number of at most three digits."""
    text = str(value or "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 4 else 1  # isdigit() is true of "²" too
