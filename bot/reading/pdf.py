"""A paper's PDF → a Reading, with the areas of its figures. Runs in the worker process only; steps: see the package."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from bot.arxiv.code_links import own_links, title_page_links
from bot.errors import NotReadable
from bot.model import Extent, Figure, Paper, Reading, SectionKind, Source, Table
from bot.reading.affiliations import clean_affiliations, is_affiliation, is_certain_affiliation
from bot.reading.headings_and_captions import parse_caption
from bot.reading.pdf_captions import Float, find_captions
from bot.reading.pdf_columns import find_columns
from bot.reading.pdf_figures import find_areas, table_rows
from bot.reading.pdf_footnotes import extract_footnotes
from bot.reading.pdf_lines import PageLayout, TextLine, find_body_size, page_layout
from bot.reading.pdf_margins import remove_margins
from bot.reading.pdf_model import PageArea, PageContent
from bot.reading.pdf_page import page_content
from bot.reading.pdf_sections import SectionBuilder, SectionDraft, finish_sections
from bot.reading.pdf_text import LineJoiner

MAX_PAGES = 60
MIN_LETTERS = 400
"""A document with fewer letters is a scan, whose only text is in captions."""
MIN_WORDS_IN_DRAWINGS = 5
MAX_HIDDEN_LENGTH = 400
"""Characters of one hidden passage that are kept for the report."""


def open_pdf(path: Path) -> pdfium.PdfDocument:
    """Open a downloaded file. Raises `NotReadable` with a sentence for what is no PDF that can be opened."""
    with path.open("rb") as file:
        head = file.read(2048)
    if not head.strip():
        raise NotReadable("The PDF that arXiv serves is empty.")
    if b"%PDF" not in head:
        is_page = b"<html" in head.lower() or b"<!doctype" in head.lower()
        raise NotReadable(
            "arXiv served a web page instead of the PDF." if is_page else "The file that arXiv serves is no PDF."
        )
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise NotReadable("The PDF is encrypted and cannot be read.") from None
        raise NotReadable("The PDF is broken and cannot be read.") from None


def read_pdf(
    document: pdfium.PdfDocument, paper: Paper, *, max_pages: int = MAX_PAGES
) -> tuple[Reading, tuple[PageArea | None, ...]]:
    """Read the first `max_pages` pages; the second value has, for each of `Reading.figures` in order, where it is.

    Raises `NotReadable` for a document without pages or text, or one whose first page is not this paper's.
    """
    total = len(document)
    if not total:
        raise NotReadable("The PDF has no pages.")
    contents = _page_contents(document, min(total, max_pages))
    _check_text(contents, paper)
    layouts = [page_layout(content) for content in contents]
    # Each step works on the lines that the steps before have left, so that this order must not change.
    remove_margins(layouts)
    body_size = find_body_size(layouts)
    find_columns(layouts, body_size)
    # Before anything is taken out of the lines: captions and footnotes too show how the paper writes its words.
    joiner = LineJoiner(line for layout in layouts for line in layout.lines)
    floats = _find_floats(layouts, body_size)
    notes, marks = {}, {}
    for layout in layouts:
        notes[layout.number], marks[layout.number] = extract_footnotes(layout, body_size)
    drafts = SectionBuilder(layouts, body_size, notes).build()
    figures, areas = _figures(floats, joiner)
    reading = Reading(
        paper_id=paper.id,
        version=paper.version,
        source=Source.PDF,
        sections=finish_sections(drafts, joiner, marks),
        figures=figures,
        tables=_tables(floats, joiner),
        affiliations=_affiliations(drafts, paper),
        links=_links(drafts),
        extent=Extent("pages", len(contents), total),
        hidden=_hidden_passages(contents),
    )
    return reading, areas


def _page_contents(document: pdfium.PdfDocument, count: int) -> list[PageContent]:
    contents: list[PageContent] = []
    for index in range(count):
        try:
            page = document[index]
        except pdfium.PdfiumError:  # one broken page: the others can still be read
            continue
        try:
            contents.append(page_content(page, index + 1))
        finally:
            page.close()
    if not contents:
        raise NotReadable("The PDF is broken and cannot be read.")
    return contents


# ── is it this paper, and text ────────────────────────────────────────────────────────────────────────────────────


def _check_text(contents: Sequence[PageContent], paper: Paper) -> None:
    visible = [run for content in contents for run in content.runs if not run.hidden]
    letters = sum(sum(map(str.isalpha, run.text)) for run in visible)
    if sum(content.unmapped for content in contents) > letters:
        raise NotReadable("The PDF does not tell which letters its text consists of.")
    if letters < MIN_LETTERS:
        raise NotReadable("The PDF consists of pictures of pages and contains no text.")
    if paper.title and not _has_title(paper.title, contents[:2]):
        raise NotReadable("The PDF that arXiv serves seems to be another paper's: the title is not on its first page.")


def _has_title(title: str, contents: Sequence[PageContent]) -> bool:
    """Whether at least half of the title's words are on the first pages (titles are changed, and hold formulas)."""
    words = set(_folded(re.sub(r"\$[^$]*\$|\\[A-Za-z]+", " ", title)).split())
    words = {word for word in words if len(word) > 3} or words
    # Without spaces: titles are broken, hyphenated and set letter by letter.
    text = _folded(" ".join(run.text for content in contents for run in content.runs)).replace(" ", "")
    return not words or sum(word in text for word in words) >= 0.5 * len(words)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("\u00ad", ""))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub(r"[^\w]+", " ", letters.casefold()).strip()


def _hidden_passages(contents: Sequence[PageContent]) -> tuple[str, ...]:
    """Return the text that readers cannot see, shortened, at most one passage for each page."""
    found: list[str] = []
    for content in contents:
        in_drawings = [run for run in content.runs if run.hidden and run.in_drawing]
        # A drawing that was cropped has a few labels outside of what is shown.
        has_passage = sum(sum(map(str.isalpha, run.text)) >= 3 for run in in_drawings) >= MIN_WORDS_IN_DRAWINGS
        hidden = [run for run in content.runs if run.hidden and (has_passage or not run.in_drawing)]
        text = "".join(" " * run.space_before + run.text for run in hidden).strip()
        letters = sum(map(str.isalpha, text))
        # Fewer letters are leftovers of drawing programs, not words to anyone; letters at one point have no spaces.
        if letters >= 12 or (letters >= 8 and " " in text):
            found.append(text[:MAX_HIDDEN_LENGTH])
    return tuple(found)


# ── figures and tables ────────────────────────────────────────────────────────────────────────────────────────────


def _find_floats(layouts: Sequence[PageLayout], body_size: float) -> list[Float]:
    """All captioned figures and tables with their areas; their lines are taken out of the pages."""
    seen_labels: set[tuple[str, str]] = set()
    pages = [find_captions(layout, body_size, seen_labels) for layout in layouts]
    find_areas(pages, body_size, _body_font(layouts, body_size))
    _remove_labels_of_drawings(layouts)
    return [item for page in pages for item in page]


def _body_font(layouts: Sequence[PageLayout], body_size: float) -> str:
    fonts: Counter[str] = Counter()
    for layout in layouts:
        for line in layout.lines:
            if abs(line.size - body_size) < 0.3:
                fonts[line.font] += line.letters
    return fonts.most_common(1)[0][0] if fonts else ""


def _remove_labels_of_drawings(layouts: Sequence[PageLayout]) -> None:
    """Take out words of drawings that have no caption, unless whole pages were placed as drawings."""
    letters = sum(line.letters for layout in layouts for line in layout.lines)
    in_drawings = sum(line.letters for layout in layouts for line in layout.lines if line.runs[0].in_drawing)
    if in_drawings < 0.3 * letters:
        for layout in layouts:
            layout.lines = [line for line in layout.lines if not line.runs[0].in_drawing]


def _figures(floats: Sequence[Float], joiner: LineJoiner) -> tuple[tuple[Figure, ...], tuple[PageArea | None, ...]]:
    found = [item for item in floats if item.caption.kind == "figure"]
    figures = tuple(Figure(item.caption.number, _caption_text(item, joiner), page=item.layout.number) for item in found)
    areas = tuple(PageArea(item.layout.number - 1, item.area) if item.area else None for item in found)
    return figures, areas


def _tables(floats: Sequence[Float], joiner: LineJoiner) -> tuple[Table, ...]:
    return tuple(
        Table(item.caption.number, _caption_text(item, joiner), table_rows(item.lines), item.layout.number)
        for item in floats
        if item.caption.kind == "table"
    )


def _caption_text(item: Float, joiner: LineJoiner) -> str:
    parsed = parse_caption(joiner.join(item.caption_lines))
    return parsed.text if parsed else item.caption.text


# ── affiliations and links ────────────────────────────────────────────────────────────────────────────────────────


def _affiliations(drafts: Sequence[SectionDraft], paper: Paper) -> tuple[str, ...]:
    """Return affiliations from the lines between title and abstract, and from the notes of the authors."""
    front = drafts[0]
    lines = [line for paragraph in front.paragraphs for line in paragraph if line.page == 1]
    # The largest type is the title, which may have the word "learning center" or the like in it.
    title_size = max((line.size for line in lines), default=0.0)
    lines = [line for line in lines if line.size < title_size]
    lines += [line for note in front.notes for line in note if is_certain_affiliation(line.text)]
    parts = [part for line in lines for part in _split_affiliations(line)]
    return clean_affiliations(part for part in parts if is_affiliation(part, paper.authors))


def _split_affiliations(line: TextLine) -> list[str]:
    """A line of the first page, cut where a raised mark begins the next affiliation or a wide gap separates two."""
    parts = [""]
    end: float | None = None
    for run in line.runs:
        raised = run.size < 0.9 * line.size and run.baseline > line.baseline + 0.1 * line.size
        if (raised and run.space_before) or (end is not None and run.box.x0 - end > 1.2 * line.size):
            parts.append("")
        if not raised:
            parts[-1] += (" " if run.space_before and parts[-1] else "") + run.text
        end = run.box.x1
    return [part.replace("\u00ad", "-").strip() for part in parts if part.strip()]


def _links(drafts: Sequence[SectionDraft]) -> tuple[str, ...]:
    """The paper's own links: those of its first page's front matter and abstract, and those its sentences claim."""
    found: list[str] = []
    for draft in drafts:
        if draft.kind is SectionKind.REFERENCES:
            continue
        for lines in draft.paragraphs + draft.notes:
            text = _text_with_urls(lines)
            if draft.kind is SectionKind.ABSTRACT:
                found.extend(re.findall(r"https?://\S+", text))
            elif draft.kind is SectionKind.FRONT and lines[0].page == 1:
                found.extend(title_page_links([text]))
            found.extend(own_links([text]))
    return tuple(dict.fromkeys(found))


def _text_with_urls(lines: Sequence[TextLine]) -> str:
    """The text, with the address of each link in place of the linked words."""
    out: list[str] = []
    last: str | None = None
    for line in lines:
        for number, run in enumerate(line.runs):
            if run.uri:
                if run.uri != last:
                    out.append(f" {run.uri} ")
            else:
                out.append((" " if run.space_before or not number else "") + run.text)
            last = run.uri
    return re.sub(r"\s+", " ", "".join(out)).replace("\u00ad ", "").replace("\u00ad", "")
