"""How well the first ten papers fit readers, measured on graded papers and on topics that people were shown papers for.

    .venv/bin/python -m benchmarks.relevance --papers 2026-06-01.jsonl.gz ...
        [--topics FILE.jsonl.gz] [--embeddings FILE.npz] [--seeds N] [--held-out]

The orders are those of `paperboy digest`: the bare topic, a sentence, likes, and all together. Likes are papers of the
first two days that both graders found relevant, drawn with `--seeds` seeds; their orders, and those that they are
compared with, are of the later days. `--embeddings` is a file that keeps the vectors of the local model: computing them
takes a quarter of an hour the first time. With `--held-out`, the vectors of terms are made of the papers of the first
two days and of `--topics`, as a store would make them: the bundled ones have seen all these papers. `--topics` are
papers with the topic under which people were shown them, and the days: for each topic and month, the papers of all
topics are put into order.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from pathlib import Path

from benchmarks.relevance import baselines
from benchmarks.relevance.figures import Figures, figures_of, mean
from benchmarks.relevance.graded_papers import RELEVANT, Interest, agreement, announced, grades, interests
from benchmarks.relevance.scene import Scene, open_scene
from benchmarks.relevance.shown_papers import show_topics, shown_papers
from bot.model import Announced, Paper

LIKES = (3, 5, 12, 50)
LIKED_DAYS = 2
"""Likes are of so many first days."""

Order = Callable[[Interest, date], Awaitable[Sequence[str]]]


class Benchmark:
    """The graded papers, and what is measured on them."""

    def __init__(self, scene: Scene, days: dict[date, list[Announced]], seeds: int) -> None:
        self._scene, self._seeds = scene, seeds
        self._papers = {day: [entry.paper for entry in entries] for day, entries in days.items()}
        self._all = [paper for papers in self._papers.values() for paper in papers]
        self._interests = interests()
        self._later = sorted(days)[LIKED_DAYS:]

    async def run(self) -> None:
        self._show_agreement()
        print(f"\n{'order':58}{'days':>6}{'nDCG@10':>9}{'recall@10':>11}")
        everywhere = sorted(self._papers)
        await self._show("topic: titles first, then the newest (before)", self._titles_first, everywhere)
        await self._show("topic: a perfect order of what matches literally", self._perfect, everywhere)
        await self._show("topic: paperboy digest QUERY", self._topic, everywhere)
        for days in (everywhere, self._later):
            await self._show("sentence: BM25", self._scored(baselines.bm25), days)
            await self._show("sentence: TF-IDF", self._scored(baselines.tfidf), days)
            await self._show("sentence: paperboy digest --about", self._sentence, days)
        for count in LIKES:
            await self._show(f"{count} likes: a plain linear model", self._linear, self._later, count)
            await self._show(f"{count} likes: paperboy digest --liked", self._liked, self._later, count)
            await self._show(f"{count} likes: --about and --liked", self._both, self._later, count)

    def _show_agreement(self) -> None:
        pairs = [(first, second) for each in self._interests for _, first, second in grades(each.key)]
        equal, kappa = agreement(pairs)
        print(
            f"{len(self._interests)} interests, {len(pairs)} papers graded twice: {equal:.1%} equal, kappa {kappa:.3f}"
        )

    async def _show(self, name: str, order: Order, days: Sequence[date], likes: int | None = None) -> None:
        """Print a line; with `likes`, the mean over the seeds."""
        found = []
        for seed in range(self._seeds if likes else 1):
            self._drawn = {each.key: self._likes_of(each, likes or 0, seed) for each in self._interests}
            of_days: list[list[Figures]] = []
            for each in self._interests:
                of_day = [figures_of(await order(each, day), self._grades(each, day)) for day in days]
                of_days.append([figures for figures in of_day if figures is not None])
            found.append(mean(of_days))
        ndcg, recall = (sum(each[at] for each in found) / len(found) for at in (0, 1))
        print(f"{name:58}{len(days):6}{ndcg:9.3f}{recall:11.3f}", flush=True)

    def _grades(self, interest: Interest, day: date) -> dict[str, float]:
        return {paper.id: interest.grades.get(paper.id, 0.0) for paper in self._papers[day]}

    def _likes_of(self, interest: Interest, count: int, seed: int) -> list[Paper]:
        first = [paper for day in sorted(self._papers)[:LIKED_DAYS] for paper in self._papers[day]]
        fitting = [paper for paper in first if interest.grades.get(paper.id, 0.0) >= RELEVANT]
        return random.Random(f"{interest.key} {seed}").sample(fitting, min(count, len(fitting)))

    # ── orders ──

    async def _titles_first(self, interest: Interest, day: date) -> Sequence[str]:
        return baselines.titles_first(interest.query, self._papers[day])

    async def _perfect(self, interest: Interest, day: date) -> Sequence[str]:
        found = baselines.literal(interest.query, self._papers[day])
        return sorted(found, key=lambda name: -interest.grades.get(name, 0.0))

    def _scored(self, method: Callable[[str, Sequence[Paper], Sequence[Paper]], Sequence[float]]) -> Order:
        async def order(interest: Interest, day: date) -> Sequence[str]:
            papers = self._papers[day]
            scores = method(interest.about.partition("; not")[0], papers, self._all)
            return [paper.id for _, paper in sorted(zip(scores, papers, strict=True), key=lambda each: -each[0])]

        return order

    async def _linear(self, interest: Interest, day: date) -> Sequence[str]:
        liked = self._drawn[interest.key]
        names = {paper.id for paper in liked}
        first = [paper for day in sorted(self._papers)[:LIKED_DAYS] for paper in self._papers[day]]
        papers = self._papers[day]
        scores = baselines.linear(liked, [paper for paper in first if paper.id not in names], papers, self._all)
        return [paper.id for _, paper in sorted(zip(scores, papers, strict=True), key=lambda each: -each[0])]

    async def _topic(self, interest: Interest, day: date) -> Sequence[str]:
        return await self._scene.digest(day, interest.query)

    async def _sentence(self, interest: Interest, day: date) -> Sequence[str]:
        return await self._scene.digest(day, f"about: {interest.about}")

    async def _liked(self, interest: Interest, day: date) -> Sequence[str]:
        return await self._scene.digest(day, None, self._drawn[interest.key])

    async def _both(self, interest: Interest, day: date) -> Sequence[str]:
        return await self._scene.digest(day, f"about: {interest.about}", self._drawn[interest.key])


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", nargs="+", type=Path, required=True)
    parser.add_argument("--embeddings", type=Path)
    parser.add_argument("--topics", type=Path)
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    days = announced(options.papers)
    known: list[Paper] = []
    if options.held_out:
        known = [entry.paper for day in sorted(days)[:LIKED_DAYS] for entry in days[day]]
        known += shown_papers(options.topics) if options.topics else []
    async with open_scene(days, options.embeddings, known) as scene:
        await Benchmark(scene, days, options.seeds).run()
    if options.topics:
        await show_topics(options.topics)


if __name__ == "__main__":
    asyncio.run(main())
