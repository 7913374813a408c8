"""Canaries are four false and four true statements, whatever the batch, and tell what a judge is worth."""

from __future__ import annotations

import re

import pytest

from bot.summaries.canaries import EACH, OWN_TEXT, Canary, canaries_for
from bot.summaries.judge_answers import parse_answers
from bot.summaries.judge_questions import blocks_for, judge_prompts, verdicts_from
from bot.summaries.sentences import split
from bot.summaries.source_text import SourceSentence
from bot.summaries.statements import PaperStatements, Statement, Verdict
from tests.fakes import judges
from tests.fakes.brains import Brain
from tests.summaries.conftest import ABSTRACT


def sentences_of(text: str) -> tuple[SourceSentence, ...]:
    return tuple(SourceSentence(str(number), sentence) for number, sentence in enumerate(split(text), 1))


def a_paper(text: str = ABSTRACT, paper_id: str = "2606.00042", said: str | None = None) -> PaperStatements:
    """One statement for each sentence of an abstract: the sentence itself, or `said`."""
    found = sentences_of(text)
    statements = [
        Statement(f"claim {sentence.id}", said or sentence.text, (sentence,), found[max(index - 1, 0) : index + 2])
        for index, sentence in enumerate(found)
    ]
    return PaperStatements(paper_id, tuple(statements))


def false_ones(*papers: PaperStatements) -> list[Canary]:
    return [canary for canary in canaries_for(papers) if not canary.is_true and canary.paper_id != OWN_TEXT]


@pytest.mark.parametrize("text", ["We try it.", ABSTRACT, "We prove $a<b$ for all $n$. Is it so? See https://x.org."])
@pytest.mark.parametrize("count", [0, 1, 8])
def test_there_are_always_four_of_each_kind(text: str, count: int) -> None:
    made = canaries_for([a_paper(text, f"2606.0000{number}") for number in range(count)])
    assert [sum(canary.is_true is is_true for canary in made) for is_true in (True, False)] == [EACH, EACH]
    keys = [(canary.paper_id, canary.statement.key) for canary in made]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("sentence", "false"),
    [
        ("MapHopper clearly outperforms all planners on maps.", "MapHopper is clearly outperformed by all planners on"),
        ("Their new planners outperform humans on long maps.", "Their new planners are outperformed by humans on long"),
        ("The cost reduces the memory that a planner takes.", "The cost increases the memory that a planner takes."),
        ("We propose a planner that stitches partial views.", "The authors do not propose a planner that stitches"),
        ("This paper presents a planner of partial views.", "This paper does not present a planner"),
        (
            "The graph is a useful map of all of the corridors.",
            "The graph is not a useful map of all of the corridors.",
        ),
        ("The planner does not need a full view of the map.", "The planner does need a full view of the map."),
        ("The error falls by 40% on all of the long maps.", "The error falls by 68% on all of the long maps."),
    ],
)
def test_a_false_canary_says_the_opposite_of_its_sentence(sentence: str, false: str) -> None:
    made = false_ones(a_paper(sentence, said="Something else."))
    assert next(canary.statement.text for canary in made).startswith(false)


@pytest.mark.parametrize(
    "sentence",
    [
        "It is not only fast but small, and easy to run.",
        "We ask whether the graph is larger than the map.",
        "A lower bound or so holds for all of these maps.",
        "The search ends when a wall exceeds the corridor.",
    ],
)
def test_no_canary_is_made_where_the_opposite_is_not_certain(sentence: str) -> None:
    assert false_ones(a_paper(sentence, said="Something else.")) == []


def test_one_canary_is_a_statement_of_the_model_with_another_number() -> None:
    said = "MapHopper alcanza la meta en el 93,4 % de los casos."
    found = sentences_of(ABSTRACT)
    paper = PaperStatements("2606.00042", (Statement("headline", said, (found[4],), found[3:6], ("a number",)),))
    [canary] = [canary for canary in false_ones(paper) if "alcanza" in canary.statement.text]
    assert re.fullmatch(r"MapHopper alcanza la meta en el (?!93,4)\d+,\d % de los casos\.", canary.statement.text)
    assert canary.statement.suspicions == ()


@pytest.mark.parametrize(
    ("sentence", "true"),
    [
        ("In this paper, we propose a planner of partial views.", "The authors propose a planner of partial views."),
        ("However, our planner still needs a map of the floor.", "Their planner still needs a map of the floor."),
        ("The planner reads 12 views, achieving the goal in time.", "The planner reads 12 views."),
    ],
)
def test_a_true_canary_repeats_its_sentence(sentence: str, true: str) -> None:
    made = canaries_for([a_paper(sentence)])
    assert [c.statement.text for c in made if c.is_true and c.paper_id != OWN_TEXT] == [true]


# ── what judges are worth ─────────────────────────────────────────────────────────────────────────────────────────


def verdicts(brain: Brain, paper: PaperStatements) -> list[Verdict]:
    """The verdicts of one request; unsupported ones if the judge is not believed."""
    blocks = blocks_for([paper])
    found = verdicts_from(blocks, parse_answers(brain(*judge_prompts(blocks))))
    return list(found.values()) if found is not None else [Verdict(False)] * len(paper.statements)


def share_supported(brain: Brain, papers: list[PaperStatements]) -> float:
    found = [verdict.is_supported for paper in papers for verdict in verdicts(brain, paper)]
    return sum(found) / len(found)


def many(count: int, said: str | None = None) -> list[PaperStatements]:
    return [a_paper(paper_id=f"2606.{number:05}", said=said) for number in range(count)]


FALSE = "MapHopper walks through walls."


def test_of_a_judge_that_errs_in_one_of_ten_answers_few_false_statements_pass() -> None:
    passed = share_supported(judges.erring(0.1, seed=1), many(1500, FALSE))
    assert 0.02 < passed <= 0.05


def test_of_a_judge_that_errs_fewer_statements_pass_that_the_rules_doubt() -> None:
    doubted = [
        PaperStatements(
            paper.paper_id,
            tuple(Statement(s.key, s.text, s.named, s.context, ("it has a number",)) for s in paper.statements),
        )
        for paper in many(500, FALSE)
    ]
    assert share_supported(judges.erring(0.1, seed=1), doubted) <= 0.01


@pytest.mark.parametrize(
    "brain", [judges.yes_to_all, judges.no_to_all, judges.erring(0.5, seed=1), judges.swapping, judges.contradicting]
)
def test_of_a_judge_that_does_not_read_nothing_passes(brain: Brain) -> None:
    assert share_supported(brain, many(100, FALSE)) < 0.01


def test_an_honest_judge_supports_every_true_statement_and_no_false_one() -> None:
    assert share_supported(judges.honest, many(20)) == 1
    assert share_supported(judges.honest, many(20, FALSE)) == 0


def test_statements_that_a_judge_leaves_out_are_not_supported() -> None:
    asked = many(300)
    supported = share_supported(judges.forgetful(0.03, seed=1), asked)
    assert 0.6 < supported < 0.9  # most requests have all canaries answered, and a few statements left out
