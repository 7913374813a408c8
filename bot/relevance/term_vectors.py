"""Vectors of terms from the papers that they occur in together (latent semantic analysis).

Terms that occur in the same papers, or beside the same other terms, get similar vectors. Imports scikit-learn: used by
the learner's process and by the maker of the bundled table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.decomposition import TruncatedSVD

from bot.relevance.terms import category_term, is_pair
from bot.relevance.weights import IDF_POWER, PAIR

LENGTH = 96
"""Numbers of a vector. Measured on graded papers: 64 to 128 are equally good."""

FEWEST_PAPERS = 2
"""Terms of fewer papers get no vector: there is nothing to learn from."""

FEWEST_OF_CATEGORY = 20
"""A category needs so many papers of its own before it gets a vector."""

_ROUNDS = 5
_LOUDEST = 0.999
"""This share of all numbers fits into int8; the few greater ones are cut."""


class VectorText(NamedTuple):
    """How often each term occurs in a paper, and its categories, the primary one first."""

    counts: Mapping[str, float]
    categories: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class MadeVectors:
    """In how many papers each term occurs, and its vector (int8). Categories stand among the terms as `category_term`,
    with the papers that have them as their primary one; their vectors say how these differ from all papers."""

    terms: list[str]
    counts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int8]


def term_vectors(papers: Sequence[VectorText]) -> MadeVectors:
    """The vectors of all terms of these papers that occur in enough of them. The same papers give the same vectors."""
    found = Counter(term for paper in papers for term in paper.counts)
    terms = sorted(term for term, count in found.items() if count >= FEWEST_PAPERS)
    counts = np.array([found[term] for term in terms], np.int64)
    weighted = _weighted(papers, terms, counts)
    length = min(LENGTH, min(weighted.shape) - 1)
    analysis = TruncatedSVD(length, n_iter=_ROUNDS, random_state=0).fit(weighted)
    vectors = analysis.components_.T
    of_category = _category_vectors(papers, weighted @ vectors)
    codes = sorted(of_category)
    scale = 127 / float(np.quantile(np.abs(vectors), _LOUDEST))
    longest = float(np.linalg.norm(vectors, axis=1).max())
    rows = [vectors * scale, *(of_category[code][0][None, :] * longest * scale for code in codes)]
    return MadeVectors(
        terms + [category_term(code) for code in codes],
        np.concatenate([counts, [of_category[code][1] for code in codes]]).astype(np.int64),
        np.clip(np.round(np.vstack(rows)), -127, 127).astype(np.int8),
    )


def _weighted(papers: Sequence[VectorText], terms: Sequence[str], counts: npt.NDArray[np.int64]) -> sparse.csr_matrix:
    """A row for each paper, of length 1, with the weights that `paper_block` gives to terms."""
    number = {term: place for place, term in enumerate(terms)}
    idf = np.log((len(papers) + 1) / (counts + 0.5)) ** IDF_POWER
    idf *= np.where([is_pair(term) for term in terms], PAIR, 1.0)
    columns, values, ends = [], [], [0]
    for paper in papers:
        for term, count in paper.counts.items():
            if (place := number.get(term)) is not None:
                columns.append(place)
                values.append((1 + np.log(max(count, 1))) * idf[place])
        ends.append(len(columns))
    rows = sparse.csr_matrix((values, columns, ends), (len(papers), len(terms)))
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sparse.diags(1 / np.maximum(lengths, 1e-9)) @ rows


def _category_vectors(
    papers: Sequence[VectorText], dense: npt.NDArray[np.float64]
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
    for code, rows in primary.items():
        if len(rows) >= FEWEST_OF_CATEGORY:
            difference = dense[rows].mean(axis=0) - dense[known].mean(axis=0)
            found[code] = difference / max(float(np.linalg.norm(difference)), 1e-9), len(rows)
    return found
