"""Papers as references: what other programs read back is the paper, whatever stands in its title."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import rispy
from bibtexparser.bparser import BibTexParser
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Paper
from bot.references import CitationFormat, cite, file_content, read_file
from bot.references.citation_keys import citation_keys
from bot.render.cards import title_of

VASWANI = Paper(
    "1706.03762",
    7,
    "Attention Is All You Need",
    ("Ashish Vaswani", "Jürgen Müller", "Łukasz Kaiser"),
    "We replace recurrence.",
    ("cs.CL", "cs.LG"),
    published=datetime(2017, 6, 12, tzinfo=UTC),
)
HOSTILE = r"""A{{ }\} @article{x, title={} % & # _ ~ ^ \alpha $x_1$ "q" é 日本 \textbf{y} <b> =1+1"""
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def paper(paper_id: str = "2401.00001", title: str = "A title", *authors: str, **more: Any) -> Paper:
    return Paper(paper_id, 1, title, authors or ("Ada Example",), "An abstract.", ("cs.CV",), **more)


def bibtex(*papers: Paper) -> list[dict[str, str]]:
    parser = BibTexParser(ignore_nonstandard_types=False)
    entries: list[dict[str, str]] = parser.parse(cite(papers, CitationFormat.BIBTEX)).entries
    return entries


def test_an_entry_of_bibtex_has_the_form_of_arxiv() -> None:
    assert cite([VASWANI], CitationFormat.BIBTEX) == (
        "@misc{vaswani2017attention,\n"
        "  title = {Attention Is All You Need},\n"
        '  author = {Vaswani, Ashish and M{\\"u}ller, J{\\"u}rgen and Kaiser, {\\L}ukasz},\n'
        "  year = {2017},\n"
        "  eprint = {1706.03762},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.CL},\n"
        "  url = {https://arxiv.org/abs/1706.03762}\n"
        "}\n"
    )


def test_a_published_paper_is_an_article_of_its_journals_year() -> None:
    published = paper("2001.00001", doi="10.1103/Phys_Rev.1", journal_ref="Phys. Rev. D 105, 1 (2022) & more")
    entry = bibtex(published)[0]
    assert entry["ENTRYTYPE"] == "article"
    assert entry["journal"] == "Phys. Rev. D 105, 1 (2022) {\\&} more"
    assert (entry["doi"], entry["year"], entry["eprint"]) == ("10.1103/Phys_Rev.1", "2022", "2001.00001")


@pytest.mark.parametrize(
    ("author", "written"),
    [
        ("ATLAS Collaboration", "{ATLAS Collaboration}"),
        ("John Smith, Jr.", "Smith, Jr., John"),
        ("Robert Downey III", "Downey, III, Robert"),
        ("Black and White", "{Black and White}"),
        ("Plato", "{Plato}"),
        ("J\\\"urgen M\\'ul", "M{\\'u}l, J{\\\"u}rgen"),
        ("李明", "{李明}"),
    ],
)
def test_names_are_written_as_bibtex_divides_them(author: str, written: str) -> None:
    assert f"  author = {{{written}}}," in cite([paper("2401.00001", "T", author)], CitationFormat.BIBTEX)


def test_capitals_inside_of_words_are_kept() -> None:
    assert "title = {{GANs} and {BERT} for Cats}" in cite(
        [paper(title="GANs and BERT for Cats")], CitationFormat.BIBTEX
    )


def test_keys_are_unique_whatever_the_names_are() -> None:
    same = [paper(f"2401.{number:05}", "The Same of Words", "Zoë Müller-Ångström") for number in range(30)]
    keys = citation_keys([*same, paper("2401.00031", "日本", "李明"), paper("hep-th/9901001", "On", "X Y")])
    assert keys[:3] == ["mullerangstrom2024same", "mullerangstrom2024sameb", "mullerangstrom2024samec"]
    assert keys[-2:] == ["arxiv2024240100031", "y19999901001"]
    assert len(set(keys)) == len(keys)
    assert citation_keys([paper("2401.00001", "Of ATLAS", "ATLAS Collaboration")]) == ["atlas2024atlas"]


@given(title=texts, author=texts, journal=texts, doi=texts)
def test_any_text_gives_one_entry_that_our_reader_finds_again(title: str, author: str, journal: str, doi: str) -> None:
    given_papers = [paper("2401.00001", title, author, journal_ref=journal, doi=doi), VASWANI]
    assert [entry["eprint"] for entry in bibtex(*given_papers)] == ["2401.00001", "1706.03762"]
    for form in CitationFormat:
        if form is not CitationFormat.CSV:
            found = read_file(file_content(cite(given_papers, form), form), f"a.{form}")
            assert {"2401.00001", "1706.03762"} <= set(found.ids)


@given(title=texts, author=texts)
def test_ris_and_json_keep_the_title(title: str, author: str) -> None:
    given_paper = paper("2401.00001", title, author)
    entries = rispy.loads(cite([given_paper, VASWANI], CitationFormat.RIS))
    assert [entry["id"] for entry in entries] == citation_keys([given_paper, VASWANI])
    assert entries[0]["title"] == title_of(given_paper)
    assert json.loads(cite([given_paper], CitationFormat.JSON))[0]["title"] == title_of(given_paper)


def test_ris_names_people_last_name_first() -> None:
    entry = rispy.loads(cite([paper("2401.00001", "T", "John Smith, Jr.", "ATLAS Collaboration")], CitationFormat.RIS))
    assert entry[0]["authors"] == ["Smith, John, Jr.", "ATLAS Collaboration"]
    assert entry[0]["urls"] == ["https://arxiv.org/abs/2401.00001"]


def test_a_cell_is_no_formula_of_a_spreadsheet() -> None:
    content = file_content(cite([paper(title="=cmd|' /C calc'!A0")], CitationFormat.CSV), CitationFormat.CSV)
    assert content.startswith(b"\xef\xbb\xbf")
    row = next(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert row["title"].startswith("'=cmd")
    assert row["url"] == "https://arxiv.org/abs/2401.00001"


def test_a_reference_for_people_is_one_line_of_markdown() -> None:
    assert cite([VASWANI], CitationFormat.MARKDOWN) == (
        "- [Attention Is All You Need](https://arxiv.org/abs/1706.03762). "
        "Ashish Vaswani, Jürgen Müller, Łukasz Kaiser (2017). arXiv:1706.03762 \\[cs.CL\\]\n"
    )
    assert cite([paper(title=HOSTILE)], CitationFormat.MARKDOWN).count("\n") == 1


@pytest.mark.parametrize("form", CitationFormat)
def test_of_no_papers_there_is_nothing(form: CitationFormat) -> None:
    assert cite([], form) == ""
