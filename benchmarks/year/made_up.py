"""Announcements of many listing days: the texts of real papers if the corpus is present, each under a new id."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from bot.arxiv import calendar
from bot.model import Announced, Announcement, Kind, Paper
from bot.sample import days as sample_days

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "days"
A_DAY = 715
"""Announcements of a usual day in the archives that most topics need."""

NEW, CROSS = 0.7, 0.1
"""The shares of new papers and cross-lists; the rest are replacements."""


@cache
def texts() -> tuple[Paper, ...]:
    """Real papers, or the ones that come with Paperboy."""
    papers = []
    for file in sorted(CORPUS.glob("*.jsonl.gz")):
        for line in gzip.decompress(file.read_bytes()).decode().splitlines():
            row = json.loads(line)
            names = tuple(row["authors"]), row["abstract"], tuple(row["categories"]), row["comment"]
            papers.append(Paper(row["id"], 1, row["title"], *names))
    return tuple(papers) or tuple(entry.paper for entries in sample_days().values() for entry in entries)


@dataclass(frozen=True, slots=True)
class Year:
    """Listing days from `first` on, each with about `a_day` announcements; the same for the same seed."""

    first: date
    days: int
    a_day: int = A_DAY
    seed: int = 1

    def listings(self) -> Iterator[tuple[date, list[Announced]]]:
        """Each listing day with its announcements: new papers, and cross-lists and replacements of the days before."""
        generator = random.Random(self.seed)
        earlier: list[Paper] = []
        day = self.first if calendar.is_listing_day(self.first) else calendar.next_day(self.first)
        for _ in range(self.days):
            made = [announced(_new(day, number, generator), day, Kind.NEW) for number in range(round(self.a_day * NEW))]
            news = [entry.paper for entry in made]
            old = generator.sample(earlier, min(len(earlier), self.a_day - len(made)))
            crossed = round(self.a_day * CROSS)
            made += [announced(_crossed(paper), day, Kind.CROSS) for paper in old[:crossed]]
            made += [announced(replace(paper, version=paper.version + 1), day, Kind.REPLACE) for paper in old[crossed:]]
            earlier = (earlier + news)[-20 * self.a_day :]
            yield day, made
            day = calendar.next_day(day)


def announced(paper: Paper, day: date, kind: Kind) -> Announced:
    return Announced(paper, Announcement(paper.id, paper.version, day, kind))


def _new(day: date, number: int, generator: random.Random) -> Paper:
    submitted = calendar.released_at(day) - timedelta(hours=7 + number % 20)
    text = generator.choice(texts())
    return replace(text, id=f"{day:%y%m}.{day.day:02}{number:03}", published=submitted, updated=submitted)


def _crossed(paper: Paper) -> Paper:
    return replace(paper, categories=(*paper.categories, "stat.AP"))
