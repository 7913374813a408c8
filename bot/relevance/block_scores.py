"""Scores of the papers of one block: of a topic, of a model, and of a paper among others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bot.relevance import scores
from bot.relevance.model_weights import ModelWeights
from bot.relevance.paper_block import Numbers, PaperBlock
from bot.relevance.queries import ExactTerm, Query, TextQuery
from bot.relevance.term_table import Floats, Keys
from bot.relevance.weights import NO_WORDS
from bot.topics.indexed_paper import category_codes


@dataclass(frozen=True, slots=True)
class Embeddings:
    """The embeddings of texts, of those that have one, and the middle of all papers' (None: not known yet, so that
    embeddings are not compared)."""

    of_texts: Mapping[str, Floats]
    center: Floats | None


NO_EMBEDDINGS = Embeddings({}, None)


def of_query(query: Query, block: PaperBlock, rows: Numbers, vectors: Embeddings) -> Floats:
    """How well these papers fit a topic, 0 to 1."""
    if query.wanted is None:
        return _of_categories(query, block, rows)
    similarities = _similarity(query.wanted, block, rows, vectors)
    similarities = scores.pushed_away(
        similarities, [_similarity(text, block, rows, vectors) for text in query.unwanted]
    )
    if not query.exact:
        return scores.scaled(similarities)
    counts = [_count(term, block)[rows] for term in query.exact]
    return scores.of_words(scores.exact(counts, [term.rarity for term in query.exact]), similarities)


def _similarity(text: TextQuery, block: PaperBlock, rows: Numbers, vectors: Embeddings) -> Floats:
    sparse = block.products(text.keys, text.weights, rows)
    dense, embedded = _cosines(block.dense, rows, text.dense), _embedded(text, block, rows, vectors)
    return scores.similarity(sparse, dense, embedded, is_foreign=text.is_foreign)


def _embedded(text: TextQuery, block: PaperBlock, rows: Numbers, vectors: Embeddings) -> Floats | None:
    vector, center = vectors.of_texts.get(text.text), vectors.center
    # Vectors of different lengths cannot be compared: the server behind the embedder's name has changed.
    if vector is None or center is None or not len(vector) == len(center) == block.embeddings.shape[1]:
        return None
    cosines, to_center = (_cosines(block.embeddings, rows, each) for each in (vector, center))
    compared = scores.centred_cosines(cosines, to_center, vector, center)
    return np.where(block.has_embedding[rows], compared, np.float32(np.nan))


def _cosines(vectors: npt.NDArray[np.floating], rows: Numbers, vector: Floats) -> Floats:
    # Not by BLAS, whose sums depend on how many rows there are.
    return np.asarray(np.einsum("ij,j->i", vectors[rows].astype(np.float32, copy=False), vector), np.float32)


def _count(term: ExactTerm, block: PaperBlock) -> Floats:
    """How often a phrase occurs: as often as its rarest pair."""
    return np.asarray(np.min([block.counts_of(key, is_pair=term.are_pairs) for key in term.keys], axis=0), np.float32)


def _of_categories(query: Query, block: PaperBlock, rows: Numbers) -> Floats:
    if not query.categories:
        return np.full(len(rows), NO_WORDS, np.float32)
    papers = [block.papers[row].categories for row in rows.tolist()]
    named = np.array([scores.of_categories(query.categories, _codes(paper[:1]), _codes(paper)) for paper in papers])
    of_fields = [
        _cosines(block.dense, rows, field)
        if isinstance(field, np.ndarray)
        else _similarity(field, block, rows, NO_EMBEDDINGS)
        for field in query.fields
    ]
    return scores.central(named, of_fields)


@lru_cache(maxsize=4096)  # most papers have the categories of another one
def _codes(categories: tuple[str, ...]) -> frozenset[str]:
    """Every code by which a topic may name one of these categories."""
    return frozenset(category_codes(categories))


def of_model(model: ModelWeights, block: PaperBlock, rows: Numbers) -> Floats:
    """How likely it is that these papers are liked, 0 to 1."""
    sums = block.products(model.keys, model.weights, rows) + np.float32(model.bias)
    if model.dense_name == block.table.vectors.name and len(model.dense) == block.dense.shape[1]:
        sums = sums + _cosines(block.dense, rows, model.dense)
    if model.embedder and len(model.embedding) == block.embeddings.shape[1]:
        sums = sums + _cosines(block.embeddings, rows, model.embedding)
    return scores.probability(np.asarray(sums, np.float32))


def shared(keys: Keys, weights: Floats, block: PaperBlock, row: int) -> dict[int, float]:
    """The keys that a text or model shares with a paper, by the product of their weights, strongest first; only those
    that speak for the paper."""
    of_paper, values = block.row(row)
    at = dict(zip(of_paper.tolist(), values.tolist(), strict=True))
    pairs = zip(keys.tolist(), weights.tolist(), strict=True)
    products = {key: weight * at[key] for key, weight in pairs if key in at and weight > 0}
    return dict(sorted(products.items(), key=lambda entry: (-entry[1], entry[0])))
