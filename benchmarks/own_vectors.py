"""What it costs to make vectors of terms from a store's own papers, and what the service's process takes for them.

    python -m benchmarks.own_vectors [--papers FILE.jsonl.gz ...] [--counts 2000 20000]

Where the files have too few papers, they are repeated with some of their words changed, so that there are new terms.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.learning import read_papers
from bot.model import Paper
from bot.relevance.measuring import PaperRelevance
from bot.service.clock import SystemClock
from bot.storage.store import open_store

CHANGED = 0.1
"""The share of words that are changed in each repetition."""

PAPERS_AT_ONCE = 200


def repeated(papers: Sequence[Paper], count: int) -> Iterator[Paper]:
    for number in range(count):
        paper, again = papers[number % len(papers)], number // len(papers)
        yield replace(paper, abstract=_changed(paper.abstract, again)) if again else paper


def _changed(text: str, again: int) -> str:
    draw = random.Random(f"{again} {text}")
    return " ".join(f"{word}{again}" if draw.random() < CHANGED else word for word in text.split())


async def pages(papers: Sequence[Paper], count: int) -> AsyncIterator[Sequence[Paper]]:
    page: list[Paper] = []
    for paper in repeated(papers, count):
        page.append(paper)
        if len(page) == PAPERS_AT_ONCE:
            yield page
            page = []
    yield page


async def measure(papers: Sequence[Paper], counts: Sequence[int], folder: str) -> None:
    async with await open_store(f"sqlite+aiosqlite:///{folder}/store.sqlite3") as store:
        relevance = PaperRelevance(store)
        await relevance.prepare(["about: learning with few examples"])
        for count in counts:
            before, begun, own, other = _memory_mb(), time.perf_counter(), time.process_time(), _children().ru_utime
            await relevance.make_vectors(pages(papers, count), count, SystemClock())
            stored = await store.term_vectors()
            assert stored is not None
            print(
                f"{count:6} papers: {_children().ru_utime - other:.1f} s of CPU time in the process that makes them, "
                f"{time.process_time() - own:.1f} s in this one, {time.perf_counter() - begun:.1f} s in all; "
                f"{_children().ru_maxrss / 1024:.0f} MB there at most, {len(stored.data) / 1e6:.1f} MB stored; "
                f"this process {before:.0f} MB before, {_memory_mb():.0f} MB after"
            )
        await relevance.close_parts()


def _children() -> resource.struct_rusage:
    return resource.getrusage(resource.RUSAGE_CHILDREN)


def _memory_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", nargs="*", type=Path, default=[], metavar="FILE")
    parser.add_argument("--counts", nargs="*", type=int, default=[2_000, 20_000])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(read_papers(given.papers), given.counts, folder))


if __name__ == "__main__":
    main()
