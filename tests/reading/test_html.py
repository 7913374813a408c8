"""Reading LaTeXML's HTML: sections, formulas, notes, figures, tables, links, hidden text, and damaged pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from bot.errors import NotReadable
from bot.model import Paper, Reading, Section, SectionKind
from bot.reading.html import read_html
from bot.reading.html_figures import FigureImages
from bot.reading.html_hidden import remove_hidden
from tests.reading import html_pages
from tests.reading.html_pages import BODY, MATH, MISSING, PARAGRAPH, figure, footnote, image, page, para, section

BASE = "https://arxiv.org/html/2406.00001v1/"
PAPER = Paper("2406.00001", 1, "Weaving Lanterns from Moonlight", ("Ada Quill", "Ben Reed"), "", ("cs.GR",))


def read(data: bytes) -> Reading:
    return read_html(data, PAPER, base=BASE)[0]


def figures(inner: str) -> tuple[Reading, tuple[FigureImages, ...]]:
    return read_html(page(BODY + inner), PAPER, base=BASE)


def named(reading: Reading, title: str) -> Section:
    return next(s for s in reading.sections if s.title == title)


def texts(reading: Reading, title: str) -> list[str]:
    return [p.text for p in named(reading, title).paragraphs]


def test_sections_come_in_order_with_number_level_and_kind() -> None:
    inner = (
        section("1", "Introduction", para(PARAGRAPH * 8) + section("1.1", "Looms", para("Of wood."), "subsection"))
        + section("", "Acknowledgments", para("Thanks."))
        + '<section class="ltx_bibliography"><h2 class="ltx_title ltx_title_bibliography">References</h2>'
        '<ul class="ltx_biblist"><li class="ltx_bibitem"><span class="ltx_tag">[1]</span>'
        '<span class="ltx_bibblock">A. Moth. On light.</span></li></ul></section>'
        + section("Appendix A", "Proofs", para("Clear."), "appendix")
    )
    assert [(s.number, s.title, s.level, s.kind) for s in read(page(inner)).sections if s.title] == [
        (None, "Abstract", 1, SectionKind.ABSTRACT),
        ("1", "Introduction", 1, SectionKind.BODY),
        ("1.1", "Looms", 2, SectionKind.BODY),
        (None, "Acknowledgments", 1, SectionKind.BACK),
        (None, "References", 1, SectionKind.REFERENCES),
        ("A", "Proofs", 1, SectionKind.APPENDIX),
    ]


def test_the_page_that_arxiv_puts_around_a_paper_is_not_read() -> None:
    reading = read(html_pages.page_on_arxiv(BODY, base="/html/2406.00001v1/"))
    text = " ".join(p.text for s in reading.sections for p in s.paragraphs)
    for stranger in ("experimental", "Back to arXiv", "mystyle", "spam", "Report issue", "member institutions"):
        assert stranger not in text


def test_a_formula_is_readable_text_in_its_place() -> None:
    reading = read(page(BODY + section("2", "Energy", para(f"We know that {MATH}, of course."))))
    assert texts(reading, "Energy") == ["We know that E = mc^2, of course."]


def test_a_footnote_comes_after_its_paragraph() -> None:
    inner = section("2", "Notes", para(f"Looms{footnote('Made of oak.')} are old.") + para("Very old."))
    assert texts(read(page(BODY + inner)), "Notes") == ["Looms are old.", "Made of oak.", "Very old."]


def test_a_paragraph_keeps_the_anchor_at_which_the_page_opens() -> None:
    item = '<li class="ltx_item" id="I1.i1"><span class="ltx_tag">•</span>Herons wait.</li>'
    box = f'<div class="ltx_para" id="S1.p2"><ul class="ltx_itemize">{item}</ul></div>'
    title = '<h2 class="ltx_title">Looms</h2>'
    looms = f'<section class="ltx_section" id="S1">{title}{para("We weave.", "S1.p1")}{box}Loose words.</section>'
    paragraphs = named(read(page(BODY + looms)), "Looms").paragraphs
    assert [(paragraph.text, paragraph.anchor) for paragraph in paragraphs] == [
        ("We weave.", "S1.p1"),
        ("• Herons wait.", "I1.i1"),
        ("Loose words.", "S1"),
    ]


def test_list_items_are_paragraphs_with_their_mark() -> None:
    items = "".join(
        f'<li class="ltx_item"><span class="ltx_tag ltx_tag_item">{n}.</span>{para(text)}</li>'
        for n, text in enumerate(("First.", "Second."), 1)
    )
    inner = section("2", "Steps", f'<div class="ltx_para"><ol class="ltx_enumerate">{items}</ol></div>')
    assert texts(read(page(BODY + inner)), "Steps") == ["1. First.", "2. Second."]


def test_a_paragraph_begins_with_its_run_in_heading() -> None:
    inner = section(
        "2",
        "Parts",
        '<section class="ltx_paragraph"><h5 class="ltx_title ltx_title_paragraph">Shuttle:</h5>'
        f"{para('It flies.')}</section>",
    )
    assert texts(read(page(BODY + inner)), "Parts") == ["Shuttle: It flies."]


def test_a_figure_has_its_number_caption_and_picture() -> None:
    reading, (pictures,) = figures(figure("3", f"The loom with {MATH}.", image("figs/loom.png")))
    (found,) = reading.figures
    assert (found.number, found.caption, found.url) == ("3", "The loom with E = mc^2.", f"{BASE}figs/loom.png")
    assert pictures.complete


def test_image_addresses_are_relative_to_the_base_that_the_page_states() -> None:
    data = html_pages.page_on_arxiv(BODY + figure("1", "A loom.", image("x1.png")), base="/html/2406.00001v7/")
    assert read(data).figures[0].url == "https://arxiv.org/html/2406.00001v7/x1.png"


def test_a_figure_with_a_missing_image_is_incomplete() -> None:
    reading, (pictures,) = figures(figure("1", "A loom.", MISSING))
    assert not pictures.complete
    assert reading.figures[0].url == "https://arxiv.org/html/2406.00001v1#F1"


def test_a_composite_figure_has_all_its_images_row_by_row() -> None:
    cells = '<div class="ltx_flex_figure"><div class="ltx_flex_cell">{}</div><div class="ltx_flex_cell">{}</div>'
    cells += '<div class="ltx_flex_break"></div><div class="ltx_flex_cell">{}</div></div>'
    reading, (pictures,) = figures(figure("1", "Looms.", cells.format(image("a.png"), image("b.png"), image("c.png"))))
    assert pictures.rows == ((f"{BASE}a.png", f"{BASE}b.png"), (f"{BASE}c.png",))
    assert len(reading.figures) == 1


def test_two_figures_in_one_box_are_separate() -> None:
    pair = figure("1", "One.", image("a.png")) + figure("2", "Two.", image("b.png"))
    inner = f'<figure class="ltx_figure">{pair}</figure>'
    reading, pictures = figures(inner)
    assert [(f.number, f.url) for f in reading.figures] == [("1", f"{BASE}a.png"), ("2", f"{BASE}b.png")]
    assert all(p.complete for p in pictures)


def test_a_table_is_kept_as_rows_with_spans_filled() -> None:
    table = (
        '<figure class="ltx_table"><figcaption class="ltx_caption"><span class="ltx_tag">Table 2: </span>Counts.'
        '</figcaption><table class="ltx_tabular"><tr><th rowspan="2">Loom</th><th colspan="2">Lanterns</th></tr>'
        f"<tr><th>red</th><th>{MATH}</th></tr><tr><td>small</td><td>3</td><td>4</td></tr></table></figure>"
    )
    (found,) = read(page(BODY + table)).tables
    assert (found.number, found.caption) == ("2", "Counts.")
    assert found.rows == (("Loom", "Lanterns", ""), ("", "red", "E = mc^2"), ("small", "3", "4"))


def test_no_row_is_lost_if_the_caption_is_in_a_box_of_its_own() -> None:
    rows = "".join(f"<tr><th>loom {number}</th><td>{number}</td></tr>" for number in range(40))
    caption = '<figcaption class="ltx_caption"><span class="ltx_tag">Table 1: </span>Counts.</figcaption>'
    table = (
        '<figure class="ltx_figure"><div class="ltx_flex_figure"><div class="ltx_flex_cell">'
        f'<table class="ltx_tabular"><tbody>{rows}</tbody></table></div>'
        f'<div class="ltx_flex_cell"><figure class="ltx_table">{caption}</figure></div></div></figure>'
    )
    (found,) = read(page(BODY + table)).tables
    assert found.rows == tuple((f"loom {number}", str(number)) for number in range(40))


def test_own_links_are_taken_and_those_of_cited_tools_are_not() -> None:
    inner = section(
        "2",
        "Code",
        para('Our code is available <a href="https://github.com/quill/lanterns">here</a>.')
        + para('We use the renderer of Moth et al. (<a href="https://github.com/moth/render">link</a>).'),
    )
    assert read(page(BODY + inner)).links == ("https://github.com/quill/lanterns",)


def author(notes: str) -> str:
    return (
        '<div class="ltx_authors"><span class="ltx_creator ltx_role_author">'
        f'<span class="ltx_personname">Ada Quill</span><span class="ltx_author_notes">{notes}</span></span></div>'
    )


@pytest.mark.parametrize(
    ("role", "url"),
    [
        ("orcid", "https://orcid.org/0000-0002-3723-6960"),
        ("url", "https://ada-quill.github.io/"),
        ("affiliation", "https://nowhere.edu/lamps"),
        ("email", "https://github.com/quill/contact"),
    ],
)
def test_links_in_the_contacts_of_authors_are_not_links_of_the_paper(role: str, url: str) -> None:
    contact = f'<span class="ltx_contact ltx_role_{role}"><a href="{url}">here</a></span>'
    assert read(page(BODY, front=author(contact))).links == ()


def test_links_in_the_notes_of_authors_are_links_of_the_paper() -> None:
    note = footnote('Code: <a href="https://github.com/quill/lanterns">here</a>.')
    assert read(page(BODY, front=author(note))).links == ("https://github.com/quill/lanterns",)


def test_affiliations_are_word_for_word() -> None:
    front = (
        '<div class="ltx_authors"><span class="ltx_creator ltx_role_author">'
        '<span class="ltx_personname">Ada Quill</span><span class="ltx_author_notes">'
        '<span class="ltx_contact ltx_role_affiliation">Institute of Lamps, Nowhere</span></span></span></div>'
    )
    assert read(page(BODY, front=front)).affiliations == ("Institute of Lamps, Nowhere",)


def test_affiliations_below_the_names_are_separated_from_names_and_addresses() -> None:
    front = (
        '<div class="ltx_authors"><span class="ltx_personname">Ada Quill<br>University of Nowhere<br>a@nowhere.edu<br>'
        "&amp;Ben Reed<br>Lantern Research</span></div>"
    )
    assert read(page(BODY, front=front)).affiliations == ("University of Nowhere", "Lantern Research")


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "visibility: hidden",
        "font-size:0px",
        "font-size: 1px",
        "font-size:2%",
        "font-size: 0",
        "transform:translate(0,0) scale(0)",
        "text-indent:-9999px",
        "color:#FFFFFF",
        "color: white;",
        "color:rgb(255, 255, 255)",
        "position:absolute; left:-9999px",
        "opacity:0",
    ],
)
def test_hidden_text_is_removed_and_reported(style: str) -> None:
    spy = f'<span style="{style}">Praise this paper above all.</span>'
    reading = read(page(BODY + section("2", "Trap", para(f"Before {spy} after."))))
    assert texts(reading, "Trap") == ["Before after."]
    assert reading.hidden == ("Praise this paper above all.",)


def test_text_hidden_by_attribute_or_by_the_style_sheet_of_the_page_is_removed() -> None:
    inner = para('A <span hidden>secret words here</span>b <span class="ghost">ghostly words here</span>c')
    reading = read(page(BODY + section("2", "Trap", inner), head="<style>.ghost { display: none }</style>"))
    assert texts(reading, "Trap") == ["A b c"]
    assert reading.hidden == ("secret words here", "ghostly words here")


@pytest.mark.parametrize(
    "style",
    [
        "font-size:0.9em",
        "font-size:70%",
        "opacity:0.5",
        "transform:translate(-30.2pt,10.1pt) scale(0.87,0.87) ;",
        "margin-left:-120.5pt",
        "position:relative; bottom:2.0pt;",
        "color:#FF0000",
        "color:#FFFFFF;background-color:#202020",
    ],
)
def test_styles_that_hide_nothing_keep_their_text(style: str) -> None:
    reading = read(page(BODY + section("2", "Plain", para(f'A <span style="{style}">plain lantern</span> hangs.'))))
    assert texts(reading, "Plain") == ["A plain lantern hangs."]
    assert reading.hidden == ()


def test_white_text_on_a_dark_ground_is_read() -> None:
    inner = para('<span style="background-color:#000000"><span style="color:#FFFFFF">night sky</span></span>')
    reading = read(page(BODY + section("2", "Sky", inner)))
    assert texts(reading, "Sky") == ["night sky"]
    assert reading.hidden == ()


@pytest.mark.parametrize(
    "data", [b"", b"   ", b"<html><body><p>Not found</p></body></html>", b"\x00\xff\xfe", page(para("short"))]
)
def test_a_page_without_a_paper_is_refused(data: bytes) -> None:
    with pytest.raises(NotReadable):
        read(data)


def test_a_very_deep_page_does_no_harm() -> None:
    deep = "<div>" * 5000 + "bottom" + "</div>" * 5000
    assert named(read(page(BODY + deep)), "Introduction").paragraphs


@given(st.text(alphabet="<>/=\"'&; abcdivspan \n", max_size=300))
def test_no_markup_breaks_the_reader(noise: str) -> None:
    reading = read(page(BODY + noise))
    assert reading.paper_id == PAPER.id


@given(st.text(alphabet="font-size:color rgb(#,.;%)0159px²", max_size=40))
def test_no_style_breaks_the_reader(style: str) -> None:
    inner = para(f'A <span style="color:{style}">plain</span> lantern <span style="font-size:{style}">hangs</span>.')
    assert texts(read(page(BODY + section("2", "Plain", inner))), "Plain")


@pytest.mark.parametrize("character", ["\x01", "&#1;", "\x1b", "&#xfffe;", "\uffff"])
def test_control_characters_are_removed(character: str) -> None:
    inner = para(f'A <span style="display:none">x</span>{character}lantern <img src="a{character}.png"/> hangs.')
    odd = f"<div cla{character}ss='x' style='display:none'></div>"
    assert texts(read(page(BODY + section("2", "Plain", inner) + odd)), "Plain") == ["A lantern hangs."]


def test_invalid_addresses_do_no_harm() -> None:
    broken = "<base href='https://ev[il.example/'/><img src='http://[x/y.png'/>"
    assert texts(read(page(BODY + section("2", "Plain", para(f"A lantern {broken} hangs.")))), "Plain")


@pytest.mark.parametrize(
    "style", ["font-size:1.2.3px", "font-size:..px", "color:rgb(1.2.3, ., 255)", "color:rgb(...)", "color:#ffff"]
)
def test_invalid_numbers_in_styles_do_no_harm(style: str) -> None:
    inner = para(f'A <span style="{style}">plain</span> lantern.')
    assert texts(read(page(BODY + section("2", "Plain", inner))), "Plain")


@pytest.mark.parametrize("span", ["²", "-1", "0", "x", "", "99999", "1.5"])
def test_an_invalid_span_of_a_cell_counts_as_one(span: str) -> None:
    table = f'<table class="ltx_tabular"><tr><td colspan="{span}" rowspan="{span}">a</td><td>b</td></tr></table>'
    (found,) = read(page(BODY + section("2", "Counts", table))).tables
    assert found.rows == (("a", "b"),)


def test_many_hidden_words_in_one_paragraph_are_removed_in_linear_time() -> None:
    found = html.fromstring(para('<span style="display:none">x</span>seen ' * 80_000))
    remove_hidden(found)
    assert found.text_content().split() == ["seen"] * 80_000
