"""Vectors of terms from the papers that they occur in together (latent semantic analysis).

Terms that occur in the same papers, or beside the same other terms, get similar vectors. Imports scikit-learn: used by
the process that makes a store's own vectors, and by the maker of the bundled table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.decomposition import TruncatedSVD

from bot.relevance.paper_block import PaperRow
from bot.relevance.term_table import Keys, TermTable
from bot.relevance.terms import category_term, key_of

LENGTH = 96
"""Numbers of a vector. Measured on graded papers: 64 to 128 are equally good."""

FEWEST_PAPERS = 3
"""Terms of fewer papers get no vector: there is nothing to learn from."""

MOST_TERMS = 40_000
"""The most frequent terms get vectors: 4 MB."""

FEWEST_OF_CATEGORY = 20
"""A category needs so many papers of its own before it gets a vector."""

_ROUNDS = 5
_LOUDEST = 0.999
"""This share of all numbers fits into int8; the few greater ones are cut."""


@dataclass(frozen=True, eq=False)
class MadeVectors:
    """The keys of terms, ascending, in how many papers each occurs, and its vector (int8). Categories stand among them
    by the key of their `category_term`, with the papers that have them as their primary one; their vectors say how
    these differ from all papers."""

    keys: Keys
    counts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int8]


def term_vectors(papers: Sequence[PaperRow]) -> MadeVectors:
    """The vectors of the terms of these papers that occur in enough of them. The same papers give the same vectors."""
    keys, counts = _frequent(papers)
    weighted = _weighted(papers, keys, counts)
    length = min(LENGTH, min(weighted.shape) - 1)
    analysis = TruncatedSVD(length, n_iter=_ROUNDS, random_state=0).fit(weighted)
    vectors = analysis.components_.T
    of_category = _category_vectors(papers, weighted @ vectors)
    scale = 127 / float(np.quantile(np.abs(vectors), _LOUDEST))
    longest = float(np.linalg.norm(vectors, axis=1).max())
    rows = [vectors * scale, *(vector[None, :] * longest * scale for vector, _ in of_category.values())]
    all_keys = np.concatenate([keys, [key_of(category_term(code)) for code in of_category]]).astype(np.uint32)
    all_counts = np.concatenate([counts, [count for _, count in of_category.values()]]).astype(np.int64)
    unique, first = np.unique(all_keys, return_index=True)
    return MadeVectors(unique, all_counts[first], np.clip(np.round(np.vstack(rows)), -127, 127).astype(np.int8)[first])


def _frequent(papers: Sequence[PaperRow]) -> tuple[Keys, npt.NDArray[np.int64]]:
    """The keys that get vectors, ascending, and in how many papers each occurs."""
    keys, counts = np.unique(np.concatenate([paper.keys for paper in papers]), return_counts=True)
    kept = np.flatnonzero(counts >= FEWEST_PAPERS)
    # Stable, and in order of the keys again: the same papers give the same terms.
    kept = np.sort(kept[np.argsort(-counts[kept], kind="stable")][:MOST_TERMS])
    return keys[kept], counts[kept]


def _weighted(papers: Sequence[PaperRow], keys: Keys, counts: npt.NDArray[np.int64]) -> sparse.csr_matrix:
    """A row for each paper, of length 1, with the weights that `paper_block` gives to terms."""
    idf = TermTable(keys, counts.astype(np.uint32), len(papers)).idf(keys)
    columns, values, ends = [], [], [0]
    for paper in papers:
        at = np.minimum(np.searchsorted(keys, paper.keys), len(keys) - 1)
        has_vector = keys[at] == paper.keys
        columns.append(at[has_vector].astype(np.int32))
        values.append(paper.raw[has_vector] * idf[at[has_vector]])
        ends.append(ends[-1] + len(columns[-1]))
    matrix = (np.concatenate(values), np.concatenate(columns), np.array(ends, np.int32))
    rows = sparse.csr_matrix(matrix, (len(papers), len(keys)))
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sparse.diags(1 / np.maximum(lengths, 1e-9)) @ rows


def _category_vectors(
    papers: Sequence[PaperRow], dense: npt.NDArray[np.float64]
) -> dict[str, tuple[npt.NDArray[np.float64], int]]:
    """For each frequent primary category how its papers differ from all, of length 1, and how many there are."""
    dense = dense / np.maximum(np.linalg.norm(dense, axis=1, keepdims=True), 1e-9)
    primary: dict[str, list[int]] = {}
    for row, paper in enumerate(papers):
        if paper.categories:
            primary.setdefault(paper.categories[0], []).append(row)
    # Papers whose categories are unknown are in no category, and not in what all have in common.
    known = [row for rows in primary.values() for row in rows]
    found = {}
    for code, rows in sorted(primary.items()):
        if len(rows) >= FEWEST_OF_CATEGORY:
            difference = dense[rows].mean(axis=0) - dense[known].mean(axis=0)
            found[code] = difference / max(float(np.linalg.norm(difference)), 1e-9), len(rows)
    return found
