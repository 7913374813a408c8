"""How long it takes to match a week's papers against 50,000 distinct topics, compared with a loop over the topics.

    python benchmarks/matching.py [--corpus DIRECTORY] [--topics N]

DIRECTORY holds `*.jsonl.gz` files, one paper per line with title, authors, categories, comment and abstract; without
them the papers are made up. Times are CPU seconds of this process, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.errors import BadTopic
from bot.model import Paper
from bot.topics import Topic, parse
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.matching import Matcher, because, satisfies
from bot.topics.text import words

SHARED = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "days"
SAMPLE = 40
"""Papers that the loop is measured on."""


def papers_of(corpus: Path) -> list[Paper]:
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


def made_up(count: int, chance: random.Random) -> list[Paper]:
    """Papers of made-up words whose frequencies follow Zipf's law."""
    syllables = [a + b for a in "bdfgklmnprstv" for b in "aeiou"]
    vocabulary = ["".join(chance.choices(syllables, k=chance.randint(2, 5))) for _ in range(30_000)]
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]
    categories = ["cs.CV", "cs.CL", "cs.LG", "cs.AI", "math.OC", "stat.ML", "quant-ph"]
    papers = []
    for number in range(count):
        text = chance.choices(vocabulary, weights, k=200)
        names = tuple(f"{first.title()} {last.title()}" for first, last in zip(text[:4], text[10:14], strict=True))
        chosen = tuple(dict.fromkeys(chance.choices(categories, k=2)))
        title, abstract = " ".join(text[:10]), " ".join(text[10:])
        papers.append(Paper(f"2606.{number:05}", 1, title, names, abstract, chosen))
    return papers


def queries(papers: list[Paper], chance: random.Random) -> Iterator[str]:
    """An endless stream of queries of all kinds.

    People follow broad and narrow subjects: half of the words are drawn as often as papers use them (without the
    hundred most common), half from the whole vocabulary regardless of frequency.
    """
    texts = [[*words(p.title + " " + p.abstract)] for p in papers]
    counts = Counter(word for text in texts for word in set(text) if len(word) > 2)
    common = {word for word, _ in counts.most_common(100)}
    vocabulary = sorted(counts.keys() - common)
    names = sorted({name for paper in papers for name in paper.authors})
    codes = [code for paper in papers for code in paper.categories]

    def word() -> str:
        if chance.random() < 0.5:
            return chance.choice(vocabulary)
        text = chance.choice(texts)
        return next(word for word in chance.sample(text, len(text)) if word in counts and word not in common)

    def phrase() -> str:
        text = chance.choice(texts)
        start, length = chance.randrange(len(text) - 3), chance.randint(2, 3)
        return f'"{" ".join(text[start : start + length])}"'

    kinds: list[tuple[int, Callable[[], str]]] = [
        (15, word),
        (20, phrase),
        (10, lambda: f"{chance.choice(['ti', 'abs'])}:{word() if chance.random() < 0.5 else phrase()}"),
        (5, lambda: f'au:"{chance.choice(names)}"'),
        (20, lambda: f"{word()} cat:{chance.choice(codes)}"),
        (5, lambda: f"{phrase()} cat:{chance.choice(codes)}"),
        (8, lambda: f"{word()} {word()}"),
        (6, lambda: f"{word()} OR {phrase()}"),
        (4, lambda: f"({word()} OR {word()}) cat:{chance.choice(codes)}"),
        (4, lambda: f"{word()} -{word()}"),
        (3, lambda: f"{word()[:5]}*"),
    ]
    weights = [weight for weight, _ in kinds]
    while True:
        yield chance.choices(kinds, weights)[0][1]()


def distinct_topics(papers: list[Paper], count: int, chance: random.Random) -> list[Topic]:
    topics: dict[str, Topic] = {}
    for query in queries(papers, chance):
        try:
            topic = parse(query)
        except BadTopic:
            continue  # a prefix of two letters, or a name without letters
        topics[topic.query] = topic
        if len(topics) == count:
            break
    return [*topics.values()]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--corpus", type=Path, default=SHARED)
    arguments.add_argument("--topics", type=int, default=50_000)
    options = arguments.parse_args()
    chance = random.Random(20260602)
    papers = papers_of(options.corpus) or made_up(1905, chance)

    started = time.process_time()
    topics = distinct_topics(papers, options.topics, chance)
    parsed = time.process_time() - started
    before = memory()
    started = time.process_time()
    matcher = Matcher(enumerate(topics))
    built = time.process_time() - started
    after = memory()

    started = time.process_time()
    found = [matcher.match(paper) for paper in papers]
    indexed = time.process_time() - started

    sample = chance.sample(range(len(papers)), SAMPLE)
    started = time.process_time()
    expected = []
    for number in sample:
        paper = IndexedPaper(papers[number])
        expected.append(
            [(ident, because(topic, paper)) for ident, topic in enumerate(topics) if satisfies(topic, paper)]
        )
    looped = (time.process_time() - started) / SAMPLE * len(papers)
    assert expected == [sorted(found[number]) for number in sample], "the index and the loop disagree"

    matches = sum(map(len, found))
    print(
        f"{len(papers)} papers × {len(topics)} distinct topics: {matches} matches, {matches / len(papers):.0f} a paper"
    )
    print(f"parse topics   {parsed:8.2f} s   ({parsed / len(topics) * 1e6:.0f} µs each, drawing included)")
    print(f"build index    {built:8.2f} s   (+{after - before:.0f} MB)")
    print(f"match, index   {indexed:8.2f} s   ({len(papers) / indexed:.0f} papers a second, reading them included)")
    print(f"match, loop    {looped:8.2f} s   (from {SAMPLE} papers, the same matches)")
    print(f"ratio          {looped / indexed:8.0f} ×")
    print(f"peak memory    {memory():8.0f} MB")


def memory() -> float:
    """The peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
