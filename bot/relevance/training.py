"""Trains a chat's model with scikit-learn. Imported only by `learner`, which runs in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from bot.relevance import weights
from bot.relevance.term_table import Floats, Keys

_MOST_ROUNDS = 200


class Example(NamedTuple):
    """A text as features: terms (ascending keys, weights whose squares sum up to 1), the vector from its terms, and its
    embedding (empty without one); and how much it is an example of what is liked, below 0 of what is not."""

    keys: Keys
    values: Floats
    dense: Floats
    embedding: Floats
    weight: float


@dataclass(frozen=True)
class Trained:
    """The greatest weights of terms, those of the vector from terms and of the embedding, and the bias."""

    keys: Keys
    weights: Floats
    dense: Floats
    embedding: Floats
    bias: float


def train(examples: Sequence[Example]) -> Trained | None:
    """A linear model that tells what is liked from what is not; None unless there are examples of both."""
    importance = np.array([abs(example.weight) for example in examples])
    labels = np.array([example.weight > 0 for example in examples])
    if labels.all() or not labels.any():
        return None
    all_keys = np.concatenate([example.keys for example in examples])
    keys, columns = np.unique(all_keys, return_inverse=True)
    features = sparse.hstack([_of_terms(examples, columns, len(keys)), *_of_vectors(examples)], format="csr")
    # Its other solvers give slightly different weights with another number of threads or another processor.
    model = LogisticRegression(C=weights.REGULARIZATION, solver="liblinear", random_state=0, max_iter=_MOST_ROUNDS)
    model.fit(features, labels, importance)
    learned = np.asarray(model.coef_[0])
    strongest = np.argsort(-np.abs(learned[: len(keys)]), kind="stable")[: weights.MODEL_TERMS]
    dense_length = len(examples[0].dense)
    vectors = np.asarray(learned[len(keys) :], np.float32)
    return Trained(
        keys[strongest],
        np.asarray(learned[strongest], np.float32),
        vectors[:dense_length] * np.float32(weights.DENSE_SCALE),
        vectors[dense_length:] * np.float32(weights.EMBEDDING_SCALE),
        float(model.intercept_[0]),
    )


def _of_terms(examples: Sequence[Example], columns: npt.NDArray[np.int64], count: int) -> sparse.csr_matrix:
    values = np.concatenate([example.values for example in examples]).astype(np.float64)
    ends = np.concatenate([[0], np.cumsum([len(example.keys) for example in examples])])
    return sparse.csr_matrix((values, columns, ends), (len(examples), count))


def _of_vectors(examples: Sequence[Example]) -> list[npt.NDArray[np.float64]]:
    """The columns of both kinds of vectors. An example without an embedding has zeros there."""
    dense = np.array([example.dense for example in examples], np.float64) * weights.DENSE_SCALE
    length = max(len(example.embedding) for example in examples)
    embeddings = np.zeros((len(examples), length))
    for row, example in enumerate(examples):
        if len(example.embedding) == length:
            embeddings[row] = example.embedding
    return [part for part in (dense, embeddings * weights.EMBEDDING_SCALE) if part.shape[1]]
