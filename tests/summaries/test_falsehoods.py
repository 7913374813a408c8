"""Statements that the benchmark makes by rule: each kind turns one thing, and true ones keep the meaning."""

from __future__ import annotations

import random

import pytest

from benchmarks.faithfulness.counting import is_the_papers
from benchmarks.faithfulness.falsehoods import FALSE, made_trials
from benchmarks.faithfulness.paraphrases import TRUE
from tests.summaries.conftest import a_paper


@pytest.mark.parametrize(
    ("kind", "sentence", "changed"),
    [
        ("verb flipped", "It improves recall on MapBench.", "It worsens recall on MapBench."),
        ("not dropped", "It does not need labels.", "It does need labels."),
        ("not dropped", "It works without labels.", "It works with labels."),
        ("not added", "The planner is trained on floors.", "The planner is not trained on floors."),
        ("numbers swapped", "Recall is 81% on A and it is 64% on B.", "Recall is 64% on A and it is 81% on B."),
        ("numbers swapped", "Recall rises from 64% to 81%.", "Recall rises from 81% to 64%."),
        ("sides swapped", "Here MapHopper runs faster than RouteNet.", "Here RouteNet runs faster than MapHopper."),
        ("sides swapped", "Our method outperforms existing baselines.", "Existing baselines outperform our method."),
        ("scope word widened", "It helps in many cases.", "It helps in all cases."),
        ("hedge dropped", "This suggests that maps help.", "This proves beyond doubt that maps help."),
    ],
)
def test_a_false_statement_has_one_thing_turned(kind: str, sentence: str, changed: str) -> None:
    found = FALSE[kind](sentence, random.Random(1))
    assert found is not None
    assert found.lower() == changed.lower()


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("numbers swapped", "It was tried on 3, 5 and 7 floors."),
        ("numbers swapped", "It is 26 to 72 times faster."),
        ("numbers swapped", "Values lie between 3 and 5."),
        ("numbers swapped", "GPT-4 and Llama-3 are compared."),
        ("not added", "It is not trained."),
        ("not dropped", "It runs with or without labels."),
        ("hedge dropped", "We show the potential of maps."),
    ],
)
def test_a_change_that_would_not_make_a_sentence_false_is_not_made(kind: str, sentence: str) -> None:
    assert FALSE[kind](sentence, random.Random(1)) is None


@pytest.mark.parametrize(
    ("kind", "sentence", "changed"),
    [
        (
            "opening dropped",
            "However, robots with small cameras see little at once.",
            "Robots with small cameras see little at once.",
        ),
        ("other words", "The planner outperforms RouteNet.", "The planner performs better than RouteNet."),
        (
            "other form of a number",
            "It needs 12% of three floors.",
            "It needs 12 percent of three floors.",
        ),
        (
            "brackets dropped",
            "A planner (MapHopper) searches the graph with a learned cost.",
            "A planner searches the graph with a learned cost.",
        ),
        ("told of the authors", "We test our planner.", "The authors test their planner."),
    ],
)
def test_a_true_statement_says_the_same_in_other_words(kind: str, sentence: str, changed: str) -> None:
    assert TRUE[kind](sentence, random.Random(1)) == changed


def test_the_statements_of_a_card_are_from_different_sentences_and_the_same_each_time() -> None:
    (trial,) = made_trials([a_paper()])
    quotes = [posed.quote for posed in trial.statements]
    assert len(set(quotes)) == len(quotes) >= 4
    assert {posed.is_true for posed in trial.statements} == {True, False}
    assert made_trials([a_paper()]) == [trial]


@pytest.mark.parametrize(
    ("text", "is_own"),
    [
        ("Kites fly in every wind.", True),
        ("Kites fly.", True),
        ("Kites fly in strong wind.", False),
        ("The string does break.", False),
        ("wind every in fly Kites", False),
    ],
)
def test_a_shortened_sentence_counts_as_the_papers_only_with_its_words_in_order(text: str, is_own: bool) -> None:
    source = "Kites, however, fly in every wind. The string does not break."
    assert is_the_papers(text, source) is is_own
