"""The full-text search: milliseconds of a query and megabytes of the index, on SQLite and PostgreSQL.

    python -m benchmarks.search [papers]

The texts are made up from words whose frequencies fall as those of a language do, so that common words are in most
papers. Of each word that is searched for it says in how many papers it is.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bot.model import Announced, Announcement, Chat, ChatRef, Kind, NewDigest, Paper, PaperOrder, Platform
from bot.pipeline import index_papers
from bot.storage.store import SqlStore, open_store
from bot.topics.search_words import search_terms
from tests.fakes.stores import postgres

CHAT = ChatRef(Platform.TELEGRAM, "1")
PER_DAY, RANKED = 800, 109
WORDS = 40_000
BEGAN = date(2025, 6, 2)
NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
QUERIES = ("word0", "word3 word40", "word200", "word3000", '"word5 word6"', "word12*", "au:name7", "word2 -word3")


def papers(count: int) -> list[Paper]:
    """Papers with abstracts of 170 words."""
    chance = random.Random(1)
    vocabulary = [f"word{number}" for number in range(WORDS)]
    weights = [1 / (number + 3) for number in range(WORDS)]
    made = []
    for number in range(count):
        words = chance.choices(vocabulary, weights, k=180)
        authors = tuple(f"First name{chance.randrange(20_000)}" for _ in range(4))
        paper_id = f"{25 + number // 100_000}{1 + number // 10_000 % 10:02}.{number % 100_000:05}"
        made.append(Paper(paper_id, 1, " ".join(words[:10]), authors, " ".join(words[10:]), ("cs.CV",)))
    return made


async def fill(store: SqlStore, made: Sequence[Paper]) -> None:
    """Write papers day by day, and a digest of each day's 109 best for one chat."""
    await store.add_chat(Chat(CHAT))
    seq = 0
    for start in range(0, len(made), PER_DAY):
        day = BEGAN + timedelta(days=start // PER_DAY)
        chunk = made[start : start + PER_DAY]
        entries = [Announced(paper, Announcement(paper.id, 1, day, Kind.NEW)) for paper in chunk]
        await store.ingest(entries, NOW)
        ranked = PaperOrder(tuple(range(seq + 1, seq + 1 + min(RANKED, len(chunk)))), RANKED)
        shown = tuple(paper.id for paper in chunk[:10])
        await store.write_digest(NewDigest(CHAT, day.isoformat(), day, day, day, shown, (), None, ranked=ranked), NOW)
        seq += len(chunk)


async def measure(name: str, store: SqlStore, made: Sequence[Paper]) -> None:
    await fill(store, made)
    began, cpu = time.perf_counter(), cpu_seconds()
    await index_papers(store)
    await store.db.analyze()
    print(f"{name}: indexed in {time.perf_counter() - began:.0f} s ({cpu_seconds() - cpu:.0f} s of this process)")
    print(f"{name}: {await megabytes(store):.0f} MB of index for {len(made):,} papers")
    for query in QUERIES:
        terms = search_terms(query)
        own = [await timed(store.search_received(CHAT, "5", terms, 200)) for _ in range(5)]
        total = (await store.search_received(CHAT, "5", terms, 200))[1]
        public = [await timed(store.search(terms, 20)) for _ in range(5)]
        print(
            f"{name}: {query:<16} {total:>6} of the chat's papers; ms in the chat {sorted(own)[2]:.0f}, "
            f"in all {sorted(public)[2]:.0f}"
        )


async def timed(work: object) -> float:
    began = time.perf_counter()
    await work  # type: ignore[misc]
    return 1000 * (time.perf_counter() - began)


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def megabytes(store: SqlStore) -> float:
    if store.db.is_sqlite:
        query = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'paper_words%' OR name LIKE '%indexed_parts%'"
        fallback = "SELECT sum(length(block)) FROM paper_words_data"
    else:
        query = "SELECT pg_total_relation_size('paper_words') + pg_total_relation_size('indexed_parts')"
        fallback = query
    async with store.db.read() as connection:
        try:
            size = await connection.scalar(text(query))
        except Exception:  # SQLite is not always built with `dbstat`
            size = await connection.scalar(text(fallback))
    return float(size or 0) / 1e6


async def main(count: int) -> None:
    made = papers(count)
    with tempfile.TemporaryDirectory() as folder:
        async with await open_store(f"sqlite+aiosqlite:///{Path(folder) / 'store.sqlite3'}") as store:
            await measure("SQLite", store, made)
    with postgres() as url:
        async with await open_store(url) as store:
            await measure("PostgreSQL", store, made)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("papers", type=int, nargs="?", default=200_000)
    asyncio.run(main(parser.parse_args().papers))
