from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.decisions.term_vectors import FEWEST_PAPERS, MADE_EVERY, WAIT_AT_MOST, are_vectors_due, may_begin
from bot.model import VectorsOrigin

NOW = datetime(2026, 6, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def made(counted: int, ago: timedelta = DAY) -> VectorsOrigin:
    return VectorsOrigin("own-1", counted, counted, NOW - ago)


def test_a_store_needs_enough_papers_of_its_own() -> None:
    assert not are_vectors_due(FEWEST_PAPERS - 1, None, NOW)
    assert are_vectors_due(FEWEST_PAPERS, None, NOW)


@pytest.mark.parametrize(
    ("counted", "ago", "is_due"),
    [
        (3_999, DAY, False),
        (4_000, DAY, True),
        (2_399, MADE_EVERY, False),
        (2_400, MADE_EVERY, True),
        (2_400, MADE_EVERY - DAY, False),
        (2_400, -MADE_EVERY, True),  # the clock ran ahead when they were made
    ],
)
def test_twice_as_many_papers_are_enough_at_once_and_a_fifth_more_after_a_week(
    counted: int, ago: timedelta, is_due: bool
) -> None:
    assert are_vectors_due(counted, made(2_000, ago), NOW) == is_due


def test_the_making_waits_for_a_time_without_digests_but_not_for_ever() -> None:
    assert may_begin(NOW, NOW, is_quiet=True)
    assert not may_begin(NOW, NOW + WAIT_AT_MOST - DAY / 24, is_quiet=False)
    assert may_begin(NOW, NOW + WAIT_AT_MOST, is_quiet=False)
