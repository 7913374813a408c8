"""What is counted and shown of a topic that is tested on past days, and which papers are worth reading for it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.decisions import backtests
from bot.decisions.backtests import Findings, Overlap, backtest, interest_of, text_of
from bot.model import Announced, Paper
from tests.fakes.arxiv import made_up

MONDAY = date(2026, 6, 1)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


def paper(title: str, abstract: str = "") -> Paper:
    return Paper("2606.00001", 1, title, (), abstract, ("cs.CV",))


def entry(number: int, day: date = MONDAY, categories: tuple[str, ...] = ("cs.CV",)) -> Announced:
    return made_up(f"2606.{number:05}", day, categories=categories)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ('"talking head" AND cat:cs.CV', "talking head"),
        ("gan AND NOT survey", "gan"),
        ("au:lee AND diffus*", "diffus"),
        ("cat:cs.CV", ""),
        ("about: talking heads; not faces, in cs.CV", "talking heads"),
        ("cat:cs.CV about: lip sync", "lip sync"),
    ],
)
def test_a_topic_is_about_its_words(query: str, text: str) -> None:
    assert text_of(query) == text
    assert interest_of(query) == (f"about: {text}" if text else None)


def test_papers_that_share_rare_words_come_first_and_titles_count_more() -> None:
    models = [paper("A model", "of something") for _ in range(5)]
    papers = [*models, paper("A model", "of lips"), paper("Lips", "of a model"), paper("Nothing"), paper("Lips, heads")]
    assert Overlap("a model of heads and lips").best_first(papers) == [8, 6, 5, 0, 1, 2, 3, 4]


def test_words_that_no_paper_has_are_known_over_all_days() -> None:
    overlap = Overlap("lips heads studies")
    overlap.best_first([paper("Lips")])
    assert overlap.unseen == ["head", "study"]
    overlap.best_first([paper("A head study")])
    assert overlap.unseen == []


def test_a_paper_counts_on_its_first_day() -> None:
    found = Findings()
    found.add_day(WEDNESDAY, [entry(1, WEDNESDAY), entry(2, WEDNESDAY)])
    found.add_day(TUESDAY, [entry(1, TUESDAY)])
    found.add_day(MONDAY, [])
    tested = backtest("q", found, [TUESDAY, WEDNESDAY])
    assert tested.days == ((TUESDAY, 1), (WEDNESDAY, 1))
    assert tested.earlier == ((MONDAY, 0),)
    assert (found.count, tested.count, tested.a_day, tested.last_match) == (2, 2, 1.0, WEDNESDAY)
    assert found.categories == {"cs.CV": 2}


def test_what_is_brought_on_another_day_is_not_left_out() -> None:
    found = Findings()
    found.add_day(TUESDAY, [])
    found.add_papers([], [(0.4, 1, entry(1)), (0.3, 2, entry(2)), (0.2, 3, entry(3)), (0.1, 4, entry(4))])
    assert [each.id for each in backtest("q", found, [TUESDAY]).left_out] == ["2606.00001", "2606.00002"]
    found.add_day(MONDAY, [entry(1)])
    found.add_papers([], [])
    assert [each.id for each in backtest("q", found, [TUESDAY]).left_out] == ["2606.00002", "2606.00003"]


def test_the_best_are_kept_once_each_and_not_endlessly() -> None:
    found = Findings()
    found.add_papers([(0.5, 1, entry(1)), (0.9, 2, entry(1)), *((0.1, n, entry(n)) for n in range(3, 99))], [])
    assert [seq for _, seq, _ in found.best[:1]] == [2]
    assert len(found.best) == backtests.MOST_KEPT
