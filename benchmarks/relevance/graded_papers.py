"""The graded papers: interests, and how well two people found that papers of five listing days fit them.

`graded/interests.json` names the interests: the topic that such a reader would follow, and a sentence about their work.
`graded/KEY.csv` has a line for each graded paper: its id, and both grades, from 0 (not about it) to 3 (the reader would
be upset to miss it). Graded was what several methods found (words, vectors of terms, embeddings, learning from likes),
in random order, without knowing which method found it; what nobody graded counts as 0.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from bot.model import Announced, Announcement, Kind, Paper

FOLDER = Path(__file__).with_name("graded")

RELEVANT = 1.5
"""The least average grade of a paper that a reader likes."""


@dataclass(frozen=True)
class Interest:
    """`grades` are averages of the two grades, by paper id."""

    key: str
    query: str
    about: str
    grades: Mapping[str, float]


def interests() -> list[Interest]:
    entries = json.loads((FOLDER / "interests.json").read_text())
    return [
        Interest(
            entry["key"], entry["query"], entry["about"], {name: (a + b) / 2 for name, a, b in grades(entry["key"])}
        )
        for entry in entries
    ]


def grades(key: str) -> list[tuple[str, int, int]]:
    """(paper id, first grade, second grade)."""
    with (FOLDER / f"{key}.csv").open() as file:
        return [(row["id"], int(row["first"]), int(row["second"])) for row in csv.DictReader(file)]


def agreement(pairs: Iterable[tuple[int, int]]) -> tuple[float, float]:
    """The share of equal grades, and Cohen's kappa with quadratic weights."""
    table = np.zeros((4, 4))
    for first, second in pairs:
        table[first, second] += 1
    distance = np.subtract.outer(np.arange(4), np.arange(4)) ** 2
    chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(np.trace(table) / table.sum()), float(1 - (distance * table).sum() / (distance * chance).sum())


def announced(files: Sequence[Path]) -> dict[date, list[Announced]]:
    """The papers of files named after their listing day (2026-06-01.jsonl.gz), by day."""
    found: dict[date, list[Announced]] = {}
    for file in sorted(files):
        day = date.fromisoformat(file.name.partition(".")[0])
        rows = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
        found[day] = [Announced(paper_of(row), Announcement(row["id"], 1, day, Kind.NEW)) for row in rows]
    return found


def paper_of(row: Mapping[str, object]) -> Paper:
    authors, categories = row["authors"], row.get("categories", ())
    assert isinstance(authors, list)
    assert isinstance(categories, Sequence)
    title, abstract, comment = row["title"], row["abstract"], row.get("comment")
    return Paper(
        str(row["id"]), 1, str(title), tuple(authors), str(abstract), tuple(categories), str(comment or "") or None
    )
