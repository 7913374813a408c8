"""How long it takes to train a chat's model, by its number of votes, and what the service's process takes for it.

    python -m benchmarks.learning [--papers FILE.jsonl.gz ...]

Papers are those of real announcement days (a line of JSON each, with id, title, abstract, categories), or made up.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import resource
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.model import Examples, Paper, VoteKind
from bot.relevance.learner_process import LearnerProcess
from bot.relevance.starter import starter

COUNTS = (1, 10, 100, 500)
NEGATIVES = 500
ROUNDS = 5
MADE_UP = 2_000


def read_papers(files: Sequence[Path]) -> list[Paper]:
    """The papers of the files; without any, papers of made-up words as long as real ones."""
    if not files:
        return [_made_up(number) for number in range(MADE_UP)]
    rows = [json.loads(line) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]
    return [Paper(row["id"], 1, row["title"], (), row["abstract"], tuple(row["categories"])) for row in rows]


def _made_up(number: int) -> Paper:
    draw = random.Random(number)
    # A few words are frequent and most are rare, as in a language.
    words = [f"w{int(draw.paretovariate(0.6)) % 20_000}x" for _ in range(170)]
    return Paper(f"2606.{number:05}", 1, " ".join(words[:10]), (), " ".join(words[10:]), ("cs.LG",))


def examples(papers: Sequence[Paper], votes: int, round_number: int) -> Examples:
    """A chat with so many votes, half of them against, and negatives without votes."""
    draw = random.Random(f"{votes} {round_number}")
    chosen = draw.sample(papers, min(votes + NEGATIVES, len(papers)))
    kinds = (VoteKind.UP, VoteKind.DOWN)
    voted = [(paper, {kinds[place % 2]: 1}) for place, paper in enumerate(chosen[:votes])]
    half = votes + NEGATIVES // 2
    return Examples(voted, chosen[votes:half], chosen[half:], ["about: learning with few examples"])


async def measure(papers: Sequence[Paper]) -> None:
    before = _peak_mb()
    learner = LearnerProcess()
    now = datetime.now(UTC)
    topics = {"learning with few examples": None}
    begun = time.perf_counter()
    await learner.learn(examples(papers, 10, 0), now, 1, table=starter(), topics=topics)
    print(f"start of the process and first model: {time.perf_counter() - begun:.2f} s")
    every = [(paper, {VoteKind.UP: 1}) for paper in papers]
    begun = time.perf_counter()
    await learner.learn(Examples(every[:1000], papers[1000:]), now, 1, table=starter(), topics=topics)
    print(f"reading {len(papers)} papers and a model of 1,000 votes: {time.perf_counter() - begun:.2f} s")
    for votes in COUNTS:
        wall, cpu, size = [], [], 0
        for round_number in range(ROUNDS):
            assert learner.pid is not None
            given = examples(papers, votes, round_number)
            begun, own, other = time.perf_counter(), time.process_time(), _cpu_of(learner.pid)
            model = await learner.learn(given, now, 1, table=starter(), topics=topics)
            wall.append((time.perf_counter() - begun) * 1000)
            cpu.append((time.process_time() - own + _cpu_of(learner.pid) - other) * 1000)
            size = len(model.terms) if model else 0
        print(
            f"{votes:4} votes, {NEGATIVES} others: {min(wall):6.0f} ms at best, {sum(wall) / ROUNDS:6.0f} ms a model,"
            f" {sum(cpu) / ROUNDS:6.0f} ms of CPU time in both processes, {size} terms"
        )
    assert learner.pid is not None
    print(f"memory of the process that trains: {_memory_mb(learner.pid):.0f} MB")
    print(f"memory of this process: {before:.0f} MB before, {_peak_mb():.0f} MB at most")
    await learner.close()


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kB on Linux


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _memory_mb(pid: int) -> float:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", nargs="*", type=Path, default=[], metavar="FILE")
    asyncio.run(measure(read_papers(parser.parse_args().papers)))


if __name__ == "__main__":
    main()
