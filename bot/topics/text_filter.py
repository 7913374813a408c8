"""Tells quickly that a text has none of a few leaves' features, so that it need not be cut into words. Pure.

A word of ASCII letters stands in a text as it is, except for the ending of its plural. Only chunks with a hyphen or
with other letters are cut into words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from bot.topics.indexed_text import Feature
from bot.topics.leaf_keys import AnyOf
from bot.topics.plurals import irregular_plurals
from bot.topics.text import chunk

MAX_LEAVES = 20
"""With more leaves it takes as long as to read most texts."""

_INSIDE_WORDS = str.maketrans("", "", "'^,")
"""Removed from words, see `bot.topics.text`."""


class TextFilter:
    """A filter for the leaves with these keys (`LeafKeys.required`)."""

    def __init__(self, required: Iterable[Sequence[AnyOf]]) -> None:
        self._leaves = [[[_stems(feature) for feature in row] for row in rows] for rows in required]

    def may_have(self, text: str) -> bool:
        """Whether one of the leaves may be true of a text that `searchable` has returned."""
        letters = text.lower().translate(_INSIDE_WORDS)
        is_ascii = text.isascii()
        if not is_ascii or "-" in text:
            others = [part for part in text.split() if "-" in part or not (is_ascii or part.isascii())]
            letters = " ".join(chain([letters], *map(_forms, others)))
        return any(
            all(any(all(any(stem in letters for stem in stems) for stems in words) for words in row) for row in rows)
            for rows in self._leaves
        )


def _forms(written: str) -> tuple[str, ...]:
    """The words and compounds of a chunk, as singulars and as written."""
    found = chunk(written)
    compounds = [compound for _, compound, _ in found.compounds]
    raw_compounds = ["".join(found.raw_words[start : start + length]) for start, _, length in found.compounds]
    return (*found.words, *found.raw_words, *compounds, *raw_compounds)


def _stems(feature: Feature) -> list[list[str]]:
    """For each word of a feature, what a text with this word contains, one or the other."""
    if isinstance(feature, str):
        return [_stems_of_word(feature)]
    if len(feature) == 1:
        return [_stems_of_word(feature[0], is_prefix=True)]
    return [_stems_of_word(word) for word in feature]


def _stems_of_word(word: str, *, is_prefix: bool = False) -> list[str]:
    # Other plurals add letters to their singular, or change its "y".
    return [word.removesuffix("y"), *irregular_plurals(word, is_prefix=is_prefix)]
