"""The reasons for a paper's place, from what speaks for it."""

from __future__ import annotations

from bot.arxiv.acceptance import Acceptance
from bot.decisions.ranking import Evidence, explain
from bot.decisions.ranking.explanations import MOST_REASONS
from bot.model import Reason, ReasonKind


def kinds(evidence: Evidence) -> list[ReasonKind]:
    return [reason.kind for reason in explain(evidence)]


def test_what_a_paper_is_about_comes_before_whose_taste_it_is_and_its_rank() -> None:
    evidence = Evidence(terms=("talking head",), liked=2, accepted=Acceptance("ICML 2026"), has_code=True)
    assert explain(evidence) == (
        Reason(ReasonKind.TERMS, "talking head"),
        Reason(ReasonKind.LIKED, count=2),
        Reason(ReasonKind.ACCEPTED, "ICML 2026"),
        Reason(ReasonKind.CODE),
    )


def test_a_category_is_named_only_where_no_words_and_no_interest_are() -> None:
    assert kinds(Evidence(categories=("cs.CL",))) == [ReasonKind.TERMS]
    assert explain(Evidence(categories=("cs.CL",), terms=("qubit",))) == (Reason(ReasonKind.TERMS, "qubit"),)
    assert kinds(Evidence(categories=("cs.CL",), interest=("lip sync",))) == [ReasonKind.INTEREST]


def test_liked_papers_say_more_than_liked_words() -> None:
    assert kinds(Evidence(liked=1, learned=("qubit",))) == [ReasonKind.LIKED]
    assert kinds(Evidence(learned=("qubit",))) == [ReasonKind.LEARNED]


def test_a_guess_is_marked_first_and_claims_nothing_of_the_chats_taste() -> None:
    assert kinds(Evidence(is_guess=True, learned=("qubit",), terms=("noise",))) == [
        ReasonKind.GUESS,
        ReasonKind.TERMS,
    ]


def test_a_workshop_is_named_as_one_and_an_honour_stands_before_its_venue() -> None:
    assert explain(Evidence(accepted=Acceptance("CVPR 2026", "oral", is_workshop=True))) == (
        Reason(ReasonKind.AWARD, "oral"),
        Reason(ReasonKind.ACCEPTED, "CVPR 2026 workshop"),
    )


def test_there_are_few_reasons_with_few_words() -> None:
    everything = Evidence(
        terms=("a", "b", "c", "d"),
        liked=1,
        author="Ann Lee",
        accepted=Acceptance("ICML 2026", "oral"),
        has_code=True,
        chats=4,
    )
    assert len(explain(everything)) == MOST_REASONS
    assert explain(everything)[0] == Reason(ReasonKind.TERMS, "a, b, c")


def test_nothing_known_gives_no_reason() -> None:
    assert explain(Evidence()) == ()
