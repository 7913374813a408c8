"""The formulas: from similarities to scores. Pure; every number is in `weights`."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from bot.relevance import weights
from bot.relevance.term_table import Floats


def similarity(sparse: Floats, dense: Floats, embedding: Floats | None, *, is_foreign: bool = False) -> Floats:
    """The similarity of papers to a text: shared terms, vectors of terms, and embeddings, as `centred_cosines` compares
    them (NaN where a paper has none, which is as if it were neither close nor far)."""
    by_words = weights.SPARSE * sparse + weights.DENSE * np.maximum(dense, 0)
    if embedding is None:
        return np.asarray(by_words, np.float32)
    weight = weights.EMBEDDING_ALONE if is_foreign else weights.EMBEDDING
    return np.asarray(by_words + weight * np.nan_to_num(embedding), np.float32)


def centred_cosines(cosines: Floats, to_center: Floats, vector: Floats, center: Floats) -> Floats:
    """Cosines between the differences of embeddings from `center`, which lies in the middle of all papers: many models
    give any two texts cosines near 0.8.

    `cosines` are those of papers and `vector`, `to_center` those of the papers and `center`, not divided by its length.
    """
    squared = float(center @ center)
    own = float(vector @ center)
    product = cosines - to_center - own + squared
    lengths = np.sqrt(np.maximum(1 - 2 * to_center + squared, 1e-6)) * max(1 - 2 * own + squared, 1e-6) ** 0.5
    return np.asarray(product / lengths, np.float32)


def pushed_away(wanted: Floats, unwanted: list[Floats]) -> Floats:
    """The similarity to what is wanted, less for papers that are as close to something unwanted."""
    if not unwanted:
        return wanted
    excess = np.max(unwanted, axis=0) - (wanted - weights.PUSH_MARGIN)
    return np.asarray(wanted - weights.PUSH * np.maximum(excess, 0), np.float32)


def scaled(similarities: Floats) -> Floats:
    """Similarities as scores from 0 to 1; a greater one gives a greater score."""
    # Unlike a logistic function, it tells great similarities from greater ones.
    powers = np.maximum(similarities, 0.0) ** weights.STEEPNESS
    return np.asarray(powers / (powers + weights.MIDDLE**weights.STEEPNESS), np.float32)


def exact(counts: list[Floats], rarities: list[float]) -> Floats:
    """How much the matched terms of a topic say of each paper, 0 to 1.

    `counts` has for each term how often it occurs in each paper (more for the title), `rarities` its rarity as a share
    of the greatest one. A rare term says more than a common one, a title more than an abstract, and
    several terms more than one.
    """
    missed = np.ones_like(counts[0])
    for count, rarity in zip(counts, rarities, strict=True):
        missed *= 1 - rarity * count / (count + weights.SATURATION)
    return np.asarray(1 - missed, np.float32)


def of_words(exactness: Floats, similarities: Floats) -> Floats:
    """The score of a topic of words."""
    return np.asarray(weights.EXACT * exactness + (1 - weights.EXACT) * scaled(similarities), np.float32)


def of_categories(named: frozenset[str], primary: Collection[str], categories: Collection[str]) -> float:
    """The score of a topic that only names categories, for a paper given by all codes for its primary category and
    for all its categories."""
    if not named.isdisjoint(primary):
        return weights.IN_PRIMARY
    return 0.0 if named.isdisjoint(categories) else weights.IN_CROSS_LIST


def central(named: Floats, fields: list[Floats]) -> Floats:
    """The score of a topic that only names categories: `named` (`of_categories`), more for papers that are like most
    papers of the category that they fit best."""
    found = named + weights.FIELD * np.clip(np.max(fields, axis=0), 0, 1)
    return np.asarray(np.clip(found, 0, 1), np.float32)


def probability(sums: Floats) -> Floats:
    """The sums of a model as probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(sums, -50, 50))), np.float32)
