"""Figures and tables of an HTML page: number, caption, rows, and the pictures that a figure consists of."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from bot.model import Figure, Table
from bot.reading.headings_and_captions import Caption, parse_caption
from bot.reading.html_text import class_names, text_of

MAX_ROWS, MAX_CELLS = 400, 60


@dataclass(frozen=True, slots=True)
class FigureImages:
    """The pictures of one figure, as rows of with_urls; its place on the page is `anchor`.

    `whole` is false where the page lacks some or all of them.
    """

    rows: tuple[tuple[str, ...], ...]
    complete: bool
    anchor: str = ""


def extract_floats(element: etree._Element) -> tuple[list[tuple[Figure, FigureImages]], list[Table]]:
    """The numbered figures and tables in a floating box, each with what belongs to it alone."""
    figures: list[tuple[Figure, FigureImages]] = []
    tables: list[Table] = []
    owners: list[tuple[etree._Element, Caption]] = []
    for caption in element.iter("figcaption"):
        parsed = parse_caption(text_of(caption))
        if parsed:
            owners.append((_owner(caption, element), parsed))
    boxes = {id(owner) for owner, _ in owners}
    owners = [(_widened(owner, element, boxes), caption) for owner, caption in owners]
    for owner, caption_of in owners:
        if caption_of.kind == "figure":
            pictures = _pictures(owner, boxes)
            only = [url for row in pictures.rows for url in row]
            url = only[0] if len(only) == 1 and pictures.complete else None
            figures.append((Figure(caption_of.number, caption_of.text, url=url), pictures))
        elif caption_of.kind == "table":
            tables.append(Table(caption_of.number, caption_of.text, _rows(owner, boxes)))
    return figures, tables


def extract_table(tabular: etree._Element) -> Table:
    """A table that stands in the text, without number or caption."""
    return Table("", "", _rows(tabular, set()))


def _owner(caption: etree._Element, top: etree._Element) -> etree._Element:
    for around in caption.iterancestors():
        if around.tag == "figure" or around is top or "ltx_float" in class_names(around):
            return around
    return top


def _widened(owner: etree._Element, top: etree._Element, boxes: set[int]) -> etree._Element:
    """The box itself, or the nearest one around it where it holds its caption only (LaTeXML's side by side)."""
    box = owner
    while box is not top and not box.xpath(".//img|.//svg|.//*[contains(@class, 'ltx_tabular')]"):
        around = box.getparent()
        if around is None or id(around) in boxes:
            break
        box = around
    return box


def _belongs(element: etree._Element, owner: etree._Element, boxes: set[int]) -> bool:
    for around in element.iterancestors():
        if around is owner:
            return True
        if id(around) in boxes:
            return False
    return False


def _pictures(owner: etree._Element, boxes: set[int]) -> FigureImages:
    rows: list[list[str]] = [[]]
    whole = True
    for element in owner.iter():
        if not isinstance(element.tag, str) or not _belongs(element, owner, boxes):
            continue
        named = class_names(element)
        if "ltx_flex_break" in named or (element.tag == "br" and rows[-1]):
            rows.append([])
        elif element.tag == "svg" or "ltx_tabular" in named or named & {"ltx_listing", "ltx_verbatim"}:
            whole = whole and "ltx_tabular" in named and bool(element.xpath(".//img"))
        elif element.tag == "img" and "ltx_Math" not in named:
            source = str(element.get("src") or "")
            if "ltx_missing" in named or "ltx_missing_image" in named or not source.startswith(("http://", "https://")):
                whole = False
            else:
                rows[-1].append(source)
    kept = tuple(tuple(row) for row in rows if row)
    return FigureImages(kept, whole and bool(kept), str(owner.get("id") or ""))


def _rows(owner: etree._Element, boxes: set[int]) -> tuple[tuple[str, ...], ...]:
    rows = []
    hanging: dict[int, int] = {}
    for row in owner.iter("tr"):
        if "ltx_eqn_row" in class_names(row) or (boxes and not _belongs(row, owner, boxes)):
            continue
        if _nested(row, owner):
            continue
        cells = _cells(row, hanging)
        if any(cells):
            rows.append(tuple(cells[:MAX_CELLS]))
        if len(rows) >= MAX_ROWS:
            break
    return tuple(rows)


def _cells(row: etree._Element, hanging: dict[int, int]) -> list[str]:
    """A row's cells by column; `hanging` says for how many rows a cell above still fills a column."""
    cells: list[str] = []
    for cell in row.iterchildren("td", "th"):
        while hanging.get(len(cells), 0) > 0 and len(cells) < MAX_CELLS:
            hanging[len(cells)] -= 1
            cells.append("")
        width, height = min(_number(cell.get("colspan")), MAX_CELLS), _number(cell.get("rowspan"))
        for column in range(len(cells), len(cells) + width):
            hanging[column] = height - 1
        cells.extend([text_of(cell), *[""] * (width - 1)])
        if len(cells) >= MAX_CELLS:
            break
    for column in range(len(cells), max(hanging, default=0) + 1):
        hanging[column] = max(hanging.get(column, 0) - 1, 0)
    return cells


def _nested(row: etree._Element, owner: etree._Element) -> bool:
    """Whether the row is part of a table within a cell, whose text its cell already has."""
    for around in row.iterancestors("td", "th"):
        return any(up is owner for up in around.iterancestors()) and around.tag in ("td", "th")
    return False


def _number(value: object) -> int:
    text = str(value or "1")
    return int(text) if text.isdigit() and len(text) < 4 and int(text) else 1
