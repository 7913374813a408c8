"""The characters of a PDF page, as PDFium gives them, joined into runs of one font (part of step 1)."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from bot.reading.pdf_model import Box, PageContent, TextRun
from bot.tex.invisible import without_invisible

MAX_CHARS_A_PAGE = 60_000
MIN_FONT_SIZE = 3.0
"""Points; smaller text cannot be read and counts as hidden."""
MIN_LABEL_SIZE = 1.5
"""Points; drawings are made smaller as a whole, and people enlarge them."""
MIN_CHAR_WIDTH = 0.12
"""Mean width of characters, in font sizes: narrower text is squeezed into a line."""

_SPACES = frozenset((0x20, 0x0D, 0x0A, 0x09, 0xA0, 0x2002, 0x2003, 0x2009, 0x202F))
# PDFium reports a hyphen that breaks a word at the end of a line as U+0002 or U+FFFE.
_HYPHENS = frozenset((0x02, 0xFFFE, 0xAD))
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
# Fonts that TeX embeds often lack the flags for weight and slant, but their names tell: CMBX10, CMTI10, SFSL1000,
# NimbusRomNo9L-Medi.
_BOLD = re.compile(r"bold|bx|cmb|medi|heavy|black|demi|semib|-b$|[a-z]B$|\bB$", re.I)
_ITALIC = re.compile(r"ital|obli|cmti|cmsl|slant|cmmi|-it$", re.I)


@dataclass(slots=True)
class _RunStyle:
    size: float
    font: str
    bold: bool
    italic: bool
    invisible: bool
    rotated: bool
    in_drawing: bool


@dataclass(slots=True)
class _OpenRun:
    """A run that further characters may join."""

    box: Box
    baseline: float
    style: _RunStyle
    space_before: bool
    item: Any
    address: int
    chars: list[str] = field(default_factory=list)

    def accepts(self, rect: Any) -> bool:
        """Whether a character with these bounds continues the run: same height, and no gap of nearly its height."""
        height = rect.top - rect.bottom
        # Boxes of one font on one line have the same height; a raised digit or another font starts a new run.
        same_line = abs(rect.bottom - self.box.y0) < 0.05 and abs(rect.top - self.box.y1) < 0.05
        return bool(same_line and -height < rect.left - self.box.x1 < 0.9 * height)


class TextScanner:
    """One pass over a page's characters, which adds its runs to `content`.

    `own_texts` are the text objects of the page itself (not of drawings on it). `sources` gets the text object of each
    run, by the run's place in `content.runs`.
    Font and colour are asked for once per run: every call into PDFium costs, and a page has thousands of characters.
    """

    def __init__(self, textpage: pdfium.PdfTextPage, content: PageContent, own_texts: set[int]) -> None:
        self.textpage = textpage
        self.content = content
        self.own_texts = own_texts
        self.sources: dict[int, Any] = {}
        self.styles: dict[int, _RunStyle] = {}
        self.fonts: dict[int, tuple[str, bool, bool]] = {}

    def scan(self) -> None:
        """Read all characters of the page."""
        rect = raw.FS_RECTF()
        rect_pointer = ctypes.byref(rect)
        run: _OpenRun | None = None
        space_before = True
        for index, code in self._codes():
            if code in _SPACES:
                self._add(run)
                run, space_before = None, True
                continue
            if not raw.FPDFText_GetLooseCharBox(self.textpage.raw, index, rect_pointer):
                continue
            char = self._character(code)
            if not char:
                continue
            # Each text object may be drawn in another way, so that a run is of one.
            item = raw.FPDFText_GetTextObject(self.textpage.raw, index)
            address = address_of(item)
            if run is None or address != run.address or not run.accepts(rect):
                if run is not None:
                    self._add(run)
                    space_before = False
                box = Box(rect.left, rect.bottom, rect.right, rect.top)
                run = _OpenRun(box, self._baseline(index), self._style(index, item), space_before, item, address)
            run.chars.append(char)
            run.box.x1 = rect.right
        self._add(run)

    def _codes(self) -> Iterator[tuple[int, int]]:
        """Index and code point of each character; PDFium gives letters of formulas (U+1D400 …) as surrogate pairs."""
        textpage = self.textpage.raw
        high: int | None = None
        for index in range(min(raw.FPDFText_CountChars(textpage), MAX_CHARS_A_PAGE)):
            code = raw.FPDFText_GetUnicode(textpage, index)
            if 0xD800 <= code < 0xDC00:
                high = code
            elif 0xDC00 <= code <= 0xDFFF:
                yield index, 0xFFFD if high is None else 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
                high = None
            else:
                yield index, code

    def _character(self, code: int) -> str:
        if code in _HYPHENS:
            return "\u00ad"
        if code in _LIGATURES:
            return _LIGATURES[code]
        # Control characters and the private use area: the font does not say which letters it draws.
        if code < 0x20 or 0xE000 <= code <= 0xF8FF or code in (0xFFFD, 0xFEFF, 0x200B):
            self.content.unmapped += 1
            return ""
        if code > 0x10FFFF:
            return ""
        return unicodedata.normalize("NFKC", chr(code)) if 0x1D400 <= code <= 0x1D7FF else chr(code)

    def _add(self, run: _OpenRun | None) -> None:
        if run is None:
            return
        style = run.style
        text = _without_invisible("".join(run.chars))
        if not text:
            return
        x0, y0, x1, y1 = run.box.x0, run.box.y0, run.box.x1, run.box.y1
        box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))  # text set from right to left has them swapped
        if run.item:
            self.sources[len(self.content.runs)] = run.item
        self.content.runs.append(
            TextRun(
                text=text,
                box=box,
                baseline=run.baseline,
                size=style.size,
                font=style.font,
                bold=style.bold,
                italic=style.italic,
                space_before=run.space_before,
                hidden=self._is_hidden(style, box, len(text)),
                rotated=style.rotated,
                in_drawing=style.in_drawing,
            )
        )

    def _is_hidden(self, style: _RunStyle, box: Box, length: int) -> bool:
        """Whether text cannot be read although it is drawn, or is not drawn at all, by what its object says."""
        if style.invisible or style.size < MIN_LABEL_SIZE or box.width < MIN_CHAR_WIDTH * style.size * length:
            return True
        # The font size of rotated text is not known well: its matrix mixes scale and angle. Its box tells.
        if style.rotated:
            return length > 2 and min(box.width, box.height) < MIN_LABEL_SIZE
        x, y = box.center
        return style.size < MIN_FONT_SIZE and not any(area.contains(x, y) for area in self.content.graphics)

    def _baseline(self, index: int) -> float:
        x, y = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharOrigin(self.textpage.raw, index, ctypes.byref(x), ctypes.byref(y))
        return y.value

    def _style(self, index: int, item: Any) -> _RunStyle:
        # All characters of a text object share font, size and colour: the style is kept by the address of the object.
        key = address_of(item)
        if key in self.styles:
            return self.styles[key]
        matrix = raw.FS_MATRIX()
        scale, rotated = 1.0, False
        if raw.FPDFText_GetMatrix(self.textpage.raw, index, ctypes.byref(matrix)):
            # Many programs set a font of size 1 and scale it: the product is what is printed.
            scale = (matrix.c**2 + matrix.d**2) ** 0.5
            # arXiv's stamp at the left edge, labels of vertical axes; slanted type has no such angle.
            rotated = abs(matrix.b) > 0.2 * abs(matrix.a)
        name, bold, italic = self._font(item)
        mode = raw.FPDFTextObj_GetTextRenderMode(item) if item else 0
        style = _RunStyle(
            size=round(raw.FPDFText_GetFontSize(self.textpage.raw, index) * scale, 2),
            font=name,
            bold=bold,
            italic=italic,
            invisible=mode in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP),
            rotated=rotated,
            in_drawing=bool(key) and key not in self.own_texts,
        )
        if key:
            self.styles[key] = style
        return style

    def _font(self, item: Any) -> tuple[str, bool, bool]:
        """Name, bold, italic."""
        font = raw.FPDFTextObj_GetFont(item) if item else None
        key = address_of(font)
        if key not in self.fonts:
            name = ""
            if font:
                buffer = ctypes.create_string_buffer(128)
                raw.FPDFFont_GetBaseFontName(font, buffer, 128)
                name = buffer.value.decode("latin-1").split("+")[-1]  # "ABCDEF+CMR10" is a subset of CMR10
            heavy = bool(font) and raw.FPDFFont_GetWeight(font) >= 600
            self.fonts[key] = (name, heavy or bool(_BOLD.search(name)), bool(_ITALIC.search(name)))
        return self.fonts[key]


def _without_invisible(text: str) -> str:
    """The text of a run; a hyphen that breaks its word at the end of a line stays."""
    return without_invisible(text[:-1]) + text[-1] if text.endswith("\u00ad") else without_invisible(text)


def address_of(item: Any) -> int:
    """Where an object of PDFium is in memory, by which two references to it are known to be the same; 0 for none."""
    return ctypes.addressof(item.contents) if item else 0


def is_white(item: Any) -> bool:
    """Whether an object of a page is filled with white, nearly white, or nothing."""
    parts = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFPageObj_GetFillColor(item, *(ctypes.byref(part) for part in parts)):
        return False
    red, green, blue, alpha = (part.value for part in parts)
    return alpha < 8 or min(red, green, blue) >= 247
