"""What chats have had: bytes a chat and morning, and the cost of asking for and writing what is unseen.

    python -m benchmarks.history [--chats 2000] [--mornings 5] [--url postgresql+psycopg://…]

Made-up listings of 715 papers; chats follow three topics each, chosen by Zipf's law from as many topics as half the
chats; a topic matches between 1 and 250 papers of a day. A morning: the matches are written, then what is unseen is
read for 200 chats at a time, and their digests are written without messages. CPU seconds include the database's
threads on SQLite, and only this process on PostgreSQL. With `--bulk`, 50,000 topics then get their
matches with 1,905 papers.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import event, text

from bot.model import Announced, Announcement, Chat, ChatRef, Kind, NewDigest, Paper, Platform
from bot.storage.store import SqlStore, open_store

PAPERS, TOPICS_OF_CHAT, BATCH = 715, 3, 200
FIRST, NOW = date(2026, 6, 1), datetime(2026, 6, 1, tzinfo=UTC)
HISTORY_TABLES = ("match_batches", "subscriptions", "had_papers", "topics")


@dataclass
class Meter:
    """CPU seconds and statements by name."""

    store: SqlStore
    cpu: dict[str, float] = field(default_factory=dict)
    statements: dict[str, int] = field(default_factory=dict)
    _count: int = 0

    def __post_init__(self) -> None:
        @event.listens_for(self.store.db.engine.sync_engine, "before_cursor_execute")
        def count(*_: object) -> None:
            self._count += 1

    def add(self, name: str, cpu_before: float, count_before: int) -> None:
        self.cpu[name] = self.cpu.get(name, 0) + time.process_time() - cpu_before
        self.statements[name] = self.statements.get(name, 0) + self._count - count_before

    def mark(self) -> tuple[float, int]:
        return time.process_time(), self._count


async def follow(store: SqlStore, chats: int, chance: random.Random) -> None:
    """Write chats and subscriptions; in one transaction, because only what comes after is measured."""
    topics = max(chats // 2, TOPICS_OF_CHAT)
    weights = [1 / rank for rank in range(1, topics + 1)]
    async with store.db.write() as connection:
        for number in range(1, topics + 1):
            topic = {"id": number, "query": f"word{number}"}
            await connection.execute(
                text("INSERT INTO topics (id, query, from_seq, matched_seq) VALUES (:id, :query, 0, 0)"), topic
            )
    for number in range(1, chats + 1):
        await store.add_chat(Chat(ChatRef(Platform.TELEGRAM, str(number))))
    async with store.db.write() as connection:
        rows = [
            {"chat": number, "topic": topic, "since": FIRST, "at": NOW}
            for number in range(1, chats + 1)
            for topic in _distinct(chance, weights)
        ]
        insert = "INSERT INTO subscriptions (chat_id, topic_id, since, created_at) VALUES (:chat, :topic, :since, :at)"
        await connection.execute(text(insert), [_stored(row, store) for row in rows])


def _distinct(chance: random.Random, weights: list[float]) -> set[int]:
    chosen: set[int] = set()
    while len(chosen) < TOPICS_OF_CHAT:
        chosen.update(chance.choices(range(1, len(weights) + 1), weights))
    return set(sorted(chosen)[:TOPICS_OF_CHAT])


def _stored(row: dict[str, object], store: SqlStore) -> dict[str, object]:
    if not store.db.is_sqlite:
        return row
    return {name: value.isoformat(" ") if isinstance(value, datetime) else str(value) for name, value in row.items()}


async def morning(store: SqlStore, meter: Meter, number: int, chats: int, chance: random.Random) -> None:
    day = FIRST + timedelta(days=number)
    papers = [
        Paper(f"26{number % 12 + 1:02}.{number:02}{at:03}", 1, f"On {at}", (), "", ("cs.CV",)) for at in range(PAPERS)
    ]
    await store.ingest([Announced(paper, Announcement(paper.id, 1, day, Kind.NEW)) for paper in papers], NOW)
    log = [seq for seq, _ in await store.announcements_after(number * PAPERS, PAPERS)]
    topics = [state.id for state in await store.topics()]
    found = {topic: sorted(chance.sample(log, max(1, 250 // topic + chance.randint(0, 12)))) for topic in topics}
    mark = meter.mark()
    await store.save_matches(found, topics, log[-1], after=log[0] - 1)
    meter.add("save_matches", *mark)
    refs = [ChatRef(Platform.TELEGRAM, str(at)) for at in range(1, chats + 1)]
    for batch in (refs[at : at + BATCH] for at in range(0, len(refs), BATCH)):
        mark = meter.mark()
        unseen = await store.unseen_of(batch)
        meter.add("unseen_of", *mark)
        digests = [
            NewDigest(ref, str(day), day, day, day, each.position.papers[:20], (), None, position=each.position)
            for ref, each in unseen.items()
        ]
        mark = meter.mark()
        written = await store.write_digests(digests, NOW)
        meter.add("write_digests", *mark)
        assert all(written)
    assert await store.chats_with_candidates() == []


async def bytes_of(store: SqlStore) -> int:
    """The size of the database after it was tidied up; without the papers, which do not depend on chats."""
    if store.db.is_sqlite:
        async with store.db.outside_transaction() as connection:
            await connection.execute(text("VACUUM"))
        tables = ", ".join(f"'{name}'" for name in (*HISTORY_TABLES, "digests", "chats"))
        owned = f"SELECT name FROM sqlite_master WHERE tbl_name IN ({tables})"  # noqa: S608
        query = f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({owned})"  # noqa: S608
    else:
        names = " + ".join(f"pg_total_relation_size('{name}')" for name in (*HISTORY_TABLES, "digests", "chats"))
        query = f"SELECT {names}"
    async with store.db.read() as connection:
        return int(await connection.scalar(text(query)) or 0)


async def bulk(store: SqlStore, meter: Meter, chance: random.Random) -> None:
    """39,000 of 50,000 topics match some of 1,905 papers, 938,000 times."""
    async with store.db.write() as connection:
        new = [{"query": f"bulk{number}"} for number in range(50_000)]
        insert = "INSERT INTO topics (query, from_seq, matched_seq) VALUES (:query, 0, 0) RETURNING id"
        ids = [await connection.scalar(text(insert), row) for row in new]
    log = list(range(1_000_000, 1_001_905))
    found = {int(topic or 0): sorted(chance.sample(log, chance.randint(1, 47))) for topic in ids[:39_000]}
    mark = meter.mark()
    begun = time.perf_counter()
    await store.save_matches(found, [int(topic or 0) for topic in ids], log[-1])
    meter.add("bulk", *mark)
    total = sum(map(len, found.values()))
    print(f"bulk: {total:,} matches, {meter.cpu['bulk']:.2f} s CPU, {time.perf_counter() - begun:.2f} s wall")


async def measure(url: str, chats: int, mornings: int, is_bulk: bool) -> None:
    chance = random.Random(1)
    async with await open_store(url) as store:
        await follow(store, chats, chance)
        meter = Meter(store)
        before = await bytes_of(store)
        for number in range(mornings):
            await morning(store, meter, number, chats, chance)
        print(f"{chats:,} chats, {mornings} mornings, {PAPERS} papers each")
        each = chats * mornings
        for name in ("save_matches", "unseen_of", "write_digests"):
            cpu, statements = 1000 * meter.cpu[name] / each, meter.statements[name] / each
            print(f"{name}: {cpu:.3f} ms CPU, {statements:.3f} statements a chat")
        print(f"{(await bytes_of(store) - before) / chats / mornings:,.0f} bytes a chat and morning")
        if is_bulk:
            await bulk(store, meter, chance)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chats", type=int, default=2_000)
    parser.add_argument("--mornings", type=int, default=5)
    parser.add_argument("--url", help="an empty PostgreSQL database; SQLite in a temporary folder without it")
    parser.add_argument("--bulk", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = options.url or f"sqlite+aiosqlite:///{Path(folder) / 'store.sqlite3'}"
        asyncio.run(measure(url, options.chats, options.mornings, options.bulk))


if __name__ == "__main__":
    main()
