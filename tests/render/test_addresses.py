"""Links to the place in a paper where a sentence stands."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import given

from bot.model import Evidence, Source
from bot.render.addresses import evidence_url, text_fragment
from bot.render.plain import web_address
from tests.render.samples import PAPER, hostile_text

SENTENCE = "The loom that we describe here weaves moonlight, with neither thread nor needle, in one night."


def test_html_opens_at_the_sentence_and_without_text_fragments_at_its_paragraph() -> None:
    evidence = Evidence(SENTENCE, "2 Method", None, "S2.SS1.p3")
    assert evidence_url(PAPER, Source.HTML, evidence) == (
        "https://arxiv.org/html/2406.14272v2#S2.SS1.p3"
        ":~:text=The%20loom%20that%20we%20describe%20here%20weaves,needle%2C%20in%20one%20night"
    )


def test_a_pdf_opens_at_the_page_and_an_abstract_at_the_sentence() -> None:
    evidence = Evidence(SENTENCE, "2 Method", 7)
    assert evidence_url(PAPER, Source.PDF, evidence) == "https://arxiv.org/pdf/2406.14272v2#page=7"
    for source in (Source.ABSTRACT, Source.PDF):  # the abstract of a PDF has no page
        url = evidence_url(PAPER, source, Evidence(SENTENCE))
        assert url.startswith("https://arxiv.org/abs/2406.14272v2#:~:text=The%20loom")


def test_an_old_id_keeps_its_slash() -> None:
    old = replace(PAPER, id="astro-ph/0601001", version=1)
    assert evidence_url(old, Source.PDF, Evidence("x", None, 2)) == "https://arxiv.org/pdf/astro-ph/0601001v1#page=2"


def test_a_sentence_without_words_to_look_for_opens_the_page_alone() -> None:
    assert text_fragment("$x = y$ (see [12]).") == ""
    assert evidence_url(PAPER, Source.ABSTRACT, Evidence("$x = y$")) == "https://arxiv.org/abs/2406.14272v2"
    assert evidence_url(PAPER, Source.HTML, Evidence("$x$")) == "https://arxiv.org/html/2406.14272v2"
    anchored = Evidence("$x$", anchor="S2.p1")
    assert evidence_url(PAPER, Source.HTML, anchored) == "https://arxiv.org/html/2406.14272v2#S2.p1"


def test_an_anchor_that_is_no_id_of_arxiv_is_left_out() -> None:
    for anchor in ("S2 p1", "x:~:text=evil", '"><script>', "é", "x" * 90):
        url = evidence_url(PAPER, Source.HTML, Evidence("$x$", anchor=anchor))
        assert url == "https://arxiv.org/html/2406.14272v2"


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("A short sentence of words.", ["A short sentence of words"]),
        # Marks of the directive itself.
        ("Long-range looms, not short-range ones, weave.", ["Long-range looms, not short-range ones, weave"]),
        # Formulas, citations and TeX are shown in another way than they are written.
        (r"Weaving takes $\mathcal{O}(n \log n)$ nights on every loom we know.", ["nights on every loom we know"]),
        (
            "Old looms [3, 4] weave by day (Heron et al., 2019), as all weavers of lanterns know very well.",
            ["as all weavers of lanterns know very well"],
        ),
        (r"It weaves \emph{far more} lanterns than the looms of today.", ["lanterns than the looms of today"]),
        ("It is 12% faster than all of the other looms.", ["faster than all of the other looms"]),
        # Ligatures, and letters that stand alone as formulas do.
        ("The e\ufb03cient loom gives x lanterns to every heron.", ["lanterns to every heron"]),
        # A heading on the line of its paragraph is a block of its own.
        ("Moonlight and Looms We weave every night by hand.", ["We weave every night by hand"]),
        ("Night looms We weave in every night of the year.", ["We weave in every night of the year"]),
        # A passage of two sentences, which need not be in one paragraph.
        (
            "Looms that weave by night are hard to find. They give more lanterns than those that weave by day.",
            ["Looms that weave by night are hard", "that weave by day"],
        ),
    ],
)
def test_a_fragment_has_only_words_that_the_page_shows_as_they_are(sentence: str, words: list[str]) -> None:
    fragment = text_fragment(sentence)
    assert fragment.startswith(":~:text=")
    assert [unquote(part) for part in fragment.removeprefix(":~:text=").split(",")] == words


@given(hostile_text(30))
def test_a_fragment_is_plain_ascii_without_marks_of_the_directive(text: str) -> None:
    fragment = text_fragment(text)
    assert re.fullmatch(r"(:~:text=[\w%.~]+(,[\w%.~]+)?)?", fragment, re.ASCII)
    assert len(fragment) < 1200
    url = evidence_url(PAPER, Source.HTML, Evidence(text, anchor="S1.p1"))
    assert web_address(url) == url


@pytest.mark.parametrize("row", ["\\(" * 20_000, "[" * 40_000, "(" + "1" * 40_000])
def test_a_passage_of_brackets_that_are_never_closed_has_a_fragment(row: str) -> None:
    assert text_fragment(f"We train one model {row}") == ":~:text=We%20train%20one%20model"
