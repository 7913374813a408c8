"""The world of the benchmark: real papers under new ids for every morning, topics by Zipf's law, and chats."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import insert

from benchmarks.matching import SHARED, distinct_topics, load_papers, made_up
from bot import topics as topic_language
from bot.arxiv import calendar
from bot.model import Announced, Announcement, Kind, Paper, Platform, Style
from bot.storage import tables
from bot.storage.store import SqlStore

FIRST_DAY = date(2026, 6, 2)
PAPERS_A_DAY = 715
"""The papers of the real listing that every morning repeats."""
TOPICS_A_CHAT = 3
ROWS_AT_ONCE = 5_000


def real_papers() -> list[Paper]:
    """The papers of the corpus, else made-up ones; always the same."""
    return load_papers(SHARED) or made_up(1905, random.Random(1))


def listing_days(count: int) -> list[date]:
    """That many listing days in order, from `FIRST_DAY` on."""
    days = (FIRST_DAY + timedelta(days=number) for number in itertools.count())
    return list(itertools.islice((day for day in days if calendar.is_listing_day(day)), count))


def listing(papers: Sequence[Paper], day: date, number: int) -> list[Announced]:
    """The announcements of a listing day: the papers of one real day with ids of their own."""
    published = calendar.released_at(day) - timedelta(hours=12)
    return [
        Announced(replace(paper, id=ident, published=published), Announcement(ident, 1, day, Kind.NEW))
        for index, paper in enumerate(papers[:PAPERS_A_DAY])
        for ident in [f"{day:%y%m}.{number % 20 * PAPERS_A_DAY + index:05}"]
    ]


def queries(papers: Sequence[Paper], count: int) -> list[str]:
    """Distinct queries, the most popular first: large categories, then words, phrases, authors and combinations."""
    generator = random.Random(20260602)
    codes = [code for code, _ in Counter(code for paper in papers for code in paper.categories).most_common(30)]
    narrow = (topic.query for topic in distinct_topics(list(papers), count, generator))
    broad = [topic_language.parse(f"cat:{code}").query for code in codes]
    # A narrow topic stands before every second broad one: popular topics are not the largest categories alone.
    mixed = itertools.chain.from_iterable(itertools.zip_longest(broad, itertools.islice(narrow, len(broad))))
    return list(dict.fromkeys(query for query in itertools.chain(mixed, narrow) if query))[:count]


async def settle_in(store: SqlStore, papers: Sequence[Paper], chats: int) -> int:
    """Write chats with three topics each, drawn by Zipf's law; returns how many distinct topics they follow."""
    generator = random.Random(7)
    known = queries(papers, min(50_000, max(500, chats * TOPICS_A_CHAT // 3)))
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(known) + 1)))
    drawn = [set(generator.choices(range(len(known)), cum_weights=weights, k=TOPICS_A_CHAT + 2)) for _ in range(chats)]
    followed = [sorted(topics)[:TOPICS_A_CHAT] for topics in drawn]
    used = sorted({topic for topics in followed for topic in topics})
    joined = datetime.combine(FIRST_DAY - timedelta(days=1), time(12), UTC)
    await _insert(store, tables.topics, [
        {"id": topic + 1, "query": known[topic], "from_seq": 0, "matched_seq": 0} for topic in used
    ])  # fmt: skip
    await _insert(store, tables.chats, [_chat_row(number, joined, generator) for number in range(1, chats + 1)])
    await _insert(store, tables.subscriptions, [
        {"chat_id": number + _FIRST_CHAT, "topic_id": topic + 1, "since": FIRST_DAY, "created_at": joined}
        for number, topics in enumerate(followed, 1)
        for topic in topics
    ])  # fmt: skip
    await store.db.analyze(tables.topics, tables.chats, tables.subscriptions)
    return len(used)


_FIRST_CHAT = 1_000
"""Above the keys of the chats that a new database has."""


def _chat_row(number: int, joined: datetime, generator: random.Random) -> dict[str, object]:
    platform = Platform.TELEGRAM if generator.random() < 0.8 else Platform.DISCORD
    return {
        "id": number + _FIRST_CHAT,
        "platform": platform.value,
        "ident": str(100_000 + number),
        "title": "",
        "language": generator.choices(["en", "zh", "es"], [90, 6, 4])[0],
        "timezone": "UTC",
        "digest_time": time(9, 0),
        "size": generator.choices([10, 5, 20], [80, 10, 10])[0],
        "style": generator.choices([Style.LIST.value, Style.CARDS.value, Style.TITLES.value], [70, 20, 10])[0],
        "depth": "brief",
        "next_due_at": datetime.combine(FIRST_DAY, time(9), UTC),
        "created_at": joined,
    }


async def _insert(store: SqlStore, table: object, rows: list[dict[str, object]]) -> None:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        async with store.db.write() as connection:
            await connection.execute(insert(table), rows[start : start + ROWS_AT_ONCE])  # type: ignore[arg-type]
