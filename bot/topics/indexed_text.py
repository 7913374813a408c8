"""The words of one text with their positions, indexed for looking up words, compounds and prefixes. Pure.

A position counts words from 0. A compound ("pretraining" in "pre-training") has the position of its first word and the
length of its words. Every index is built when it is first used: most texts need a few of them only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice, pairwise, takewhile

from bot.topics.text import chunks, is_unspaced

_MAX_EXCERPT = 80  # characters; a matched name or phrase is seldom longer, and it is one of several on a line

MAX_FEATURE_WORDS = 3

Feature = str | tuple[str, ...]
"""A key by which papers are looked up: a word or compound, two or three of them in a row, or (as a tuple of one) a
prefix."""


class IndexedText:
    """The words of a text that `searchable` has returned.

    `words` are singulars, or for names the words as they are; `raw_words` always keep their plural endings;
    `surfaces` are the words as written. `compounds` maps a position to (compound, length) of what hyphens join there.
    """

    def __init__(self, text: str, *, names: bool = False) -> None:
        text_chunks = chunks(text)
        # Tuples, because the garbage collector passes over tuples of strings; a batch has thousands of texts.
        self.raw_words = tuple(chain.from_iterable([chunk.raw_words for chunk in text_chunks]))
        # Names have no plurals: "Williams" is not "William".
        self.words = self.raw_words if names else tuple(chain.from_iterable([chunk.words for chunk in text_chunks]))
        self.surfaces = tuple(chain.from_iterable([chunk.surfaces for chunk in text_chunks]))
        self.compounds: dict[int, tuple[tuple[str, int], ...]] = {}
        start = 0
        for chunk in text_chunks:
            for offset, word, length in chunk.compounds:
                compound = "".join(chunk.raw_words[offset : offset + length]) if names else word
                self.compounds[start + offset] = (*self.compounds.get(start + offset, ()), (compound, length))
            start += len(chunk.words)

    # ── every position of a word ─────────────────────────────────────────────────────────────────────────────────────

    def positions(self, word: str) -> list[tuple[int, int]]:
        """Where a word or compound stands: (position, length)."""
        found = [(at, length) for at, here in self.compounds.items() for compound, length in here if compound == word]
        if word in self.word_set:
            # A search, because an index of all words takes longer to build than the few searches of most texts.
            at = -1
            for _ in range(self.words.count(word)):
                at = self.words.index(word, at + 1)
                found.append((at, 1))
        return found

    def prefix_positions(self, prefix: str) -> list[tuple[int, int]]:
        """Where words and compounds begin with `prefix`, as singulars or as written: (position, length)."""
        # A tuple of one sorts before all tuples that begin with the same word.
        first = bisect_left(self._sorted_words, (prefix,))
        following = islice(self._sorted_words, first, None)
        return [
            (position, length)
            for _, position, length in takewhile(lambda entry: entry[0].startswith(prefix), following)
        ]

    @cached_property
    def _sorted_words(self) -> list[tuple[str, int, int]]:
        return sorted({*self._all_forms()})

    def _all_forms(self) -> Iterator[tuple[str, int, int]]:
        for position, (word, raw_word) in enumerate(zip(self.words, self.raw_words, strict=True)):
            yield word, position, 1
            yield raw_word, position, 1
        for position, compounds in self.compounds.items():
            for word, length in compounds:
                yield word, position, length
                yield "".join(self.raw_words[position : position + length]), position, length

    # ── what stands at a position ────────────────────────────────────────────────────────────────────────────────────

    def words_at(self, position: int) -> list[tuple[str, int]]:
        """The word at a position and the compounds that begin there, each with its length."""
        word = (self.words[position], 1)
        return [word, *self.compounds[position]] if position in self.compounds else [word]

    def has_prefix(self, position: int, length: int, prefix: str) -> bool:
        """Whether the word or compound at a position begins with `prefix`, as a singular or as written."""
        end = position + length
        return any("".join(row[position:end]).startswith(prefix) for row in (self.words, self.raw_words))

    def excerpt(self, start: int, end: int) -> str:
        """The words from `start` up to `end` as the text writes them, at most 80 characters."""
        if end == start + 1:
            return self.surfaces[start].removesuffix("-")[:_MAX_EXCERPT]
        text = self.surfaces[start]
        for position in range(start + 1, end):
            unspaced = is_unspaced(self.words[position - 1]) and is_unspaced(self.words[position])
            text += self.surfaces[position] if text.endswith("-") or unspaced else f" {self.surfaces[position]}"
        text = text.removesuffix("-")
        return text if len(text) <= _MAX_EXCERPT else text[: _MAX_EXCERPT - 1] + "…"

    # ── quick rejection ──────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def word_set(self) -> frozenset[str]:
        return frozenset(self.words)

    @cached_property
    def pair_set(self) -> frozenset[tuple[str, str]]:
        """Each two neighbouring words."""
        return frozenset(pairwise(self.words))

    @cached_property
    def compound_set(self) -> frozenset[str]:
        return frozenset(word for compounds in self.compounds.values() for word, _ in compounds)
