"""How the budget of a day is spent: each summary planned once, and never more than the budget."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.model_requests import (
    LEAST_REQUESTS,
    LEAST_TOKENS,
    MOST_IN_BATCH,
    Plan,
    is_enough_for_one,
    plan,
    requests_for,
)
from bot.model import Allowance, Depth, SummaryKey, WantedSummary

NOW = datetime(2026, 6, 2, 6, 0, tzinfo=UTC)


def wanted(
    number: int, *, chats: int = 1, language: str = "en", depth: Depth = Depth.BRIEF, hours: float = 3
) -> WantedSummary:
    key = SummaryKey(f"2606.{number:05}", 1, language, depth)
    return WantedSummary(key, chats, NOW + timedelta(hours=hours))


def cost(made: Plan) -> int:
    """The requests of a plan, those of the judge included."""
    return 2 * len(made.batches) + requests_for(made.singles)


def test_without_a_limit_all_summaries_are_made_one_by_one() -> None:
    several = [wanted(number) for number in range(30)]
    assert plan(several, Allowance(), NOW) == Plan(singles=tuple(several))


def test_with_enough_budget_all_summaries_are_made_one_by_one() -> None:
    several = [wanted(number) for number in range(30)]
    assert plan(several, Allowance(requests=50), NOW).singles == tuple(several)


def test_with_a_short_budget_abstracts_share_requests() -> None:
    made = plan([wanted(number) for number in range(30)], Allowance(requests=10), NOW)
    assert [len(batch) for batch in made.batches] == [8, 8, 8, 6]
    assert (made.singles, made.left_out) == ((), ())


@given(st.integers(0, 6), st.integers(0, 6_000))
def test_a_budget_that_is_enough_for_one_is_one_that_makes_a_brief_summary(requests: int, tokens: int) -> None:
    allowance = Allowance(requests, tokens)
    made = plan([wanted(1)], allowance, NOW)
    assert is_enough_for_one(allowance) is bool(made.batches or made.singles)


def test_one_request_a_day_is_enough_for_no_summary() -> None:
    assert not is_enough_for_one(Allowance(requests=1))
    assert is_enough_for_one(Allowance(LEAST_REQUESTS, LEAST_TOKENS))
    assert not is_enough_for_one(Allowance(tokens=LEAST_TOKENS - 100))
    assert is_enough_for_one(Allowance())


def test_summaries_for_more_chats_come_first() -> None:
    several = [wanted(number, chats=number % 3 + 1, depth=Depth.DEEP) for number in range(12)]
    made = plan(several, Allowance(requests=10), NOW)  # two of them are kept for second requests
    assert [summary.chats for summary in made.singles] == [3, 3, 3, 3]
    assert {summary.chats for summary in made.left_out} == {1, 2}


def test_with_a_short_budget_brief_summaries_come_before_deep_ones() -> None:
    deep, brief = wanted(1, chats=9, depth=Depth.DEEP), wanted(2)
    made = plan([deep, brief], Allowance(requests=3), NOW)
    assert made == Plan(batches=((brief,),), left_out=(deep,))


def test_summaries_of_digests_already_sent_come_last() -> None:
    gone, coming = wanted(1, chats=9, depth=Depth.DEEP, hours=-5), wanted(2, depth=Depth.DEEP)
    assert plan([gone, coming], Allowance(requests=3), NOW) == Plan(singles=(coming,), left_out=(gone,))


def test_eight_brief_summaries_of_one_language_share_a_request_of_the_judge() -> None:
    brief = [wanted(number) for number in range(17)]
    assert requests_for(brief) == 17 + 3
    assert requests_for([wanted(1), wanted(2, language="es")]) == 2 + 2


def test_a_deep_summary_is_judged_and_so_is_its_translation() -> None:
    assert requests_for([wanted(1, depth=Depth.DEEP)]) == 2
    assert requests_for([wanted(1, depth=Depth.DEEP, language="es")]) == 4


def test_papers_wait_until_tomorrow_where_nobody_could_judge_what_a_model_says_of_them() -> None:
    brief, deep = wanted(1), wanted(2, depth=Depth.DEEP)
    made = plan([brief, deep], Allowance(requests=1), NOW)
    assert made == Plan(left_out=(brief, deep))


def test_the_tokens_of_a_day_limit_a_plan() -> None:
    made = plan([wanted(number) for number in range(20)], Allowance(tokens=25_000), NOW)
    assert sum(map(len, made.batches)) == 10
    assert len(made.left_out) == 10


def test_a_used_up_budget_leaves_all_summaries_out() -> None:
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
    st.lists(keys, max_size=60, unique_by=lambda summary: summary.key),
    st.integers(0, 80),
    st.none() | st.integers(0, 200_000),
)
def test_each_summary_is_planned_once_and_the_budget_is_kept(
    several: list[WantedSummary], requests: int, tokens: int | None
) -> None:
    made = plan(several, Allowance(requests, tokens), NOW)
    placed = [summary for batch in made.batches for summary in batch] + [*made.singles, *made.left_out]
    assert sorted(summary.key.paper_id for summary in placed) == sorted(summary.key.paper_id for summary in several)
    assert {summary.key for summary in placed} == {summary.key for summary in several}
    assert cost(made) <= requests
    for batch in made.batches:
        assert 0 < len(batch) <= MOST_IN_BATCH
        assert len({summary.key.language for summary in batch}) == 1
        assert len({summary.key.paper_id for summary in batch}) == len(batch)
