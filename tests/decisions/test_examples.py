from __future__ import annotations

from datetime import timedelta

from bot.decisions.examples import MOST_OTHERS, MOST_VOTED, examples_of, in_sample_order, kinds_by_paper
from bot.model import Vote, VoteKind
from tests.contracts.samples import ANN, NOW, paper


def vote(paper_id: str, kind: VoteKind = VoteKind.UP, person: str = "a", minutes: int = 0) -> Vote:
    return Vote(ANN, person, paper_id, kind, NOW + timedelta(minutes=minutes))


def test_people_are_counted_and_the_latest_paper_comes_first() -> None:
    votes = [vote("1"), vote("1", person="b"), vote("1", VoteKind.DOWN, "c"), vote("2", minutes=1)]
    found = kinds_by_paper(votes)
    assert list(found) == ["2", "1"]
    assert found["1"] == {VoteKind.UP: 2, VoteKind.DOWN: 1}


def test_the_oldest_votes_are_left_out() -> None:
    votes = [vote(str(number), minutes=number) for number in range(MOST_VOTED + 5)]
    found = kinds_by_paper(votes)
    assert len(found) == MOST_VOTED
    assert "4" not in found


def test_papers_shown_without_a_vote_were_passed_over() -> None:
    papers = {name: paper(name) for name in ("1", "2", "3")}
    kinds = {"1": {VoteKind.UP: 1}, "9": {VoteKind.UP: 1}}  # the store has lost the paper 9
    found = examples_of(kinds, ["3", "2", "1"], papers, [paper("3"), paper("4")], ["b", "a"])
    assert [each.id for each, _ in found.votes] == ["1"]
    assert [each.id for each in found.passed_over] == ["3", "2"]
    assert [each.id for each in found.others] == ["4"]
    assert found.topics == ["a", "b"]


def test_half_of_the_others_are_of_the_chats_categories() -> None:
    announced = [paper(f"v{n}", categories=("cs.CV",)) for n in range(MOST_OTHERS)]
    announced += [paper(f"m{n}", categories=("math.AG",)) for n in range(10 * MOST_OTHERS)]
    voted = {"1": paper("1", categories=("cs.CV", "math.AG"))}
    found = examples_of({"1": {VoteKind.UP: 1}}, [], voted, in_sample_order(announced), []).others
    of_field = [each for each in found if each.id.startswith("v")]
    assert len(found) == MOST_OTHERS
    assert 0.5 <= len(of_field) / len(found) < 0.7
    assert in_sample_order(announced) == in_sample_order([*announced, *announced[::-1]])
