"""Captions and headings are split into number and text, and a title tells which part of a paper begins."""

from __future__ import annotations

import pytest

from bot.model import SectionKind
from bot.reading.headings_and_captions import parse_caption, section_kind, split_number


@pytest.mark.parametrize(
    ("text", "kind", "number", "rest"),
    [
        ("Figure 3: A loom.", "figure", "3", "A loom."),
        ("Fig. 12. A loom.", "figure", "12", "A loom."),
        ("FIG. 2. A loom.", "figure", "2", "A loom."),
        ("Figure A.1: A loom.", "figure", "A.1", "A loom."),
        ("Figure S4 | A loom.", "figure", "S4", "A loom."),
        ("Supplementary Figure 2: A loom.", "figure", "S2", "A loom."),
        ("Table II: Counts.", "table", "II", "Counts."),
        ("Tab. 4 – Counts.", "table", "4", "Counts."),
        ("Algorithm 1 Weaving", "algorithm", "1", "Weaving"),
    ],
)
def test_a_caption_has_kind_number_and_text(text: str, kind: str, number: str, rest: str) -> None:
    caption = parse_caption(text)
    assert caption is not None
    assert (caption.kind, caption.number, caption.text) == (kind, number, rest)


@pytest.mark.parametrize("text", ["The loom of Figure 3: see there.", "Figures are below.", "Tableaux 3: no", "3: no"])
def test_other_lines_are_not_captions(text: str) -> None:
    assert parse_caption(text) is None


def test_a_sentence_that_begins_with_a_figure_number_has_no_separator() -> None:
    caption = parse_caption("Figure 3 shows a loom.")
    assert caption is not None
    assert not caption.has_separator


@pytest.mark.parametrize(
    ("heading", "number", "title"),
    [
        ("3.1 Training", "3.1", "Training"),
        ("1. INTRODUCTION", "1", "INTRODUCTION"),
        ("IV. RESULTS", "IV", "RESULTS"),
        ("A Proofs", "A", "Proofs"),
        ("B.2 More proofs", "B.2", "More proofs"),
        ("Appendix C: Data", "C", "Data"),
        ("Related Work", None, "Related Work"),
    ],
)
def test_a_heading_is_split_into_number_and_title(heading: str, number: str | None, title: str) -> None:
    assert split_number(heading) == (number, title)


@pytest.mark.parametrize(
    ("title", "number", "past", "kind"),
    [
        ("Introduction", "1", False, SectionKind.BODY),
        ("References", None, False, SectionKind.REFERENCES),
        ("Acknowledgements", None, False, SectionKind.BACK),
        ("Author Contributions", None, False, SectionKind.BACK),
        ("Ethics Statement", None, False, SectionKind.BACK),
        ("Data and Code Availability", None, False, SectionKind.BACK),
        ("Limitations", "7", False, SectionKind.BODY),
        ("More looms", None, True, SectionKind.APPENDIX),
        ("Supplementary Material", None, False, SectionKind.APPENDIX),
        ("Proofs", "A", True, SectionKind.APPENDIX),
    ],
)
def test_a_title_says_which_part_of_the_paper_begins(
    title: str, number: str | None, past: bool, kind: SectionKind
) -> None:
    assert section_kind(title, number, past_references=past) is kind
