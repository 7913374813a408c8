"""The bundled sample: real papers of three announcement days, for a first look without network, token or key.

Ids, titles, authors, categories and comments are arXiv's. The abstracts are written in our own words, and every card
says "sample text". The replacement on the last day is invented, as an example of one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from bot.arxiv.categories import is_in_archives
from bot.model import Announced, Announcement, Kind, Listing, Malformed, Paper, PaperRef


@cache
def days() -> Mapping[date, tuple[Announced, ...]]:
    """Return the sample's announcements by listing day, oldest first."""
    files = (file for file in resources.files(__name__).iterdir() if file.name.endswith(".jsonl"))
    announced = {}
    for file in sorted(files, key=lambda file: file.name):  # named by their days
        day = date.fromisoformat(file.name.removesuffix(".jsonl"))
        lines = file.read_text(encoding="utf-8").splitlines()
        announced[day] = tuple(_announced(json.loads(line), day) for line in lines)
    return announced


def _announced(row: Mapping[str, Any], day: date) -> Announced:
    paper = Paper(
        id=row["id"],
        version=row["version"],
        title=row["title"],
        authors=tuple(row["authors"]),
        abstract=row["abstract"],
        categories=tuple(row["categories"]),
        comment=row["comment"],
        sample=True,
    )
    return Announced(paper, Announcement(paper.id, paper.version, day, Kind(row["kind"])))


class SampleSource:
    """The sample as a `PaperSource` that answers as arXiv would on the listing day `today`."""

    def __init__(self, today: date) -> None:
        self.today = today

    async def listing(self, archives: Collection[str]) -> Listing:
        entries = [entry for entry in days().get(self.today, ()) if is_in_archives(entry.paper.categories, archives)]
        return Listing(self.today if entries else None, tuple(entries))

    async def changed(self, first: date, last: date) -> Listing:
        # Days after `today` are not covered: arXiv does not know them either.
        found = [entries for day, entries in days().items() if first <= day <= min(last, self.today)]
        return Listing(min(last, self.today), tuple(entry for entries in found for entry in entries))

    async def submitted(
        self,
        archives: Collection[str],
        first: date,  # noqa: ARG002 - the sample has no submission dates
        last: date,  # noqa: ARG002
    ) -> Sequence[Paper]:
        return [paper for paper in self._known().values() if is_in_archives(paper.categories, archives)]

    async def papers(self, refs: Collection[PaperRef]) -> Mapping[str, Paper]:
        known = self._known()
        return {ref.id: known[ref.id] for ref in refs if ref.id in known}

    def take_malformed(self) -> Sequence[Malformed]:
        return ()

    async def license(self, paper_id: str) -> str | None:
        paper = self._known().get(paper_id)
        return None if paper is None else paper.license

    def _known(self) -> dict[str, Paper]:
        # The latest announcement of a paper wins, as on arXiv: the sample has a replacement.
        published = [entries for day, entries in days().items() if day <= self.today]
        return {entry.paper.id: entry.paper for entries in published for entry in entries}
