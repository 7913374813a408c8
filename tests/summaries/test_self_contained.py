"""A sentence that is shown alone refers to nothing outside itself, and loses only what ties it to the one before."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.summaries.openings import without_opening
from bot.summaries.self_contained import is_self_contained, unclear_reference


@pytest.mark.parametrize(
    "sentence",
    [
        "We propose MapHopper, a planner that stitches partial views into one graph and searches it.",
        "This paper studies how walkers choose a lift when its doors close early.",
        "Existing planners assume a full view, and they fail in narrow corridors.",
        "Despite their speed, lifts are rarely taken for one floor.",
        "Our planner needs 47x less memory than the best baseline.",
        "It is well known that lifts wait longer at noon.",
        "Maps of small halls are cheap, but such maps say nothing about doors.",
        "We compare lifts with those that stop at every floor.",
        "We measure delays such as queues, which makes it possible to plan ahead.",
        "Both stairs and lifts are slow at noon.",
        "The cost of a map grows with the number of doors, and this limits its use.",
        "On HallwayBench, MapHopper reaches the goal in 93.4% of runs.",
        "Results show that MapHopper and its graph fit into one gigabyte.",
        "pgMap 2 stores a map in a table and reads it in one query.",
        "We ask three questions: who walks, who rides, and who waits?",
        "The proposed planner reaches the goal in most runs.",
        "Although it is small, the lift is fast.",
        "Through tests on nine floors, such as HallwayBench, we show that lifts are fast.",
        "We conduct tests to show that, at noon, lifts are slow.",
        "This commentary introduces a way to plan with partial views.",
        "We see a hall from six different directions.",
        "Exploring the planners of halls and doors, this study compares these planners with stairs.",
        "Testing five methods for halls, this study compares these approaches with stairs.",
        "Experiments show the speed and robustness of our planner.",
        "Training consists of (1) a walk through the hall and (2) a ride in the lift.",
        "In this contribution, a planner is presented for halls with doors.",
        "The planner of halls reaches every door, even only with four sampling steps.",
        "We propose the algorithm MapHopper to walk through halls.",
        "Stairs are built as an alternative to lifts.",
    ],
)
def test_a_sentence_that_names_what_it_speaks_of_stands_alone(sentence: str) -> None:
    assert unclear_reference(sentence) is None
    assert is_self_contained(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "While lifts with maps answer short queries, they often fail at these complex queries.",
        "This gap is closed by a planner.",
        "It reaches the goal in most runs.",
        "They suggest that walkers, when in doubt, take the stairs.",
        "We show that it outperforms every planner.",
        "Experiments on nine floors show that it reaches the goal.",
        "Across nine floors, it reaches the goal.",
        "We carefully compare their speed on nine floors.",
        "We study the price of that delay.",
        "To give guarantees on their speed, bounds are derived for every floor.",
        "Recent planners treat them as doors.",
        "On HallwayBench and FloorBench it reaches the goal.",
        "We propose a planner that avoids both costs at once.",
        "We propose the Map of Rooms (MR), a tool for such rooms.",
        "We test the model on nine floors.",
        "The effect holds across nine floors.",
        "We describe the full system and its parts.",
        "Results reveal two failures.",
        "Lifts will not only carry walkers.",
        "We introduce a planner that improves old maps by splitting these signals in time.",
        "The resulting map fits into memory.",
        "The second stage trains a cost.",
        "Our second contribution is a bound on the number of doors.",
        "Such maps are cheap.",
        "Both are slow.",
        "The two planners reach the same goal.",
        "In this setting, lifts are faster than stairs.",
        "The planner is trained on 1,500 floors.",
        "Another planner follows the walls.",
        "We use the aforementioned map to find doors.",
        "Because it is slow, it cannot be used at noon.",
        "Despite its size, our experiments show that planners fail.",
        "Producing it by hand is slow.",
        "This perspective leads to a search.",
        "This work studies a planner that removes that freedom.",
        "That same map supports a search.",
        "This work measures that delay without a clock.",
        "On narrow floors the controller trades speed for safety.",
        "We further quantify the delay and the noise.",
        "Our metric reaches 93.4%.",
        "In the second stage, a cost is trained.",
        "With a new scheme for doors, these methods neglect stairs.",
        "However, planners fail in corridors.",
        "(2) We train a cost on floors.",
        "We make three contributions.",
        "Our planner is trained in two stages.",
        "We introduce a planner with two complementary mechanisms.",
        "The main contributions are as follows.",
        "The pipeline has two stages:",
        "We offer (1) a new map of every hall.",
        "A lookup table, which holds the doors of a hall.",
        "To give guarantees on their speed, interesting bounds are derived for every floor.",
        "On narrow and wide floors the effect is smaller.",
        "The fine-tuned planner beats all others.",
        "Rather than replacing a planner, the proposed layer reads a map of the hall.",
        "We build full examples for the non-monotone results.",
        "One crucial aspect is the choice of a door.",
        "We walk on stairs as an alternative.",
        "We name the stairs of a hall as such a choice.",
        "We identify the narrow stairs of large halls as such a choice.",
    ],
)
def test_a_sentence_that_refers_to_the_text_around_it_does_not(sentence: str) -> None:
    assert not is_self_contained(sentence)


def test_a_general_noun_is_clear_under_a_text_that_names_the_thing() -> None:
    sentence = "The framework has a map, a cost and a search."
    assert not is_self_contained(sentence)
    assert is_self_contained(sentence, "We propose MapHopper, a framework for planning.")
    assert not is_self_contained("This framework has a map.", "We propose MapHopper, a framework for planning.")


@pytest.mark.parametrize(
    ("sentence", "rest"),
    [
        ("However, planners fail in corridors.", "Planners fail in corridors."),
        ("To this end, we propose a map.", "We propose a map."),
        ("To close this gap, we propose a map.", "We propose a map."),
        ("In this paper, we propose a map.", "We propose a map."),
        ("Finally, in this work, we propose a map.", "We propose a map."),
        ("Yet existing planners fail.", "Existing planners fail."),
        ("And to reach a door, we propose a map.", "To reach a door, we propose a map."),
        ("Results: Planners fail in corridors.", "Planners fail in corridors."),
        ("Conclusions Our planner is fast.", "Our planner is fast."),
        ("Specifically, nnU-Net finds the doors.", "nnU-Net finds the doors."),
        ("Based on these findings, we propose a map.", "We propose a map."),
        ("As a first step towards this, we propose a map.", "We propose a map."),
        ("On one hand, we propose a map.", "We propose a map."),
        ("As a remedy, we propose a map.", "We propose a map."),
        ("Since then, lifts have grown.", "Lifts have grown."),
        ("All in all, lifts have grown.", "Lifts have grown."),
        ("In return, lifts have grown.", "Lifts have grown."),
        ("We therefore propose a map.", "We propose a map."),
        ("The planner of halls therefore needs a map.", "The planner of halls needs a map."),
        ("Robots, however, need a map.", "Robots need a map."),
        ("In narrow corridors, however, robots need a map.", "In narrow corridors, robots need a map."),
    ],
)
def test_an_opening_that_adds_nothing_is_dropped(sentence: str, rest: str) -> None:
    assert without_opening(sentence) == rest


@pytest.mark.parametrize(
    "sentence",
    [
        "In this setting, planners fail.",
        "Under these assumptions, the planner is optimal.",
        "If so, planners fail.",
        "Without these maps, planners fail.",
        "To avoid corridors only in this case, we propose a map.",
        "By contrast, stairs are faster.",
        "On six floors, planners fail.",
        "Still images show no walkers.",
        "First results show no walkers.",
        "To reach a goal, walkers need a map.",
        "Finally, yes.",
        "We then train a cost.",
        "Lifts are slow and therefore cheap.",
        "Maps have been crucial for planners, however, their cost limits them.",
        "Robots fail, however fast they are.",
    ],
)
def test_a_condition_a_contrast_or_a_part_of_the_statement_stays(sentence: str) -> None:
    assert without_opening(sentence) == sentence


@given(st.text(max_size=120) | st.text(alphabet="However, TothisendwetheyIn():12.", max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_looked_at_and_what_remains_is_its_end(text: str) -> None:
    rest = without_opening(text)
    assert text.lower().endswith(rest.lower()) or rest[1:] == text[-len(rest) + 1 :]
    is_self_contained(text)
    is_self_contained(text, text)
