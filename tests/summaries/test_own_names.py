"""The names that a paper gives to its own work are told from those of its rivals, data and ingredients."""

from __future__ import annotations

import pytest

from bot.model import Paper, Paragraph, Reading, Section, Source
from bot.summaries.own_names import mentions, own_names

USED = "MapHopper walks. We ride MapHopper, GridNet and Python on HallBench. GridNet waits, and so does Python 3."


def names_of(introduction: str, title: str = "Planning", abstract: str = "We plan.") -> tuple[str, ...]:
    paper = Paper("2606.1", 1, title, ("A",), abstract, ("cs.RO",))
    sections = (
        Section("Introduction", (Paragraph(introduction),)),
        Section("Method", (Paragraph(USED),)),
    )
    return own_names(paper, Reading("2606.1", 1, Source.PDF, sections))


@pytest.mark.parametrize(
    "introduction",
    [
        "We propose MapHopper, a planner for small robots.",
        "We propose a new planner, MapHopper, based on GridNet.",
        "In this paper, we introduce a planner called MapHopper that rides on GridNet.",
        "We present a robust planner MapHopper, where GridNet reads the map.",
        "We introduce a new Python planner for halls, called MapHopper.",
        "GridNet is slow. We propose MapHopper, a GridNet planner.",
        "We design a new GridNet (Grid Network Search (Kim et al., 2017)) planner called MapHopper.",
        "We propose MapHopper, which outperforms GridNet on HallBench.",
    ],
)
def test_what_the_paper_introduces_is_its_own(introduction: str) -> None:
    assert names_of(introduction) == ("MapHopper",)


def test_a_name_in_the_title_is_its_own() -> None:
    assert names_of("We study halls.", title="MapHopper: Planning in Halls") == ("MapHopper",)


def test_a_name_that_was_used_before_the_authors_speak_of_themselves_is_not_theirs() -> None:
    assert names_of("GridNet plans with maps. We introduce GridNet again with doors.") == ()


def test_a_study_names_nothing() -> None:
    assert names_of("We investigate how walkers choose a lift.") == ()


def test_names_are_found_in_compounds_and_not_inside_words() -> None:
    assert mentions("PlanBot-7b and a planner", ("PlanBot",))
    assert mentions("two PlanBots", ("PlanBot",))
    assert not mentions("a GridNetwork", ("GridNet",))
    assert mentions("the big transformer", ("Transformer",))
