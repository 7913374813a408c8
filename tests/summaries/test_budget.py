"""The budget of models is kept, and a pause holds for everybody until it ends."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.errors import ModelRefused, ModelUnavailable
from bot.model import Budget, ModelPause, Summary
from bot.providers.budget import Meter
from bot.providers.pauses import ModelPaused, Pauses, next_pause
from bot.providers.process_usage import ProcessUsage
from bot.summaries.fallback import FallbackChain
from bot.summaries.model_client import ModelClient
from bot.summaries.openai import OpenAIModel
from tests.fakes.clock import FakeClock
from tests.fakes.models import KEY, Fault, ModelServer
from tests.summaries.conftest import a_paper, a_request
from tests.summaries.test_fallback import maker


async def test_the_budget_of_a_day_is_kept_and_renewed_at_midnight(server: ModelServer, clock: FakeClock) -> None:
    usage = ProcessUsage()
    meter = Meter(Budget(requests_per_day=2), clock, usage)
    async with FallbackChain([maker(server, clock, meter=meter)], clock) as chain:
        await chain.summarize(a_request())
        assert (await meter.remaining()).requests == 1
        await chain.summarize(a_request())
        with pytest.raises(ModelUnavailable, match="budget of 2 requests a day is used up") as caught:
            await chain.summarize(a_request())
        assert caught.value.retry_after == 19.5 * 3600
        assert len(server.asked) == 2
        clock.advance(19.5 * 3600)
        await chain.summarize(a_request())
    days = [await usage.usage(clock.now().date() + timedelta(days=days)) for days in (-1, 0)]
    assert [row.requests for rows in days for row in rows] == [2, 1]
    assert all(row.tokens > 100 for rows in days for row in rows)


async def test_the_budget_of_tokens_is_not_exceeded(server: ModelServer, clock: FakeClock) -> None:
    usage = ProcessUsage()
    meter = Meter(Budget(tokens_per_day=6_000), clock, usage)
    async with FallbackChain([maker(server, clock, meter=meter)], clock) as chain:
        asked = [chain.summarize(a_request(a_paper(f"2606.1{n:04}"))) for n in range(20)]
        made = await asyncio.gather(*asked, return_exceptions=True)
    refused = [str(result) for result in made if not isinstance(result, Summary)]
    assert set(refused) == {"The budget of 6000 tokens a day is used up."}
    [used] = await usage.usage(clock.now().date())
    assert 2_000 < used.tokens <= 6_000
    assert used.requests == len(server.asked)


async def test_the_budget_of_a_day_is_kept_by_concurrent_requests(server: ModelServer, clock: FakeClock) -> None:
    server.delay = 0.02
    meter = Meter(Budget(requests_per_day=3), clock, ProcessUsage(), concurrency=8)
    async with FallbackChain([maker(server, clock, meter=meter)], clock) as chain:
        asked = [chain.summarize(a_request(a_paper(f"2606.1{n:04}"))) for n in range(8)]
        made = await asyncio.gather(*asked, return_exceptions=True)
    assert len(server.asked) == 3
    assert sum(isinstance(result, Summary) for result in made) == 3


async def test_every_request_of_a_failed_call_counts(server: ModelServer, clock: FakeClock) -> None:
    server.faults += [Fault(status=400)] * 8
    usage = ProcessUsage()
    meter = Meter(Budget(), clock, usage)
    async with FallbackChain([maker(server, clock, meter=meter)], clock) as chain:
        with pytest.raises(ModelRefused):
            await chain.summarize(a_request())
    assert [row.requests for row in await usage.usage(clock.now().date())] == [len(server.asked)]


async def test_requests_wait_for_the_limit_per_minute(server: ModelServer, clock: FakeClock) -> None:
    meter = Meter(Budget(requests_per_minute=2), clock)
    start = clock.now()
    async with FallbackChain([maker(server, clock, meter=meter)], clock) as chain:
        for _ in range(5):
            await chain.summarize(a_request())
    assert clock.now() - start == timedelta(minutes=2)


async def test_a_form_of_request_that_the_server_does_not_know_counts_against_the_budget(
    server: ModelServer, clock: FakeClock
) -> None:
    server.knows = ("tools",)
    meter = Meter(Budget(requests_per_day=2), clock)
    async with FallbackChain([maker(server, clock, meter=meter)], clock) as chain:
        with pytest.raises(ModelUnavailable, match="budget of 2 requests a day"):
            await chain.summarize(a_request())
    assert len(server.asked) == 2


async def test_processes_that_share_a_store_share_the_budget(server: ModelServer, clock: FakeClock) -> None:
    server.delay = 0.02
    usage, budget = ProcessUsage(), Budget(requests_per_day=5)
    chains = [FallbackChain([maker(server, clock, meter=Meter(budget, clock, usage))], clock) for _ in range(3)]
    asked = [chain.summarize(a_request(a_paper(f"2606.1{n:04}"))) for n, chain in enumerate(4 * chains)]
    made = await asyncio.gather(*asked, return_exceptions=True)
    for chain in chains:
        await chain.close()
    assert len(server.asked) == 5
    assert sum(isinstance(result, Summary) for result in made) == 5


PROMPT = ("Answer.", "In json.", {"type": "object", "properties": {}, "required": []})

# ── pauses ────────────────────────────────────────────────────────────────────────────────────────────────────────


def unavailable(retry_after: float | None = None) -> ModelUnavailable:
    return ModelUnavailable("down", retry_after=retry_after)


def seconds_of(pause: ModelPause, now: datetime) -> float:
    return (pause.until - now).total_seconds()


def test_pauses_grow_with_failures_in_a_row(clock: FakeClock) -> None:
    pause, lengths = None, []
    for _ in range(8):
        pause = next_pause(pause, "m", unavailable(), clock.now(), clock.now())
        lengths.append(seconds_of(pause, clock.now()))
    assert lengths == [15, 30, 60, 120, 240, 480, 900, 900]
    assert seconds_of(next_pause(pause, "m", unavailable(7), clock.now(), clock.now()), clock.now()) == 7


def test_an_outage_of_thousands_of_requests_still_has_a_next_pause(clock: FakeClock) -> None:
    earlier = ModelPause("m", clock.now(), clock.now(), "down", 5_000)
    assert seconds_of(next_pause(earlier, "m", unavailable(), clock.now(), clock.now()), clock.now()) == 900


def test_requests_that_were_under_way_when_a_pause_began_count_as_one_failure(clock: FakeClock) -> None:
    asked_at = clock.now()
    clock.advance(1)
    pause = next_pause(None, "m", unavailable(), clock.now(), asked_at)
    for _ in range(15):
        pause = next_pause(pause, "m", unavailable(), clock.now(), asked_at)
    assert (pause.failures, seconds_of(pause, clock.now())) == (1, 15)


def client(server: ModelServer, clock: FakeClock, meter: Meter) -> ModelClient:
    return ModelClient(OpenAIModel("first", KEY, base_url=server.openai, timeout=5), clock, meter)


@pytest.fixture
def meters(clock: FakeClock) -> list[Meter]:
    """The meters of two processes that share a store."""
    usage = ProcessUsage()
    return [Meter(Budget(), clock, usage, concurrency=8) for _ in range(2)]


async def test_an_answer_to_a_request_that_was_under_way_ends_no_pause(
    server: ModelServer, clock: FakeClock, meters: list[Meter]
) -> None:
    one = client(server, clock, meters[0])
    server.delay = 0.2
    under_way = asyncio.create_task(one.ask(*PROMPT))
    while not server.asked:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)
    server.faults.append(Fault(status=429, retry_after=40))
    with pytest.raises(ModelUnavailable):
        await one.ask(*PROMPT)
    await under_way
    with pytest.raises(ModelPaused) as caught:
        await one.ask(*PROMPT)
    assert caught.value.retry_after == 40
    assert len(server.asked) == 2
    await one.close()


async def test_a_pause_holds_for_all_processes_until_it_ends(
    server: ModelServer, clock: FakeClock, meters: list[Meter]
) -> None:
    server.faults.append(Fault(status=429, retry_after=40))
    one, other = (client(server, clock, meter) for meter in meters)
    for asking in (one, other, one):
        with pytest.raises(ModelUnavailable, match="over its quota") as caught:
            await asking.ask(*PROMPT)
        assert caught.value.retry_after == 40
    assert len(server.asked) == 1
    clock.advance(40)
    for asking in (other, one):
        assert await asking.ask(*PROMPT)
        await asking.close()


async def test_a_short_pause_is_waited_for_by_all(server: ModelServer, clock: FakeClock, meters: list[Meter]) -> None:
    server.faults.append(Fault(status=429, retry_after=5))
    one, other = (client(server, clock, meter) for meter in meters)
    began = clock.now()
    await asyncio.gather(*(asking.ask(*PROMPT) for asking in (one, other, one, other)))
    assert clock.now() - began >= timedelta(seconds=5)
    for asking in (one, other):
        await asking.close()


async def test_whoever_has_patience_waits_for_a_long_pause_and_then_asks(
    server: ModelServer, clock: FakeClock, meters: list[Meter]
) -> None:
    server.faults.append(Fault(status=429, retry_after=40))
    one = client(server, clock, meters[0])
    began = clock.now()
    assert await one.ask(*PROMPT, patience=60)
    assert clock.now() - began == timedelta(seconds=40)
    assert len(server.asked) == 2
    await one.close()


async def test_after_an_answer_the_failures_in_a_row_are_forgotten(
    server: ModelServer, clock: FakeClock, meters: list[Meter]
) -> None:
    one = client(server, clock, meters[0])
    for _ in range(2):
        server.faults += [Fault(status=503)] * 2
        with pytest.raises(ModelUnavailable) as caught:
            await one.ask(*PROMPT)
        assert caught.value.retry_after == 15
        clock.advance(15)
        await one.ask(*PROMPT)
    await one.close()


async def test_a_slot_is_free_while_a_request_waits_for_its_minute(server: ModelServer, clock: FakeClock) -> None:
    meter = Meter(Budget(requests_per_minute=1), clock, concurrency=1)
    one = client(server, clock, meter)
    await one.ask(*PROMPT)
    waiting = asyncio.create_task(one.ask(*PROMPT))
    while not clock.slept:
        assert not waiting.done()
        await asyncio.sleep(0)
    assert meter.slots.free == 1
    await waiting
    await one.close()


async def test_a_pause_that_is_over_and_unknown_to_the_store_is_none(clock: FakeClock) -> None:
    assert await Pauses(clock, ProcessUsage()).check("openai:first") is None


async def test_a_pause_that_a_clock_running_ahead_has_set_does_not_outlast_it(
    server: ModelServer, clock: FakeClock
) -> None:
    ahead, usage = FakeClock(clock.now() + timedelta(days=400)), ProcessUsage()
    fast, right = (client(server, each, Meter(Budget(), each, usage)) for each in (ahead, clock))
    server.faults += [Fault(status=429, retry_after=40)] * 2
    for asking in (fast, right):
        with pytest.raises(ModelUnavailable) as caught:
            await asking.ask(*PROMPT)
        assert caught.value.retry_after == 40
    assert len(server.asked) == 2
    clock.advance(40)
    assert await right.ask(*PROMPT)
    for asking in (fast, right):
        await asking.close()
