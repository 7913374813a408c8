"""What it costs to rank a day's papers for many chats, by the share of them that have learned a model.

    python -m benchmarks.ranking_cost [--chats N ...] [--shares S ...]

The papers are those of the corpus (1,905 of five real days, as one day) or made up; chats follow three topics each,
drawn by Zipf's law as in `benchmarks.scale`. Models have 1,500 terms. Each line is a process of its own: the choosing
of the morning (all rankings are made), a second look (all are kept), and the memory at the peak. CPU seconds are those
of the process with its threads, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import insert, select

from benchmarks.scale import world
from benchmarks.scale.measuring import TICK_SECONDS, peak_memory_mb
from bot import pipeline
from bot.model import Announced, Announcement, ChatRef, Kind, Paper, Platform
from bot.pipeline import Rankings
from bot.pipeline.rankings import RankingRun
from bot.relevance.measuring import PaperRelevance
from bot.relevance.starter import starter
from bot.relevance.terms import occurrences_in
from bot.service import memory
from bot.storage import tables
from bot.storage.relevance_tables import chat_models
from bot.storage.store import SqlStore
from tests.fakes.stores import memory_store

NOW = datetime.combine(world.FIRST_DAY, datetime.min.time(), UTC) + timedelta(hours=5)
BATCH = 200
TERMS = 1_500
LIKED = 12
MODELS = 500
"""Distinct models; several chats have the same."""


async def fill(store: SqlStore, chats: int, share: float) -> list[ChatRef]:
    """Write the papers, the chats with their topics, and the models of a share of them; returns the chats."""
    papers = world.real_papers()
    await world.settle_in(store, papers, chats)
    announced = [Announced(paper, Announcement(paper.id, 1, world.FIRST_DAY, Kind.NEW)) for paper in papers]
    await store.ingest(announced, NOW)
    await pipeline.match(store, PaperRelevance(store))
    async with store.db.read() as connection:
        columns = tables.chats.c
        rows = list(await connection.execute(select(columns.id, columns.platform, columns.ident).order_by(columns.id)))
    refs = [(row.id, ChatRef(Platform(row.platform), row.ident)) for row in rows if row.id > 1000]
    made = [model_row(papers, number) for number in range(MODELS if share else 0)]
    models = [{"chat_id": chat_id} | made[at % MODELS] for at, (chat_id, _) in enumerate(refs[: int(chats * share)])]
    for start in range(0, len(models), BATCH):
        async with store.db.write() as connection:
            await connection.execute(insert(chat_models), models[start : start + BATCH])
    return [ref for _, ref in refs]


def model_row(papers: Sequence[Paper], number: int) -> dict[str, object]:
    """A model as it is stored: it likes the words of a dozen papers and dislikes those of others."""
    draw = random.Random(number)
    chosen = draw.sample(papers, 4 * LIKED)
    surfaces = dict.fromkeys(surface for paper in chosen for surface in occurrences_in(paper).surfaces.values())
    terms = list(islice(surfaces, TERMS))
    vectors = starter().vectors
    body = {
        "terms": terms,
        "bias": -1.0,
        "embedder": f"{vectors.name}+",
        "liked": [paper.id for paper in chosen[:LIKED]],
    }
    return {
        "version": 1,
        "trained_at": NOW,
        "votes": LIKED,
        "body": body,
        "weights": struct.pack(f"<{len(terms)}f", *(draw.gauss(0, 1) for _ in terms)),
        "vector": struct.pack(f"<{vectors.length}f", *(draw.gauss(0, 0.1) for _ in range(vectors.length))),
        "waiting_since": None,
    }


async def measure(chats: int, share: float) -> None:
    async with memory_store() as store:
        refs = await fill(store, chats, share)
        with memory.collected_rarely():
            memory.trim(everything=True)
            before = peak_memory_mb()
            rankings = Rankings(PaperRelevance(store))
            first, papers, pause = await rank_all(store, rankings, refs)
            again, _, _ = await rank_all(store, rankings, refs)
    print(
        f"{chats:7,} chats  {share:5.0%} with a model  {papers / len(refs):5.0f} papers a chat  "
        f"{first:7.2f} s CPU  {1000 * first / len(refs):6.2f} ms a chat  again {again:6.2f} s  "
        f"longest pause {pause:4.2f} s  peak {peak_memory_mb():4.0f} MB (before {before:4.0f})"
    )


async def rank_all(store: SqlStore, rankings: Rankings, refs: Sequence[ChatRef]) -> tuple[float, int, float]:
    """CPU seconds of ranking, papers of all chats, and the longest time in which nothing else could run."""
    run = RankingRun(rankings, store, NOW)
    spent, papers, pause = 0.0, 0, 0.0
    for start in range(0, len(refs), BATCH):
        some = refs[start : start + BATCH]
        chats = await store.chats_of(some)
        unseen = await store.unseen_of(some)
        papers += sum(len(each.found) for each in unseen.values())
        longest = [0.0]
        watch = asyncio.create_task(watched(longest))
        began = time.process_time()
        await run.rank({chats[ref]: unseen[ref] for ref in some})
        spent += time.process_time() - began
        watch.cancel()
        pause = max(pause, longest[0])
    return spent, papers, pause


async def watched(longest: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        longest[0] = max(longest[0], time.perf_counter() - began - TICK_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chats", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--shares", type=float, nargs="*", default=[0.0, 0.1, 1.0])
    given = parser.parse_args()
    pairs = [(chats, share) for share in given.shares for chats in given.chats]
    if len(pairs) == 1:
        asyncio.run(measure(*pairs[0]))
        return
    for chats, share in pairs:
        command = [sys.executable, "-m", "benchmarks.ranking_cost", "--chats", str(chats), "--shares", str(share)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
