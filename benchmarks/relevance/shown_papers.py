"""Papers that people were shown under a topic: how well each topic's papers of a month are told from the others'."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.relevance import baselines
from benchmarks.relevance.figures import Figures, figures_of, mean
from benchmarks.relevance.graded_papers import paper_of
from benchmarks.relevance.scene import open_scene
from bot.model import Announced, Announcement, Kind, Paper

FEWEST_PAPERS = 20
"""Topics with fewer papers are left out: most of their months have none."""
SHOWN = 3.0
"""The grade of a paper that was shown under the topic; others have 0."""


def shown_papers(file: Path) -> list[Paper]:
    return [paper_of(row) for row in _rows(file)]


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]


async def show_topics(file: Path) -> None:
    """Print a line for each method. Each topic's name is the sentence."""
    rows = _rows(file)
    months: dict[date, list[Announced]] = defaultdict(list)
    topics: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        month = date.fromisoformat(row["listed"][0]).replace(day=1)
        paper = paper_of(row)
        months[month].append(Announced(paper, Announcement(paper.id, 1, month, Kind.NEW)))
        for topic in row["topics"]:
            topics[topic].add(paper.id)
    counts = Counter({topic: len(ids) for topic, ids in topics.items()})
    names = [topic for topic, count in counts.most_common() if count >= FEWEST_PAPERS]
    papers = {month: [entry.paper for entry in entries] for month, entries in months.items()}
    all_papers = [paper for of_month in papers.values() for paper in of_month]
    print(f"\n{len(rows)} papers shown under {len(names)} topics in {len(months)} months")
    async with open_scene(dict(months)) as scene:
        for method in ("BM25", "TF-IDF", "paperboy digest --about"):
            of_topics = []
            for name in names:
                of_months = []
                for month, of_month in papers.items():
                    if method == "BM25":
                        order = _sorted(baselines.bm25(name, of_month, all_papers), [paper.id for paper in of_month])
                    elif method == "TF-IDF":
                        order = _sorted(baselines.tfidf(name, of_month, all_papers), [paper.id for paper in of_month])
                    else:
                        order = await scene.digest(month, f"about: research on {name}")
                    figures = figures_of(order, {paper.id: SHOWN * (paper.id in topics[name]) for paper in of_month})
                    of_months += [figures] if figures else []
                of_topics.append(of_months)
            _show(method, mean(of_topics))


def _sorted(scores: Sequence[float], ids: Sequence[str]) -> list[str]:
    return [name for _, name in sorted(zip(scores, ids, strict=True), key=lambda each: -each[0])]


def _show(method: str, figures: Figures) -> None:
    print(f"the topic's name: {method:40}{figures.ndcg:15.3f}{figures.recall:11.3f}", flush=True)
