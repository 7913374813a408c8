"""What a PDF page bears, as plain values: pieces of text with their boxes and type, graphics, rules, links."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

MAX_CHARS_A_PAGE = 60_000
MAX_OBJECTS_A_PAGE = 30_000
SMALLEST_TYPE = 3.0
"""Points; smaller type cannot be read and counts as hidden."""

_SPACES = frozenset((0x20, 0x0D, 0x0A, 0x09, 0xA0, 0x2002, 0x2003, 0x2009, 0x202F))
_HYPHENS = frozenset((0x02, 0xFFFE, 0xAD))
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_BOLD = re.compile(r"bold|bx|cmb|medi|heavy|black|demi|semib|-b$|[a-z]B$|\bB$", re.I)
_ITALIC = re.compile(r"ital|obli|cmti|cmsl|slant|cmmi|-it$|regu?lita", re.I)


@dataclass(slots=True)
class Box:
    """Points from the page's lower left corner: `x0 <= x1`, `y0 <= y1`."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def middle(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def holds(self, x: float, y: float, slack: float = 0.0) -> bool:
        return self.x0 - slack <= x <= self.x1 + slack and self.y0 - slack <= y <= self.y1 + slack

    def union(self, other: Box) -> Box:
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def touches(self, other: Box, slack: float = 0.0) -> bool:
        return (
            self.x0 - slack <= other.x1
            and other.x0 - slack <= self.x1
            and self.y0 - slack <= other.y1
            and other.y0 - slack <= self.y1
        )


@dataclass(slots=True)
class Piece:
    """A run of characters in one font, without white space. `spaced` is true where white space stands before it.

    `base` is the height of the line it stands on, `size` the type's, both in points.
    """

    text: str
    box: Box
    base: float
    size: float
    font: str
    bold: bool
    italic: bool
    spaced: bool
    hidden: bool = False
    rotated: bool = False
    drawn: bool = False
    """Whether it is part of a drawing that was placed on the page as a whole."""
    uri: str | None = None


@dataclass(slots=True)
class PageContent:
    """`pieces` in the order of the content stream; `graphics` are pictures and drawings, `rules` thin straight lines.

    `unmapped` counts characters whose meaning the file does not tell.
    """

    number: int
    width: float
    height: float
    pieces: list[Piece]
    graphics: list[Box] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)
    unmapped: int = 0


@dataclass(slots=True)
class _Style:
    size: float
    font: str
    bold: bool
    italic: bool
    hidden: bool
    white: bool
    rotated: bool
    drawn: bool


def page_content(page: pdfium.PdfPage, number: int) -> PageContent:
    """Everything that layout needs of one page; `number` is 1-based."""
    width, height = page.get_size()
    content = PageContent(number, width, height, [])
    shaded, own = _objects(page, content)
    textpage = page.get_textpage()
    try:
        _Scan(textpage, content, shaded, own).run()
    finally:
        textpage.close()
    _mark_links(page, content.pieces)
    return content


# ── graphics ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _objects(page: pdfium.PdfPage, content: PageContent) -> tuple[list[Box], set[int]]:
    """Fill in graphics and rules; the boxes painted in something else than white and the page's own texts come back."""
    shaded: list[Box] = []
    own: set[int] = set()
    page_box = Box(0, 0, content.width, content.height)
    values = [ctypes.c_float() for _ in range(4)]
    for index in range(min(raw.FPDFPage_CountObjects(page), MAX_OBJECTS_A_PAGE)):
        item = raw.FPDFPage_GetObject(page, index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            own.add(ctypes.cast(item, ctypes.c_void_p).value or 0)
            continue
        if not raw.FPDFPageObj_GetBounds(item, *(ctypes.byref(v) for v in values)):
            continue
        left, bottom, right, top = (v.value for v in values)
        box = Box(max(left, 0.0), max(bottom, 0.0), min(right, content.width), min(top, content.height))
        if box.x1 < box.x0 or box.y1 < box.y0 or not box.touches(page_box):
            continue
        if kind == raw.FPDF_PAGEOBJ_PATH and not _is_drawn(item):
            continue
        if kind != raw.FPDF_PAGEOBJ_FORM:
            shaded.append(box)
        if min(box.width, box.height) < 2.5 and kind == raw.FPDF_PAGEOBJ_PATH:
            content.rules.append(box)
        elif box.width * box.height < 0.9 * content.width * content.height and box.width + box.height > 1:
            content.graphics.append(box)
    return shaded, own


def _is_drawn(path: Any) -> bool:
    """Whether a path shows on white paper."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(path, ctypes.byref(mode), ctypes.byref(stroke)):
        return True
    if stroke.value:
        return True
    return bool(mode.value) and not _is_white(path)


def _is_white(item: Any) -> bool:
    parts = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFPageObj_GetFillColor(item, *(ctypes.byref(p) for p in parts)):
        return False
    red, green, blue, alpha = (p.value for p in parts)
    return alpha < 8 or min(red, green, blue) >= 247


# ── text ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Scan:
    """One pass over a page's characters. Type and colour are asked for once per run, since each question costs."""

    def __init__(self, textpage: pdfium.PdfTextPage, content: PageContent, shaded: list[Box], own: set[int]) -> None:
        self.own = own
        self.textpage = textpage
        self.content = content
        self.shaded = shaded
        self.styles: dict[int, _Style] = {}
        self.fonts: dict[int, tuple[str, bool, bool]] = {}

    def run(self) -> None:
        textpage, add = self.textpage.raw, self._add
        rect = raw.FS_RECTF()
        reference = ctypes.byref(rect)
        unicode_of, box_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
        chars: list[str] = []
        x0 = x1 = bottom = top = 0.0
        style: _Style | None = None
        across, up = ctypes.c_double(), ctypes.c_double()
        high = 0xD800
        spaced = True
        for index in range(min(raw.FPDFText_CountChars(textpage), MAX_CHARS_A_PAGE)):
            code = unicode_of(textpage, index)
            if 0xD800 <= code <= 0xDFFF:  # half a character beyond the first plane: letters of formulas
                high, code = (code, 0) if code < 0xDC00 else (0, 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00))
                if not code:
                    continue
            if code in _SPACES:
                add(chars, Box(x0, bottom, x1, top), up.value, style, spaced)
                chars, spaced = [], True
                continue
            if not box_of(textpage, index, reference):
                continue
            char = self._character(code)
            if not char:
                continue
            tall = rect.top - rect.bottom
            same = abs(rect.bottom - bottom) < 0.05 and abs(rect.top - top) < 0.05
            fits = chars and same and -tall < rect.left - x1 < 0.9 * tall
            if not fits:
                if chars:
                    add(chars, Box(x0, bottom, x1, top), up.value, style, spaced)
                    spaced = False
                chars, x0, bottom, top = [], rect.left, rect.bottom, rect.top
                style = self._style(index)
                raw.FPDFText_GetCharOrigin(textpage, index, ctypes.byref(across), ctypes.byref(up))
            chars.append(char)
            x1 = rect.right
        add(chars, Box(x0, bottom, x1, top), up.value, style, spaced)

    def _character(self, code: int) -> str:
        if code in _HYPHENS:
            return "\u00ad"
        if code in _LIGATURES:
            return _LIGATURES[code]
        if code < 0x20 or 0xE000 <= code <= 0xF8FF or code in (0xFFFD, 0xFEFF, 0x200B):
            self.content.unmapped += 1
            return ""
        if code > 0x10FFFF:
            return ""
        return unicodedata.normalize("NFKC", chr(code)) if 0x1D400 <= code <= 0x1D7FF else chr(code)

    def _add(self, chars: list[str], box: Box, base: float, style: _Style | None, spaced: bool) -> None:
        if not chars or style is None:
            return
        box = Box(min(box.x0, box.x1), min(box.y0, box.y1), max(box.x0, box.x1), max(box.y0, box.y1))
        faint = style.white or (not style.rotated and style.size < SMALLEST_TYPE)
        hidden = style.hidden or (faint and not self._on_picture(box)) or self._off_page(box)
        self.content.pieces.append(
            Piece(
                text="".join(chars),
                box=box,
                base=base,
                size=style.size,
                font=style.font,
                bold=style.bold,
                italic=style.italic,
                spaced=spaced,
                hidden=hidden,
                rotated=style.rotated,
                drawn=style.drawn,
            )
        )

    def _on_picture(self, box: Box) -> bool:
        x, y = box.middle
        return any(area.holds(x, y) for area in self.shaded) or any(g.holds(x, y) for g in self.content.graphics)

    def _off_page(self, box: Box) -> bool:
        x, y = box.middle
        return not (-2 <= x <= self.content.width + 2 and -2 <= y <= self.content.height + 2)

    def _style(self, index: int) -> _Style:
        item = raw.FPDFText_GetTextObject(self.textpage.raw, index)
        key = ctypes.cast(item, ctypes.c_void_p).value or 0
        if key in self.styles:
            return self.styles[key]
        matrix = raw.FS_MATRIX()
        scale, rotated = 1.0, False
        if raw.FPDFText_GetMatrix(self.textpage.raw, index, ctypes.byref(matrix)):
            scale = (matrix.c**2 + matrix.d**2) ** 0.5
            rotated = abs(matrix.b) > 0.2 * abs(matrix.a)
        name, bold, italic = self._font(item)
        mode = raw.FPDFTextObj_GetTextRenderMode(item) if item else 0
        style = _Style(
            size=round(raw.FPDFText_GetFontSize(self.textpage.raw, index) * scale, 2),
            font=name,
            bold=bold,
            italic=italic,
            hidden=mode in (3, 7),
            white=bool(item) and mode in (0, 4) and _is_white(item),
            rotated=rotated,
            drawn=bool(key) and key not in self.own,
        )
        if key:
            self.styles[key] = style
        return style

    def _font(self, item: Any) -> tuple[str, bool, bool]:
        font = raw.FPDFTextObj_GetFont(item) if item else None
        key = ctypes.cast(font, ctypes.c_void_p).value or 0 if font else 0
        if key not in self.fonts:
            name = ""
            if font:
                buffer = ctypes.create_string_buffer(128)
                raw.FPDFFont_GetBaseFontName(font, buffer, 128)
                name = buffer.value.decode("latin-1").split("+")[-1]
            heavy = bool(font) and raw.FPDFFont_GetWeight(font) >= 600
            self.fonts[key] = (name, heavy or bool(_BOLD.search(name)), bool(_ITALIC.search(name)))
        return self.fonts[key]


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _mark_links(page: pdfium.PdfPage, pieces: list[Piece]) -> None:
    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    rect = raw.FS_RECTF()
    count = 0
    while count < 2000 and raw.FPDFLink_Enumerate(page, ctypes.byref(position), ctypes.byref(link)):
        count += 1
        uri = _uri(page, link)
        if not uri or not raw.FPDFLink_GetAnnotRect(link, ctypes.byref(rect)):
            continue
        area = Box(rect.left, min(rect.bottom, rect.top), rect.right, max(rect.bottom, rect.top))
        for piece in pieces:
            if area.holds(*piece.box.middle, slack=1):
                piece.uri = uri


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
