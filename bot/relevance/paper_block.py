"""The features of some papers as arrays, by paper and by term, so that a text or a model is compared with all at once.

A block never changes. Sums are made in the order of the terms asked for, without BLAS, so that a paper's score does not
depend on which papers stand beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bot.model import Paper
from bot.relevance.term_table import Floats, Keys, TermTable, TermVectors
from bot.relevance.terms import Occurrences, is_pair, key_of, occurrences_in
from bot.relevance.weights import PAIR

Ints = npt.NDArray[np.int32]
NO_KEYS: Keys = np.zeros(0, np.uint32)
NO_FLOATS: Floats = np.zeros(0, np.float32)

Numbers = npt.NDArray[Any]

_FEW = 8
"""For fewer than this part of the papers, it is quicker to go through their terms than through all papers of a term."""

_PAPER_BYTES = 400
"""About what a paper takes beside the arrays."""


class PaperRow(NamedTuple):
    """A paper as text features: its number here, and the keys of its terms, ascending, with how much each weighs before
    its rarity."""

    number: int
    paper_id: str
    version: int
    categories: tuple[str, ...]
    keys: Keys
    raw: Floats


def paper_row(number: int, paper: Paper) -> PaperRow:
    keys, raw = raw_weights(occurrences_in(paper.title, paper.abstract))
    return PaperRow(number, paper.id, paper.version, tuple(map(sys.intern, paper.categories)), keys, raw)


def raw_weights(found: Occurrences) -> tuple[Keys, Floats]:
    """The keys of a text's terms, ascending, and 1 + ln of how often each occurs, less for pairs."""
    keys = np.fromiter(map(key_of, found.counts), np.uint32, len(found.counts))
    counts = np.fromiter(found.counts.values(), np.float32, len(found.counts))
    pairs = np.fromiter(map(is_pair, found.counts), np.bool_, len(found.counts))
    raw = (1 + np.log(np.maximum(counts, 1))) * np.where(pairs, np.float32(PAIR), np.float32(1))
    unique, first = np.unique(keys, return_index=True)
    return unique, raw[first].astype(np.float32)


@dataclass(frozen=True, eq=False)
class PaperBlock:
    """Papers in rows. `keys` are the block's terms, ascending; a term's number is its place there.

    By paper: `ends` (where each row ends, after a 0), `terms` (numbers), `raw`. By term the same entries: `term_ends`,
    `rows`, `term_raw`. `idf` is the terms' rarity and `norms` the length of each row of raw × idf. `dense` are the
    papers' vectors from those of their terms, `embeddings` those of the embedder, a row of zeros for a paper without
    one.
    """

    papers: tuple[PaperRow, ...]
    """Without their terms, which the arrays have."""
    keys: Keys
    ends: Ints
    terms: Ints
    raw: Floats
    term_ends: Ints
    rows: npt.NDArray[np.uint16]
    term_raw: Floats
    idf: Floats
    norms: Floats
    dense: Floats
    embeddings: npt.NDArray[np.float16]
    table: TermTable = field(repr=False)

    def __len__(self) -> int:
        return len(self.papers)

    @property
    def size(self) -> int:
        """Bytes of the arrays, and about those of the papers."""
        by_paper = (self.ends, self.terms, self.raw, self.norms, self.dense, self.embeddings)
        by_term = (self.keys, self.term_ends, self.rows, self.term_raw, self.idf)
        return sum(array.nbytes for array in (*by_paper, *by_term)) + _PAPER_BYTES * len(self)

    @cached_property
    def has_embedding(self) -> npt.NDArray[np.bool_]:
        """Which papers have an embedding."""
        return np.asarray(np.any(self.embeddings, axis=1))

    def products(self, keys: Keys, weights: Floats, rows: Numbers) -> Floats:
        """For each of these rows, the sum over these terms (ascending) of their weight times that in the paper, whose
        weights' squares sum up to 1."""
        at, found = _places(self.keys, keys)
        at, weights = at[found], weights[found] * self.idf[at[found]]
        is_few = len(rows) * _FEW < len(self)
        sums = self._sums_of_rows(at, weights, rows) if is_few else self._sums(at, weights)[rows]
        return np.asarray(sums / self.norms[rows], np.float32)

    def _sums(self, terms: Numbers, weights: Floats) -> Numbers:
        starts, lengths = self.term_ends[terms], self.term_ends[terms + 1] - self.term_ends[terms]
        entries = ranges(starts, lengths)
        return np.bincount(self.rows[entries], self.term_raw[entries] * np.repeat(weights, lengths), len(self))

    def _sums_of_rows(self, terms: Numbers, weights: Floats, rows: Numbers) -> Numbers:
        by_term = np.zeros(len(self.keys), np.float32)
        by_term[terms] = weights
        starts, lengths = self.ends[rows], self.ends[rows + 1] - self.ends[rows]
        entries = ranges(starts, lengths)
        owners = np.repeat(np.arange(len(rows)), lengths)
        return np.bincount(owners, self.raw[entries] * by_term[self.terms[entries]], len(rows))

    def counts_of(self, term: int, *, is_pair: bool) -> Floats:
        """How often a term (its key) occurs in each paper."""
        found = np.zeros(len(self), np.float32)
        at = int(np.searchsorted(self.keys, np.uint32(term)))
        if at < len(self.keys) and self.keys[at] == term:
            entries = slice(self.term_ends[at], self.term_ends[at + 1])
            raw = self.term_raw[entries] / (PAIR if is_pair else 1)
            found[self.rows[entries]] = np.exp(raw - 1)
        return found

    def row(self, row: int) -> tuple[Keys, Floats]:
        """The terms of the paper in this row, and their weights, whose squares sum up to 1."""
        entries = slice(self.ends[row], self.ends[row + 1])
        terms = self.terms[entries]
        return self.keys[terms], self.raw[entries] * self.idf[terms] / self.norms[row]

    def paper_rows(self) -> list[PaperRow]:
        """What the block was built of."""
        return [
            paper._replace(keys=self.keys[self.terms[start:end]], raw=self.raw[start:end])
            for paper, start, end in zip(self.papers, self.ends, self.ends[1:], strict=False)
        ]


def build(papers: Sequence[PaperRow], table: TermTable, embeddings: Mapping[int, Floats]) -> PaperBlock:
    """A block of papers; `embeddings` by their numbers, of those that have one."""
    lengths = np.array([len(paper.keys) for paper in papers], np.int32)
    all_keys = np.concatenate([NO_KEYS, *(paper.keys for paper in papers)])
    raw = np.concatenate([NO_FLOATS, *(paper.raw for paper in papers)])
    keys, places = np.unique(all_keys, return_inverse=True)
    terms = places.astype(np.int32)
    owners = np.repeat(np.arange(len(papers), dtype=np.uint16), lengths)
    by_term = np.argsort(terms, kind="stable")
    idf = table.idf(keys)
    ends = _ends(lengths)
    weights = raw * idf[terms]
    squares = np.bincount(owners, weights.astype(np.float64) ** 2, len(papers))
    return PaperBlock(
        papers=tuple(paper._replace(keys=NO_KEYS, raw=NO_FLOATS) for paper in papers),
        keys=keys,
        ends=ends,
        terms=terms,
        raw=raw,
        term_ends=_ends(np.bincount(terms, minlength=len(keys))),
        rows=owners[by_term],
        term_raw=raw[by_term],
        idf=idf,
        norms=np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32),
        dense=dense_rows(all_keys, weights, ends, table.vectors),
        embeddings=_embedding_rows(papers, embeddings),
        table=table,
    )


def dense_rows(keys: Keys, weights: Floats, ends: Ints, vectors: TermVectors) -> Floats:
    """For each row of terms between two of `ends`, the weighted sum of their vectors, of length 1 (or 0)."""
    sums = np.zeros((len(ends) - 1, vectors.length), np.float32)
    at, found = _places(vectors.keys, keys)
    for row in range(len(sums)):
        entries = slice(ends[row], ends[row + 1])
        has_vector = found[entries]
        rows = vectors.rows[at[entries][has_vector]].astype(np.float32)
        sums[row] = (rows * weights[entries][has_vector, None]).sum(axis=0)
    return _of_length_one(sums)


def ranges(starts: npt.NDArray[np.integer], lengths: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """The numbers start, start + 1, … of each range, one range after another."""
    before = np.cumsum(lengths) - lengths
    numbers: npt.NDArray[np.int64] = np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)
    return numbers


def _places(table: Keys, keys: Keys) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Where each key stands in an ascending table, and whether it does."""
    at = np.searchsorted(table, keys)
    if not len(table):
        return at, np.zeros(len(keys), np.bool_)
    at[at == len(table)] = 0
    return at, table[at] == keys


def _ends(lengths: npt.NDArray[np.integer]) -> Ints:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)


def _embedding_rows(papers: Sequence[PaperRow], embeddings: Mapping[int, Floats]) -> npt.NDArray[np.float16]:
    length = max((len(vector) for vector in embeddings.values()), default=0)
    rows = np.zeros((len(papers), length), np.float32)
    for row, paper in enumerate(papers):
        vector = embeddings.get(paper.number)
        if vector is not None and len(vector) == length:
            rows[row] = vector
    return _of_length_one(rows).astype(np.float16)


def _of_length_one(rows: Floats) -> Floats:
    lengths = np.sqrt((rows.astype(np.float64) ** 2).sum(axis=1, keepdims=True))
    return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)
