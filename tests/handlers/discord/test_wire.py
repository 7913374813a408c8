"""The budget of refused requests and the pace of all requests."""

from __future__ import annotations

import asyncio
import time

from handlers.discord.wire import INVALID_LIMIT, InvalidRequests, Pace
from tests.fakes.clock import FakeClock


def test_the_budget_ends_long_before_discords_and_comes_back_with_time() -> None:
    clock = FakeClock()
    invalid = InvalidRequests(clock.now)
    for _ in range(INVALID_LIMIT - 1):
        invalid.note()
        clock.advance(0.01)
    assert invalid.wait() is None
    invalid.note()
    wait = invalid.wait()
    assert wait is not None
    assert 0 < wait <= 600
    assert INVALID_LIMIT < 10_000 / 2
    clock.advance(wait + 0.001)
    assert invalid.wait() is None


def test_refusals_spread_over_hours_stop_nothing() -> None:
    clock = FakeClock()
    invalid = InvalidRequests(clock.now, limit=10)
    for _ in range(100):
        invalid.note()
        clock.advance(70)
        assert invalid.wait() is None


async def test_requests_begin_at_an_even_rate() -> None:
    pace = Pace(per_second=200)
    began = time.monotonic()
    await asyncio.gather(*(pace.turn() for _ in range(41)))
    assert time.monotonic() - began >= 40 / 200 - 0.005, "sleeping never ends early"
