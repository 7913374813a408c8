"""How long summaries take by a model with a fixed latency, beside the time that its requests need at least.

    python -m benchmarks.model_wall --papers days/*.jsonl.gz               # concurrency 4, 8 and 16
    python -m benchmarks.model_wall --papers … --latency 2 --batch 1 --pause 40

A stand-in server, in a process of its own, answers every request after `--latency` seconds, through the real SDKs
(OpenAI's for the maker, Gemini's for the judge). All wanted papers are summarized as the service does it, into a
database of its own. Printed for each concurrency: requests r (of the maker and of the judge), the least time of so many
requests, latency · r ÷ concurrency, the same in whole rounds, latency · ⌈r ÷ concurrency⌉, which no order of requests
can beat, the wall time from the first request until the last summary is stored, and its ratio to both.
`--rounds` leaves out what the machine has to do beside: the server answers as soon as all slots are taken, or when no
request has come for a while, and counts these rounds; an order of requests is the best if there are ⌈r ÷ concurrency⌉.
`--pause S` answers one request in the middle with 429 and `Retry-After: S`, on a clock on which long waits pass at
once: every paper must still get its model.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime, timedelta
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import structlog

from benchmarks.faithfulness.cost import as_asked, is_repeated
from benchmarks.faithfulness.texts import papers
from bot import pipeline
from bot.model import Depth, Paper, Summary, SummaryKey, WantedSummary
from bot.providers.budget import Meter
from bot.service.clock import SystemClock
from bot.settings import load
from bot.storage.store import SqlStore
from bot.summaries.providers import build
from tests.fakes import judges
from tests.fakes.makers import AbstractReader
from tests.fakes.models import KEY, Fault, ModelServer
from tests.fakes.stores import memory_store

MAKER, JUDGE = "openai:scripted", "google:scripted"

QUIET_SECONDS = 5.0
"""A round with free slots ends when no request has come for so long."""

WARMING = 4
"""Papers that are summarized first, so that the SDKs and word lists are loaded and connections are open."""


class LeapingClock(SystemClock):
    """The system's clock, on which waits of more than ten seconds pass at once."""

    def __init__(self) -> None:
        self._leapt = timedelta()

    def now(self) -> datetime:
        return super().now() + self._leapt

    async def sleep(self, seconds: float) -> None:
        if seconds <= 10:
            await super().sleep(seconds)
            return
        wakes_at = self.now() + timedelta(seconds=seconds)
        await asyncio.sleep(0)
        # Of several that wait at once, the first one moves the clock for all.
        self._leapt += max(wakes_at - self.now(), timedelta())


class RoundServer(ModelServer):
    """A server that answers all waiting requests at once: when there are `slots` of them, or when none comes."""

    def __init__(self, slots: int, counted: Synchronized[int]) -> None:
        super().__init__(as_asked, judges.with_opinion(is_repeated))
        self._slots, self._counted = slots, counted
        self._waiting: list[asyncio.Future[None]] = []

    async def _answer(self, system: str, user: str) -> str:
        answered = asyncio.get_running_loop().create_future()
        self._waiting.append(answered)
        number = len(self._waiting)
        if number < self._slots:
            asyncio.get_running_loop().call_later(QUIET_SECONDS, self._end_if_quiet, self._waiting, number)
        else:
            self._end_round()
        await answered
        return await super()._answer(system, user)

    def _end_if_quiet(self, waiting: list[asyncio.Future[None]], number: int) -> None:
        if waiting is self._waiting and len(waiting) == number:
            self._end_round()

    def _end_round(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._counted.value += 1
        for answered in waiting:
            answered.set_result(None)


class Trial:
    """One concurrency: the server, the chain and the store, and what was measured."""

    def __init__(self, found: Sequence[Paper], options: argparse.Namespace, concurrency: int) -> None:
        self._papers, self._options, self._concurrency = found, options, concurrency
        self._clock = LeapingClock()
        self._rounds: Synchronized[int] = get_context("spawn").Value("i", 0)

    async def run(self) -> bool:
        """Measure and print; whether every paper got the model."""
        async with AsyncExitStack() as stack:
            openai, gemini = stack.enter_context(_server(self._options, self._concurrency, self._rounds))
            store = await stack.enter_async_context(memory_store())
            settings = load(
                _env_file=None,
                model=(MAKER,),
                model_judge=JUDGE,
                openai_api_key=KEY,
                openai_base_url=openai,
                gemini_api_key=KEY,
                gemini_base_url=gemini,
                model_concurrency=self._concurrency,
                model_batch=self._options.batch,
            )
            meter = Meter(settings.model_budget, self._clock, store, concurrency=self._concurrency)
            chain = await stack.enter_async_context(build(settings, self._clock, meter, store))
            for group in (self._papers[:WARMING], self._papers[WARMING:]):
                keys, before = await self._want(store, group), await self._requests(store)
                wall, cpu, self._rounds.value = time.perf_counter(), time.process_time(), 0
                await pipeline.summarize(
                    store,
                    chain,
                    AbstractReader(),
                    self._clock,
                    concurrency=self._concurrency,
                    patience=pipeline.Patience(self._clock, 600),
                )
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            requests = await self._requests(store) - before
            return self._report(requests, list((await store.summaries(keys)).values()), wall, cpu)

    async def _requests(self, store: SqlStore) -> Counter[str]:
        """The requests of the day by model."""
        return Counter({usage.model: usage.requests for usage in await store.usage(self._clock.now().date())})

    async def _want(self, store: SqlStore, group: Sequence[Paper]) -> list[SummaryKey]:
        await store.remember(group, self._clock.now())
        keys = [SummaryKey(paper.id, paper.version, "en", Depth.BRIEF) for paper in group]
        await store.want([WantedSummary(key, 1, self._clock.now()) for key in keys])
        return keys

    def _report(self, asked: Counter[str], made: Sequence[Summary], wall: float, cpu: float) -> bool:
        requests = asked.total()
        least = self._options.latency * requests / self._concurrency
        rounds = self._options.latency * math.ceil(requests / self._concurrency)
        models = Counter(summary.provenance.model for summary in made)
        judged = sum(summary.provenance.judge is not None for summary in made)
        if self._options.rounds:
            least_rounds = math.ceil(requests / self._concurrency)
            print(
                f"concurrency {self._concurrency:2}: {asked[MAKER]} + {asked[JUDGE]} requests,"
                f" {self._rounds.value} rounds, at least {least_rounds}",
                flush=True,
            )
            return self._rounds.value == least_rounds
        print(
            f"concurrency {self._concurrency:2}: {asked[MAKER]} + {asked[JUDGE]} requests, least {least:.2f} s,"
            f" in rounds {rounds:.2f} s, wall {wall:.2f} s, ratio {wall / least:.3f}, to rounds {wall / rounds:.3f};"
            f" CPU {cpu:.1f} s; papers {dict(models)}, judged {judged}",
            flush=True,
        )
        return models == {MAKER: len(self._papers) - WARMING} and judged == models.total()


@contextmanager
def _server(options: argparse.Namespace, slots: int, rounds: Synchronized[int]) -> Iterator[tuple[str, str]]:
    """A stand-in server in a process of its own; yields its base URLs for OpenAI's and Gemini's API."""
    ours, theirs = Pipe()
    process = get_context("spawn").Process(target=_serve, args=(theirs, options, slots, rounds))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        process.join()


def _serve(pipe: Connection, options: argparse.Namespace, slots: int, rounds: Synchronized[int]) -> None:
    async def serve() -> None:
        judge = judges.with_opinion(is_repeated)
        chosen = RoundServer(slots, rounds) if options.rounds else ModelServer(as_asked, judge, delay=options.latency)
        async with chosen as server:
            if options.pause:
                # In the middle of the first requests after those that warm up.
                fault = Fault(status=429, retry_after=options.pause)
                asyncio.get_running_loop().call_later(6 * options.latency, server.faults.append, fault)
            pipe.send((server.openai, server.gemini))
            await asyncio.to_thread(pipe.recv)

    asyncio.run(serve())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", nargs="+", type=Path, required=True)
    parser.add_argument("--number", type=int, default=189)
    parser.add_argument("--latency", type=float, default=1.0, help="seconds until the server answers a request")
    parser.add_argument("--batch", type=int, default=4, help="MODEL_BATCH")
    parser.add_argument("--concurrency", type=int, nargs="+", default=[4, 8, 16])
    parser.add_argument("--pause", type=float, default=0.0, help="one 429 with this Retry-After, in seconds")
    parser.add_argument("--rounds", action="store_true", help="count rounds of requests instead of seconds")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    size = options.number + WARMING
    # Other papers for each: what the checks have found out about a paper is remembered in the process.
    found = papers(options.papers, size * len(options.concurrency), 7)
    met = [
        asyncio.run(Trial(found[size * index : size * (index + 1)], options, number).run())
        for index, number in enumerate(options.concurrency)
    ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
