"""How long it takes to match a week's papers with 50,000 distinct topics, and to write the matches.

    python -m benchmarks.matching [--corpus DIRECTORY] [--topics N] [--database URL]

DIRECTORY holds `*.jsonl.gz` files, one paper per line with title, authors, categories, comment and abstract; without
them the papers are made up. URL is a new database; by default a SQLite file that is deleted afterwards. Times are CPU
seconds of this process with its threads, so that other work on the machine does not count; how long the event loop was
held is measured by the clock, since other work may hold it, too.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import gzip
import json
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import delete, insert, update

from bot import pipeline
from bot.decisions import matches
from bot.decisions.matches import Matching
from bot.errors import BadTopic
from bot.model import ARCHIVE, Announced, Announcement, Chat, Kind, Paper
from bot.storage import tables
from bot.storage.store import SqlStore, open_store
from bot.topics import Topic, parse
from bot.topics.compiled import followed
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.matching import because, satisfies
from bot.topics.text import words

SHARED = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "days"
SAMPLE = 10
"""Papers that every topic is evaluated for, one by one."""
NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
T = TypeVar("T")


def load_papers(corpus: Path) -> list[Paper]:
    papers = []
    for file in sorted(corpus.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                papers.append(
                    Paper(
                        id=row["id"],
                        version=1,
                        title=row["title"],
                        authors=tuple(row["authors"]),
                        abstract=row["abstract"],
                        categories=tuple(row["categories"]),
                        comment=row["comment"],
                    )
                )
    return papers


def made_up(count: int, generator: random.Random) -> list[Paper]:
    """Papers of made-up words whose frequencies follow Zipf's law, as those of words in real texts do."""
    syllables = [a + b for a in "bdfgklmnprstv" for b in "aeiou"]
    vocabulary = ["".join(generator.choices(syllables, k=generator.randint(2, 5))) for _ in range(30_000)]
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]
    categories = ["cs.CV", "cs.CL", "cs.LG", "cs.AI", "math.OC", "stat.ML", "quant-ph"]
    papers = []
    for number in range(count):
        text = generator.choices(vocabulary, weights, k=200)
        names = tuple(f"{first.title()} {last.title()}" for first, last in zip(text[:4], text[10:14], strict=True))
        chosen = tuple(dict.fromkeys(generator.choices(categories, k=2)))
        title, abstract = " ".join(text[:10]), " ".join(text[10:])
        papers.append(Paper(f"2606.{number:05}", 1, title, names, abstract, chosen))
    return papers


def queries(papers: list[Paper], generator: random.Random) -> Iterator[str]:
    """An endless stream of queries of all kinds.

    People follow broad and narrow subjects: half of the words are drawn as often as papers use them (without the
    hundred most common), half from the whole vocabulary regardless of frequency.
    """
    texts = [[*words(p.title + " " + p.abstract)] for p in papers]
    # Not a set of each text: its order differs between processes, and words that are equally common are drawn by order.
    counts = Counter(word for text in texts for word in dict.fromkeys(text) if len(word) > 2)
    common = {word for word, _ in counts.most_common(100)}
    vocabulary = sorted(counts.keys() - common)
    names = sorted({name for paper in papers for name in paper.authors})
    codes = [code for paper in papers for code in paper.categories]

    def word() -> str:
        if generator.random() < 0.5:
            return generator.choice(vocabulary)
        text = generator.choice(texts)
        return next(word for word in generator.sample(text, len(text)) if word in counts and word not in common)

    def phrase() -> str:
        text = generator.choice(texts)
        start, length = generator.randrange(len(text) - 3), generator.randint(2, 3)
        return f'"{" ".join(text[start : start + length])}"'

    kinds: list[tuple[int, Callable[[], str]]] = [
        (15, word),
        (20, phrase),
        (10, lambda: f"{generator.choice(['ti', 'abs'])}:{word() if generator.random() < 0.5 else phrase()}"),
        (5, lambda: f'au:"{generator.choice(names)}"'),
        (20, lambda: f"{word()} cat:{generator.choice(codes)}"),
        (5, lambda: f"{phrase()} cat:{generator.choice(codes)}"),
        (8, lambda: f"{word()} {word()}"),
        (6, lambda: f"{word()} OR {phrase()}"),
        (4, lambda: f"({word()} OR {word()}) cat:{generator.choice(codes)}"),
        (4, lambda: f"{word()} -{word()}"),
        (3, lambda: f"{word()[:5]}*"),
    ]
    weights = [weight for weight, _ in kinds]
    while True:
        yield generator.choices(kinds, weights)[0][1]()


def distinct_topics(papers: list[Paper], count: int, generator: random.Random) -> list[Topic]:
    topics: dict[str, Topic] = {}
    for query in queries(papers, generator):
        try:
            topic = parse(query)
        except BadTopic:
            continue  # a prefix of two letters, or a name without letters
        topics[topic.query] = topic
        if len(topics) == count:
            break
    return [*topics.values()]


async def fill(store: SqlStore, papers: Sequence[Paper], topics: Sequence[Topic]) -> None:
    """Write a listing day with all papers, and a chat that follows all topics."""
    day = NOW.date()
    await store.ingest([Announced(paper, Announcement(paper.id, 1, day, Kind.NEW)) for paper in papers], NOW)
    await store.add_chat(Chat(ARCHIVE))
    rows = [
        {"id": number, "query": topic.query, "from_seq": 0, "matched_seq": 0} for number, topic in _numbered(topics)
    ]
    async with store.db.write() as connection:
        chat_id = await connection.scalar(tables.chats.select().with_only_columns(tables.chats.c.id).limit(1))
        await connection.execute(insert(tables.topics), rows)
        follows = [{"chat_id": chat_id, "topic_id": row["id"], "since": day, "created_at": NOW} for row in rows]
        await connection.execute(insert(tables.subscriptions), follows)


def _numbered(topics: Sequence[Topic]) -> Iterator[tuple[int, Topic]]:
    return enumerate(topics, 1)


async def match_again(store: SqlStore) -> None:
    """Let the store forget its matches."""
    async with store.db.write() as connection:
        await connection.execute(delete(tables.match_batches))
        await connection.execute(update(tables.topics).values(matched_seq=0, last_match=0, last_seq=0))


class Steps:
    """CPU seconds of the steps, in order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    async def take(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        started = time.process_time()
        result = await work()
        self.seconds[name] = time.process_time() - started
        return result


async def in_steps(store: SqlStore) -> tuple[Steps, dict[int, tuple[int, ...]]]:
    """What `pipeline.match` does, one step after the other."""
    steps = Steps()
    last_seq = await store.last_seq()
    states = await steps.take("read topics", lambda: store.topics_behind(last_seq, 0, 1_000_000))
    announced = await steps.take("read announcements", lambda: store.announcements_after(0, last_seq))
    await steps.take("parse", lambda: asyncio.to_thread(followed.add, [state.query for state in states]))
    work = await steps.take("prepare", lambda: asyncio.to_thread(Matching, states))
    await steps.take("index papers", lambda: asyncio.to_thread(work.read, announced))
    found = await steps.take("match", lambda: asyncio.to_thread(work.found, states))
    ids = [state.id for state in states]
    await steps.take("write", lambda: store.save_matches(found, ids, last_seq, after=0))
    return steps, found


async def longest_hold(work: Awaitable[object]) -> float:
    """Do the work; returns for how many seconds nothing else in the event loop could run at most."""
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            longest = max(longest, time.perf_counter() - before - 0.001)

    ticking = asyncio.create_task(tick())
    await work
    ticking.cancel()
    return longest


async def measure(store: SqlStore, papers: Sequence[Paper], topics: Sequence[Topic], generator: random.Random) -> None:
    await fill(store, papers, topics)
    followed.keep([])
    # What the benchmark made itself would be looked at in every full collection; a service does not have it.
    gc.collect()
    gc.freeze()
    steps, found = await in_steps(store)
    for name, seconds in steps.seconds.items():
        print(f"{name:20}{seconds:8.2f} s")
    print(f"{'all':20}{sum(steps.seconds.values()):8.2f} s   after a start")
    print(f"{'matches':20}{sum(map(len, found.values())):8}     of {len(found)} topics")
    check(await store.announcements_after(0, len(papers)), topics, found, generator)

    async def whole() -> None:
        await pipeline.match(store)

    for known, what in ((False, "after a start"), (True, "with known topics")):
        if not known:
            followed.keep([])
        await match_again(store)
        timed = Steps()
        hold = await timed.take("all", lambda: longest_hold(whole()))
        print(
            f"{'pipeline.match':20}{timed.seconds['all']:8.2f} s   {what}; the event loop is held {hold:.3f} s at most"
        )
    timed = Steps()
    await timed.take("nothing new", whole)
    async with store.db.write() as connection:
        await connection.execute(update(tables.topics).where(tables.topics.c.id == 5).values(matched_seq=0))
    await timed.take("one new topic", whole)
    for name, seconds in timed.seconds.items():
        print(f"{name:20}{seconds * 1000:8.1f} ms")
    print(f"{'peak memory':20}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB")


def check(
    announced: Sequence[tuple[int, Announced]],
    topics: Sequence[Topic],
    found: dict[int, tuple[int, ...]],
    generator: random.Random,
) -> None:
    """Compare a sample of the papers with the evaluation of every topic, and the reasons of what matches."""
    started = time.process_time()
    compared = 0
    matched = {number: set(seqs) for number, seqs in found.items()}
    for seq, entry in generator.sample(announced, SAMPLE):
        paper = IndexedPaper(entry.paper)
        for number, topic in _numbered(topics):
            expected = satisfies(topic, paper)
            assert (seq in matched.get(number, ())) == expected, f"{topic.query} and {entry.paper.id}"
            if expected:
                assert matches.match_of(topic.query, entry.paper).because == because(topic, paper)
                compared += 1
    seconds = (time.process_time() - started) / SAMPLE * len(announced)
    print(f"{'topic by topic':20}{seconds:8.0f} s   from {SAMPLE} papers: the same {compared} matches and reasons")


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--corpus", type=Path, default=SHARED)
    arguments.add_argument("--topics", type=int, default=50_000)
    arguments.add_argument("--database", default="")
    options = arguments.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    generator = random.Random(20260602)  # a fixed seed: the same topics in every run
    papers = load_papers(options.corpus) or made_up(1905, generator)
    topics = distinct_topics(papers, options.topics, generator)
    print(f"{len(papers)} papers × {len(topics)} distinct topics")
    with tempfile.TemporaryDirectory() as folder:
        async with await open_store(options.database or f"sqlite+aiosqlite:///{folder}/store.db") as store:
            await measure(store, papers, topics, generator)


if __name__ == "__main__":
    asyncio.run(main())
