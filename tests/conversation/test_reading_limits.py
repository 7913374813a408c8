"""How many papers one person may have read in an hour."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation.reading_limits import ReadingLimits
from bot.conversation.service_results import TooManyReadings
from bot.model import Depth, Platform
from tests.fakes.clock import FakeClock

TG, BRIEF, DEEP = Platform.TELEGRAM, Depth.BRIEF, Depth.DEEP


def test_a_person_may_ask_for_so_many_papers_in_an_hour_and_others_for_theirs() -> None:
    clock = FakeClock()
    limits = ReadingLimits(clock, 6)
    for _ in range(6):
        assert limits.take(TG, "5", BRIEF) is None
        clock.advance(60)
    assert limits.take(TG, "5", BRIEF) == TooManyReadings(6, timedelta(minutes=54), is_deep=False)
    assert limits.take(TG, "6", BRIEF) is None
    assert limits.take(Platform.DISCORD, "5", BRIEF) is None
    clock.advance(54 * 60)
    assert limits.take(TG, "5", BRIEF) is None


def test_a_third_of_them_may_be_whole_papers_and_abstracts_go_on() -> None:
    limits = ReadingLimits(FakeClock(), 6)
    assert [limits.take(TG, "5", DEEP) for _ in range(2)] == [None, None]
    refused = limits.take(TG, "5", DEEP)
    assert refused is not None
    assert (refused.most, refused.is_deep) == (2, True)
    assert limits.take(TG, "5", BRIEF) is None


def test_without_a_limit_or_a_person_nothing_is_counted() -> None:
    assert all(ReadingLimits(FakeClock(), 0).take(TG, "5", DEEP) is None for _ in range(100))
    assert all(ReadingLimits(FakeClock(), 1).take(TG, "", DEEP) is None for _ in range(100))
