"""What counts of announced papers whatever the chat, as rows of one table that all chats share. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.arxiv import code_links
from bot.arxiv.acceptance import Acceptance, acceptance
from bot.decisions.ranking.weights import Feature
from bot.model import Announced, Kind, Paper, VoteCounts
from bot.topics.text import fold, words

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

FEWEST_CHATS = 3
"""Votes of fewer chats than this do not count: nobody may be recognized by them."""

HALF_AT = 5.0
"""With so many more chats that like a paper than dislike it, `VOTES` is 1/2."""

MOST_AUTHORS = 30
"""Papers with more authors than this do not bring their authors to a chat that liked them."""

_COLUMNS = (Feature.NEW, Feature.CODE, Feature.ACCEPTED, Feature.AWARD, Feature.VOTES)


@dataclass(frozen=True, slots=True)
class PaperFeatures:
    """What counts of an announced paper. `title` has a space around each word; numbers as in `Feature`."""

    seq: int
    day: date
    title: str
    order: tuple[int, float, str]
    """Decides where nothing else does: later announced, later submitted, then the smaller id."""
    authors: tuple[str, ...] = ()
    is_new: bool = True
    has_code: bool = False
    accepted: float = 0.0
    award: float = 0.0
    votes: float = 0.0
    liked_by: int = 0
    """Chats that like it; 0 if there are fewer than `FEWEST_CHATS`."""


def features_of(seq: int, announced: Announced, votes: VoteCounts | None = None) -> PaperFeatures:
    """The features of the paper that was announced with this sequence number; `votes` are those of all chats."""
    paper, announcement = announced.paper, announced.announcement
    submitted = -paper.published.timestamp() if paper.published else 0.0
    where = acceptance_of(paper)
    return PaperFeatures(
        seq,
        announcement.day,
        with_spaces(paper.title),
        (-announcement.day.toordinal(), submitted, paper.id),  # with the id, the order never depends on the input's
        paper.authors,
        announcement.kind is Kind.NEW,
        has_code(paper),
        (0.5 if where.is_workshop else 1.0) if where else 0.0,
        1.0 if where and where.honour else 0.0,
        popularity(votes),
        liked_by(votes),
    )


def popularity(votes: VoteCounts | None) -> float:
    """`Feature.VOTES` of a paper with these votes."""
    more = max(0, liked_by(votes) - (votes.down if votes else 0))
    return more / (more + HALF_AT)


def liked_by(votes: VoteCounts | None) -> int:
    """How many chats like a paper, 0 if there are fewer than `FEWEST_CHATS`."""
    chats = max(votes.up, votes.saved) if votes else 0
    return chats if chats >= FEWEST_CHATS else 0


def acceptance_of(paper: Paper) -> Acceptance | None:
    """Where the paper was accepted, as its comment says."""
    return acceptance(paper.comment) if paper.comment else None


def has_code(paper: Paper) -> bool:
    """Whether the abstract or the comment links to code, data or a project page."""
    return _has_code(paper.abstract, paper.comment or "")


@lru_cache(maxsize=4096)
def _has_code(abstract: str, comment: str) -> bool:
    links = code_links.find_links(abstract, comment)
    return bool(links.code or links.project)


@lru_cache(maxsize=65_536)
def with_spaces(text: str) -> str:
    """The words of a text with a space around each, so that only whole words are found; a text without words gives a
    character that no text contains."""
    found = words(text)
    return f" {' '.join(found)} " if found else "\0"


class PaperTable:
    """Papers by sequence number, one row each. Rows are added; a row never changes."""

    def __init__(self, papers: Iterable[PaperFeatures] = ()) -> None:
        self._rows: dict[int, int] = {}
        self._papers: list[PaperFeatures] = []
        self._columns: Floats = np.empty((len(_COLUMNS), 0))
        self._days: Numbers = np.empty(0, np.int64)
        self._ties: Numbers = np.empty(0, np.int64)
        self._by_author: dict[str, list[int]] = {}
        self._indexed = 0
        self.add(papers)

    def __contains__(self, seq: int) -> bool:
        return seq in self._rows

    def __getitem__(self, seq: int) -> PaperFeatures:
        return self._papers[self._rows[seq]]

    def add(self, papers: Iterable[PaperFeatures]) -> None:
        """Add rows for papers that have none yet."""
        new = [paper for paper in papers if paper.seq not in self._rows]
        if not new:
            return
        for paper in new:
            self._rows[paper.seq] = len(self._papers)
            self._papers.append(paper)
        values = [(paper.is_new, paper.has_code, paper.accepted, paper.award, paper.votes) for paper in new]
        self._columns = np.hstack([self._columns, np.array(values, np.float64).T])
        self._days = np.append(self._days, [paper.day.toordinal() for paper in new])
        in_order = sorted(range(len(self._papers)), key=lambda row: (self._papers[row].order, self._papers[row].seq))
        self._ties = np.empty(len(in_order), np.int64)
        self._ties[in_order] = np.arange(len(in_order))

    def rows(self, seqs: Sequence[int]) -> Numbers:
        """The rows of these papers."""
        return np.fromiter(map(self._rows.__getitem__, seqs), np.int64, len(seqs))

    def columns(self, rows: Numbers) -> Mapping[Feature, Floats]:
        """The features that these papers have whatever the chat."""
        return dict(zip(_COLUMNS, self._columns[:, rows], strict=True))

    def days(self, rows: Numbers) -> Numbers:
        """The listing days of these papers, as ordinals."""
        return self._days[rows]

    def ties(self, rows: Numbers) -> Numbers:
        """Numbers that order these papers as `PaperFeatures.order` does."""
        return self._ties[rows]

    def by_authors(self, names: Mapping[str, int]) -> Counter[int]:
        """Row → how often the names of the paper's authors (`author_counts`) were counted."""
        for row in range(self._indexed, len(self._papers)):
            for name in author_keys(self._papers[row].authors):
                self._by_author.setdefault(name, []).append(row)
        self._indexed = len(self._papers)
        found: Counter[int] = Counter()
        for name, count in names.items():
            for row in self._by_author.get(name, ()):
                found[row] += count
        return found


def author_counts(groups: Iterable[Collection[str]]) -> Counter[str]:
    """In how many of these groups of authors (`author_keys`) each name is."""
    return Counter(name for group in groups for name in group)


def author_keys(authors: Sequence[str]) -> tuple[str, ...]:
    """The names as they are compared; none if there are more than `MOST_AUTHORS`."""
    return tuple({fold(name): None for name in authors}) if len(authors) <= MOST_AUTHORS else ()
