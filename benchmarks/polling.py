"""Counts requests to arXiv and their bytes: usual days with several polls, and the days after an outage.

    python -m benchmarks.polling [--papers 1000] [--days 12] [--outage 4]

A stand-in arXiv on a local port serves a made-up listing of every day; the topics need all of arXiv's archives.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import structlog

from benchmarks.year.made_up import Year
from bot import pipeline
from bot.arxiv import calendar
from bot.model import ARCHIVE, Chat
from bot.ports import Store
from bot.sources.arxiv_source import ArxivSource
from bot.sources.fetch import Fetcher, Gate
from bot.storage.store import open_store
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.clock import FakeClock

POLL_HOURS = (4.1, 4.5, 11.0, 17.0)
"""Hours (UTC) at which a poll is made: after the feed is published, soon again, and twice later."""


class Measured:
    """One store and one source, and what each day's polls took."""

    def __init__(self, store: Store, arxiv: FakeArxiv, source: ArxivSource, clock: FakeClock) -> None:
        self._store, self._arxiv, self._source, self._clock = store, arxiv, source, clock

    async def day(self, day: date, *, failing: bool = False) -> None:
        """Make the polls of a day and print the requests and megabytes of each."""
        polls = []
        for hours in POLL_HOURS:
            self._arxiv.today = day
            self._clock.set(datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hours))
            self._arxiv.forget_stats()
            if not failing:
                await pipeline.poll(self._store, self._source, self._clock, force=True)
            polls.append(self._arxiv.stats())
        megabytes = [poll.bytes_sent / 1e6 for poll in polls]
        columns = "  ".join(f"{poll.requests:3} {size:6.2f}" for poll, size in zip(polls, megabytes, strict=True))
        total = f"{sum(poll.requests for poll in polls):4} requests {sum(megabytes):7.2f} MB"
        print(f"{day:%a %d %b}  {columns}   {total}{'  arXiv away' if failing else ''}", flush=True)


async def main(papers: int, days: int, outage: int) -> None:
    listings = dict(Year(date(2026, 6, 1), days + outage + 2, papers).listings())
    order = list(listings)
    with tempfile.TemporaryDirectory() as folder, FakeArxiv(listings) as arxiv:
        arxiv.oai_page = 1000
        store = await open_store(f"sqlite+aiosqlite:///{Path(folder) / 'polls.sqlite3'}")
        settings = arxiv.settings(arxiv_timeout_seconds=60)
        clock = FakeClock(calendar.feed_at(order[0]))
        async with store, Fetcher(settings, Gate(FakeClock(), 0, attempts=1, rng=random.Random(1))) as fetcher:
            await store.add_chat(Chat(ARCHIVE))
            await store.subscribe(ARCHIVE, "learning", order[0], clock.now())
            measured = Measured(store, arxiv, ArxivSource(settings, fetcher), clock)
            print("day         " + "  ".join(f"poll {n}: req MB"[:10] for n in range(1, len(POLL_HOURS) + 1)))
            for day in order[:days]:
                await measured.day(day)
            for day in order[days : days + outage]:
                await measured.day(day, failing=True)
            for day in order[days + outage :]:
                await measured.day(day)
            missing = await store.incomplete(order[0])
            ledger = await store.ledger(order[0])
            print(f"{sum(line.ingested for line in ledger)} papers ingested; {len(missing)} not completed by the API")


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=1000, help="announcements of a day")
    parser.add_argument("--days", type=int, default=12)
    parser.add_argument("--outage", type=int, default=4, help="listing days on which nothing can be asked")
    options = parser.parse_args()
    asyncio.run(main(options.papers, options.days, options.outage))
