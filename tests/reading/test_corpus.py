"""Real papers, if they are present: PDF and HTML give the same reading, and every figure is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.reading import html_words, in_order, paper, reading_words, unknown_words
from bot.model import SectionKind
from bot.reading.html import read_html
from bot.reading.pdf import open_pdf, read_pdf

FULLTEXT = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "fulltext"
BOTH = sorted(path.parent.name for path in FULLTEXT.glob("html/*/index.html"))
ALL = sorted(path.stem for path in FULLTEXT.glob("*.pdf"))
BODY = (SectionKind.ABSTRACT, SectionKind.BODY, SectionKind.APPENDIX, SectionKind.BACK)

pytestmark = pytest.mark.skipif(not ALL, reason="the corpus of real papers is not present")


@pytest.mark.parametrize("ident", BOTH)
def test_pdf_and_html_of_a_paper_give_the_same_reading(ident: str) -> None:
    page = (FULLTEXT / "html" / ident / "index.html").read_bytes()
    from_pdf, areas = read_pdf(open_pdf(FULLTEXT / f"{ident}.pdf"), paper(ident))
    from_html, _ = read_html(page, paper(ident), base="https://example.org/")
    wanted = html_words(page)
    found, _ = in_order(wanted, reading_words(from_pdf, (*BODY, SectionKind.FRONT)))
    assert found >= 0.98 * len(wanted)
    body = reading_words(from_pdf, BODY)
    assert len(unknown_words(body, html_words(page, everything=True))) <= 0.05 * len(body)
    assert [s.title for s in from_pdf.sections if s.title] == [s.title for s in from_html.sections if s.title]
    assert [f.number for f in from_pdf.figures] == [f.number for f in from_html.figures]
    assert all(areas)


@pytest.mark.parametrize("ident", ALL)
def test_every_figure_of_a_paper_is_found_in_order_with_its_caption_and_area(ident: str) -> None:
    reading, areas = read_pdf(open_pdf(FULLTEXT / f"{ident}.pdf"), paper(ident))
    assert [f.number for f in reading.figures] == [str(n) for n in range(1, len(reading.figures) + 1)]
    assert reading.figures
    assert all(len(f.caption) > 20 for f in reading.figures)
    assert all(areas)
    assert reading.hidden == ()
