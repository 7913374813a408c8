"""Deep summaries without a model: each part has sentences that stand alone and belong there, or is left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import (
    Figure,
    Paragraph,
    Reading,
    Section,
    Source,
    Table,
)
from tests.summaries.full_texts import (
    INTRODUCTION,
    METHOD,
    RESULTS,
    a_reading,
    a_section,
    deep,
    every_claim,
    missing_parts,
    texts,
)

# ── each part has what belongs there ──────────────────────────────────────────────────────────────────────────────


def test_every_part_of_a_usual_paper_is_filled_with_what_belongs_there() -> None:
    summary = deep(a_reading())
    end = summary.conclusion
    assert texts(summary.background) == "Lifts are an important part of tall houses."
    assert texts(summary.prior_work) == "Existing planners assume an empty lift and fail at noon."
    assert "a planner that reads the queue at every door" in texts(summary.method)
    assert "consists of a reader for doors" in texts(summary.method)
    assert "We encode every door" in texts(summary.methods)
    assert "93.4%" in texts(summary.results)
    assert "47x less memory" in texts(summary.results)
    assert texts(end.significance) == "Our results suggest that queues are a useful source of maps for small robots."
    assert texts(end.innovation) == "We presented LiftHopper, the first planner for robots in crowded lifts."
    assert texts(end.performance) == "LiftHopper is 3.2 times faster than the best existing planner in tall houses."
    assert "40 hours on 8 GPUs" in texts(end.workload)
    assert not summary.provenance.notes


def test_background_is_about_the_field_and_not_about_papers() -> None:
    summary = deep(
        a_reading(
            introduction="Lifts are an important part of tall houses. Kim et al. (2020) plan rides with maps. "
            "Recent studies have shown that robots wait at noon. LiftHopper is released under a free license. "
            + INTRODUCTION
        )
    )
    assert texts(summary.background) == "Lifts are an important part of tall houses."


def test_a_problem_of_the_own_work_is_no_gap_of_others() -> None:
    summary = deep(a_reading(introduction=INTRODUCTION + " The reader needs large maps and cannot see glass doors."))
    assert "glass doors" not in texts(summary.prior_work)


def test_a_data_set_for_the_evaluation_is_not_what_the_paper_does() -> None:
    summary = deep(
        a_reading(introduction="To evaluate LiftHopper, we develop TowerBench, a set of 50 houses. " + INTRODUCTION)
    )
    assert "TowerBench" not in texts(summary.method)


def test_steps_come_in_the_order_of_the_paper_and_from_all_its_sections() -> None:
    sections = (
        a_section("Introduction", INTRODUCTION),
        a_section("Reading doors", METHOD + " We store every door in a table. We match doors by their numbers."),
        a_section("Searching queues", "We rank the queues of the house by their length."),
        a_section("Results", RESULTS),
    )
    claims = deep(Reading("1", 1, Source.PDF, sections)).methods
    assert [claim.section for claim in claims] == ["Reading doors", "Reading doors", "Searching queues"]


@pytest.mark.parametrize(
    ("title", "is_method"), [("Queue Language Definition", True), ("Definitions", False), ("Task Definition", False)]
)
def test_the_definition_of_the_own_thing_is_part_of_the_method(title: str, is_method: bool) -> None:
    step = "The LiftHopper language defines only 5 words that describe the queue of every lift."
    sections = (
        a_section("Introduction", INTRODUCTION),
        a_section("Queues as a Language", "Every queue is a text."),
        Section(title, (Paragraph(step),), level=2),
        a_section("Results", RESULTS),
    )
    assert (step in texts(deep(Reading("1", 1, Source.PDF, sections)).methods)) == is_method


def test_what_has_been_done_is_a_step() -> None:
    step = "The queue of every lift has been treated in the approximation of small robots."
    shown = texts(deep(a_reading(method=f"{step} Lifts have been studied in towers by robots.")).methods)
    assert shown == step


def test_settings_and_evaluation_are_no_steps_of_the_method() -> None:
    summary = deep(
        a_reading(
            method="We encode every door of the house with a small network. "
            "We use a learning rate of 0.1 and a batch size of 4. We use 175 rides for evaluating safety. "
            "We need to prevent the robot from riding alone."
        )
    )
    assert texts(summary.methods) == "We encode every door of the house with a small network."


def test_an_application_after_the_results_is_no_step_but_methods_at_the_end_are() -> None:
    usual = (a_section("Introduction", INTRODUCTION), a_section("Results", RESULTS))
    application = a_section("Riding with children", "We modify the prompt of the reader for children.")
    last = a_section("Methods and materials", "We encode every door of the house with a small network.")
    assert not deep(Reading("1", 1, Source.PDF, (*usual, application))).methods
    assert deep(Reading("1", 1, Source.PDF, (*usual, last))).methods


# ── results ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "no_result",
    [
        "GridNet drops by 6.5% in all houses, while our LiftHopper loses nothing at noon.",
        "The GridNet baseline reaches only 31.0% of the goals in our tall houses.",
        "On long rides, LiftHopper performs worse with 61.2% of the goals.",
        "We report the share of rides in 3.5 minutes for LiftHopper.",
        "If we also add the third door, then LiftHopper can reach 94.1% of the goals.",
        "As Kim et al. (2020) show, planners reach 88.8% of the goals.",
        "LiftHopper could be extended to reach 99.9% of the goals.",
    ],
)
def test_a_loss_a_rival_or_a_plan_is_no_result(no_result: str) -> None:
    assert no_result not in texts(deep(a_reading(results=f"{RESULTS} {no_result}")).results)


def test_the_details_of_an_ablation_do_not_come_before_the_main_result() -> None:
    details = " ".join(
        f"Removing the {name} from LiftHopper reduces its share of goals by {count}.5% on TowerBench."
        for count, name in enumerate(("reader", "beam", "queue", "table", "door net"), 11)
    )
    shown = texts(deep(a_reading(results=f"{details} {RESULTS}", ablation_study=details)).results)
    assert "93.4%" in shown
    assert "47x" in shown


def test_a_word_of_loss_that_tells_of_a_gain_is_a_result() -> None:
    gain = "LiftHopper does not sacrifice accuracy compared to larger planners in 9.5 of 10 houses."
    assert gain in texts(deep(a_reading(results=f"{RESULTS} {gain}")).results)


def test_a_study_that_builds_nothing_reports_its_numbers_good_or_bad() -> None:
    summary = deep(
        a_reading(
            introduction="Lifts are an important part of tall houses. We study how robots ride lifts.",
            results="Only 24.5% of the robots rode alone at noon. Planners with maps failed in 61.2% of the rides.",
            conclusion="We conclude that maps are of little use for small robots.",
        ),
        abstract="Small robots ride lifts. We study how they do so.",
    )
    assert "24.5%" in texts(summary.results)
    assert "61.2%" in texts(summary.results)


def test_amounts_in_the_chapter_on_methods_are_no_results_of_a_study() -> None:
    sections = (
        a_section("Introduction", "Lifts are an important part of tall houses. We study how robots ride lifts."),
        a_section("Methods", "We watch robots in the lifts of a tall house for a year."),
        Section(
            "Simulation experiment", (Paragraph("Rides of 2.5 and 7.5 minutes were tested in a tall house."),), level=2
        ),
        a_section("Results", "Robots with maps failed in 61.2% of the rides in the morning."),
    )
    summary = deep(Reading("1", 1, Source.PDF, sections), abstract="Small robots ride lifts. We study how they do so.")
    assert texts(summary.results) == "Robots with maps failed in 61.2% of the rides in the morning."


def test_captions_give_results_with_their_place() -> None:
    table = Table("2", "Rides in tall houses. LiftHopper outperforms GridNet by 12.5% on TowerBench.", (), 7)
    figure = Figure("1", "The system. We show only doors that are open.", page=2)
    reading = replace(a_reading(results=RESULTS.split(". ")[1]), tables=(table,), figures=(figure,))
    claims = every_claim(deep(reading))
    assert ("Table 2", 7) in {(claim.section, claim.page) for claim in claims}
    assert "We show only doors" not in texts(claims)


# ── what follows, what is new, how much ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "sentence",
    [
        "This work represents a first step towards robots that ride alone.",
        "Our findings imply that architects can help robots with wider doors.",
        "We hope that LiftHopper will help engineers of small robots.",
        "LiftHopper opens the door to maps made of queues.",
    ],
)
def test_significance_is_what_follows_from_the_work(sentence: str) -> None:
    assert texts(deep(a_reading(conclusion=sentence)).conclusion.significance) == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "LiftHopper outperforms all other planners in tall houses.",
        "However, LiftHopper cannot ride goods lifts, which limits its potential for factories.",
        "We are excited about the future of small robots.",
        "These findings may help them.",
    ],
)
def test_success_limits_and_moods_are_no_significance(sentence: str) -> None:
    summary = deep(a_reading(conclusion=sentence))
    assert not summary.conclusion.significance
    assert "significance" in missing_parts(summary)


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        (
            "These findings underscore LiftHopper improves the life of small robots in tall houses.",
            "LiftHopper improves the life of small robots in tall houses.",
        ),
        (
            "These results show that queues tell small robots when to wait at noon.",
            "Queues tell small robots when to wait at noon.",
        ),
    ],
)
def test_what_the_findings_of_a_paper_show_is_its_significance(sentence: str, shown: str) -> None:
    summary = deep(a_reading(conclusion=f"We presented LiftHopper. {sentence}"))
    assert texts(summary.conclusion.significance) == shown


def test_a_noun_after_what_the_findings_show_is_no_sentence() -> None:
    summary = deep(a_reading(conclusion="These findings underscore LiftHopper’s use for small robots in tall houses."))
    assert "use for small robots" not in texts(every_claim(summary))


def test_without_a_conclusion_what_the_work_makes_possible_is_its_significance() -> None:
    sentence = "LiftHopper enables easy detection of doors that are shut in the queue."
    summary = deep(a_reading(method=f"{METHOD} At the same time, {sentence}", conclusion=""))
    assert texts(summary.conclusion.significance) == sentence


def test_success_in_the_real_world_is_no_significance() -> None:
    summary = deep(a_reading(conclusion="Although LiftHopper is small, it achieves remarkable real-world performance."))
    assert not summary.conclusion.significance


def test_significance_is_found_in_a_discussion_too() -> None:
    sentence = "Our results demonstrate that queues provide a powerful alternative to maps."
    reading = a_reading(limitations_of_existing_planners=sentence, conclusion="")
    assert texts(deep(reading).conclusion.significance) == sentence


def test_the_first_of_several_steps_is_no_innovation() -> None:
    summary = deep(a_reading(method="We constructed the first map of the house by adding doors.", conclusion=""))
    assert not summary.conclusion.innovation


def test_workload_is_an_amount_and_not_a_name_with_a_number() -> None:
    summary = deep(a_reading(method="We compare LiftHopper with the Grid 7B models of the town in many ways."))
    assert not summary.conclusion.workload
