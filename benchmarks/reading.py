"""How well full texts are read: sections, figures, and for papers with HTML and PDF how far the two agree.

    python benchmarks/reading.py --fulltext DIR [--crops OUT]

DIR holds `ID.pdf` and `html/ID/index.html`. Recall is the share of the words of the HTML's paragraphs (without
formulas, tables, footnotes and citations, taken from the page independently of our reader) that stand in the PDF's
reading in the same order; purity the share of the PDF reading's body words that stand in the HTML page.
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
    """ExtractedText of letters, two at least, as both sources can write them."""
    text = unicodedata.normalize("NFKC", text)
    return re.findall(r"[^\W\d_]{2,}", text.casefold())


def html_words(page: bytes, *, everything: bool = False) -> list[str]:
    """The words of a LaTeXML page's paragraphs; of all of it with `everything`."""
    tree = html.fromstring(page)
    unwanted = ["//head", "//annotation", _classed("ltx_page_footer")]
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
    tail = math.tail
    math.clear()
    math.tail = f" {tail or ''}"


def reading_words(reading: Reading, kinds: Sequence[SectionKind]) -> list[str]:
    return [w for s in reading.sections if s.kind in kinds for p in s.paragraphs for w in words(p.text)]


def in_order(wanted: list[str], have: list[str]) -> tuple[int, list[str]]:
    """How many of `wanted` stand in `have` in order, and the stretches that do not."""
    matcher = SequenceMatcher(None, wanted, have, autojunk=False)
    missing = [" ".join(wanted[a0:a1]) for tag, a0, a1, _, _ in matcher.get_opcodes() if tag in ("delete", "replace")]
    return sum(block.size for block in matcher.get_matching_blocks()), missing


def strangers(have: list[str], known: list[str]) -> list[str]:
    left = Counter(known)
    out = []
    for word in have:
        if left[word] > 0:
            left[word] -= 1
        else:
            out.append(word)
    return out


def paper(ident: str) -> Paper:
    return Paper(ident, 1, "", (), "", ())


def describe(reading: Reading) -> None:
    for section in reading.sections:
        if section.title:
            print(f"      {'  ' * section.level}{section.number or '·'} {section.title} [{section.kind}]")
    print(
        "      figures:",
        ", ".join(f.number for f in reading.figures),
        " tables:",
        ", ".join(t.number for t in reading.tables),
    )


def save_crops(pdf: Path, reading: Reading, areas: Sequence[PageArea | None], out: Path) -> None:
    from bot.reading.pictures import crop_area, save_picture

    out.mkdir(parents=True, exist_ok=True)
    document = open_pdf(pdf)
    for figure, area in zip(reading.figures, areas, strict=True):
        if area:
            save_picture(crop_area(document, area), out / f"{pdf.stem}-{figure.number}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fulltext", type=Path, required=True)
    parser.add_argument("--crops", type=Path, help="write each figure's crop here, to be looked at")
    parser.add_argument("--missing", action="store_true", help="print what recall and purity miss")
    options = parser.parse_args()
    rows = []
    for pdf in sorted(options.fulltext.glob("*.pdf")):
        document = open_pdf(pdf)
        began = time.process_time()
        reading, areas = read_pdf(document, paper(pdf.stem))
        seconds = time.process_time() - began
        per_15 = seconds * 15 / max(len(document), 15)
        print(f"{pdf.stem}  PDF  {len(document)} pages, {seconds:.2f} s")
        describe(reading)
        if options.crops:
            save_crops(pdf, reading, areas, options.crops)
        found = sum(area is not None for area in areas)
        row = [pdf.stem, f"{per_15:.2f}", f"{found}/{len(areas)}", "", "", "", ""]
        source = options.fulltext / "html" / pdf.stem / "index.html"
        if source.exists():
            page = source.read_bytes()
            began = time.process_time()
            from_html, _ = read_html(page, paper(pdf.stem), base="https://example.org/")
            row[3] = f"{time.process_time() - began:.3f}"
            print(f"{pdf.stem}  HTML")
            describe(from_html)
            wanted = html_words(page)
            got, missing = in_order(wanted, reading_words(reading, (*_BODY, SectionKind.FRONT)))
            body = reading_words(reading, _BODY)
            odd = strangers(body, html_words(page, everything=True))
            in_html, _ = in_order(wanted, reading_words(from_html, (*_BODY, SectionKind.FRONT)))
            row[4:] = [f"{got / len(wanted):.2%}", f"{1 - len(odd) / len(body):.2%}", f"{in_html / len(wanted):.2%}"]
            if options.missing:
                print("      not in the PDF reading:", missing)
                print("      not in the HTML:", odd)
        rows.append(row)
    print()
    titles = ["paper", "PDF s/15 p", "crops", "HTML s", "recall", "purity", "HTML recall"]
    for line in [titles, *rows]:
        print("  ".join(cell.ljust(12) for cell in line))


if __name__ == "__main__":
    main()
