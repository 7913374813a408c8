"""What is picked from an abstract is understood without it: one test per way in which it was not."""

from __future__ import annotations

import pytest

from bot.summaries.extractive import brief

TITLE = "MapHopper: Planning with Partial Views of a Floor"
PROBLEM = "Small robots see little of a floor at once, and planners of large robots fail in narrow corridors."
AIM = "We propose MapHopper, a planner that stitches partial views of a floor into one graph."
RESULT = "On HallwayBench, MapHopper reaches the goal in 93.4% of runs, 8.1 points above the best planner."


def headline(*sentences: str, title: str = TITLE) -> str:
    return brief(title, " ".join(sentences))[0].text


def takeaways(*sentences: str) -> list[str]:
    return [claim.text for claim in brief(TITLE, " ".join(sentences))[1]]


def test_the_aim_is_the_headline_without_what_ties_it_to_the_text() -> None:
    tied = "To close this gap, in this paper, we propose MapHopper, a planner that stitches partial views of a floor."
    assert headline(PROBLEM, tied, RESULT) == "We propose MapHopper, a planner that stitches partial views of a floor."


@pytest.mark.parametrize(
    "dangling",
    [
        "We propose MapHopper, a planner that closes this gap with partial views of a floor.",
        "We propose MapHopper, which plans with partial views to avoid both costs at once.",
        "This paper addresses these limits of planning with partial views.",
        "We address it with MapHopper, a planner with partial views of a floor.",
    ],
)
def test_an_aim_that_refers_to_other_text_gives_way_to_a_result_that_says_something(dangling: str) -> None:
    assert headline(PROBLEM, dangling, RESULT) == RESULT
    empty = "Experiments on many floors show that MapHopper outperforms state-of-the-art planners with partial views."
    assert headline(PROBLEM, dangling, empty) == TITLE


def test_a_part_of_the_work_is_not_taken_for_its_aim() -> None:
    dangling = "We propose MapHopper, a planner that closes this gap with partial views of a floor."
    part = "We also propose a cost for doors that is learned from the noise of hinges."
    side = "We introduce HingeNet, which recognizes the noise of hinges."
    assert headline(PROBLEM, dangling, part) == TITLE
    assert headline(PROBLEM, dangling, side) == TITLE


def test_a_name_alone_is_no_headline() -> None:
    assert headline(PROBLEM, "We propose MapHopper (Map of Halls And Rooms).", RESULT) == RESULT


def test_the_aim_is_preferred_to_a_step_and_to_what_is_reported() -> None:
    aim = "In this paper, we study how robots plan with partial views of a floor."
    step = "We first introduce a cost for doors of a floor with partial views."
    report = "We evaluate planners with partial views on nine floors."
    assert headline(PROBLEM, step, report, aim).startswith("We study how robots plan")


def test_an_aim_with_a_broken_off_list_ends_before_the_list() -> None:
    listed = (
        f"{AIM[:-1]} of rooms, doors and stairs that is searched with a learned cost in less than a second on board, "
    )
    first = "with the following three parts: (1) a map of rooms. "
    second = "(2) A cost of doors is learned from the noise of hinges. (3) A search visits the rooms."
    assert headline(PROBLEM, listed + first + second).endswith("in less than a second on board.")


def test_without_a_sentence_that_stands_alone_the_title_is_the_headline() -> None:
    assert headline("They fail in such corridors.", "It closes this gap.") == TITLE


def test_openings_are_dropped_and_what_cannot_stand_alone_is_left_out() -> None:
    found = takeaways(
        f"However, planners of large robots fail in corridors. {AIM}",
        "Specifically, MapHopper trains a cost on 1,500 simulated floors. It then searches the graph.",
        "This makes it fast. The resulting graph fits into memory. Such graphs are cheap.",
        f"Moreover, they need no labels. {RESULT}",
    )
    assert found == [
        "Planners of large robots fail in corridors.",
        "MapHopper trains a cost on 1,500 simulated floors.",
        RESULT,
    ]


def test_a_result_with_numbers_is_always_among_the_takeaways() -> None:
    fillers = [f"Robots of kind {kind} turn slowly in narrow corridors with doors." for kind in "ABCDEFG"]
    assert RESULT in takeaways(PROBLEM, AIM, *fillers, RESULT, "We hope that this helps robots.")


def test_a_general_noun_is_taken_only_if_the_card_names_the_thing() -> None:
    assert "The planner is trained on 1,500 simulated floors." in takeaways(
        AIM, "The planner is trained on 1,500 simulated floors."
    )
    assert takeaways(AIM, "The simulator is trained on 1,500 houses.") == []


def test_where_code_is_and_what_is_asked_are_no_takeaways() -> None:
    assert takeaways(
        AIM,
        "Can robots plan with less than half of a floor?",
        "For the benefit of all, we release our code and maps.",
        "Code is available at https://example.org/maphopper.",
    ) == []  # fmt: skip


def test_few_good_takeaways_are_better_than_more() -> None:
    assert takeaways(AIM, RESULT, "This is fast.", "They agree.", "Its cost is low.") == [RESULT]


@pytest.mark.parametrize(
    "step",
    [
        "We evaluate our planner on an open set of nine floors with partial views, which we introduce and release.",
        "Specifically, we introduce a cost for the doors of a floor that is learned from partial views.",
        "To find doors of a floor, we introduce a cost that is learned from partial views.",
        "For doors of a floor, we introduce a cost that is learned from partial views.",
    ],
)
def test_a_test_or_a_part_of_the_work_is_no_aim_beside_what_the_paper_does(step: str) -> None:
    aim = "This paper examines how robots plan with partial views of a floor."
    assert headline(PROBLEM, aim, step, RESULT) == aim


def test_what_the_named_work_does_is_the_headline_where_no_sentence_says_what_the_authors_do() -> None:
    named = "MapHopper joins the views of a floor at their doors and searches the graph of all rooms."
    assert headline("Robots see little of a floor.", named, RESULT) == named


def test_a_part_with_a_name_of_its_own_is_no_aim() -> None:
    dangling = "We introduce MapHopper, which addresses the aforementioned gap of planning with partial views."
    part = "We propose Partial View Matching (PVM) to join views of a floor while planning."
    assert headline(PROBLEM, dangling, part) == TITLE


def test_a_list_that_is_only_announced_is_cut_off_and_what_the_authors_do_in_their_work_is_their_aim() -> None:
    announced = (
        "In our work, we introduce MapHopper, a planner for partial views of floors with two complementary parts."
    )
    assert headline(PROBLEM, announced, RESULT) == "We introduce MapHopper, a planner for partial views of floors."


def test_the_name_of_the_work_may_stand_before_a_dash() -> None:
    part = "We present our interface and argue that this use of it should be the rule."
    aim = "We present MapHopper, which is built on stitching what a robot sees."
    assert headline(aim, part, title="MapHopper -- Planning with Partial Views of a Floor") == aim


def test_what_becomes_of_the_named_work_is_no_headline() -> None:
    released = "MapHopper is being given to all who plan with partial views of a floor."
    assert headline("Robots see little of a floor.", "It closes this gap.", released) == TITLE


def test_a_result_of_a_part_that_only_the_abstract_names_is_no_headline() -> None:
    dangling = "We address it with HingeNet, which closes this gap."
    part = "On HallwayBench, HingeNet plans with partial views of a floor and outperforms planners by 8.1 points."
    assert headline(PROBLEM, dangling, part) == TITLE


def test_what_a_part_does_is_a_takeaway_only_under_the_sentence_that_names_it() -> None:
    part = "HingeNet finds doors from the noise of their hinges in 40 ms."
    assert takeaways(AIM, "This is HingeNet.", part, RESULT) == [RESULT]
    naming = "We train the detector HingeNet on the noise of many hinges."
    assert part in takeaways(AIM, naming, part, RESULT)


def test_an_abbreviation_is_clear_only_under_the_sentence_that_explains_it() -> None:
    naming = "This uses the Hinge Finder (HGF), which closes this gap."
    using = "Tests on nine floors show that doors are found by HGF in 40 ms."
    assert using not in takeaways(AIM, naming, using, RESULT)
    assert using in takeaways(AIM, "We train a Hinge Finder (HGF) on the noise of doors.", using)


def test_the_result_is_a_takeaway_rather_than_what_was_tested_or_left_out() -> None:
    tested = "We evaluate MapHopper on nine large and small floors, with narrow corridors and many doors."
    left_out = "Ablations show that views, doors and corridors of a floor are all needed by MapHopper."
    reached = "The method reaches the goal in 93.4% of all runs on nine floors."
    found = takeaways(PROBLEM, AIM, tested, left_out, reached)
    assert reached in found
    assert RESULT in takeaways(PROBLEM, AIM, tested, left_out, RESULT)


def test_a_result_brings_the_sentence_that_explains_its_abbreviation() -> None:
    naming = "The search for doors in the dark (DDS) is increasingly important for large and small robots."
    plain = "Existing planners are costly and limited, and rarely find doors in the dark."
    using = "Tests on nine floors show that MapHopper improves DDS by 12% over the best planner."
    assert takeaways(naming, plain, AIM, using) == [naming, plain, using]


def test_an_abbreviation_is_clear_under_the_words_that_it_stands_for() -> None:
    title = "Planning with Partial Views"
    naming = "We propose Planning with Partial Views (PWPV), which closes this gap."
    results = ("On nine floors, PWPV reaches the goal in 93.4% of runs.", "Tests show that PWPV needs 40 ms.")
    found = [claim.text for claim in brief(title, " ".join((PROBLEM, naming, *results)))[1]]
    assert set(results) <= set(found)


def test_the_method_before_the_aim_is_not_that_of_the_authors() -> None:
    older = "Searching a full map has become a popular method of planning."
    cost = "However, the method requires a view of all rooms and a large memory."
    assert "The method requires a view of all rooms and a large memory." not in takeaways(older, cost, AIM, RESULT)
    after = "The method requires a view of one room and a small memory."
    assert after in takeaways(PROBLEM, AIM, after)


def test_a_list_of_keywords_is_no_sentence() -> None:
    listed = "Keywords: partial views of a floor, large and small robots, planners of paths in narrow corridors"
    assert listed not in takeaways(PROBLEM, AIM, listed)


def test_an_aim_may_name_what_it_makes_after_a_general_noun() -> None:
    aim = "In this paper we propose the algorithm MapHopper to plan with partial views of a floor."
    result = "Our tests show that the planner reaches 93.4% of all goals on floors with partial views."
    assert headline(PROBLEM, aim, result) == aim.replace("In this paper we", "We")


def test_an_aim_with_an_address_in_it_is_the_headline() -> None:
    aim = "We present MapHopper, https://map.example, a planner that stitches partial views of a floor."
    detail = "MapHopper needs eight floors and separately plans with partial views of each of them."
    assert headline(PROBLEM, aim, detail) == aim
    assert headline(PROBLEM, AIM, "We release MapHopper at https://map.example.") == AIM


def test_a_footnote_is_not_shown_and_does_not_make_a_result_a_place_where_code_is() -> None:
    noted = "MapHopper reaches 93.4% of all goals on nine floors\\footnote{See https://map.example/a\\_b.}."
    assert "MapHopper reaches 93.4% of all goals on nine floors." in takeaways(PROBLEM, AIM, noted)


@pytest.mark.parametrize(
    ("weaker", "aim"),
    [
        (
            "We observed that partial views of a floor are well supported.",
            "We model how robots plan with partial views of a floor.",
        ),
        (
            "This paper addresses the task of planning with partial views (PPV).",
            "To this end, in this paper, we target planning where neither views of a floor nor doors are known.",
        ),
        (
            "We consider the Hopping Planner (HP) of Hill et al. [23], one of the best known planners.",
            "For robots on wheels, we give the first bounds on partial views of a floor when planning.",
        ),
        (
            "We consider two known views of a floor and introduce two partial ones that show more doors.",
            "We investigate how robots use partial views of a floor for planning in narrow corridors.",
        ),
        (
            "We aim at partial views of a floor for planning as an alternative in this paper.",
            "We study planning with partial views of a floor, which needs no map of the rooms.",
        ),
    ],
)
def test_what_is_observed_or_taken_from_others_is_no_aim_beside_what_the_authors_do(weaker: str, aim: str) -> None:
    shown = aim.replace("To this end, in this paper, we", "We")
    assert headline(PROBLEM, weaker, aim, title="Planning with Partial Views of a Floor") == shown
    assert headline(PROBLEM, aim, weaker, title="Planning with Partial Views of a Floor") == shown


def test_a_result_brings_the_sentence_that_names_its_subject() -> None:
    naming = "We define a new ordering of doors by their noise and by their distance."
    result = "The ordering improves the share of goals that are reached by 12%."
    assert takeaways(PROBLEM, AIM, naming, result) == [PROBLEM, naming, result]
    assert result not in takeaways(PROBLEM, AIM, result)


def test_the_mark_of_a_comment_ends_a_sentence_and_is_not_shown() -> None:
    assert headline(PROBLEM, f"% {AIM}", RESULT) == AIM


@pytest.mark.parametrize(
    "empty",
    [
        "We show our results on planning with partial views of a floor and discuss limits.",
        "We detail the methodology of planning with partial views of a floor, and how it departs from others.",
        "We move on to a different perspective and propose a new framework for planning with views.",
    ],
)
def test_what_goes_on_or_only_announces_is_no_headline(empty: str) -> None:
    assert headline(PROBLEM, empty) == TITLE
