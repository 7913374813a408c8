"""What it costs to rank a day's papers for many chats, by the share of them that have learned a model.

    python -m benchmarks.ranking_cost [--chats N ...] [--shares S ...]

The papers are those of the corpus (1,905 of five real days, as one day) or made up; chats follow three topics each,
drawn by Zipf's law as in `benchmarks.scale`. Models have the most terms that learned ones have. Each line is a process
of its own: the choosing of the morning (all rankings are made), a second look (all are kept), and the memory at the
peak. CPU seconds are those of the process with its threads, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from sqlalchemy import insert, select

from benchmarks.scale import world
from benchmarks.scale.measuring import TICK_SECONDS
from bot import pipeline
from bot.model import Announced, Announcement, ChatRef, Kind, Paper, Platform
from bot.pipeline import Rankings
from bot.pipeline.rankings import RankingRun
from bot.relevance.measuring import PaperRelevance
from bot.relevance.model_weights import packed_terms
from bot.relevance.starter import starter
from bot.relevance.terms import occurrences_in
from bot.relevance.weights import MODEL_TERMS
from bot.service import memory
from bot.storage import tables
from bot.storage.relevance_tables import chat_models
from bot.storage.store import SqlStore, open_store

NOW = datetime.combine(world.FIRST_DAY, datetime.min.time(), UTC) + timedelta(hours=5)
BATCH = 200
LIKED = 12
MODELS = 500
"""Distinct models; several chats have the same."""


async def fill(database: str, chats: int, share: float) -> None:
    """Write the papers, the chats with their topics, and the models of a share of them."""
    papers = world.real_papers()
    async with await open_store(database) as store:
        await world.settle_in(store, papers, chats)
        announced = [Announced(paper, Announcement(paper.id, 1, world.FIRST_DAY, Kind.NEW)) for paper in papers]
        await store.ingest(announced, NOW)
        await pipeline.match(store, PaperRelevance(store))
        rows = await chat_rows(store)
        made = [model_row(papers, number) for number in range(MODELS if share else 0)]
        models = [{"chat_id": number} | made[at % MODELS] for at, (number, _) in enumerate(rows[: int(chats * share)])]
        for start in range(0, len(models), BATCH):
            async with store.db.write() as connection:
                await connection.execute(insert(chat_models), models[start : start + BATCH])


async def chat_rows(store: SqlStore) -> list[tuple[int, ChatRef]]:
    """The chats of the benchmark's world, with the keys of their rows."""
    columns = tables.chats.c
    async with store.db.read() as connection:
        found = await connection.execute(select(columns.id, columns.platform, columns.ident).order_by(columns.id))
        return [(row.id, ChatRef(Platform(row.platform), row.ident)) for row in found if row.id > 1000]


def model_row(papers: Sequence[Paper], number: int) -> dict[str, object]:
    """A model as it is stored: it likes the words of a dozen papers and dislikes those of others."""
    draw = random.Random(number)
    chosen = draw.sample(papers, 4 * LIKED)
    surfaces = dict.fromkeys(
        surface for paper in chosen for surface in occurrences_in(paper.title, paper.abstract).surfaces.values()
    )
    terms = packed_terms([(surface, draw.gauss(0, 1)) for surface in islice(surfaces, MODEL_TERMS)])
    vectors = starter().vectors
    body = {
        "terms": terms.surfaces,
        "bias": -1.0,
        "embedder": f"{vectors.name}+",
        "liked": [paper.id for paper in chosen[:LIKED]],
    }
    return {
        "version": 1,
        "trained_at": NOW,
        "votes": LIKED,
        "body": body,
        "weights": terms.numbers,
        "vector": struct.pack(f"<{vectors.length}f", *(draw.gauss(0, 0.1) for _ in range(vectors.length))),
        "waiting_since": None,
    }


@dataclass
class Cost:
    """`papers` are those of all chats; `pause` is the longest time in which nothing else could run."""

    cpu_seconds: float = 0.0
    papers: int = 0
    pause_seconds: float = 0.0
    most_mb: float = 0.0


async def measure(database: str, chats: int, share: float) -> None:
    """Rank in a process that did not fill the database, so that its memory is that of ranking alone."""
    async with await open_store(database) as store:
        refs = [ref for _, ref in await chat_rows(store)]
        with memory.collected_rarely():
            before = memory_mb()
            rankings = Rankings(PaperRelevance(store))
            first = await rank_all(store, rankings, refs)
            again = await rank_all(store, rankings, refs)
    print(
        f"{chats:7,} chats  {share:5.0%} with a model  {first.papers / len(refs):5.0f} papers a chat  "
        f"{first.cpu_seconds:7.2f} s CPU  {1000 * first.cpu_seconds / len(refs):6.2f} ms a chat  "
        f"again {again.cpu_seconds:6.2f} s  longest pause {first.pause_seconds:4.2f} s  "
        f"memory {before:4.0f} → {max(first.most_mb, again.most_mb):4.0f} MB"
    )


async def rank_all(store: SqlStore, rankings: Rankings, refs: Sequence[ChatRef]) -> Cost:
    run = RankingRun(rankings, store, NOW)
    cost = Cost()
    for start in range(0, len(refs), BATCH):
        some = refs[start : start + BATCH]
        chats = await store.chats_of(some)
        unseen = await store.unseen_of(some)
        cost.papers += sum(len(each.found) for each in unseen.values())
        watch = asyncio.create_task(watched(cost))
        began = time.process_time()
        await run.rank({chats[ref]: unseen[ref] for ref in some})
        cost.cpu_seconds += time.process_time() - began
        cost.most_mb = max(cost.most_mb, memory_mb())
        watch.cancel()
    return cost


async def watched(cost: Cost) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        cost.pause_seconds = max(cost.pause_seconds, time.perf_counter() - began - TICK_SECONDS)


def memory_mb() -> float:
    """The memory of this process that is not swapped out, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chats", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--shares", type=float, nargs="*", default=[0.0, 0.1, 1.0])
    parser.add_argument("--ranked", metavar="DATABASE", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ranked:
        asyncio.run(measure(given.ranked, given.chats[0], given.shares[0]))
        return
    for share in given.shares:
        for chats in given.chats:
            with tempfile.TemporaryDirectory() as folder:
                database = f"sqlite+aiosqlite:///{folder}/ranking.sqlite3"
                asyncio.run(fill(database, chats, share))
                command = [sys.executable, "-m", "benchmarks.ranking_cost", "--ranked", database]
                subprocess.run([*command, "--chats", str(chats), "--shares", str(share)], check=True)


if __name__ == "__main__":
    main()
