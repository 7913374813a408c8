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
from typing import TypeVar

from bot.errors import BadTopic
from bot.model import Paper
from bot.topics import Topic, parse
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.matching import Matcher, because, satisfies
from bot.topics.text import words

SHARED = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "days"
SAMPLE = 40
"""Papers that the loop is measured on."""
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
    counts = Counter(word for text in texts for word in set(text) if len(word) > 2)
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


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--corpus", type=Path, default=SHARED)
    arguments.add_argument("--topics", type=int, default=50_000)
    options = arguments.parse_args()
    generator = random.Random(20260602)  # a fixed seed: the same topics in every run
    papers = load_papers(options.corpus) or made_up(1905, generator)

    topics, parse_seconds = timed(lambda: distinct_topics(papers, options.topics, generator))
    mb_before = peak_memory_mb()
    matcher, build_seconds = timed(lambda: Matcher(enumerate(topics)))
    index_mb = peak_memory_mb() - mb_before
    matches, index_seconds = timed(lambda: [matcher.match(paper) for paper in papers])

    # The loop is too slow for all papers: it is measured on a sample, and its time is scaled up.
    sample = generator.sample(range(len(papers)), SAMPLE)
    expected, sample_seconds = timed(lambda: [loop_over_topics(topics, papers[number]) for number in sample])
    loop_seconds = sample_seconds / SAMPLE * len(papers)
    assert expected == [sorted(matches[number]) for number in sample], "the index and the loop disagree"

    count = sum(map(len, matches))
    print(f"{len(papers)} papers × {len(topics)} distinct topics: {count} matches, {count / len(papers):.0f} a paper")
    print(
        f"parse topics   {parse_seconds:8.2f} s   ({parse_seconds / len(topics) * 1e6:.0f} µs each, drawing included)"
    )
    print(f"build index    {build_seconds:8.2f} s   (+{index_mb:.0f} MB)")
    print(f"match, index   {index_seconds:8.2f} s   ({len(papers) / index_seconds:.0f} papers a second, with reading)")
    print(f"match, loop    {loop_seconds:8.2f} s   (from {SAMPLE} papers, the same matches)")
    print(f"ratio          {loop_seconds / index_seconds:8.0f} ×")
    print(f"peak memory    {peak_memory_mb():8.0f} MB")


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Do the work; returns its result and the CPU seconds that it took."""
    started = time.process_time()
    result = work()
    return result, time.process_time() - started


def loop_over_topics(topics: list[Topic], paper: Paper) -> list[tuple[int, tuple[str, ...]]]:
    """Match one paper without an index: the number of each topic that it satisfies, and why."""
    indexed = IndexedPaper(paper)
    return [(number, because(topic, indexed)) for number, topic in enumerate(topics) if satisfies(topic, indexed)]


def peak_memory_mb() -> float:
    """The peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
