"""Ranking: which papers of a chat come first, and that no topic displaces another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions import ranking
from bot.decisions.ranking import FRESH, WEIGHTS, Feature, Learned
from bot.decisions.ranking.weights import FULL_TRUST_VOTES, trust
from bot.model import MOST_RANKED, Candidate, Kind, VoteCounts
from tests.decisions.ranking.papers import NOW, TODAY, candidate, columns, order, shown


def test_a_paper_of_more_topics_comes_first() -> None:
    assert order(candidate("1", "word"), candidate("2", "word", "thing")) == ["2", "1"]


def test_a_paper_that_fits_its_topic_better_comes_first() -> None:
    assert order(candidate("1"), candidate("2"), candidate("3"), fit={"1": 0.3, "2": 0.9, "3": 0.6}) == ["2", "3", "1"]


def test_a_match_in_the_title_comes_before_one_in_the_abstract() -> None:
    assert order(candidate("1"), candidate("2", title="One word here")) == ["2", "1"]


def test_a_part_of_a_title_word_is_no_match_in_the_title() -> None:
    assert order(candidate("1"), candidate("2", title="Password")) == ["1", "2"]


def test_a_new_paper_comes_before_a_cross_list() -> None:
    assert order(candidate("1", kind=Kind.CROSS), candidate("2")) == ["2", "1"]


def test_a_paper_of_the_category_comes_before_one_that_only_names_it() -> None:
    assert order(candidate("1", "cat:cs.LG"), candidate("2", "cat:cs.LG", category="cs.LG")) == ["2", "1"]


def test_a_rare_topic_comes_before_a_common_one() -> None:
    assert order(candidate("1", "word"), candidate("2", "word"), candidate("3", "a")) == ["3", "1", "2"]


def test_an_author_whom_a_topic_names_comes_first() -> None:
    by_ann = candidate("2", "word OR au:lee", authors=("Bob Ray", "Ann Lee"))
    assert order(candidate("1", "word OR au:lee", title="word"), by_ann) == ["2", "1"]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Accepted at ICML 2026", ""),
        ("Accepted at ICML 2026 (oral)", "Accepted at ICML 2026"),
        ("Accepted at ICML 2026", "Accepted at an ICML 2026 workshop"),
        ("Code: https://github.com/ann/thing", ""),
    ],
)
def test_marks_of_quality_decide_between_equal_papers(better: str, worse: str) -> None:
    assert order(candidate("1", comment=worse), candidate("2", comment=better)) == ["2", "1"]


def test_votes_count_once_three_chats_have_voted() -> None:
    two, three, disliked = VoteCounts(up=2), VoteCounts(up=3), VoteCounts(up=3, down=5)
    assert order(candidate("1"), candidate("2"), votes={"2": two}) == ["1", "2"]
    assert order(candidate("1"), candidate("2"), votes={"2": three}) == ["2", "1"]
    assert order(candidate("1"), candidate("2"), votes={"2": disliked}) == ["1", "2"]


def test_a_later_paper_comes_first_where_nothing_else_differs() -> None:
    assert order(candidate("1", day=TODAY - timedelta(days=1)), candidate("2")) == ["2", "1"]
    assert order(candidate("1", hour=3), candidate("2", hour=5)) == ["2", "1"]


def test_equal_papers_are_ordered_by_id() -> None:
    assert order(candidate("2"), candidate("1")) == ["1", "2"]


def test_papers_older_than_a_week_come_last_whatever_speaks_for_them() -> None:
    old = candidate("1", "word", "a", title="a word", day=TODAY - timedelta(days=8), comment="ICML 2026 oral")
    new = candidate("2", "word", kind=Kind.CROSS)
    assert order(old, new, fit={"1": 1.0, "2": 0.0}, votes={"1": VoteCounts(up=99)}) == ["2", "1"]
    assert WEIGHTS[Feature.DAY] > sum(weight for feature, weight in WEIGHTS.items() if feature is not Feature.DAY)


def test_a_busy_topic_does_not_displace_a_quiet_one() -> None:
    busy = [candidate(f"{number:02}", "word", title="word") for number in range(20)]
    quiet = candidate("quiet", "a", kind=Kind.CROSS)
    assert order(*busy, quiet, size=3)[:3] == ["00", "01", "quiet"]


def test_without_candidates_nothing_is_shown() -> None:
    assert ranking.rank(columns([]), 10) == ranking.Ranking()


def test_the_order_of_the_papers_past_the_size_is_kept_up_to_a_limit() -> None:
    some = [candidate(f"{number:03}") for number in range(MOST_RANKED + 50)]
    ranked = ranking.rank(columns(some), 10)
    assert shown(ranked, some) == [f"{number:03}" for number in range(10)]
    assert [some[seq].announced.paper.id for seq in ranked.ranked] == [f"{number:03}" for number in range(MOST_RANKED)]
    assert ranked.count == MOST_RANKED + 50


# ── what was learned ──


def test_what_the_model_likes_comes_first_the_more_votes_it_learned_from() -> None:
    # By its topic the first paper is clearly better; after a dozen votes the model says otherwise.
    some, fit = [candidate("1", title="word"), candidate("2")], {"1": 0.9, "2": 0.4}

    def best(votes: int) -> str:
        ranked = ranking.rank(columns(some, fit=fit, learned=Learned(votes, [0.3, 0.8])), 10)
        return shown(ranked, some)[0]

    assert [best(votes) for votes in (0, 1, 12)] == ["1", "1", "2"]


def test_the_first_vote_counts_and_a_dozen_count_fully() -> None:
    shares = [trust(votes) for votes in range(2 * FULL_TRUST_VOTES)]
    assert shares[0] == 0 < shares[1]
    assert shares == sorted(shares)
    assert shares[FULL_TRUST_VOTES - 1] < 1.0 == shares[FULL_TRUST_VOTES] == shares[-1]


def test_authors_of_liked_papers_count_more_if_several_are_the_same() -> None:
    some = [candidate("1"), candidate("2", authors=("Wei Wang",)), candidate("3", authors=("Ann Lee", "Bob Ray"))]
    liked = [("ann lee", "bob ray"), ("wei wang", "zoe")]
    assert shown(ranking.rank(columns(some, learned=Learned(1, [0.5] * 3, liked)), 3), some) == ["3", "2", "1"]


# ── properties ──

candidates = st.lists(
    st.builds(
        lambda ident, topics, kind, age, title, comment, category: candidate(
            ident,
            *topics,
            kind=kind,
            day=TODAY - timedelta(days=age),
            title=title,
            comment=comment,
            category=category,
        ),
        st.integers(0, 99).map(str),
        st.sets(st.sampled_from(["word", "a", "cat:cs.CV", "cat:cs.LG"]), min_size=1).map(sorted),
        st.sampled_from([Kind.NEW, Kind.CROSS]),
        st.integers(0, 20),
        st.sampled_from(["", "word"]),
        st.sampled_from(["", "ICML 2026", "CVPR 2026 Highlight", "Code: https://github.com/ann/thing"]),
        st.sampled_from(["cs.CV", "cs.CL"]),
    ),
    unique_by=lambda each: each.announced.paper.id,
    max_size=40,
)


def sorted_as_written(candidates: Sequence[Candidate], size: int) -> list[str]:
    """The order as the docstring of `rank` describes it, from sums over Python's numbers."""
    papers_by_topic = Counter(match.topic for each in candidates for match in each.matches)

    def score(each: Candidate) -> float:
        paper, announcement = each.announced.paper, each.announced.announcement
        comment = paper.comment or ""
        topics = [match.topic for match in each.matches]
        named = {topic.removeprefix("cat:") for topic in topics if topic.startswith("cat:")}
        values = {
            Feature.TOPIC: 0.5,
            Feature.LEARNED: 0.0,
            Feature.TOPICS: 1 - 1 / len(topics),
            Feature.TITLE: paper.title == "word" and "word" in topics,
            Feature.RARE: max(1 / papers_by_topic[topic] for topic in topics),
            Feature.NEW: announcement.kind is Kind.NEW,
            Feature.DAY: NOW.date() - announcement.day <= FRESH,
            Feature.PRIMARY: 1.0 if paper.primary_category in named else 0.5 if {"word", "a"} & set(topics) else 0.0,
            Feature.ACCEPTED: comment[:4] in ("ICML", "CVPR"),
            Feature.AWARD: "Highlight" in comment,
            Feature.CODE: "github" in comment,
        }
        return round(sum(WEIGHTS[feature] * float(value) for feature, value in values.items()), 6)

    def key(each: Candidate) -> tuple[object, ...]:
        paper = each.announced.paper
        return -score(each), -each.announced.announcement.day.toordinal(), paper.id

    ordered = sorted(candidates, key=key)
    best: dict[str, Candidate] = {}
    for each in ordered:
        for match in each.matches:
            best.setdefault(match.topic, each)
    ids = dict.fromkeys(each.announced.paper.id for each in (*best.values(), *ordered))
    chosen = set(list(ids)[:size])
    in_order = [each.announced.paper.id for each in ordered]
    rest = [ident for ident in in_order if ident not in chosen]
    return [*(ident for ident in in_order if ident in chosen), *rest]


@settings(deadline=None)
@given(candidates, st.integers(0, 8))
def test_ranking_by_columns_is_the_order_that_is_written_down(some: list[Candidate], size: int) -> None:
    assert order(*some, size=size) == sorted_as_written(some, size)


@settings(deadline=None)
@given(candidates, st.integers(0, 8), st.randoms(use_true_random=False))
def test_no_paper_is_lost_or_repeated_and_the_input_order_does_not_matter(
    some: list[Candidate], size: int, chance: Random
) -> None:
    ranked = ranking.rank(columns(some), size)
    assert len(ranked.shown) == min(size, len(some))
    assert ranked.ranked[: len(ranked.shown)] == ranked.shown
    assert len({*ranked.ranked}) == len(ranked.ranked) == len(some)
    before = order(*some, size=size)
    chance.shuffle(some)
    assert order(*some, size=size) == before


@settings(deadline=None)
@given(candidates)
def test_each_topic_has_a_paper_among_as_many_as_there_are_topics(some: list[Candidate]) -> None:
    topics = {match.topic for each in some for match in each.matches}
    ranked = ranking.rank(columns(some), len(topics))
    assert {match.topic for seq in ranked.shown for match in some[seq].matches} == topics
