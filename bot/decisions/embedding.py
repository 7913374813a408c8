"""Which papers get a vector, and what is known of those that cannot get one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot.arxiv import calendar
from bot.model import JSON, Paper

WINDOW = timedelta(days=7)
"""Papers announced within this time before the newest listing get vectors: what digests and backtests may show."""

REFUSED_FOR = timedelta(days=1)
"""A paper that the embedder refused is tried again after this time: the setting may have been corrected."""


@dataclass(frozen=True, slots=True)
class EmbeddingState:
    """What the embedder of this name could not do: `trouble` is the sentence of its last error, None if it works, and
    `refused` says when it refused which paper (its versioned id)."""

    name: str
    trouble: str | None = None
    refused: Mapping[str, datetime] = field(default_factory=dict)

    def without_refused(self, papers: Iterable[Paper]) -> list[Paper]:
        return [paper for paper in papers if paper.versioned_id not in self.refused]

    def after_refusal(self, paper: Paper, now: datetime) -> EmbeddingState:
        return replace(self, refused={**self.refused, paper.versioned_id: now})

    def as_json(self) -> JSON:
        refused = {paper: at.isoformat() for paper, at in self.refused.items()}
        return {"name": self.name, "trouble": self.trouble, "refused": refused}

    @classmethod
    def from_json(cls, data: JSON | None, name: str, now: datetime) -> EmbeddingState:
        """The stored state as of now; an empty one if it is that of another embedder."""
        if not data or data["name"] != name:
            return cls(name)
        times = {paper: datetime.fromisoformat(at) for paper, at in data["refused"].items()}
        # In both directions: a time in the future was written by a clock that ran ahead.
        return cls(name, data["trouble"], {paper: at for paper, at in times.items() if abs(now - at) < REFUSED_FOR})


@dataclass(frozen=True, slots=True)
class Similarity:
    """What similarity is measured with beside words: the embedder of this name, and how far it is.

    Of `papers` announced since `embedded_since`, `embedded` have vectors; `trouble` is why others get none.
    """

    name: str
    embedded: int
    papers: int
    trouble: str | None = None


def describe_similarity(similarity: Similarity | None) -> str:
    """Say what similarity is measured with; None is words alone."""
    if similarity is None:
        return "Similarity is measured by words alone (EMBEDDINGS=none)."
    counts = f"{similarity.embedded:,} of {similarity.papers:,} papers of the last week have one"
    measured = f"Similarity is measured by words and vectors ({similarity.name}); {counts}"
    if similarity.trouble is not None:
        return f"{measured}, and the others are ranked by words: {similarity.trouble}"
    if similarity.papers and not similarity.embedded:
        return f"{measured}: they are made while some chat follows an interest or has voted."
    return f"{measured}."


def embedded_since(latest: date | None, now: datetime) -> date:
    """The first listing day whose papers get vectors; `latest` is the newest one, None before the first."""
    return (latest or calendar.fed_day(now)) - WINDOW
