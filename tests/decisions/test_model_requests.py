"""How the budget of a day is spent: each summary planned once, and never more than the budget."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.model_requests import (
    BATCH,
    LARGEST_BATCH,
    LEAST_REQUESTS,
    LEAST_TOKENS,
    Plan,
    is_enough_for_one,
    judged_together,
    plan,
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
    deep = sum(2 if summary.key.language == "en" else 4 for summary in made.deep)
    return sum(-(-len(group.wanted) // group.batch) + 1 for group in made.briefs) + deep


def planned(made: Plan) -> list[WantedSummary]:
    return [*(summary for group in made.briefs for summary in group.wanted), *made.deep]


@pytest.mark.parametrize("allowance", [Allowance(), Allowance(requests=15)])
def test_with_enough_budget_a_few_abstracts_share_a_request_and_more_of_them_the_judges(allowance: Allowance) -> None:
    several = [wanted(number) for number in range(30)]
    made = plan(several, allowance, NOW)
    assert [(len(group.wanted), group.batch, group.requests) for group in made.briefs] == [
        (16, BATCH, 5),
        (14, BATCH, 5),
    ]
    assert planned(made) == several


def test_with_a_short_budget_more_abstracts_share_a_request() -> None:
    made = plan([wanted(number) for number in range(30)], Allowance(requests=8), NOW)
    assert [(len(group.wanted), group.batch) for group in made.briefs] == [(16, LARGEST_BATCH), (14, LARGEST_BATCH)]
    assert made.left_out == ()


def test_the_operator_says_how_many_abstracts_share_a_request() -> None:
    one_each = plan([wanted(number) for number in range(17)], Allowance(), NOW, batch=1)
    assert [(len(group.wanted), group.requests) for group in one_each.briefs] == [(16, 17), (1, 2)]
    many = plan([wanted(number) for number in range(40)], Allowance(requests=4), NOW, batch=16)
    assert [(len(group.wanted), group.batch) for group in many.briefs] == [(16, 16), (16, 16)]


@given(st.integers(0, 6), st.integers(0, 6_000))
def test_a_budget_that_is_enough_for_one_is_one_that_makes_a_brief_summary(requests: int, tokens: int) -> None:
    allowance = Allowance(requests, tokens)
    made = plan([wanted(1)], allowance, NOW)
    assert is_enough_for_one(allowance) is bool(planned(made))


def test_one_request_a_day_is_enough_for_no_summary() -> None:
    assert not is_enough_for_one(Allowance(requests=1))
    assert is_enough_for_one(Allowance(LEAST_REQUESTS, LEAST_TOKENS))
    assert not is_enough_for_one(Allowance(tokens=LEAST_TOKENS - 100))
    assert is_enough_for_one(Allowance())


def test_summaries_for_more_chats_come_first() -> None:
    several = [wanted(number, chats=number % 3 + 1, depth=Depth.DEEP) for number in range(12)]
    made = plan(several, Allowance(requests=10), NOW)  # two of them are kept for second requests
    assert [summary.chats for summary in made.deep] == [3, 3, 3, 3]
    assert {summary.chats for summary in made.left_out} == {1, 2}


def test_with_a_short_budget_brief_summaries_come_before_deep_ones() -> None:
    deep, brief = wanted(1, chats=9, depth=Depth.DEEP), wanted(2)
    made = plan([deep, brief], Allowance(requests=3), NOW)
    assert (planned(made), made.left_out) == ([brief], (deep,))


def test_summaries_of_digests_already_sent_come_last() -> None:
    gone, coming = wanted(1, chats=9, depth=Depth.DEEP, hours=-5), wanted(2, depth=Depth.DEEP)
    assert plan([gone, coming], Allowance(requests=3), NOW) == Plan(deep=(coming,), left_out=(gone,))


def test_brief_summaries_of_two_languages_share_no_request() -> None:
    made = plan([wanted(1), wanted(2, language="es")], Allowance(), NOW)
    assert [group.requests for group in made.briefs] == [2, 2]


@pytest.mark.parametrize(("language", "requests"), [("en", 2), ("es", 4)])
def test_a_deep_summary_is_judged_and_so_is_its_translation(language: str, requests: int) -> None:
    deep = wanted(1, depth=Depth.DEEP, language=language)
    for left, is_planned in ((requests, True), (requests - 1, False)):
        assert bool(planned(plan([deep], Allowance(requests=left), NOW))) is is_planned


def test_papers_wait_until_tomorrow_where_nobody_could_judge_what_a_model_says_of_them() -> None:
    brief, deep = wanted(1), wanted(2, depth=Depth.DEEP)
    made = plan([brief, deep], Allowance(requests=1), NOW)
    assert made == Plan(left_out=(brief, deep))


def test_the_tokens_of_a_day_limit_a_plan() -> None:
    several = [wanted(number) for number in range(40)]
    numbers = [len(planned(plan(several, Allowance(tokens=tokens), NOW))) for tokens in (10_000, 20_000, 30_000)]
    assert 0 < numbers[0] < numbers[1] < numbers[2] < 40


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
    placed = [*planned(made), *made.left_out]
    assert sorted(summary.key.paper_id for summary in placed) == sorted(summary.key.paper_id for summary in several)
    assert {summary.key for summary in placed} == {summary.key for summary in several}
    assert cost(made) <= requests
    for group in made.briefs:
        assert 0 < len(group.wanted) <= judged_together(LARGEST_BATCH)
        assert len({summary.key.language for summary in group.wanted}) == 1
        assert len({summary.key.paper_id for summary in group.wanted}) == len(group.wanted)
