"""The gate: one request at a time, a delay between any two, retries within limits, state kept across restarts."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NoSuchPaper, Paused, SourceUnavailable, StoreUnavailable, Unreachable
from bot.model import JSON
from bot.sources.gate import (
    FIRST_PAUSE_SECONDS,
    MAX_PAUSE_SECONDS,
    Gate,
    GateState,
    Throttled,
    after_failure,
    wait_before,
)
from tests.fakes.clock import FakeClock

NOW = datetime(2026, 6, 2, 4, 30, tzinfo=UTC)


class Requests:
    """Requests that take two seconds and fail with these errors first; records when each began and ended."""

    def __init__(self, clock: FakeClock, *failures: Exception) -> None:
        self.clock = clock
        self.failures = list(failures)
        self.times: list[tuple[datetime, datetime]] = []
        self.inside = 0

    async def __call__(self) -> str:
        self.inside += 1
        assert self.inside == 1, "two requests at once"
        begun = self.clock.now()
        await self.clock.sleep(2)
        self.times.append((begun, self.clock.now()))
        self.inside -= 1
        if self.failures:
            raise self.failures.pop(0)
        return "served"

    def gaps(self) -> list[float]:
        return [
            (later[0] - earlier[1]).total_seconds() for earlier, later in zip(self.times, self.times[1:], strict=False)
        ]


def gate(clock: FakeClock, **options: object) -> Gate:
    return Gate(clock, 3.0, rng=random.Random(7), **options)  # type: ignore[arg-type]


async def test_a_request_starts_three_seconds_after_the_end_of_the_one_before() -> None:
    clock = FakeClock()
    requests, the_gate = Requests(clock), gate(clock)
    await asyncio.gather(*(the_gate.call(requests) for _ in range(5)))
    assert requests.gaps() == [3.0] * 4


async def test_there_is_no_wait_if_nothing_was_requested_lately() -> None:
    clock = FakeClock()
    requests, the_gate = Requests(clock), gate(clock)
    await the_gate.call(requests)
    clock.advance(60)
    await the_gate.call(requests)
    assert requests.gaps() == [60.0]


async def test_a_request_is_retried_after_a_fault() -> None:
    clock = FakeClock()
    requests = Requests(clock, SourceUnavailable("broken"), SourceUnavailable("broken"))
    assert await gate(clock).call(requests) == "served"
    assert len(requests.times) == 3
    assert all(gap >= 3 for gap in requests.gaps())


async def test_the_number_of_attempts_is_limited() -> None:
    clock = FakeClock()
    requests = Requests(clock, *[SourceUnavailable("broken") for _ in range(9)])
    with pytest.raises(SourceUnavailable, match="broken"):
        await gate(clock, attempts=3).call(requests)
    assert len(requests.times) == 3


async def test_the_time_for_retries_is_limited() -> None:
    clock = FakeClock()
    requests = Requests(clock, *[SourceUnavailable("slow") for _ in range(99)])
    begun = clock.now()
    with pytest.raises(SourceUnavailable):
        await gate(clock, attempts=99, patience=60).call(requests)
    assert clock.now() - begun <= timedelta(seconds=70)


async def test_retry_after_applies_to_all_callers() -> None:
    clock = FakeClock()
    requests, the_gate = Requests(clock, SourceUnavailable("busy", retry_after=20)), gate(clock)
    await asyncio.gather(the_gate.call(requests), the_gate.call(requests))
    assert requests.gaps() == [20.0, 3.0]


async def test_a_long_retry_after_is_raised_at_once_and_applies_later() -> None:
    clock = FakeClock()
    requests, the_gate = Requests(clock, SourceUnavailable("busy", retry_after=900)), gate(clock)
    with pytest.raises(Paused) as caught:
        await the_gate.call(requests)
    assert caught.value.retry_after == 900
    clock.advance(300)
    with pytest.raises(Paused) as caught:
        await the_gate.call(requests)
    assert caught.value.retry_after == 600
    assert len(requests.times) == 1
    clock.advance(600)
    assert await the_gate.call(requests) == "served"


async def test_three_429s_are_retried_and_four_start_a_pause_that_doubles() -> None:
    clock = FakeClock()
    requests, the_gate = Requests(clock, *[Throttled("too much") for _ in range(3)]), gate(clock)
    assert await the_gate.call(requests) == "served"
    requests.failures = [Throttled("too much") for _ in range(5)]
    with pytest.raises(Throttled):
        await the_gate.call(requests)
    with pytest.raises(Paused) as caught:
        await the_gate.call(requests)
    assert caught.value.retry_after == pytest.approx(FIRST_PAUSE_SECONDS)
    clock.advance(FIRST_PAUSE_SECONDS)
    with pytest.raises(Paused) as caught:
        await the_gate.call(requests)
    assert caught.value.retry_after == pytest.approx(2 * FIRST_PAUSE_SECONDS)
    clock.advance(2 * FIRST_PAUSE_SECONDS)
    assert await the_gate.call(requests) == "served"


async def test_an_error_that_a_retry_cannot_change_is_not_retried() -> None:
    clock = FakeClock()
    requests, the_gate = Requests(clock, NoSuchPaper("abc")), gate(clock)
    with pytest.raises(NoSuchPaper):
        await the_gate.call(requests)
    await the_gate.call(requests)
    assert requests.gaps() == [3.0]


async def test_a_cancelled_request_counts_as_one() -> None:
    clock = FakeClock()
    the_gate, requests, entered = gate(clock), Requests(clock), asyncio.Event()

    async def hang() -> None:
        entered.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(the_gate.call(hang))
    await entered.wait()
    ended = clock.now()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await the_gate.call(requests)
    assert (requests.times[0][0] - ended).total_seconds() == 3


class Kept:
    """The one value that a store keeps for the gate."""

    def __init__(self, value: JSON | None = None, *, broken: bool = False) -> None:
        self.value = value
        self.broken = broken

    async def load(self) -> JSON | None:
        if self.broken:
            raise StoreUnavailable("no database")
        return self.value

    async def save(self, value: JSON) -> None:
        if self.broken:
            raise StoreUnavailable("no database")
        self.value = value


async def test_a_new_process_keeps_the_delay_after_the_last_request_of_the_old_one() -> None:
    clock, kept = FakeClock(), Kept()
    requests = Requests(clock)
    for _ in range(3):  # each a run from cron
        await gate(clock, load=kept.load, save=kept.save).call(requests)
    assert requests.gaps() == [3.0, 3.0]


def test_thousands_of_429s_still_have_a_next_pause() -> None:
    state = after_failure(GateState(throttled=5_000), Throttled("429"), 5_000, 6, NOW, random.Random(1))
    assert state.quiet_until == NOW + timedelta(seconds=MAX_PAUSE_SECONDS)


async def test_a_pause_survives_a_restart() -> None:
    clock, kept = FakeClock(), Kept()
    requests = Requests(clock, *[Throttled("too much") for _ in range(4)])
    with pytest.raises(Throttled):
        await gate(clock, load=kept.load, save=kept.save).call(requests)
    with pytest.raises(Paused):
        await gate(clock, load=kept.load, save=kept.save).call(requests)


@pytest.mark.parametrize("value", [{"ended": "yesterday"}, {"ended": 5}, {"throttled": "x"}, {"unheard": "of"}, {}])
async def test_an_invalid_stored_state_is_ignored(value: JSON) -> None:
    clock = FakeClock()
    kept = Kept(value)
    assert await gate(clock, load=kept.load, save=kept.save).call(Requests(clock)) == "served"


async def test_a_database_that_is_down_does_not_stop_a_request() -> None:
    clock, kept = FakeClock(), Kept(broken=True)
    the_gate, requests = gate(clock, load=kept.load, save=kept.save), Requests(clock)
    await the_gate.call(requests)
    await the_gate.call(requests)
    assert requests.gaps() == [3.0]


def test_with_a_clock_that_was_set_back_the_wait_is_no_longer_than_the_delay() -> None:
    tomorrow = NOW + timedelta(days=1)
    assert wait_before(GateState(ended=tomorrow), 3, NOW) == 3
    assert wait_before(GateState(quiet_until=NOW + timedelta(days=30)), 3, NOW) == MAX_PAUSE_SECONDS


def test_the_gate_state_survives_json() -> None:
    state = GateState(NOW, NOW + timedelta(seconds=5), 2)
    assert GateState.from_json(state.to_json()) == state
    assert GateState.from_json(GateState().to_json()) == GateState()


@given(st.integers(1, 30), st.integers(0, 2**32))
def test_backoff_grows_and_stays_within_a_minute(attempt: int, seed: int) -> None:
    state = after_failure(GateState(), SourceUnavailable("x"), attempt, 6, NOW, random.Random(seed))
    assert state.quiet_until is not None
    assert 0 <= (state.quiet_until - NOW).total_seconds() <= min(6 * 2 ** (attempt - 1), 60)


@pytest.mark.parametrize("interactive", [True, False])
async def test_only_an_interactive_gate_does_not_retry_a_failed_connection(interactive: bool) -> None:
    clock = FakeClock(NOW)
    away = Unreachable("rss.arxiv.org was not found")
    requests = Requests(clock, away, away)
    waiting = gate(clock, interactive=interactive)
    if not interactive:
        assert await waiting.call(requests) == "served"
        return
    for _ in range(2):
        with pytest.raises(Unreachable):
            await waiting.call(requests)
    assert requests.gaps() == [0.0], "nobody was asked, so nobody needs a pause"


async def test_a_waiting_person_is_told_why_and_how_long_once_for_the_same_fault() -> None:
    clock, said = FakeClock(NOW), list[str]()
    requests = Requests(clock, Throttled("Too many.", retry_after=40), *[SourceUnavailable("It broke.")] * 2)
    waiting = gate(clock, say=said.append)
    assert await waiting.call(requests) == "served"
    after_a_fault = [f"Asking arXiv again in {gap:.0f} s …" for gap in requests.gaps()[1:]]
    assert said == ["Too many. Asking arXiv again in 40 s …", f"It broke. {after_a_fault[0]}", after_a_fault[1]]
    said.clear()
    assert await waiting.call(requests) == "served"
    assert said == [], "the delay between any two requests is not worth a word"


async def test_a_fault_is_told_with_the_first_wait_after_it_however_late_that_comes() -> None:
    clock, said = FakeClock(NOW), list[str]()
    at_once = SourceUnavailable("It broke.", retry_after=0)
    requests = Requests(clock, at_once, SourceUnavailable("It broke.", retry_after=20))
    assert await Gate(clock, 0, say=said.append).call(requests) == "served"
    assert said == ["It broke. Asking arXiv again in 20 s …"]


async def test_a_wait_that_was_begun_by_another_process_is_told() -> None:
    said = list[str]()

    async def load() -> JSON:
        return GateState(NOW, NOW + timedelta(seconds=90)).to_json()

    waiting = gate(FakeClock(NOW), load=load, say=said.append)
    assert await waiting.call(Requests(FakeClock(NOW))) == "served"
    assert said == ["Asking arXiv again in 90 s …"]


async def test_an_interactive_gate_retries_other_faults() -> None:
    clock = FakeClock(NOW)
    assert await gate(clock, interactive=True).call(Requests(clock, SourceUnavailable("down"))) == "served"
