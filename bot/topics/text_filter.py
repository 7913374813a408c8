"""Tells quickly that a text has none of a few leaves' features, so that it need not be cut into words. Pure.

A word of a plain text stands in it letter by letter, except for the ending of its plural. Where that is not so (TeX,
other scripts and accents), the text passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.tex.latex import has_tex
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
        """Whether one of the leaves may be true of a text, as the paper has it."""
        if not text.isascii() or has_tex(text):
            return True
        letters = text.lower().translate(_INSIDE_WORDS)
        if "-" in text:  # the first words of a compound are singulars, too
            letters = " ".join([letters, *(form for part in text.split() if "-" in part for form in _compounds(part))])
        return any(
            all(any(all(any(stem in letters for stem in stems) for stems in words) for words in row) for row in rows)
            for rows in self._leaves
        )


def _compounds(written: str) -> list[str]:
    found = chunk(written)
    compounds = [compound for _, compound, _ in found.compounds]
    return compounds + ["".join(found.raw_words[start : start + length]) for start, _, length in found.compounds]


def _stems(feature: Feature) -> list[list[str]]:
    """For each word of a feature, what a plain text with this word contains, one or the other."""
    if isinstance(feature, str):
        return [_stems_of_word(feature)]
    if len(feature) == 1:
        return [_stems_of_word(feature[0], is_prefix=True)]
    return [_stems_of_word(word) for word in feature]


def _stems_of_word(word: str, *, is_prefix: bool = False) -> list[str]:
    # Other plurals add letters to their singular, or change its "y".
    return [word.removesuffix("y"), *irregular_plurals(word, is_prefix=is_prefix)]
