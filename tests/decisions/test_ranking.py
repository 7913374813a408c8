"""Ranking: which papers of a chat come first, and that no topic displaces another."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.ranking import rank
from bot.model import Announced, Announcement, Candidate, Kind, Match, Paper

TODAY = date(2026, 6, 2)
NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)


def candidate(
    ident: str,
    *topics: str,
    title: str = "",
    because: str = "word",
    kind: Kind = Kind.NEW,
    day: date = TODAY,
    hour: int = 0,
) -> Candidate:
    published = datetime(2026, 6, 1, hour, tzinfo=UTC)
    paper = Paper(ident, 1, title, (), "a word", ("cs.CV",), published=published)
    matches = tuple(Match(topic, (because,)) for topic in topics or ("t",))
    return Candidate(Announced(paper, Announcement(ident, 1, day, kind)), matches)


def order(*candidates: Candidate, size: int = 10) -> list[str]:
    ranked = rank(candidates, size, NOW)
    return [each.announced.paper.id for each in (*ranked.shown, *ranked.also)]


def test_a_paper_of_more_topics_comes_first() -> None:
    assert order(candidate("1", "a"), candidate("2", "a", "b")) == ["2", "1"]


def test_a_match_in_the_title_comes_before_one_in_the_abstract() -> None:
    assert order(candidate("1"), candidate("2", title="One word here")) == ["2", "1"]


def test_a_part_of_a_title_word_is_no_match_in_the_title() -> None:
    assert order(candidate("1"), candidate("2", title="Password")) == ["1", "2"]


def test_a_new_paper_comes_before_a_cross_list() -> None:
    assert order(candidate("1", kind=Kind.CROSS), candidate("2")) == ["2", "1"]


def test_a_rare_topic_comes_before_a_common_one() -> None:
    assert order(candidate("1", "common"), candidate("2", "common"), candidate("3", "rare")) == ["3", "1", "2"]


def test_a_later_paper_comes_first() -> None:
    assert order(candidate("1", day=TODAY - timedelta(days=1)), candidate("2")) == ["2", "1"]
    assert order(candidate("1", hour=3), candidate("2", hour=5)) == ["2", "1"]


def test_papers_older_than_a_week_come_last_whatever_they_match() -> None:
    old = candidate("1", "a", "b", title="word", day=TODAY - timedelta(days=8))
    assert order(old, candidate("2", "a", kind=Kind.CROSS)) == ["2", "1"]


def test_equal_papers_are_ordered_by_id() -> None:
    assert order(candidate("2"), candidate("1")) == ["1", "2"]


def test_a_busy_topic_does_not_displace_a_quiet_one() -> None:
    busy = [candidate(str(number), "busy", title="word") for number in range(20)]
    ranked = rank([*busy, candidate("quiet", "quiet", kind=Kind.CROSS)], 3, NOW)
    assert [each.announced.paper.id for each in ranked.shown] == ["0", "1", "quiet"]
    assert len(ranked.also) == 18


def test_without_candidates_nothing_is_shown() -> None:
    assert rank([], 10, NOW).shown == ()


candidates = st.lists(
    st.builds(
        lambda ident, topics, kind, age, title: candidate(
            ident, *topics, kind=kind, day=TODAY - timedelta(days=age), title=title
        ),
        st.integers(0, 99).map(str),
        st.sets(st.sampled_from("abcd"), min_size=1).map(sorted),
        st.sampled_from([Kind.NEW, Kind.CROSS]),
        st.integers(0, 20),
        st.sampled_from(["", "word"]),
    ),
    unique_by=lambda each: each.announced.paper.id,
    max_size=12,
)


@settings(deadline=None)
@given(candidates, st.integers(0, 8), st.randoms(use_true_random=False))
def test_no_paper_is_lost_or_repeated_and_the_input_order_does_not_matter(
    some: list[Candidate], size: int, chance: Random
) -> None:
    ranked = rank(some, size, NOW)
    assert len(ranked.shown) == min(size, len(some))
    assert {*ranked.shown, *ranked.also} == {*some}
    assert len(ranked.shown) + len(ranked.also) == len(some)
    shuffled = [*some]
    chance.shuffle(shuffled)
    assert rank(shuffled, size, NOW) == ranked


@settings(deadline=None)
@given(candidates)
def test_each_topic_has_a_paper_among_as_many_as_there_are_topics(some: list[Candidate]) -> None:
    topics = {match.topic for each in some for match in each.matches}
    shown = rank(some, len(topics), NOW).shown
    assert {match.topic for each in shown for match in each.matches} == topics
