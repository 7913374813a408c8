"""Which text of a PDF page can be seen: the page is drawn with and without its text, and the two are compared.

What is covered, cut off, transparent, on a layer that is off, or of the colour of what is below it, leaves no trace in
the picture, however the file hides it. Part of step 1; uses PDFium.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image, ImageChops

from bot.reading.contrast import can_be_told_apart
from bot.reading.pdf_model import Box, PageContent, TextRun
from bot.reading.pdf_runs import address_of

SCALE = 1.25
"""Pixels per point: enough for a full stop of the smallest type to leave a trace."""
MAX_PIXELS = 1_500_000
NO_TRACE = 6
CERTAIN_TRACE = 44
"""Differences of a channel (0 to 255) by which text has surely not, or surely, been drawn; between them its colour
decides, since thin letters are drawn lighter than they are."""
MAX_LAYERS = 8
"""Words on top of each other; nobody can read those of a higher pile."""
MAX_NEIGHBOURS = 300
"""Words of one place of the page that a word is compared with: more is no text that anybody could read."""
MIN_OVERLAP = 0.15
"""The share of the shorter width by which words next to each other do not yet touch."""
MIN_LETTERS_OF_WORD = 3
MAX_FORM_DEPTH = 8
_CELL = 40.0
_ROW = 12.0


@dataclass(slots=True)
class _Text:
    """A text object of the page with the runs that it draws."""

    item: Any
    runs: list[TextRun]
    layer: int = 0


def hide_unseen(page: pdfium.PdfPage, content: PageContent, sources: Mapping[int, Any]) -> None:
    """Set `hidden` for the runs that a reader of the page cannot see.

    `sources` has the text object of each run, by the run's place in `content.runs`.
    """
    texts = _text_objects(content, sources)
    if not texts:
        return
    scale = min(SCALE, (MAX_PIXELS / max(content.width * content.height, 1.0)) ** 0.5)
    idle = list(_objects_without_text_near(page, content))
    everything = list(_text_items(page, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject))
    try:
        _set_active((*idle, *everything), False)
        ground = _drawn(page, scale)
        to_pixels = _PixelMap(page, ground.size)
        for layer in range(_set_layers(texts)):
            shown = [text for text in texts if text.layer == layer]
            _set_active([text.item for text in shown], True)
            _compare(page, shown, ground, to_pixels, scale)
            _set_active([text.item for text in shown], False)
    finally:
        _set_active((*idle, *everything), True)


def _text_objects(content: PageContent, sources: Mapping[int, Any]) -> list[_Text]:
    by_address: dict[int, _Text] = {}
    for index, run in enumerate(content.runs):
        item = sources.get(index)
        if item is not None and not run.hidden:
            by_address.setdefault(address_of(item), _Text(item, [])).runs.append(run)
    return list(by_address.values())


def _text_items(parent: Any, count: Any, get: Any, depth: int = 0) -> Iterator[Any]:
    """All text objects of a page, those inside form XObjects included."""
    for index in range(count(parent)):
        item = get(parent, index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            yield item
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_FORM_DEPTH:
            yield from _text_items(item, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, depth + 1)


def _set_active(items: Sequence[Any], active: bool) -> None:
    for item in items:
        raw.FPDFPageObj_SetIsActive(item, active)


def _objects_without_text_near(page: pdfium.PdfPage, content: PageContent) -> Iterator[Any]:
    """Pictures and drawings that cover no text: drawing them takes long and shows nothing about text."""
    cells = {cell for run in content.runs for cell in _cells(run.box)}
    values = [ctypes.c_float() for _ in range(4)]
    pointers = [ctypes.byref(value) for value in values]
    for index in range(raw.FPDFPage_CountObjects(page)):
        item = raw.FPDFPage_GetObject(page, index)
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_TEXT or not raw.FPDFPageObj_GetBounds(item, *pointers):
            continue
        left, bottom, right, top = (value.value for value in values)
        box = Box(max(left, 0.0), max(bottom, 0.0), min(right, content.width), min(top, content.height))
        if box.x0 <= box.x1 and box.y0 <= box.y1 and cells.isdisjoint(_cells(box)):
            yield item


def _cells(box: Box, height: float = _CELL) -> list[tuple[int, int]]:
    """The cells of a grid that a box touches."""
    left, right = int(box.x0 // _CELL), int(box.x1 // _CELL)
    low, high = int(box.y0 // height), int(box.y1 // height)
    columns, rows = range(left, min(right, left + 400) + 1), range(low, min(high, low + 400) + 1)
    return [(column, row) for column in columns for row in rows]


# ── layers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _set_layers(texts: Sequence[_Text]) -> int:
    """Put texts that touch into layers, which are drawn one by one, and hide those of high piles; returns the number.

    Otherwise the trace of visible words would be taken for that of the words below them.
    """
    seen: dict[tuple[int, int], list[_Ink]] = defaultdict(list)
    for text in texts:
        inks = [_ink(run, text) for run in text.runs if not _is_accent(run)]
        cells = [(ink, cell) for ink in inks for cell in _cells(ink.box, _ROW)]
        taken: set[int] = set()
        for ink, cell in cells:
            for other in seen[cell][-MAX_NEIGHBOURS:]:
                if other.text.layer not in taken and _touch(ink, other):
                    taken.add(other.text.layer)
        text.layer = next(layer for layer in range(len(taken) + 1) if layer not in taken)
        if text.layer >= MAX_LAYERS:
            for run in text.runs:
                run.hidden = True
        for ink, cell in cells:
            seen[cell].append(ink)
    return min(max(text.layer for text in texts) + 1, MAX_LAYERS)


class _Ink(NamedTuple):
    """Where a run has its ink: all of it, and the heights between which its trace is looked for."""

    box: Box
    low: float
    high: float
    text: _Text


def _touch(ink: _Ink, other: _Ink) -> bool:
    """Whether the trace of one may be taken for that of the other."""
    box, below = ink.box, other.box
    if not (ink.low < below.y1 and below.y0 < ink.high) and not (other.low < box.y1 and box.y0 < other.high):
        return False
    shared = min(box.x1, below.x1) - max(box.x0, below.x0)
    return shared > MIN_OVERLAP * min(box.width, below.width)


def _is_accent(run: TextRun) -> bool:
    """Whether a run is only the accent of a letter, which it touches: no word can be hidden with it."""
    return all(unicodedata.category(char) in ("Lm", "Mn", "Sk") for char in run.text)


def _ink(run: TextRun, text: _Text) -> _Ink:
    """Letters reach from the feet of "p" to the top of "l"."""
    box, core = run.box, _core(run)
    if not run.rotated:
        up = run.size if box.center[1] >= run.baseline else -run.size
        low, high = sorted((run.baseline - 0.3 * up, run.baseline + 0.75 * up))
        box = Box(box.x0, low, box.x1, high)
    return _Ink(box, core.y0, core.y1, text)


# ── pictures ──────────────────────────────────────────────────────────────────────────────────────────────────────


_Area = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels."""


def _drawn(page: pdfium.PdfPage, scale: float, cut_off: tuple[float, ...] = (0, 0, 0, 0)) -> Image.Image:
    """The page, without what is cut off at its left, bottom, right and top."""
    bitmap = page.render(scale=scale, crop=cut_off, may_draw_forms=False)
    try:
        image: Image.Image = bitmap.to_pil().convert("RGB")
        return image
    finally:
        bitmap.close()


def _compare(
    page: pdfium.PdfPage, texts: Sequence[_Text], ground: Image.Image, to_pixels: _PixelMap, scale: float
) -> None:
    """Draw the part of the page that has these texts, and hide the runs that leave no trace in it."""
    areas = [(text, run, to_pixels.area(_core(run))) for text in texts for run in text.runs]
    on_page = [area for *_, area in areas if area]
    if on_page:
        left, top = (min(area[side] for area in on_page) for side in (0, 1))
        right, bottom = (max(area[side] for area in on_page) for side in (2, 3))
        edges = (left, ground.height - bottom, ground.width - right, top)
        # The number of pixels that is cut off is rounded up.
        picture = _drawn(page, scale, tuple(max(edge - 0.5, 0.0) / scale for edge in edges))
        red, green, blue = ImageChops.difference(picture, ground.crop((left, top, right, bottom))).split()
        traces = ImageChops.lighter(ImageChops.lighter(red, green), blue).tobytes()
    for text, run, area in areas:
        if area is None:
            run.hidden = True
            continue
        inside = (area[0] - left, area[1] - top, area[2] - left, area[3] - top)
        trace = _strongest(traces, inside, picture.width)
        if trace < NO_TRACE:
            run.hidden = True
        elif trace < CERTAIN_TRACE:
            run.hidden = not _has_contrast(text.item, ground.crop(area))


def _core(run: TextRun) -> Box:
    """The part of a run's box where its letters have ink, but not those of the lines and words around it."""
    box = run.box
    if sum(map(str.isalnum, run.text)) < MIN_LETTERS_OF_WORD:
        return box  # a comma or a quotation mark has no ink in the middle
    if run.rotated:
        inset = 0.25 * min(box.width, box.height)
        return Box(box.x0 + inset, box.y0 + inset, box.x1 - inset, box.y1 - inset)
    # The height of small letters, above the baseline, or below it where the page is turned over.
    height = 0.45 * run.size if box.center[1] >= run.baseline else -0.45 * run.size
    low, high = sorted((run.baseline + 0.1 * height, run.baseline + height))
    # What two words may share without touching lies outside.
    inset = 1.3 * MIN_OVERLAP * box.width
    return Box(box.x0 + inset, low, box.x1 - inset, high)


def _strongest(traces: bytes, area: _Area, width: int) -> int:
    """The strongest trace in an area, looked for from its middle row on, up to one that is certain."""
    left, top, right, bottom = area
    middle, strongest = (top + bottom) // 2, 0
    for row in (*range(middle, bottom), *range(middle - 1, top - 1, -1)):
        strongest = max(strongest, *traces[row * width + left : row * width + right])
        if strongest >= CERTAIN_TRACE:
            break
    return strongest


class _PixelMap:
    """Where points of a page are in its picture, whatever the page's rotation and crop box."""

    def __init__(self, page: pdfium.PdfPage, size: tuple[int, int]) -> None:
        self._size = size
        self._origin = self._device(page, 0, 0)
        self._x_axis = self._device(page, 100, 0)
        self._y_axis = self._device(page, 0, 100)

    def area(self, box: Box) -> _Area | None:
        """The pixels that a box touches; None if it is outside of the page."""
        (x0, y0), (x1, y1) = self._point(box.x0, box.y0), self._point(box.x1, box.y1)
        left, top = max(int(min(x0, x1)), 0), max(int(min(y0, y1)), 0)
        right, bottom = min(int(max(x0, x1)) + 1, self._size[0]), min(int(max(y0, y1)) + 1, self._size[1])
        return (left, top, right, bottom) if left < right and top < bottom else None

    def _point(self, x: float, y: float) -> tuple[float, float]:
        (x0, y0), (xx, xy), (yx, yy) = self._origin, self._x_axis, self._y_axis
        return x0 + (xx - x0) * x / 100 + (yx - x0) * y / 100, y0 + (xy - y0) * x / 100 + (yy - y0) * y / 100

    def _device(self, page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
        # PDFium answers in whole pixels: of a picture a hundred times as large.
        device_x, device_y = ctypes.c_int(), ctypes.c_int()
        width, height = (100 * side for side in self._size)
        raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, ctypes.byref(device_x), ctypes.byref(device_y))
        return device_x.value / 100, device_y.value / 100


def _has_contrast(item: Any, ground: Image.Image) -> bool:
    """Whether the colour of a text differs enough from the mean colour below it."""
    parts = [ctypes.c_uint() for _ in range(4)]
    outlined = raw.FPDFTextObj_GetTextRenderMode(item) in (
        raw.FPDF_TEXTRENDERMODE_STROKE,
        raw.FPDF_TEXTRENDERMODE_STROKE_CLIP,
    )
    colour_of = raw.FPDFPageObj_GetStrokeColor if outlined else raw.FPDFPageObj_GetFillColor
    if not colour_of(item, *(ctypes.byref(part) for part in parts)):
        return True
    red, green, blue, alpha = (part.value / 255 for part in parts)
    below = [value / 255 for value in ground.resize((1, 1), Image.Resampling.BOX).tobytes()]
    seen = [alpha * top + (1 - alpha) * bottom for top, bottom in zip((red, green, blue), below, strict=True)]
    return can_be_told_apart(seen, below)
