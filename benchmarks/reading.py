"""How well full texts are read: sections, figures, and for papers with HTML and PDF how far the two agree.

    python benchmarks/reading.py --fulltext DIR [--crops OUT] [--missing]

DIR has `ID.pdf` and `html/ID/index.html`. The words of the HTML page, taken from it independently of our reader, are
what should be read. Recall is the share of the words of its paragraphs (without formulas, tables, footnotes and
citations) that the reading has in the same order; precision is the share of the words of the PDF reading's body that
are anywhere in the page.
"""

from __future__ import annotations

import argparse
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

from lxml import html

from bot.model import Paper, Reading, SectionKind
from bot.reading.html import read_html
from bot.reading.pdf import open_pdf, read_pdf
from bot.reading.pdf_model import PageArea

_BODY = (SectionKind.ABSTRACT, SectionKind.BODY, SectionKind.APPENDIX, SectionKind.BACK)


def words(text: str) -> list[str]:
    """Words of two letters or more: HTML and PDF write digits, signs and formulas in different ways."""
    text = unicodedata.normalize("NFKC", text)
    return re.findall(r"[^\W\d_]{2,}", text.casefold())


def html_words(page: bytes, *, everything: bool = False) -> list[str]:
    """The words of a LaTeXML page's paragraphs; with `everything`, of the whole page."""
    tree = html.fromstring(page)
    unwanted = ["//head", "//annotation", _classed("ltx_page_footer")]
    # Formulas, citations and tables are written differently in a PDF, and floats stand elsewhere.
    if not everything:
        names = ("ltx_note", "ltx_bibliography", "ltx_ERROR", "ltx_authors", "ltx_tag")
        unwanted += ["//math", "//cite", "//figure", "//table", *map(_classed, names)]
    for element in tree.xpath("|".join(unwanted)):
        if element.getparent() is not None:
            element.drop_tree() if element.tag != "math" else _blank(element)
    if everything:
        return words(tree.text_content())
    paragraphs = tree.xpath("//p[contains(@class,'ltx_p')]")
    return [word for p in paragraphs for word in words(p.text_content())]


def _classed(name: str) -> str:
    return f"//*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"


def _blank(math: html.HtmlElement) -> None:
    """Remove a formula, with a space in its place: it separates words."""
    tail = math.tail
    math.clear()
    math.tail = f" {tail or ''}"


def reading_words(reading: Reading, kinds: Sequence[SectionKind]) -> list[str]:
    sections = [section for section in reading.sections if section.kind in kinds]
    return [word for section in sections for paragraph in section.paragraphs for word in words(paragraph.text)]


def in_order(wanted: list[str], have: list[str]) -> tuple[int, list[str]]:
    """How many of `wanted` are in `have` in the same order, and the passages that are not."""
    # `autojunk` would ignore frequent words, which are most words of a long text.
    matcher = SequenceMatcher(None, wanted, have, autojunk=False)
    missing = [" ".join(wanted[a0:a1]) for tag, a0, a1, _, _ in matcher.get_opcodes() if tag in ("delete", "replace")]
    return sum(block.size for block in matcher.get_matching_blocks()), missing


def unknown_words(have: list[str], known: list[str]) -> list[str]:
    """The words of `have` that are not in `known`, or occur there less often."""
    remaining = Counter(known)
    unknown = []
    for word in have:
        if remaining[word] > 0:
            remaining[word] -= 1
        else:
            unknown.append(word)
    return unknown


def paper(ident: str) -> Paper:
    """A paper with nothing but its id: without a title, the reader does not check that the PDF is this paper's."""
    return Paper(ident, 1, "", (), "", ())


def describe(reading: Reading) -> None:
    for section in reading.sections:
        if section.title:
            print(f"      {'  ' * section.level}{section.number or '·'} {section.title} [{section.kind}]")
    print("      figures:", ", ".join(figure.number for figure in reading.figures))
    print("      tables:", ", ".join(table.number for table in reading.tables))


def save_crops(pdf: Path, reading: Reading, areas: Sequence[PageArea | None], out: Path) -> None:
    from bot.reading.pictures import crop_area, save_picture

    out.mkdir(parents=True, exist_ok=True)
    document = open_pdf(pdf)
    for figure, area in zip(reading.figures, areas, strict=True):
        if area:
            save_picture(crop_area(document, area), out / f"{pdf.stem}-{figure.number}")


def compare(page: bytes, from_pdf: Reading, from_html: Reading, *, print_missing: bool) -> list[str]:
    """Recall and precision of the PDF reading, and recall of the HTML reading."""
    wanted = html_words(page)
    found, missing = in_order(wanted, reading_words(from_pdf, (*_BODY, SectionKind.FRONT)))
    body = reading_words(from_pdf, _BODY)
    unknown = unknown_words(body, html_words(page, everything=True))
    found_in_html, _ = in_order(wanted, reading_words(from_html, (*_BODY, SectionKind.FRONT)))
    if print_missing:
        print("      not in the PDF reading:", missing)
        print("      not in the HTML page:", unknown)
    recall, precision = found / len(wanted), 1 - len(unknown) / len(body)
    return [f"{recall:.2%}", f"{precision:.2%}", f"{found_in_html / len(wanted):.2%}"]


def measure(pdf: Path, crops: Path | None, print_missing: bool) -> list[str]:
    """One paper's row of the table."""
    document = open_pdf(pdf)
    began = time.process_time()
    reading, areas = read_pdf(document, paper(pdf.stem))
    seconds = time.process_time() - began
    print(f"{pdf.stem}  PDF  {len(document)} pages, {seconds:.2f} s")
    describe(reading)
    if crops:
        save_crops(pdf, reading, areas, crops)
    # A paper of 15 pages is the usual measure; a shorter one is not scaled up.
    per_15_pages = seconds * 15 / max(len(document), 15)
    row = [pdf.stem, f"{per_15_pages:.2f}", f"{sum(area is not None for area in areas)}/{len(areas)}"]
    source = pdf.parent / "html" / pdf.stem / "index.html"
    if not source.exists():
        return row
    page = source.read_bytes()
    began = time.process_time()
    from_html, _ = read_html(page, paper(pdf.stem), base="https://example.org/")
    row.append(f"{time.process_time() - began:.3f}")
    print(f"{pdf.stem}  HTML")
    describe(from_html)
    return [*row, *compare(page, reading, from_html, print_missing=print_missing)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fulltext", type=Path, required=True)
    parser.add_argument("--crops", type=Path, help="write a picture of each figure here, to be looked at")
    parser.add_argument("--missing", action="store_true", help="print the words that recall and precision miss")
    options = parser.parse_args()
    rows = [measure(pdf, options.crops, options.missing) for pdf in sorted(options.fulltext.glob("*.pdf"))]
    titles = ["paper", "PDF s/15 p", "crops", "HTML s", "recall", "precision", "HTML recall"]
    print()
    for row in [titles, *rows]:
        print("  ".join(cell.ljust(12) for cell in row))


if __name__ == "__main__":
    main()
