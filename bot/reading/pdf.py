"""A paper's PDF → a Reading, with the areas of its figures. Runs in the worker's process only."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from bot.arxiv.code_links import own_links, title_page_links
from bot.errors import NotReadable
from bot.model import Extent, Figure, Paper, Reading, Section, SectionKind, Source, Table
from bot.reading.affiliations import is_affiliation, is_plainly_a_place, verbatim
from bot.reading.headings_and_captions import parse_caption
from bot.reading.pdf_captions import Captioned, find_captions
from bot.reading.pdf_columns import find_columns
from bot.reading.pdf_figures import find_areas, table_rows
from bot.reading.pdf_footnotes import take_footnotes
from bot.reading.pdf_lines import PrintLine, Sheet, body_size, sheet_of
from bot.reading.pdf_margins import remove_furniture
from bot.reading.pdf_page import Box, PageContent, page_content
from bot.reading.pdf_sections import Draft, Flow, sections_of
from bot.reading.pdf_text import Prose

MAX_PAGES = 60
LEAST_LETTERS = 400


@dataclass(frozen=True, slots=True)
class Area:
    """Where a figure stands: its 0-based page and its box in points."""

    page: int
    box: Box


def open_pdf(path: Path) -> pdfium.PdfDocument:
    """Raises `NotReadable` with a sentence for what cannot be opened."""
    with path.open("rb") as file:
        head = file.read(2048)
    if not head.strip():
        raise NotReadable("The PDF that arXiv serves is empty.")
    if b"%PDF" not in head:
        page = b"<html" in head.lower() or b"<!doctype" in head.lower()
        raise NotReadable(
            "arXiv served a web page instead of the PDF." if page else "The file that arXiv serves is no PDF."
        )
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise NotReadable("The PDF is encrypted and cannot be read.") from None
        raise NotReadable("The PDF is broken and cannot be read.") from None


def read_pdf(
    document: pdfium.PdfDocument, paper: Paper, *, max_pages: int = MAX_PAGES
) -> tuple[Reading, tuple[Area | None, ...]]:
    """Read a document; the second value has, for each of `Reading.figures` in order, where it stands.

    Raises `NotReadable` for a document without pages or text, or one whose first page is not this paper's.
    """
    total = len(document)
    if not total:
        raise NotReadable("The PDF has no pages.")
    pages = _pages(document, min(total, max_pages))
    _check_text(pages, paper)
    hidden = _hidden(pages)
    sheets = [sheet_of(page) for page in pages]
    remove_furniture(sheets)
    body = body_size(sheets)
    find_columns(sheets, body)
    prose = Prose(line for sheet in sheets for line in sheet.lines)
    captioned = _regions(sheets, body)
    notes: dict[int, list[list[PrintLine]]] = {}
    marks: dict[int, frozenset[str]] = {}
    for sheet in sheets:
        notes[sheet.number], marks[sheet.number] = take_footnotes(sheet, body)
    drafts = Flow(sheets, body, notes).run()
    sections = _with_body(sections_of(drafts, prose, marks))
    figures, tables, areas = _floats(captioned, prose)
    reading = Reading(
        paper_id=paper.id,
        version=paper.version,
        source=Source.PDF,
        sections=sections,
        figures=figures,
        tables=tables,
        affiliations=_affiliations(drafts, paper),
        links=_links(drafts),
        extent=Extent("pages", len(pages), total),
        hidden=hidden,
    )
    return reading, areas


def _pages(document: pdfium.PdfDocument, count: int) -> list[PageContent]:
    pages: list[PageContent] = []
    for index in range(count):
        try:
            page = document[index]
        except pdfium.PdfiumError:
            continue
        try:
            pages.append(page_content(page, index + 1))
        finally:
            page.close()
    if not pages:
        raise NotReadable("The PDF is broken and cannot be read.")
    return pages


# ── is it what it should be ───────────────────────────────────────────────────────────────────────────────────────


def _check_text(pages: Sequence[PageContent], paper: Paper) -> None:
    letters = sum(sum(map(str.isalpha, piece.text)) for page in pages for piece in page.pieces if not piece.hidden)
    unmapped = sum(page.unmapped for page in pages)
    if unmapped > letters:
        raise NotReadable("The PDF does not tell which letters its text consists of.")
    if letters < LEAST_LETTERS:
        raise NotReadable("The PDF consists of pictures of pages and holds no text.")
    if paper.title and not _stands_on(paper.title, pages[:2]):
        raise NotReadable("The PDF that arXiv serves seems to be another paper's: the title is not on its first page.")


def _stands_on(title: str, pages: Sequence[PageContent]) -> bool:
    """Whether at least half of the title's words are on the first pages (titles are changed, and hold formulas)."""
    words = set(_folded(re.sub(r"\$[^$]*\$|\\[A-Za-z]+", " ", title)).split())
    words = {word for word in words if len(word) > 3} or words
    text = _folded(" ".join(piece.text for page in pages for piece in page.pieces))
    joined = text.replace(" ", "")
    return not words or sum(word in joined for word in words) >= 0.5 * len(words)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("\u00ad", ""))
    return re.sub(r"[^\w]+", " ", "".join(c for c in plain if not unicodedata.combining(c)).casefold()).strip()


def _hidden(pages: Sequence[PageContent]) -> tuple[str, ...]:
    """Passages that nobody sees, one a page at most, shortened."""
    found: list[str] = []
    for page in pages:
        text = " ".join(piece.text for piece in page.pieces if piece.hidden)
        if sum(map(str.isalpha, text)) >= 12 and " " in text:
            found.append(text[:400])
    return tuple(found)


# ── figures and tables ────────────────────────────────────────────────────────────────────────────────────────────


def _regions(sheets: Sequence[Sheet], body: float) -> list[Captioned]:
    fonts: Counter[str] = Counter()
    for sheet in sheets:
        for line in sheet.lines:
            if abs(line.size - body) < 0.3:
                fonts[line.font] += line.letters
    font = fonts.most_common(1)[0][0] if fonts else ""
    seen: set[tuple[str, str]] = set()
    pages = [find_captions(sheet, body, seen) for sheet in sheets]
    find_areas(pages, body, font)
    _remove_drawn(sheets)
    return [item for page in pages for item in page]


def _remove_drawn(sheets: Sequence[Sheet]) -> None:
    """Take out words of drawings that no caption claims, unless whole pages were placed as drawings."""
    drawn = sum(line.letters for sheet in sheets for line in sheet.lines if line.pieces[0].drawn)
    if drawn < 0.3 * sum(line.letters for sheet in sheets for line in sheet.lines):
        for sheet in sheets:
            sheet.lines = [line for line in sheet.lines if not line.pieces[0].drawn]


def _floats(
    captioned: Sequence[Captioned], prose: Prose
) -> tuple[tuple[Figure, ...], tuple[Table, ...], tuple[Area | None, ...]]:
    figures: list[Figure] = []
    tables: list[Table] = []
    areas: list[Area | None] = []
    for item in captioned:
        text = _caption_text(item, prose)
        if item.caption.kind == "figure":
            figures.append(Figure(item.caption.number, text, page=item.sheet.number))
            areas.append(Area(item.sheet.number - 1, item.area) if item.area else None)
        elif item.caption.kind == "table":
            tables.append(Table(item.caption.number, text, table_rows(item.inside), item.sheet.number))
    return tuple(figures), tuple(tables), tuple(areas)


def _caption_text(item: Captioned, prose: Prose) -> str:
    parsed = parse_caption(prose.join(item.lines))
    return parsed.text if parsed else item.caption.text


# ── sections, affiliations, links ─────────────────────────────────────────────────────────────────────────────────


def _with_body(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """A paper without headings is all front matter so far: its long paragraphs are the body."""
    if any(s.kind is SectionKind.BODY and s.paragraphs for s in sections) or not sections:
        return sections
    first, rest = sections[0], sections[1:]
    start = next((n for n, p in enumerate(first.paragraphs) if len(p.text) > 500), len(first.paragraphs))
    if start == len(first.paragraphs):
        return sections
    front = Section(first.title, first.paragraphs[:start], first.number, first.level, first.kind)
    return (front, Section("", first.paragraphs[start:], None, 1, SectionKind.BODY), *rest)


def _affiliations(drafts: Sequence[Draft], paper: Paper) -> tuple[str, ...]:
    if not drafts:
        return ()
    first = drafts[0]
    lines = [line for paragraph in first.paragraphs for line in paragraph if line.page == 1]
    notes = [line for note in first.notes for line in note if is_plainly_a_place(line.text)]
    largest = max((line.size for line in lines), default=0.0)
    lines = [line for line in lines if line.size < largest]
    return verbatim(part for line in lines + notes for part in _parts(line) if is_affiliation(part, paper.authors))


def _parts(line: PrintLine) -> list[str]:
    """A line of the first page, cut where a raised mark begins the next affiliation or a wide gap parts two."""
    parts = [""]
    end: float | None = None
    for piece in line.pieces:
        raised = piece.size < 0.9 * line.size and piece.base > line.base + 0.1 * line.size
        if (raised and piece.spaced) or (end is not None and piece.box.x0 - end > 1.2 * line.size):
            parts.append("")
        if not raised:
            parts[-1] += (" " if piece.spaced and parts[-1] else "") + piece.text
        end = piece.box.x1
    return [part.replace("\u00ad", "-").strip() for part in parts if part.strip()]


def _links(drafts: Sequence[Draft]) -> tuple[str, ...]:
    """The paper's own links: those of its first page's front matter and abstract, and those its sentences claim."""
    found: list[str] = []
    for draft in drafts:
        if draft.kind is SectionKind.REFERENCES:
            continue
        for lines in draft.paragraphs + draft.notes:
            text = _with_addresses(lines)
            if draft.kind is SectionKind.ABSTRACT:
                found.extend(re.findall(r"https?://\S+", text))
            elif draft.kind is SectionKind.FRONT and lines[0].page == 1:
                found.extend(title_page_links([text]))
            found.extend(own_links([text]))
    return tuple(dict.fromkeys(found))


def _with_addresses(lines: Sequence[PrintLine]) -> str:
    """The text with each linked stretch replaced by the address it leads to."""
    out: list[str] = []
    last: str | None = None
    for line in lines:
        for number, piece in enumerate(line.pieces):
            if piece.uri:
                if piece.uri != last:
                    out.append(f" {piece.uri} ")
            else:
                out.append((" " if piece.spaced or not number else "") + piece.text)
            last = piece.uri
    return re.sub(r"\s+", " ", "".join(out)).replace("\u00ad ", "").replace("\u00ad", "")
