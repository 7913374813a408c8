"""What is offered in place of a topic that brings too much or nothing."""

from __future__ import annotations

from datetime import date

import pytest

from bot import topics
from bot.decisions.backtests import Findings, backtest
from bot.decisions.refinements import TOO_MANY_A_DAY, refinements
from bot.model import Announced, Refinement, RefinementKind
from tests.fakes.arxiv import made_up

DAY = date(2026, 6, 2)


def entry(number: int, *categories: str, title: str = "A title", abstract: str = "An abstract.") -> Announced:
    return made_up(f"2606.{number:05}", DAY, categories=categories or ("cs.CV",), title=title, abstract=abstract)


def offered(query: str, found: Findings) -> list[Refinement]:
    """What is offered instead; everything that is can be followed."""
    query = topics.parse(query).query
    made = [*refinements(backtest(query, found, list(found.days)), found)]
    assert all(topics.parse(each.query).query == each.query for each in made)
    return made


def finding(matched: list[Announced], near: list[Announced] | None = None, titles: list[str] | None = None) -> Findings:
    found = Findings(titles=titles or [])
    found.add_day(DAY, matched)
    found.add_papers(
        [(0.5, n, each) for n, each in enumerate(matched)], [(0.5, n, each) for n, each in enumerate(near or [])]
    )
    return found


def test_a_broad_topic_is_offered_in_the_category_of_most_of_its_papers() -> None:
    papers = [entry(n, "cs.LG", "cs.CV") if n % 3 else entry(n, "cs.LG") for n in range(3 * TOO_MANY_A_DAY)]
    found = finding(papers)
    assert offered("diffusion", found) == [
        Refinement(RefinementKind.CATEGORY, "diffusion AND cat:cs.CV", "cs.CV", 2 * TOO_MANY_A_DAY)
    ]
    assert offered("diffusion cs.CV", found) == []
    assert [each.query for each in offered("diffusion about: talking heads", found)] == [
        "diffusion AND cat:cs.CV about: talking heads"
    ]


def test_a_broad_category_is_left_to_a_sentence() -> None:
    assert offered("cs.LG", finding([entry(n, "cs.LG", "cs.CV") for n in range(2 * TOO_MANY_A_DAY)])) == []


@pytest.mark.parametrize("count", [1, TOO_MANY_A_DAY])
def test_a_topic_that_fits_gets_no_offer(count: int) -> None:
    assert offered("diffusion", finding([entry(n) for n in range(count)])) == []


def test_without_a_listing_nothing_is_offered() -> None:
    assert offered("diffusion", Findings()) == []


@pytest.mark.parametrize(
    ("query", "unseen", "corrected"),
    [
        ("gaussian splating", "splating", "gaussian AND splatting"),
        ('"gaussian splating" cs.CV', "splating", '"gaussian splatting" AND cat:cs.CV'),
        ("about: fast gaussian splating of scenes", "splating", "about: fast gaussian splatting of scenes"),
        ("cs.CL about: Splating, for scenes", "splating", "cat:cs.CL about: splatting, for scenes"),
    ],
)
def test_a_word_that_no_paper_has_is_corrected_by_the_titles(query: str, unseen: str, corrected: str) -> None:
    found = finding([], titles=["Gaussian Splatting of scenes", "Splitting hairs", "Splatting again"])
    found.unseen = [unseen]
    assert offered(query, found)[0] == Refinement(RefinementKind.SPELLING, corrected, "splatting")


def test_a_word_that_is_like_no_other_is_not_corrected() -> None:
    found = finding([], titles=["Gaussian splatting"])
    found.unseen = ["xylophone", "gan"]
    assert offered("xylophone gan", found) == []


def test_words_that_bring_nothing_are_offered_as_an_interest_if_that_brings_something() -> None:
    found = finding([])
    found.about = 7
    assert offered('"portraits that talk"', found) == [
        Refinement(RefinementKind.INTEREST, "about: portrait that talk", count=7)
    ]
    found.about = 0
    assert offered('"portraits that talk"', found) == []


@pytest.mark.parametrize(
    ("asked", "text", "detail", "query"),
    [
        ("LLM", "Large language models (LLMs) talk.", "large language model", '"large language model" OR llm'),
        ('"large language model"', "We use a Large Language Model (LLM).", "LLM", '"large language model" OR llm'),
    ],
)
def test_a_short_form_is_offered_with_the_long_one_and_the_other_way_round(
    asked: str, text: str, detail: str, query: str
) -> None:
    found = finding([], [entry(1, abstract=text), entry(2, abstract="Loud and large machines (LAM).")])
    assert offered(asked, found) == [Refinement(RefinementKind.WORDING, query, detail)]


def test_words_that_most_close_papers_have_in_their_titles_are_offered() -> None:
    near = [entry(n, title=f"Talking head number {n}") for n in range(4)]
    assert offered('"speaking portrait"', finding([], near)) == [
        Refinement(RefinementKind.WORDING, '"speaking portrait" OR "talking head"', "talking head")
    ]
    assert offered('"speaking portrait"', finding([], near[:2])) == []


def test_an_interest_that_names_categories_is_offered_without_them() -> None:
    assert offered("about: talking heads, in math.NA; not faces", finding([])) == [
        Refinement(RefinementKind.EVERYWHERE, "about: talking heads; not faces", "math.NA")
    ]
    assert offered("about: talking heads; not faces", finding([])) == []
