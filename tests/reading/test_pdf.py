"""Reading PDFs: structure, margins, hidden text, and files that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import NotReadable
from bot.model import Paper, Reading, Section, SectionKind, Source
from bot.reading.pdf import open_pdf, read_pdf
from bot.reading.pdf_model import PageArea
from tests.reading import pdf_files
from tests.reading.pdf_files import Page, pdf, prose


def paper(title: str = pdf_files.TITLE) -> Paper:
    return Paper("2406.00001", 1, title, ("Ada Quill", "Ben Reed"), "An abstract.", ("cs.GR",))


def read(
    tmp_path: Path, data: bytes, title: str = pdf_files.TITLE, **options: int
) -> tuple[Reading, tuple[PageArea | None, ...]]:
    path = tmp_path / "paper.pdf"
    path.write_bytes(data)
    document = open_pdf(path)
    try:
        return read_pdf(document, paper(title), **options)
    finally:
        document.close()


def section(reading: Reading, title: str) -> Section:
    return next(s for s in reading.sections if s.title == title)


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return read(tmp_path, pdf_files.one_column_paper())[0]


def test_sections_come_in_order_with_number_title_and_kind(reading: Reading) -> None:
    found = [(s.number, s.title, s.kind) for s in reading.sections if s.title]
    assert found == [
        (None, "Abstract", SectionKind.ABSTRACT),
        ("1", "Introduction", SectionKind.BODY),
        ("2", "Results", SectionKind.BODY),
        (None, "References", SectionKind.REFERENCES),
    ]
    assert reading.source is Source.PDF


def test_an_indent_starts_a_paragraph_and_each_paragraph_has_its_page(reading: Reading) -> None:
    introduction = section(reading, "Introduction")
    starts = [p.text[:18] for p in introduction.paragraphs]
    assert starts[0] == prose(2, 1)[0][:18]
    assert starts[1] == "A second paragraph"
    assert {p.page for p in introduction.paragraphs} == {1}
    assert {p.page for p in section(reading, "Results").paragraphs} == {2}


def test_lines_are_joined_in_order_without_loss(reading: Reading) -> None:
    assert section(reading, "Results").paragraphs[0].text == " ".join(prose(4, 6))
    assert section(reading, "Abstract").paragraphs[0].text == " ".join([*prose(1, 5), "and the lanterns glow."])


def test_page_numbers_captions_tables_and_figure_labels_are_not_part_of_the_text(reading: Reading) -> None:
    body = " ".join(p.text for s in reading.sections if s.kind is SectionKind.BODY for p in s.paragraphs)
    for stranger in ("Figure 1", "Table 1", "loom glow", "Small", "17"):
        assert stranger not in body
    assert not any(p.text in ("1", "2") for s in reading.sections for p in s.paragraphs)


def test_a_footnote_comes_after_the_paragraphs_of_its_section(reading: Reading) -> None:
    assert section(reading, "Introduction").paragraphs[-1].text.endswith("https://github.com/quill/lanterns.")


def test_own_links_are_found_in_a_footnote(reading: Reading) -> None:
    assert reading.links == ("https://github.com/quill/lanterns",)


def test_each_reference_is_a_paragraph(reading: Reading) -> None:
    assert [p.text for p in section(reading, "References").paragraphs] == [
        "[1] A. Moth. On light. 1999.",
        "[2] B. Wick. On wax. 2003.",
    ]


def test_affiliations_are_taken_word_for_word_and_authors_are_not_among_them(reading: Reading) -> None:
    assert reading.affiliations == ("University of Nowhere",)


def test_a_table_is_kept_as_rows_with_its_caption(reading: Reading) -> None:
    (table,) = reading.tables
    assert (table.number, table.caption, table.page) == ("1", "Lanterns made by each loom.", 2)
    assert table.rows == (("Loom", "Lanterns"), ("Small", "17"))


def test_a_figure_has_number_caption_page_and_an_area_with_its_drawing_and_no_text(tmp_path: Path) -> None:
    reading, (area,) = read(tmp_path, pdf_files.one_column_paper())
    (figure,) = reading.figures
    assert figure.number == "1"
    assert figure.caption == "Overview of the loom. Light comes in on the left and leaves as lanterns."
    assert figure.page == 2
    assert area is not None
    assert area.page == 1
    assert area.box.x0 <= 150
    assert area.box.x1 >= 450
    assert area.box.y0 <= 600
    assert area.box.y1 >= 690
    assert area.box.y0 >= 583


def two_columns() -> bytes:
    page = Page()
    page.text(120, 720, pdf_files.TITLE, size=18, font="bold")
    page.text(72, 680, "1 Left and Right", size=13, font="bold")
    y = page.lines(72, 660, prose(5, 30, 5))
    page.text(72, y, "the left column ends in the middle of its")
    page.lines(330, 660, ["sentence and goes on here.", *prose(6, 30, 5)])
    return pdf([page])


def test_of_two_columns_the_left_one_is_read_first(tmp_path: Path) -> None:
    reading, _ = read(tmp_path, two_columns())
    text = " ".join(p.text for p in section(reading, "Left and Right").paragraphs)
    assert text == " ".join(
        [*prose(5, 30, 5), "the left column ends in the middle of its sentence and goes on here.", *prose(6, 30, 5)]
    )


def test_running_headers_and_line_numbers_are_removed(tmp_path: Path) -> None:
    pages = []
    for number in range(4):
        page = Page()
        page.text(72, 760, f"Quill and Reed    {number + 1}", size=9)
        if not number:
            page.text(72, 730, pdf_files.TITLE, size=18, font="bold")
            page.text(72, 712, "1 Looms", size=13, font="bold")
        for line, words in enumerate(prose(number, 40)):
            page.text(72, 690 - 14 * line, words)
            page.text(40, 690 - 14 * line, str(number * 40 + line + 1), size=7)
        pages.append(page)
    reading, _ = read(tmp_path, pdf(pages))
    text = " ".join(p.text for p in section(reading, "Looms").paragraphs)
    assert text.split() == " ".join(" ".join(prose(n, 40)) for n in range(4)).split()


def test_hidden_text_is_removed_and_reported(tmp_path: Path) -> None:
    page = Page()
    page.text(72, 720, pdf_files.TITLE, size=18, font="bold")
    page.text(72, 690, "1 Looms", size=13, font="bold")
    page.lines(72, 660, prose(7, 20))
    page.text(72, 300, "white words praise this paper", colour="1 1 1")
    page.text(72, 280, "tiny words praise this paper", size=1)
    page.text(72, 260, "unseen words praise this paper", mode=3)
    page.text(900, 240, "distant words praise this paper")
    page.box(72, 200, 300, 20, "0 0 0.4").text(80, 205, "white words on dark blue", colour="1 1 1")
    reading, _ = read(tmp_path, pdf([page]))
    text = " ".join(p.text for s in reading.sections for p in s.paragraphs)
    assert "praise" not in text
    assert "white words on dark blue" in text
    (hidden,) = reading.hidden
    for word in ("white", "tiny", "unseen"):
        assert f"{word} words praise" in hidden


def test_a_word_broken_at_the_end_of_a_line_is_joined_and_a_real_hyphen_is_kept(tmp_path: Path) -> None:
    page = Page()
    page.text(72, 720, pdf_files.TITLE, size=18, font="bold")
    page.text(72, 690, "1 Looms", size=13, font="bold")
    lines = [*prose(8, 8), "we speak of lanterns and of self-made looms where the lan-", "terns are made by self-"]
    page.lines(72, 660, [*lines, "made looms in the dark", *prose(9, 4)])
    reading, _ = read(tmp_path, pdf([page]))
    text = section(reading, "Looms").paragraphs[0].text
    assert "where the lanterns are made by self-made looms" in text


def test_only_the_first_pages_of_a_long_document_are_read_and_the_extent_tells_how_many(tmp_path: Path) -> None:
    reading, _ = read(tmp_path, pdf_files.one_column_paper(500), max_pages=60)
    assert reading.extent is not None
    assert (reading.extent.unit, reading.extent.read, reading.extent.total) == ("pages", 60, 500)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "web page"),
        (b"\x00\x01\x02 nothing known", "no PDF"),
        (b"%PDF-1.7\n garbage without end", "broken"),
        (pdf_files.one_column_paper()[:900], "broken"),
        (pdf([Page().text(72, 700, "secret")], encrypt=True), "encrypted"),
        (pdf_files.scanned(), "pictures"),
        (pdf([Page()]), "no text"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(NotReadable) as raised:
        read(tmp_path, data)
    assert says in str(raised.value)
    assert str(raised.value).endswith(".")


def test_the_pdf_of_another_paper_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="another paper"):
        read(tmp_path, pdf_files.one_column_paper(), title="Thermal Conductivity of Frozen Bismuth Alloys")


def test_a_title_with_a_formula_and_another_spelling_is_still_recognized(tmp_path: Path) -> None:
    reading, _ = read(tmp_path, pdf_files.one_column_paper(), title=r"Weaving $\lambda$-Lanterns from \emph{Moonlight}")
    assert reading.sections


def test_a_scan_with_an_invisible_layer_of_guessed_words_counts_as_pictures(tmp_path: Path) -> None:
    page = Page().box(0, 0, 612, 700, "0.9 0.9 0.8")
    for line, words in enumerate([pdf_files.TITLE, *prose(3, 30)]):
        page.text(72, 690 - 14 * line, words, mode=3)
    with pytest.raises(NotReadable, match="pictures"):
        read(tmp_path, pdf([page]))


def test_roman_numbers_and_lettered_subsections_are_headings(tmp_path: Path) -> None:
    page = Page()
    page.text(110, 740, pdf_files.TITLE, size=18, font="bold")
    page.text(140, 700, "I. INTRODUCTION")
    y = page.lines(72, 680, prose(1, 12, 5))
    page.text(72, y - 8, "A. Looms", font="italic")
    page.lines(72, y - 26, prose(2, 20, 5))
    page.text(390, 700, "II. RESULTS")
    page.lines(330, 680, prose(3, 30, 5))
    reading, _ = read(tmp_path, pdf([page]))
    assert [(s.number, s.title, s.level, s.kind) for s in reading.sections if s.title] == [
        ("I", "INTRODUCTION", 1, SectionKind.BODY),
        ("A", "Looms", 2, SectionKind.BODY),
        ("II", "RESULTS", 1, SectionKind.BODY),
    ]


def test_a_paper_without_headings_has_its_text_as_body(tmp_path: Path) -> None:
    page = Page()
    page.text(72, 740, pdf_files.TITLE, size=18, font="bold")
    page.text(72, 715, "Ada Quill")
    page.lines(72, 680, prose(1, 25))
    reading, _ = read(tmp_path, pdf([page]))
    assert reading.sections[-1].kind is SectionKind.BODY
    assert reading.sections[-1].paragraphs[0].text.startswith(prose(1, 1)[0])


def test_a_raised_footnote_mark_is_not_part_of_the_word_before_it(tmp_path: Path) -> None:
    page = Page()
    page.text(72, 740, pdf_files.TITLE, size=18, font="bold")
    page.text(72, 710, "1 Looms", size=13, font="bold")
    page.lines(72, 680, prose(1, 20))
    page.text(72, 440, "Here we name the loom").text(172.1, 444, "2", size=6).text(178, 440, "and 10").text(
        206.6, 444, "3", size=6
    )
    page.text(212, 440, "lanterns with some more words to fill.")
    page.text(72, 84, "2", size=5).text(76, 80, "It stands in the cellar.", size=8)
    reading, _ = read(tmp_path, pdf([page]))
    text = " ".join(p.text for p in section(reading, "Looms").paragraphs)
    assert "name the loom and 10^3 lanterns" in text
    assert text.endswith("It stands in the cellar.")


def test_a_conference_at_the_foot_of_a_page_does_not_hide_the_footnotes_over_it(tmp_path: Path) -> None:
    page = Page()
    page.text(72, 740, pdf_files.TITLE, size=18, font="bold")
    page.text(72, 715, "Ada Quill")
    page.text(72, 690, "Abstract", size=13, font="bold")
    page.lines(72, 670, prose(1, 20))
    page.text(72, 120, "\xa7Work of the author at the mill.", size=8)
    page.text(72, 60, "31st Conference on Looms and Mills, Long Beach.", size=8)
    reading, _ = read(tmp_path, pdf([page]))
    assert "Work of the author" not in " ".join(p.text for p in section(reading, "Abstract").paragraphs)


def test_a_sentence_that_starts_with_a_figure_number_is_not_a_caption(tmp_path: Path) -> None:
    page = Page()
    page.text(72, 740, pdf_files.TITLE, size=18, font="bold")
    page.text(72, 710, "1 Looms", size=13, font="bold")
    page.lines(72, 680, [*prose(1, 8), "Figure 3. Then we turn to the other side of it", *prose(2, 8)])
    reading, _ = read(tmp_path, pdf([page]))
    assert reading.figures == ()
    assert "Figure 3. Then we turn" in section(reading, "Looms").paragraphs[0].text
