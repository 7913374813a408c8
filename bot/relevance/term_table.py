"""In how many papers each term occurs, and the vectors of frequent terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bot.model import Paper, TermCounts
from bot.relevance.terms import is_pair, key_of, terms_of
from bot.relevance.weights import IDF_POWER, MOST_TERMS

Keys = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float32]

_UNSEEN = 0.5
"""In how many papers a term is taken to occur beside those in which it does."""


@dataclass(frozen=True, eq=False)
class TermVectors:
    """Vectors of frequent terms: a row of `rows` (int8) for each of `keys`, ascending. Equal names have equal rows."""

    name: str
    keys: Keys
    rows: npt.NDArray[np.int8]

    @property
    def length(self) -> int:
        return int(self.rows.shape[1])

    def of(self, key: int) -> Floats | None:
        """The vector of a term, of length 1; None if it has none."""
        at = int(np.searchsorted(self.keys, np.uint32(key)))
        if at == len(self.keys) or self.keys[at] != key:
            return None
        row = self.rows[at].astype(np.float32)
        return np.asarray(row / max(float(np.linalg.norm(row)), 1e-9), np.float32)


NO_VECTORS = TermVectors("", np.zeros(0, np.uint32), np.zeros((0, 0), np.int8))


@dataclass(frozen=True, eq=False)
class TermTable:
    """In how many of `papers` papers each of the terms `keys` (ascending) occurs; announcements up to `seq` count."""

    keys: Keys
    counts: npt.NDArray[np.uint32]
    papers: int
    vectors: TermVectors = NO_VECTORS
    seq: int = 0

    def idf(self, keys: Keys) -> Floats:
        """How rare these terms are: about 0 for one in all papers, greater for rare ones."""
        found = self.papers_with(keys)
        rarity = np.log((self.papers + 1) / (found + _UNSEEN))
        return np.asarray(np.maximum(rarity, 0.0) ** IDF_POWER, np.float32)

    @cached_property
    def greatest_idf(self) -> float:
        """The idf of a term that occurs in no paper."""
        return float(np.log((self.papers + 1) / _UNSEEN) ** IDF_POWER)

    def has(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Whether each of these terms occurs in a paper."""
        return self.papers_with(keys) > 0

    def papers_with(self, keys: Keys) -> npt.NDArray[np.float64]:
        """In how many papers each of these terms occurs."""
        at = np.searchsorted(self.keys, keys)
        at[at == len(self.keys)] = 0
        if not len(self.keys):
            return np.zeros(len(keys))
        return np.where(self.keys[at] == keys, self.counts[at], 0).astype(np.float64)

    def joined(self, counts: TermCounts) -> TermTable:
        """This table with the counts of a store added."""
        keys = np.fromiter(map(key_of, counts.counts), np.uint32, len(counts.counts))
        values = np.fromiter(counts.counts.values(), np.uint32, len(counts.counts))
        all_keys, positions = np.unique(np.concatenate([self.keys, keys]), return_inverse=True)
        totals = np.bincount(positions, np.concatenate([self.counts, values])).astype(np.uint32)
        return TermTable(all_keys, totals, self.papers + counts.papers, self.vectors, counts.seq)


class TermCounter:
    """Counts the terms of papers, beginning with what was counted before."""

    def __init__(self, counts: TermCounts | None = None, most: int = MOST_TERMS) -> None:
        self._counts = dict(counts.counts) if counts else {}
        self._papers = counts.papers if counts else 0
        self._most = most

    def add(self, papers: Iterable[Paper]) -> None:
        """Count each term of a paper once."""
        for paper in papers:
            for term in {term for text in (paper.title, paper.abstract) for term, _ in terms_of(text)}:
                self._counts[term] = self._counts.get(term, 0) + 1
            self._papers += 1

    def counts(self, seq: int) -> TermCounts:
        """The counts, which reach up to the announcement `seq`."""
        return TermCounts(seq, self._papers, _limited(self._counts, self._most))


def _limited(counts: dict[str, int], most: int) -> dict[str, int]:
    """At most so many terms: without the rarest pairs, then without the rarest terms."""
    least = 1
    while len(counts) > most:
        counts = {term: count for term, count in counts.items() if count > least or not is_pair(term)}
        if len(counts) > most:
            counts = {term: count for term, count in counts.items() if count > least}
        least += 1
    return counts
