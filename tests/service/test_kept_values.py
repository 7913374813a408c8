"""Values that are read again after a time in proportion to what reading them cost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.service.kept_values import LONGEST, KeptValues
from tests.decisions.test_due_times import NOW
from tests.fakes.clock import FakeClock


class Slow:
    """A value that counts how often it was read; reading it takes a fiftieth of a second."""

    def __init__(self) -> None:
        self.reads = 0

    async def read(self) -> int:
        await asyncio.sleep(0.02)
        self.reads += 1
        return self.reads


async def test_a_value_is_read_again_after_a_time_in_proportion_to_its_cost() -> None:
    clock, slow = FakeClock(NOW), Slow()
    kept = KeptValues(clock)
    assert await kept.get("slow", slow.read) == 1
    clock.advance(LONGEST.total_seconds() - 1)
    assert await kept.get("slow", slow.read) == 1
    clock.advance(1)
    assert await kept.get("slow", slow.read) == 2


async def test_a_clock_that_was_set_back_makes_no_value_last_for_ever() -> None:
    clock, slow = FakeClock(NOW), Slow()
    kept = KeptValues(clock)
    await kept.get("slow", slow.read)
    clock.set(NOW - timedelta(days=1))
    assert await kept.get("slow", slow.read) == 2


async def test_each_value_has_an_age_of_its_own() -> None:
    clock, one, two = FakeClock(NOW), Slow(), Slow()
    kept = KeptValues(clock)
    await kept.get("one", one.read)
    assert await kept.get("two", two.read) == 1
    assert (one.reads, two.reads) == (1, 1)
