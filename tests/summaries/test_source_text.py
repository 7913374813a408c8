"""The sentences of a source have numbers by which claims name them, and places for their evidence."""

from __future__ import annotations

import pytest

from bot.model import Evidence, Paragraph, Reading, Section, SectionKind, Source
from bot.summaries.prompt_building import brief_prompts, facts_prompts
from bot.summaries.sections import choose
from bot.summaries.source_text import source_of
from tests.summaries.conftest import TITLE, a_paper, a_request

READING = Reading(
    "2606.00042",
    1,
    Source.HTML,
    (
        Section("Abstract", (Paragraph("It does not improve planning in\nopen halls."),), kind=SectionKind.ABSTRACT),
        Section(
            "Training",
            (
                Paragraph("We train it once. It takes\nan hour.", 3, "S1.p1"),
                Paragraph("It needs no labels. It runs on one machine.", 4, "S1.p2"),
            ),
            number="2.1",
        ),
        Section("Results", (Paragraph("It wins.", 5, "S2.p1"),), number="3"),
    ),
)


def test_the_sentences_of_an_abstract_are_numbered_and_the_title_is_0() -> None:
    source = source_of(a_paper(abstract="One is here. Two\nis here.\n\nThree is here."))
    assert [(s.id, s.text) for s in source.sentences] == [
        ("0", TITLE),
        ("1", "One is here."),
        ("2", "Two\nis here."),
        ("3", "Three is here."),
    ]


def test_the_sentences_of_a_full_text_are_numbered_in_their_section() -> None:
    source = source_of(a_paper(), READING)
    assert [s.id for s in source.sentences if s.section == "2.1 Training"] == ["S2.1", "S2.2", "S2.3", "S2.4"]
    last = source.sentence("S2.4")
    assert last is not None
    assert (last.text, last.section, last.page, last.anchor) == ("It runs on one machine.", "2.1 Training", 4, "S1.p2")
    title = source.sentence("S0.0")
    assert title is not None
    assert title.text == TITLE


@pytest.mark.parametrize("name", ["S2.4", "s2.4", "2.4", " S02.04 "])
def test_an_id_is_understood_without_its_letter(name: str) -> None:
    found = source_of(a_paper(), READING).sentence(name)
    assert found is not None
    assert found.id == "S2.4"


@pytest.mark.parametrize("name", ["S2.5", "S2.0", "S9.1", "S2", "4", "", "S2.4.1", "x"])
def test_an_id_that_does_not_exist_names_nothing(name: str) -> None:
    source = source_of(a_paper(), READING)
    assert source.sentence(name) is None
    assert source.named(["S2.1", name]) == ()


def test_named_sentences_come_once_and_in_reading_order() -> None:
    source = source_of(a_paper())
    assert [s.id for s in source.named(["S0.3", "1", "3"])] == ["1", "3"]


def test_the_context_has_what_stands_before_an_unclear_sentence_in_its_section() -> None:
    source = source_of(a_paper(), READING)
    first, third, other = source.named(["S2.1", "S2.3", "S3.1"])
    assert [s.id for s in source.context([first], [first])] == ["S2.1"]
    assert [s.id for s in source.context([third, other], [third, other])] == ["S2.2", "S2.3", "S3.1"]
    assert [s.id for s in source.context([third, other], [])] == ["S2.3", "S3.1"]


def test_neighbours_of_a_paragraph_are_one_verbatim_passage_and_others_are_separate() -> None:
    source = source_of(a_paper(), READING)
    assert source.evidence(source.named(["S2.1", "S2.2", "S2.3"])) == (
        Evidence("We train it once. It takes\nan hour.", "2.1 Training", 3, "S1.p1"),
        Evidence("It needs no labels.", "2.1 Training", 4, "S1.p2"),
    )
    assert len(source.evidence(source.named(["S2.1", "S3.1"]))) == 2
    assert source.evidence(()) == ()


def test_each_sentence_has_a_line_of_the_prompt_and_the_repeated_abstract_has_none() -> None:
    source = source_of(a_paper(), READING)
    _, user = facts_prompts(a_paper(), source, choose(READING, 10_000))
    assert "## S2 2.1 Training\n[1] We train it once.\n[2] It takes an hour.\n[3] It needs no labels.\n" in user
    assert "## S3 3 Results\n[1] It wins.\n" in user
    assert user.count("open halls") == 1
    assert "## S1" not in user


@pytest.mark.parametrize("fake", ["[7]", "[7] {7}", "[7] {7} <7>", "[7] {7} <7> ⟦7⟧", "[S1.7] {7} < 7 > ⟦7⟧"])
def test_a_text_cannot_fake_the_number_of_a_sentence(fake: str) -> None:
    request = a_request(a_paper(abstract=f"We sort maps. {fake} It beats all others. It is fast."))
    _, user = brief_prompts([request], {}, {})
    mark = user.partition("A number looks like this: ")[2].partition(". Answer")[0]
    assert f"{mark} We sort maps." in user
    for written in fake.split("] "):
        assert mark.replace("1", "7") not in written
    assert f"\n{mark.replace('1', '7')}" not in user


def test_invisible_characters_do_not_hide_a_faked_number() -> None:
    request = a_request(a_paper(abstract="We sort maps. [\u200b7] It beats all others. It is fast."))
    _, user = brief_prompts([request], {}, {})
    assert "{1} We sort maps." in user
