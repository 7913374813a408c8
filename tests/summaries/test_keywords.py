"""Keywords are terms: whole noun phrases that are frequent here and rare elsewhere."""

from __future__ import annotations

import pytest

from bot.summaries.keywords import keywords
from bot.summaries.term_counts import TermCounts, bundled, count, to_json

ABSTRACT = (
    "Lifts in tall houses wait at noon. We study lift scheduling with reinforcement learning (RL) and door sensors. "
    "Our RL agent outperforms larger ones, and its lift scheduling matches the optimal plan. "
    "We release DoorBench, a set of 40 houses, and \\textbf{waiting queues} of $n$ walkers in 2D."
)


def test_terms_are_whole_phrases_and_come_first_if_the_text_comes_back_to_them() -> None:
    found = keywords("Lift Scheduling at Noon", ABSTRACT, limit=8)
    assert found[0] == "lift scheduling"
    assert "reinforcement learning" in found
    assert "DoorBench" in found
    assert "waiting queues" not in found
    assert "waiting queues" in keywords("Lift Scheduling at Noon", f"{ABSTRACT} The waiting queues are long.")


def test_what_is_said_once_in_passing_fills_a_card_only_if_it_has_hardly_any_keywords() -> None:
    text = "We study lift scheduling with spin glasses. Lift scheduling with spin glasses is an eventual purchase."
    assert "eventual purchase" in keywords("Lift scheduling", text)
    text += " DoorBench tests DoorBench. Lift plans gain from lift plans."
    assert "eventual purchase" not in keywords("Lift scheduling with DoorBench", text)


def test_the_beginning_of_a_term_a_genitive_and_two_sentences_in_one_are_no_keywords() -> None:
    text = "We train large language models on large language models.We fill the lift's. Lifts wait."
    found = keywords("Don't Wait for Lifts", text)
    assert "language models" in found
    assert not {"large language", "don't wait", "lift's"} & set(found)
    assert not any("." in term for term in found)


def test_a_term_that_ends_the_title_and_begins_the_abstract_is_counted_twice() -> None:
    found = keywords("Doors of Large Language Models", "Large language models (LLMs) wait. LLMs wait at doors.")
    assert "large language" not in found


def test_an_abbreviation_and_its_term_are_one_keyword() -> None:
    found = keywords("Lift Scheduling at Noon", ABSTRACT)
    assert not {"RL", "RL agent"} & set(found)
    assert "degrees of freedom" in keywords("Arms", "We count the degrees of freedom (DoF) of arms. The DoF grow.")


def test_remains_of_formulas_comparatives_and_verbs_are_no_keywords() -> None:
    found = " | ".join(keywords("Lift Scheduling at Noon", ABSTRACT))
    for clipping in ("larger", "2D", "textbf", "matches", "ones", "release"):
        assert clipping not in found


@pytest.mark.parametrize(
    ("abstract", "term"),
    [
        ("We use a Markov chain and a Monte Carlo method. The Markov chain mixes.", "Markov chain"),
        ("Sparse ising solvers and spin glasses. Spin glasses are hard for sparse ising solvers.", "spin glasses"),
    ],
)
def test_names_keep_their_capitals_and_nouns_their_number(abstract: str, term: str) -> None:
    assert term in keywords("On chains", abstract)


def test_what_every_paper_of_the_background_has_is_no_keyword_of_one() -> None:
    texts = [
        f"Paper {number}\n\nWe follow spin glasses on the lattice. The spin glasses are cold." for number in range(40)
    ]
    everywhere = count([*texts, "Doors\n\nThe door sensors of lifts are old."])
    abstract = "The spin glasses of door sensors are cold. Spin glasses and door sensors break."
    assert keywords("Repairs", abstract, 1, everywhere) == ("door sensors",)


def test_the_kinds_of_words_are_learned_from_their_use() -> None:
    counts = count(["We frobnicate the map. They frobnicate a door. A zorbic plan, zorbic maps and zorbic doors."] * 6)
    assert "frobnicate" in counts.verbs
    assert "zorbic" not in counts.verbs


def test_a_term_that_nobody_uses_is_rarest() -> None:
    counts = TermCounts(100, {"map": 100, "door": 10}, {"door map": 1}, frozenset(), frozenset())
    assert counts.rarity("map") == 0
    assert 0 < counts.rarity("door") < counts.rarity("door map") < counts.rarity("hall map") <= 1


def test_the_bundled_counts_are_small_and_read_as_they_were_written() -> None:
    counts = bundled()
    assert counts.papers > 3000
    assert counts.words["model"] > counts.words["image"]
    assert len(to_json(counts).encode()) < 100_000
