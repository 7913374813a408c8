"""A sentence of a full text loses what points outside it, and no word of its statement; broken text is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.sentence_cleaning import cleaned, is_damaged


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("Lifts are slow [3, 7] at noon [12].", "Lifts are slow at noon."),
        ("Lifts are slow (Kim et al., 2020; Lee and Park, 2019a) at noon.", "Lifts are slow at noon."),
        ("Kim et al. (2020) ride lifts at noon.", "Kim et al. (2020) ride lifts at noon."),
        ("Delays are long in tall houses Kim, Lee and Wu (2014); Park (2023).", "Delays are long in tall houses."),
        ("Our planner is fast (see Table 2).", "Our planner is fast."),
        ("Our planner (the large one in Table 2) is fast.", "Our planner is fast."),
        ("Our planner is fast (47x less memory).", "Our planner is fast (47x less memory)."),
        ("As shown in Table 2, our planner is fast.", "Our planner is fast."),
        ("As can be seen, our planner is fast.", "Our planner is fast."),
        ("In Section 3.2, we estimate the delay to 2 s.", "We estimate the delay to 2 s."),
        ("The planner waits at each door, as illustrated in Figure 5.", "The planner waits at each door."),
        ("• We propose a planner for small robots.", "We propose a planner for small robots."),
        ("2) We propose a planner for small robots.", "We propose a planner for small robots."),
        ("Planner: The planner searches one graph.", "The planner searches one graph."),
        ("Reward Design We train the cost on floors.", "We train the cost on floors."),
        ("Lift Agents Lift Agents plan rides on their own.", "Lift Agents plan rides on their own."),
        ("These results show that lifts wait longer at noon.", "Lifts wait longer at noon."),
        ("To our knowledge, however, no planner does so.", "To our knowledge, no planner does so."),
        ("Crowded lifts remain a challenge, however.", "Crowded lifts remain a challenge."),
        ("Lifts wait in houses (smith2017lifts; wu2019waiting) at noon.", "Lifts wait in houses at noon."),
        ("nnU-Net reads a map of the floor.", "nnU-Net reads a map of the floor."),
    ],
)
def test_only_what_points_outside_the_sentence_is_cut(sentence: str, shown: str) -> None:
    assert cleaned(sentence) == shown


@pytest.mark.parametrize(
    "sentence",
    [
        "These results suggest that lifts wait longer at noon.",
        "Our planner is similar to [30] and to a map of doors.",
        "Planners such as [2, 9] search one graph of all the floors.",
    ],
)
def test_a_hedge_and_a_citation_that_is_a_noun_stay(sentence: str) -> None:
    assert cleaned(sentence) == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "We normal-ized the delays of all the lifts in the tall houses.",
        "We compute the delay of a lift as QK^T and use it at every floor.",
        "The cache stores past values at position i of the queue for each lift.",
        "On the development set we use the base 6 512 2048 8 64 64 0.1 for all lifts.",
        "We ride lifts in all tall houses of the town.2 Training All rides are random.",
        "Papers of this field are collected from LIFT 2023 1, RIDE 2023 2, and WAIT 2024.",
        "Our planner is similar to [30] and to a map of doors in tall houses.",
        "Our planner is fast in the houses (of the town and the village around it.",
        "The release comes with a reference implementation for doors and windows 2.",
        "Residual paths in planners",
        "and the lift waits for a walker at every second floor of the house.",
        "We find the charm of lifts Kim, Lee, Wu and Park (2014) in tall houses of old towns.",
    ],
)
def test_broken_text_is_found(sentence: str) -> None:
    assert is_damaged(cleaned(sentence))


@pytest.mark.parametrize(
    "sentence",
    [
        "We employ N = 6 identical layers, and every one of them reads the map.",
        "Lifts wait longer at noon than at night (p < 0.001) in all tall houses.",
        "The planner is trained on 1,500 floors with a batch size of 8 for 40 hours.",
        "Vitamins and stairs keep walkers fit: (a) stairs by day and (b) vitamins by night.",
    ],
)
def test_plain_prose_with_numbers_is_not_broken(sentence: str) -> None:
    assert not is_damaged(cleaned(sentence))


def test_a_name_with_an_underscore_is_no_formula() -> None:
    sentence = "We train map_hopper on 1,500 floors of tall houses in the old town."
    assert is_damaged(sentence)
    assert not is_damaged(sentence, ("map_hopper",))


@given(st.text(max_size=300))
def test_any_text_is_cleaned(text: str) -> None:
    assert isinstance(cleaned(text), str)
    is_damaged(cleaned(text))
