"""The count of refused requests outlives the process."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import StoreUnavailable
from bot.model import JSON
from bot.storage.store import SqlStore
from handlers.discord.http_trace import InvalidRequests
from handlers.discord.refused_requests import REFUSED, WRITE_EVERY, Refusals
from tests.fakes.clock import FakeClock

BOT = "100000000000000000"


class Notes:
    """A `ValueStore` that may be down, or broken; `written` counts what it was asked to keep, `asked` what it has."""

    def __init__(self) -> None:
        self.values: dict[str, JSON] = {}
        self.written = self.asked = 0
        self.fault: Exception | None = None

    async def remember_value(self, name: str, value: JSON) -> None:
        self.written += 1
        if self.fault is not None:
            raise self.fault
        self.values[name] = value

    async def value(self, name: str) -> JSON | None:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return self.values.get(name)

    @property
    def kept(self) -> int:
        return sum(count for _, count in self.values.get(f"{REFUSED} {BOT}", {}).get("refused", []))


FAULTS = [StoreUnavailable("The database does not answer."), RuntimeError("a mistake of ours")]


async def a_while() -> None:
    """Let the other task do what it can."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def notes() -> Notes:
    return Notes()


def counting(notes: Notes | SqlStore, limit: int = 100) -> Refusals:
    return Refusals(InvalidRequests(FakeClock().now, limit), notes, BOT)


async def test_a_service_that_is_started_again_and_again_goes_on_counting(store: SqlStore) -> None:
    for _ in range(10):
        refusals = counting(store)
        await refusals.begin()
        assert refusals.invalid.wait() is None
        for _ in range(10):
            refusals.invalid.note()
        await refusals.end()
    last = counting(store)
    await last.begin()
    assert last.invalid.wait() is not None
    await last.end()


async def test_the_first_refusal_is_written_down_at_once_and_the_next_ones_together(notes: Notes) -> None:
    refusals = counting(notes)
    await refusals.begin()
    refusals.invalid.note()
    while not notes.kept:  # noqa: ASYNC110 - what is waited for is done by another task
        await asyncio.sleep(0)
    for _ in range(WRITE_EVERY - 1):
        refusals.invalid.note()
        await asyncio.sleep(0)
    assert notes.kept == 1
    refusals.invalid.note()
    while notes.kept == 1:  # noqa: ASYNC110 - as above
        await asyncio.sleep(0)
    assert (notes.kept, notes.written) == (WRITE_EVERY + 1, 2)
    await refusals.end()
    assert notes.written == 2, "there was nothing more to write"


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_database_that_is_down_costs_only_the_memory(notes: Notes, fault: Exception) -> None:
    refusals = counting(notes, limit=2)
    await refusals.begin()
    notes.fault = fault
    refusals.invalid.note()
    await a_while()
    assert notes.written == 1, "it is not asked over and over"
    refusals.invalid.note()
    assert refusals.invalid.wait() is not None
    notes.fault = None
    await refusals.end()
    assert notes.kept == 2


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_count_that_could_not_be_read_at_first_is_not_written_over(notes: Notes, fault: Exception) -> None:
    earlier = counting(notes)
    await earlier.begin()
    for _ in range(9):
        earlier.invalid.note()
    await earlier.end()

    notes.fault = fault
    refusals = counting(notes, limit=10)
    asked = notes.asked
    await refusals.begin()
    refusals.invalid.note()
    await a_while()
    assert notes.asked == asked + 2, "once at first, once before it is written"
    assert refusals.invalid.wait() is None
    notes.fault = None
    await refusals.end()
    assert notes.kept == 10
    assert refusals.invalid.wait() is not None


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_database_that_stays_down_is_no_failure_of_whoever_ends(notes: Notes, fault: Exception) -> None:
    notes.fault = fault
    refusals = counting(notes)
    await refusals.begin()
    refusals.invalid.note()
    await a_while()
    await refusals.end()
    assert notes.values == {}


@pytest.mark.parametrize("value", [{"refused": 3}, {"refused": [["?", 1]]}, {"refused": [[1]]}])
async def test_a_count_that_makes_no_sense_is_begun_anew(notes: Notes, value: JSON) -> None:
    notes.values[f"{REFUSED} {BOT}"] = value
    refusals = counting(notes)
    await refusals.begin()
    refusals.invalid.note()
    await refusals.end()
    assert notes.kept == 1
