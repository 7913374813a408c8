"""Step 1 of PDF reading: one page as plain values, with its text, graphics, rules and links. Uses PDFium."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from bot.reading.pdf_model import Box, PageContent, TextRun
from bot.reading.pdf_runs import TextScanner, address_of, is_white
from bot.reading.pdf_visibility import hide_unseen

MAX_OBJECTS_A_PAGE = 30_000
"""A plot of many points may have a million paths; those past this number are not needed to find the plot."""
MAX_LINKS_A_PAGE = 2000
RULE_THICKNESS = 2.5
"""A path thinner than this many points is a rule, not a drawing."""


def page_content(page: pdfium.PdfPage, number: int) -> PageContent:
    """Everything that the later steps need of one page; `number` is 1-based."""
    width, height = page.get_size()
    content = PageContent(number, width, height, [])
    own_texts = _read_objects(page, content)
    textpage = page.get_textpage()
    try:
        scanner = TextScanner(textpage, content, own_texts)
        scanner.scan()
        hide_unseen(page, content, scanner.sources)
    finally:
        textpage.close()
    _set_links(page, content.runs)
    return content


# ── graphics ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_objects(page: pdfium.PdfPage, content: PageContent) -> set[int]:
    """Fill in `graphics` and `rules`; returns the page's own text objects.

    PDFium lists the objects of the page itself here, but not those inside a form XObject, which is how LaTeX places a
    figure that is a PDF. So a text whose object is not among the page's own is a label in a drawing.
    """
    own_texts: set[int] = set()
    for index in range(min(raw.FPDFPage_CountObjects(page), MAX_OBJECTS_A_PAGE)):
        item = raw.FPDFPage_GetObject(page, index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            own_texts.add(address_of(item))
            continue
        box = _visible_box(item, content)
        if box is None or (kind == raw.FPDF_PAGEOBJ_PATH and not _is_drawn(item)):
            continue
        if min(box.width, box.height) < RULE_THICKNESS and kind == raw.FPDF_PAGEOBJ_PATH:
            content.rules.append(box)
        # What fills the page is its background or the scan of a whole page, not a figure.
        elif box.width * box.height < 0.9 * content.width * content.height and box.width + box.height > 1:
            content.graphics.append(box)
    return own_texts


def _visible_box(item: Any, content: PageContent) -> Box | None:
    """The part of an object's box that is on the page."""
    values = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(item, *(ctypes.byref(value) for value in values)):
        return None
    left, bottom, right, top = (value.value for value in values)
    box = Box(max(left, 0.0), max(bottom, 0.0), min(right, content.width), min(top, content.height))
    return box if box.x0 <= box.x1 and box.y0 <= box.y1 else None


def _is_drawn(path: Any) -> bool:
    """Whether a path can be seen on white paper."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(path, ctypes.byref(mode), ctypes.byref(stroke)):
        return True
    if stroke.value:
        return True
    return bool(mode.value) and not is_white(path)


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _set_links(page: pdfium.PdfPage, runs: list[TextRun]) -> None:
    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    rect = raw.FS_RECTF()
    count = 0
    while count < MAX_LINKS_A_PAGE and raw.FPDFLink_Enumerate(page, ctypes.byref(position), ctypes.byref(link)):
        count += 1
        uri = _uri(page, link)
        if not uri or not raw.FPDFLink_GetAnnotRect(link, ctypes.byref(rect)):
            continue
        area = Box(rect.left, min(rect.bottom, rect.top), rect.right, max(rect.bottom, rect.top))
        for run in runs:
            if area.contains(*run.box.center, slack=1):
                run.uri = uri


def _uri(page: pdfium.PdfPage, link: Any) -> str | None:
    action = raw.FPDFLink_GetAction(link)
    if not action or raw.FPDFAction_GetType(action) != raw.PDFACTION_URI:
        return None
    size = raw.FPDFAction_GetURIPath(page.pdf, action, None, 0)
    if not 1 < size < 2000:
        return None
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAction_GetURIPath(page.pdf, action, buffer, size)
    uri = buffer.value.decode("utf-8", "replace")
    return uri if uri.startswith(("http://", "https://")) else None
