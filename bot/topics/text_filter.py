"""Tells quickly that a text has none of a few leaves' features, so that it need not be cut into words. Pure.

A word of ASCII letters stands in a text as it is, except for the ending of its plural. Only chunks with a hyphen or
with other letters are cut into words.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

from bot.topics.indexed_text import Feature
from bot.topics.leaf_keys import AnyOf
from bot.topics.plurals import irregular_plurals
from bot.topics.text import chunk

MAX_LEAVES = 20
"""With more leaves it takes as long as to read most texts."""

_INSIDE_WORDS = str.maketrans("", "", "'^,")
"""Removed from words, see `bot.topics.text`."""

_NO_LETTERS = bytes(set(range(128)) - set((string.ascii_lowercase + string.digits).encode()))

_KEEPS_LETTERS = re.compile(
    r"(?<!\\)\\(?:text(?:bf|it|sc|tt|rm|sf)?|emph|math(?:rm|bf|it|sf|cal|bb)|times|sim|approx|pm|to|in|leq?|geq?|cdot|circ)"
    r"(?![A-Za-z])"
)
"""The frequent commands that print no letter of their own, and leave those of their argument as they are."""

_COMMAND = re.compile(r"\\[A-Za-z]")
_GROUPS = str.maketrans("", "", "{}$\\")


class TextFilter:
    """A filter for the leaves with these keys (`LeafKeys.required`)."""

    def __init__(self, required: Iterable[Sequence[AnyOf]]) -> None:
        self._leaves = [[[_stems(feature) for feature in row] for row in rows] for rows in required]
        stems = chain.from_iterable(stems for rows in self._leaves for row in rows for words in row for stems in words)
        self._reads_source = all(stem.isascii() and (stem.isalnum() or not stem) for stem in stems)

    def may_have_source(self, tex: str) -> bool:
        """Whether one of the leaves may be true of a text as arXiv writes it, from its letters and digits alone.

        Much faster than `searchable`, and passes more: letters of two words may make a third one. Texts whose letters
        depend on TeX or on Unicode pass.
        """
        if not (self._reads_source and tex.isascii()):
            return True
        if "\\" in tex:
            tex = _KEEPS_LETTERS.sub("", tex)
            if _COMMAND.search(tex):
                return True
        letters = tex.lower().encode().translate(None, _NO_LETTERS).decode()
        # Within a compound each word is a singular: "networks-based" has the compound "networkbased".
        compounds = [written for written in tex.translate(_GROUPS).split() if "-" in written]
        return self._is_in(" ".join([letters, *filter(None, map(_other_forms, compounds))]))

    def may_have(self, text: str) -> bool:
        """Whether one of the leaves may be true of a text that `searchable` has returned."""
        letters = text.lower().translate(_INSIDE_WORDS)
        is_ascii = text.isascii()
        if not is_ascii or "-" in text:
            others = [part for part in text.split() if "-" in part or not (is_ascii or part.isascii())]
            letters = " ".join(chain([letters], *map(_forms, others)))
        return self._is_in(letters)

    def _is_in(self, letters: str) -> bool:
        return any(
            all(any(all(any(stem in letters for stem in stems) for stems in words) for words in row) for row in rows)
            for rows in self._leaves
        )


@lru_cache(maxsize=32768)  # as `chunk`
def _other_forms(written: str) -> str:
    """Those words and compounds of a chunk that are not a part of its letters."""
    letters = written.lower().replace("-", "")
    return " ".join(form for form in _forms(written) if form not in letters)


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
