"""Near-duplicates go down, and one place in ten is for a paper that the model is uncertain about."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions import ranking
from bot.decisions.ranking import Learned, Ranking
from tests.decisions.ranking.papers import candidate, columns, order, shown

PAPERS = [candidate(f"{number:02}", title="word" if number < 8 else "") for number in range(30)]


def test_a_near_duplicate_of_a_better_paper_loses_its_place() -> None:
    some = [candidate("1", title="word"), candidate("2", title="word"), candidate("3", title="word"), candidate("4")]
    assert order(*some) == ["1", "2", "3", "4"]
    assert order(*some, twins=[("1", "2")], size=2)[:2] == ["1", "3"]


def test_each_better_twin_costs_until_three() -> None:
    some = [candidate(f"{number}") for number in range(6)]
    assert order(*some, twins=["01345"]) == ["0", "2", "1", "3", "4", "5"]


def test_papers_that_are_far_down_lose_nothing() -> None:
    """Only the first papers are looked at: the others are not shown whatever they lose."""
    names = [f"{number:02}" for number in range(20)]
    some = [candidate(name) for name in names]
    assert order(*some, twins=[("00", "19")], size=2) == names


def rank(likes: Sequence[float], *, size: int = 10, explorer: str = "telegram:1") -> Ranking:
    return ranking.rank(columns(PAPERS, learned=Learned(20, likes)), size, explorer=explorer)


SURE = [0.9] * 15 + [0.1] * 10
UNSURE = [0.5] * 5


def test_the_last_card_of_ten_is_one_that_the_model_is_uncertain_about() -> None:
    ranked = rank([*SURE, *UNSURE])
    assert len(ranked.shown) == 10
    [guess] = ranked.guesses
    assert guess == ranked.shown[-1]
    assert guess in range(25, 30)


def test_everybody_who_looks_twice_sees_the_same_guess_and_chats_see_others() -> None:
    likes = [*SURE, *UNSURE]
    assert rank(likes) == rank(likes)
    assert len({rank(likes, explorer=f"telegram:{number}").guesses for number in range(30)}) > 1


def test_nothing_is_tried_where_the_model_is_sure_or_the_digest_is_small_or_nobody_learns() -> None:
    sure = [0.9] * 15 + [0.1] * 15
    likes = [*SURE, *UNSURE]
    assert [rank(sure).guesses, rank(likes, size=9).guesses, rank(likes, explorer="").guesses] == [(), (), ()]


def test_a_topic_keeps_its_best_paper_beside_a_guess() -> None:
    some = [*PAPERS[:-1], candidate("rare", "a")]
    learned = Learned(20, [*SURE, *UNSURE[1:], 0.0])
    ranked = ranking.rank(columns(some, learned=learned), 10, explorer="telegram:1")
    assert "rare" in shown(ranked, some)
    assert len(ranked.guesses) == 1


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=30, max_size=30), st.integers(0, 30))
def test_a_guess_never_costs_or_repeats_a_card(likes: list[float], size: int) -> None:
    ranked, without = rank(likes, size=size), rank(likes, size=size, explorer="")
    assert len(ranked.shown) == len(without.shown) == size
    assert len({*ranked.ranked}) == len(ranked.ranked)
    assert len(ranked.guesses) <= size // 10
    assert {*ranked.shown} - {*without.shown} == {*ranked.guesses}
