"""A simulated week: 500 chats in 12 time zones, five listing days, and every fault once.

    python -m benchmarks.week [--chats 500] [--step 20]

Uses the real listing days of the corpus if it is present, else generated ones. Prints how many papers were delivered,
how many each chat should have received, and every difference; the exit status is 1 if there is a difference.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import logging
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import structlog

from bot.arxiv import calendar
from bot.model import Announced, Announcement, Kind, Paper
from tests.fakes.stores import new_database
from tests.pipeline.test_week import followers, made_up_days, with_every_fault
from tests.pipeline.week import DAYS, Follower, Verdict, Week, judge

CORPUS = Path(__file__).parents[1] / ".." / "shared" / "corpus" / "days"
QUERIES = (
    "cs.CV", "cs.CL", "cs.RO", "cs.LG AND diffusion", "quant-ph", "math.NA", "hep-th", "cs.CR", "eess.IV",
    '"language model"', '"reinforcement learning"', "graph", "robot", "video OR image", "transformer AND NOT cs.CV",
    "quantum", "protein", "galaxy", "optimization AND math.OC", '"sparse attention"', "speech", "benchmark AND cs.CL",
)  # fmt: skip
"""Topics that followers choose from: broad and narrow ones, words, phrases and categories."""


def real_days() -> dict[date, tuple[Announced, ...]]:
    """Announcements by listing day: the corpus's days, moved to the simulated week, or generated ones without it."""
    files = sorted(CORPUS.glob("*.jsonl.gz"))[: len(DAYS)]
    if len(files) < len(DAYS):
        return made_up_days()
    return {day: tuple(_announcements(file, day)) for day, file in zip(DAYS, files, strict=True)}


def _announcements(file: Path, day: date) -> Iterator[Announced]:
    submitted = calendar.released_at(day) - timedelta(hours=12)  # before the deadline of that listing
    for line in gzip.decompress(file.read_bytes()).decode().splitlines():
        row = json.loads(line)
        paper = Paper(
            id=row["id"],
            version=1,
            title=row["title"],
            authors=tuple(row["authors"]),
            abstract=row["abstract"],
            categories=tuple(row["categories"]),
            comment=row["comment"],
            published=submitted,
        )
        yield Announced(paper, Announcement(paper.id, 1, day, Kind.NEW))


def chats(count: int) -> list[Follower]:
    """The followers of the test, each with one to four of `QUERIES`. The same for every run."""
    generator = random.Random(20)  # a fixed seed, so that two versions can be compared
    return [
        replace(follower, queries=tuple(generator.sample(QUERIES, generator.randint(1, 4))))
        for follower in followers(count)
    ]


async def main(count: int, step: int) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        days = real_days()
        database = await new_database(Path(folder) / "week.sqlite3")
        week = with_every_fault(Week(database, days, chats(count), timedelta(minutes=step)))
        started = perf_counter()
        await week.run()
        seconds = perf_counter() - started
        verdict = await judge(week)
    papers = sum(map(len, days.values()))
    print(f"{verdict.chats} chats, {papers} papers on {len(days)} listing days; {seconds:.0f} s")
    print(f"restarts {week.restarted}")
    print(f"papers to deliver {verdict.expected}, delivered {verdict.delivered}, listed as unknown {verdict.unknown}")
    print(f"past the title lines of a digest, and counted there: {verdict.passed}")
    print(f"messages: Telegram {week.telegram.outcomes}, Discord {week.discord.outcomes}")
    print(f"requests to arXiv {week.arxiv.requests}; steps that failed and were retried {dict(week.failures)}")
    print(f"lost, repeated, late or at night: {len(verdict.problems)}")
    print("\n".join(verdict.problems[:40]))
    return verdict


if __name__ == "__main__":
    # Thousands of expected faults would hide the result.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=500)
    parser.add_argument("--step", type=int, default=20, help="simulated minutes between two ticks")
    options = parser.parse_args()
    sys.exit(1 if asyncio.run(main(options.chats, options.step)).problems else 0)
