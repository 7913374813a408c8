"""How a day's budget is spent: nothing lost, nothing twice, never more than there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.model_requests import MOST_IN_BATCH, Plan, plan, requests_for
from bot.model import Allowance, Depth, SummaryKey, WantedSummary

NOW = datetime(2026, 6, 2, 6, 0, tzinfo=UTC)


def wanted(
    number: int, *, chats: int = 1, language: str = "en", depth: Depth = Depth.BRIEF, hours: float = 3
) -> WantedSummary:
    key = SummaryKey(f"2606.{number:05}", 1, language, depth)
    return WantedSummary(key, chats, NOW + timedelta(hours=hours))


def cost(made: Plan) -> int:
    return len(made.batches) + sum(map(requests_for, made.singles))


def test_without_a_bound_everything_is_made_one_by_one() -> None:
    several = [wanted(number) for number in range(30)]
    assert plan(several, Allowance(), NOW) == Plan(singles=tuple(several))


def test_a_budget_that_lasts_is_spent_one_by_one() -> None:
    several = [wanted(number) for number in range(30)]
    assert plan(several, Allowance(requests=50), NOW).singles == tuple(several)


def test_a_short_budget_puts_abstracts_together() -> None:
    made = plan([wanted(number) for number in range(30)], Allowance(requests=10), NOW)
    assert [len(batch) for batch in made.batches] == [8, 8, 8, 6]
    assert (made.singles, made.left_out) == ((), ())


def test_what_most_chats_wait_for_comes_before_what_few_do() -> None:
    several = [wanted(number, chats=number % 3 + 1, depth=Depth.DEEP) for number in range(12)]
    made = plan(several, Allowance(requests=5), NOW)
    assert [one.chats for one in made.singles] == [3, 3, 3, 3]
    assert {one.chats for one in made.left_out} == {1, 2}


def test_brief_ones_come_before_deep_ones_when_there_is_little() -> None:
    deep, brief = wanted(1, chats=9, depth=Depth.DEEP), wanted(2)
    made = plan([deep, brief], Allowance(requests=1), NOW)
    assert made == Plan(batches=((brief,),), left_out=(deep,))


def test_what_has_gone_out_without_its_summary_waits_for_what_has_not() -> None:
    gone, coming = wanted(1, chats=9, depth=Depth.DEEP, hours=-5), wanted(2, depth=Depth.DEEP)
    assert plan([gone, coming], Allowance(requests=1), NOW) == Plan(singles=(coming,), left_out=(gone,))


def test_tokens_bound_a_plan_too() -> None:
    made = plan([wanted(number) for number in range(20)], Allowance(tokens=15_000), NOW)
    assert sum(map(len, made.batches)) == 10
    assert len(made.left_out) == 10


def test_a_budget_that_is_gone_leaves_everything_out() -> None:
    several = (wanted(1), wanted(2, depth=Depth.DEEP))
    assert set(plan(several, Allowance(requests=0), NOW).left_out) == set(several)


keys = st.builds(
    lambda number, language, depth, chats, hours: wanted(
        number, chats=chats, language=language, depth=depth, hours=hours
    ),
    st.integers(0, 40),
    st.sampled_from(("en", "es")),
    st.sampled_from(Depth),
    st.integers(1, 5),
    st.integers(-9, 9),
)


@settings(max_examples=150)
@given(
    st.lists(keys, max_size=60, unique_by=lambda one: one.key), st.integers(0, 80), st.none() | st.integers(0, 200_000)
)
def test_each_summary_stands_in_one_place_and_the_budget_is_kept(
    several: list[WantedSummary], requests: int, tokens: int | None
) -> None:
    made = plan(several, Allowance(requests, tokens), NOW)
    placed = [one for batch in made.batches for one in batch] + [*made.singles, *made.left_out]
    assert sorted(one.key.paper_id for one in placed) == sorted(one.key.paper_id for one in several)
    assert {one.key for one in placed} == {one.key for one in several}
    assert cost(made) <= requests
    for batch in made.batches:
        assert 0 < len(batch) <= MOST_IN_BATCH
        assert len({one.key.language for one in batch}) == 1
        assert len({one.key.paper_id for one in batch}) == len(batch)
