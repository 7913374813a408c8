"""A chat's model as arrays, and in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.model import ChatModel, ModelTerms, Taste
from bot.relevance.term_table import Floats, Keys
from bot.relevance.terms import key_of, term_of_surface
from bot.topics.text import is_unspaced

_SEPARATOR = "+"

_NUMBERS = np.dtype([("key", "<u4"), ("weight", "<f4")])
"""What `ModelTerms.numbers` holds of each term."""


def packed_terms(terms: Sequence[tuple[str, float]]) -> ModelTerms:
    """The terms of a model with their keys, so that measuring papers needs no stems of its words."""
    numbers = np.array([(key_of(term_of_surface(surface)), weight) for surface, weight in terms], _NUMBERS)
    return ModelTerms("\n".join(surface for surface, _ in terms), numbers.tobytes())


def embedder_name(dense: str, embedder: str) -> str:
    """What `ChatModel.embedder` is: the names of the vectors whose weights `ChatModel.vector` holds, in order
    ("starter-1a2b3c4d+local"); each may be missing."""
    return f"{dense}{_SEPARATOR}{embedder}" if dense or embedder else ""


@dataclass(frozen=True, slots=True)
class ModelWeights:
    """The weights of terms (ascending keys), of the terms' vectors and of the embedding, with the names of these two.
    Either may be empty, and its name ""."""

    keys: Keys
    weights: Floats
    bias: float
    dense_name: str
    dense: Floats
    embedder: str
    embedding: Floats


def weights_of(model: ChatModel, dense_length: int) -> ModelWeights:
    """The arrays of a model; `dense_length` is how long the terms' vectors are."""
    numbers = np.frombuffer(model.terms.numbers, _NUMBERS)
    keys, values = numbers["key"], numbers["weight"]
    order = np.argsort(keys, kind="stable")
    dense_name, _, embedder = model.embedder.partition(_SEPARATOR)
    vector = np.frombuffer(model.vector, "<f4")
    cut = min(dense_length, len(vector)) if dense_name else 0
    return ModelWeights(
        keys[order].astype(np.uint32),
        values[order].astype(np.float32),
        model.bias,
        dense_name,
        vector[:cut],
        embedder,
        vector[cut:],
    )


def surfaces_of(model: ChatModel, keys: Iterable[int]) -> list[str]:
    """The terms of a model that have these keys."""
    surfaces = model.terms.surfaces.split("\n")
    places = {key: place for place, key in enumerate(np.frombuffer(model.terms.numbers, _NUMBERS)["key"].tolist())}
    return [surfaces[places[key]] for key in keys]


def taste_of(model: ChatModel, most: int) -> Taste:
    """The words that a model likes and dislikes most; a pair stands for its two words.

    Interests in Chinese and the like are divided into single characters, which say nothing to a reader.
    """
    terms = [term for term in model.terms if not any(map(is_unspaced, term[0].split(" ")))]
    likes = _without_parts((term for term in terms if term[1] > 0), most)
    return Taste(likes, _without_parts((term for term in terms if term[1] < 0), most))


def _without_parts(terms: Iterable[tuple[str, float]], most: int) -> tuple[tuple[str, float], ...]:
    # Looked at twice as far: words whose pair comes later are left out, too.
    first = [term for term, _ in zip(terms, range(2 * most), strict=False)]
    parts = {word for surface, _ in first if " " in surface for word in surface.split(" ")}
    return tuple(term for term in first if term[0] not in parts)[:most]
