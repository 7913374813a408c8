"""The budget of refused requests and the pace of all requests."""

from __future__ import annotations

import asyncio
import json
import math
import time
from datetime import timedelta
from email.utils import formatdate

import pytest

from handlers.discord.http_trace import (
    INVALID_LIMIT,
    LONGEST_WAIT_SECONDS,
    DiscordClock,
    InvalidRequests,
    RequestInterval,
    bounded,
)
from tests.fakes.clock import FakeClock


class Ticks:
    """Seconds that only go on."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def test_the_budget_ends_long_before_discords_and_comes_back_with_time() -> None:
    ticks = Ticks()
    invalid = InvalidRequests(FakeClock().now, monotonic=ticks)
    for _ in range(INVALID_LIMIT - 1):
        invalid.note()
        ticks.at += 0.01
    assert invalid.wait() is None
    invalid.note()
    wait = invalid.wait()
    assert wait is not None
    assert 0 < wait <= 600
    assert INVALID_LIMIT < 10_000 / 2
    ticks.at += wait + 0.001
    assert invalid.wait() is None


def test_refusals_spread_over_hours_stop_nothing() -> None:
    ticks = Ticks()
    invalid = InvalidRequests(FakeClock().now, limit=10, monotonic=ticks)
    for _ in range(100):
        invalid.note()
        ticks.at += 70
        assert invalid.wait() is None


@pytest.mark.parametrize("days", [-3, 3])
def test_a_clock_that_jumps_neither_forgets_refusals_nor_holds_for_days(days: int) -> None:
    clock, ticks = FakeClock(), Ticks()
    invalid = InvalidRequests(clock.now, limit=2, monotonic=ticks)
    invalid.note()
    clock.advance(days * 86_400)
    invalid.note()
    assert invalid.wait() == 600
    ticks.at += 600
    assert invalid.wait() is None


@pytest.mark.parametrize(("later", "expected"), [(60, 540), (-86_400, 600), (599, 1), (700, None)])
def test_refusals_of_an_earlier_process_count_until_their_ten_minutes_are_over(
    later: float, expected: float | None
) -> None:
    clock, ticks = FakeClock(), Ticks()
    before = InvalidRequests(clock.now, limit=10, monotonic=ticks)
    for _ in range(10):
        before.note()
    written = json.loads(json.dumps(before.as_json()))
    clock.advance(later)
    ticks.at = 5.0  # of another boot
    after = InvalidRequests(clock.now, limit=10, monotonic=ticks)
    after.restore(written)
    assert after.wait() == expected


def test_what_is_written_of_refusals_stays_small() -> None:
    clock, ticks = FakeClock(), Ticks()
    invalid = InvalidRequests(clock.now, monotonic=ticks)
    for _ in range(INVALID_LIMIT):
        invalid.note()
        clock.advance(0.5)
        ticks.at += 0.5
    refused = invalid.as_json()["refused"]
    assert len(refused) <= 62
    assert sum(count for _, count in refused) == 1_199, "those of the last ten minutes"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [(3.5, 3.5), (-1.0, 0.0), (1e15, LONGEST_WAIT_SECONDS), (math.inf, LONGEST_WAIT_SECONDS), (math.nan, None)],
)
def test_a_wait_that_is_asked_for_is_finite(asked: float, expected: float | None) -> None:
    assert bounded(asked) == expected


def test_discords_clock_is_known_by_the_dates_of_its_answers() -> None:
    clock = FakeClock()
    discord_clock = DiscordClock(clock.now)
    assert discord_clock.now() == clock.now()
    discord_clock.learn(formatdate((clock.now() - timedelta(days=1)).timestamp(), usegmt=True))
    for nonsense in (None, "", "yesterday"):
        discord_clock.learn(nonsense)
    assert discord_clock.now() == clock.now() - timedelta(days=1)
    assert discord_clock.of(clock.now()) == discord_clock.now()


async def test_requests_begin_at_an_even_rate() -> None:
    pace = RequestInterval(per_second=200)
    began = time.monotonic()
    await asyncio.gather(*(pace.turn() for _ in range(41)))
    assert time.monotonic() - began >= 40 / 200 - 0.005, "sleeping never ends early"
