"""Ranking: which papers of a chat come first, and that no topic displaces another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions import ranking
from bot.decisions.ranking import FRESH, TITLE_LINES
from bot.model import Announced, Announcement, Candidate, Kind, Match, Paper
from bot.topics.text import words

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


def rank(candidates: Sequence[Candidate], size: int, now: datetime = NOW) -> tuple[list[Candidate], list[Candidate]]:
    """What is shown and what is named beyond, as candidates; their numbers are their places in the input."""
    topics = sorted({match.topic for each in candidates for match in each.matches})
    found = [
        (seq, tuple(sorted(topics.index(match.topic) for match in each.matches))) for seq, each in enumerate(candidates)
    ]
    papers = {seq: ranking.features_of(seq, each.announced) for seq, each in enumerate(candidates)}

    def in_title(topic: int, seq: int) -> bool:
        [match] = [match for match in candidates[seq].matches if match.topic == topics[topic]]
        return ranking.is_in_title(match, papers[seq])

    ranked = ranking.rank(found, papers, in_title, size, now)
    assert ranked.count == len(candidates)
    return [candidates[seq] for seq in ranked.shown], [candidates[seq] for seq in ranked.also]


def order(*candidates: Candidate, size: int = 10) -> list[str]:
    shown, also = rank(candidates, size)
    return [each.announced.paper.id for each in (*shown, *also)]


def sorted_as_written(candidates: Sequence[Candidate], size: int) -> tuple[list[Candidate], list[Candidate]]:
    """The order as the docstring of `rank` describes it: every candidate by its criteria, sorted as a whole."""
    papers_by_topic = Counter(match.topic for candidate in candidates for match in candidate.matches)

    def key(candidate: Candidate) -> tuple[object, ...]:
        paper, announcement = candidate.announced.paper, candidate.announced.announcement
        title = f" {' '.join(words(paper.title))} "
        found = [match for match in candidate.matches if any(f" {term} " in title for term in match.because)]
        return (
            NOW.date() - announcement.day > FRESH,
            -len(candidate.matches),
            -len(found),
            announcement.kind is not Kind.NEW,
            -sum(1 / papers_by_topic[match.topic] for match in candidate.matches),
            -announcement.day.toordinal(),
            -paper.published.timestamp() if paper.published else 0.0,
            paper.id,
        )

    ordered = sorted(candidates, key=key)
    best: dict[str, Candidate] = {}
    for candidate in ordered:
        for match in candidate.matches:
            best.setdefault(match.topic, candidate)
    ids = dict.fromkeys(each.announced.paper.id for each in (*best.values(), *ordered))
    chosen = set(list(ids)[:size])
    shown = [each for each in ordered if each.announced.paper.id in chosen]
    return shown, [each for each in ordered if each.announced.paper.id not in chosen][:TITLE_LINES]


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
    shown, also = rank([*busy, candidate("quiet", "quiet", kind=Kind.CROSS)], 3)
    assert [each.announced.paper.id for each in shown] == ["0", "1", "quiet"]
    assert len(also) == 18


def test_without_candidates_nothing_is_shown() -> None:
    assert rank([], 10) == ([], [])


def test_papers_beyond_the_title_lines_are_only_counted() -> None:
    shown, also = rank([candidate(f"{number:03}") for number in range(100)], 10)
    assert [each.announced.paper.id for each in shown] == [f"{number:03}" for number in range(10)]
    assert [each.announced.paper.id for each in also] == [f"{number:03}" for number in range(10, 10 + TITLE_LINES)]


def test_a_ranking_depends_on_the_day_only_where_a_paper_is_old() -> None:
    found = [(0, (1,)), (1, (1,))]
    old, new = candidate("1", day=TODAY - FRESH), candidate("2")
    papers = {seq: ranking.features_of(seq, each.announced) for seq, each in enumerate((old, new))}
    assert not ranking.depends_on_day(found, papers, NOW)
    assert ranking.depends_on_day(found, papers, NOW + timedelta(days=1))


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
    max_size=40,
)


@settings(deadline=None)
@given(candidates, st.integers(0, 8), st.randoms(use_true_random=False))
def test_no_paper_is_lost_or_repeated_and_the_input_order_does_not_matter(
    some: list[Candidate], size: int, chance: Random
) -> None:
    shown, also = rank(some, size)
    assert len(shown) == min(size, len(some))
    assert len(also) == min(len(some) - len(shown), TITLE_LINES)
    assert len({*shown, *also}) == len(shown) + len(also)
    shuffled = [*some]
    chance.shuffle(shuffled)
    assert rank(shuffled, size) == (shown, also)


@settings(deadline=None)
@given(candidates, st.integers(0, 8))
def test_ranking_by_numbers_is_the_order_that_is_written_down(some: list[Candidate], size: int) -> None:
    assert rank(some, size) == sorted_as_written(some, size)


@settings(deadline=None)
@given(candidates)
def test_each_topic_has_a_paper_among_as_many_as_there_are_topics(some: list[Candidate]) -> None:
    topics = {match.topic for each in some for match in each.matches}
    shown, _ = rank(some, len(topics))
    assert {match.topic for each in shown for match in each.matches} == topics
