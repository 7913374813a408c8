"""Which announced papers match which topics, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot import topics as topic_language
from bot.decisions import matches
from bot.model import Announced, Kind, TopicState
from tests.fakes.arxiv import made_up

DAY = date(2026, 6, 2)
VISION, THEORY = TopicState(1, "cat:cs.CV", 0), TopicState(2, "cat:math.CO", 5)


def matched(announced: Sequence[tuple[int, Announced]], states: Sequence[TopicState]) -> dict[int, tuple[int, ...]]:
    work = matches.Matching(states)
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
    assert matches.candidates_of(topic_language.parse("cs.CV"), [replaced]) == []


def test_a_match_gives_the_words_of_the_paper_and_none_if_it_matches_no_longer() -> None:
    entry = made_up("2606.00001", DAY, categories=("cs.CV",), title="Talking heads")
    assert matches.match_of('"talking head" AND cat:cs.CV', entry.paper).because == ("Talking heads", "cs.CV")
    assert matches.match_of('"talking head" AND cat:cs.CL', entry.paper).because == ()
    assert matches.match_of("no topic (", entry.paper).because == ()


def test_a_paper_announced_twice_is_one_candidate() -> None:
    first = made_up("2606.00001", DAY, categories=("cs.CV",))
    cross = made_up("2606.00001", date(2026, 6, 3), kind=Kind.CROSS, categories=("cs.CV", "stat.ML"))
    found = matches.candidates_of(topic_language.parse("cs.CV"), [first, cross])
    assert [candidate.announced for candidate in found] == [first]
