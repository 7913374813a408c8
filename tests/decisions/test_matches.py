"""Which announced papers match which topics, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.decisions import matches
from bot.decisions.matches import MOST_CLOSE, Matching, newly_close
from bot.model import Announced, Kind, TopicState
from tests.fakes.arxiv import made_up

DAY = date(2026, 6, 2)
VISION, THEORY = TopicState(1, "cat:cs.CV", 0), TopicState(2, "cat:math.CO", 5)


def matched(announced: Sequence[tuple[int, Announced]], states: Sequence[TopicState]) -> dict[int, tuple[int, ...]]:
    work = Matching(states)
    work.read(announced)
    return work.found(states)


def test_a_stored_topic_that_no_longer_parses_does_not_stop_the_others() -> None:
    broken = TopicState(3, "no topic (", 0)
    assert matched([(1, made_up("2606.00001", DAY, categories=("cs.CV",)))], [VISION, broken]) == {1: (1,)}


def test_an_announcement_meets_only_the_topics_that_were_not_matched_against_it() -> None:
    states = [VISION, THEORY]
    paper = made_up("2606.00001", DAY, categories=("cs.CV", "math.CO"))
    later = made_up("2606.00002", DAY, categories=("cs.CV", "math.CO"))
    assert matched([(5, paper), (6, later)], states) == {1: (5, 6), 2: (6,)}
    assert matches.topics_behind(states, 5) == [VISION]


def test_a_replacement_matches_nothing() -> None:
    replaced = made_up("2606.00001", DAY, kind=Kind.REPLACE, version=2, categories=("cs.CV",))
    paper = made_up("2606.00002", DAY, categories=("cs.CV",))
    assert matched([(1, replaced), (2, paper)], [VISION]) == {1: (2,)}


def test_a_match_gives_the_words_of_the_paper_and_none_if_it_matches_no_longer() -> None:
    entry = made_up("2606.00001", DAY, categories=("cs.CV",), title="Talking heads")
    assert matches.match_of('"talking head" AND cat:cs.CV', entry.paper).because == ("Talking heads", "cs.CV")
    assert matches.match_of('"talking head" AND cat:cs.CL', entry.paper).because == ()
    assert matches.match_of("no topic (", entry.paper).because == ()


def test_an_interest_looks_at_the_papers_of_a_day_in_its_categories_that_it_was_not_matched_with() -> None:
    entries = [
        (1, made_up("2606.00001", DAY, categories=("cs.CV",))),
        (2, made_up("2606.00002", DAY, categories=("cs.CL",))),
        (3, made_up("2606.00003", DAY, categories=("cs.CV",), kind=Kind.REPLACE, version=2)),
        (4, made_up("2606.00004", date(2026, 6, 3), categories=("eess.IV", "cs.CV"))),
        (5, made_up("2606.00005", DAY, categories=("cs.CV", "cs.RO"))),
    ]
    everywhere = TopicState(1, "about: talking heads", 0)
    later = TopicState(2, "about: talking heads", 1)
    vision = TopicState(3, "about: talking heads in cs.CV; not cs.RO", 0)
    states = [everywhere, later, vision, TopicState(4, "cat:cs.CL about: talking heads", 0)]
    work = Matching(states)
    work.read(entries)
    assert work.days == [DAY, date(2026, 6, 3)]
    assert work.in_scope(everywhere, DAY) == (1, 2, 5)
    assert work.in_scope(later, DAY) == (2, 5)
    assert work.in_scope(vision, DAY) == (1,)
    assert work.in_scope(vision, date(2026, 6, 3)) == (4,)
    assert work.found(states) == {4: (2,)}


def test_an_interest_brings_a_limited_number_of_papers_a_day_however_late_some_are() -> None:
    best_first = [*range(40, 0, -1)]
    assert newly_close(best_first, ()) == tuple(range(11, 41))
    assert newly_close(best_first, {40, 39, 100}) == tuple(range(12, 39))
    assert newly_close(best_first, range(MOST_CLOSE + 3)) == ()
    assert newly_close([7, 3], {3}) == (7,)
