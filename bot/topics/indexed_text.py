"""The words of one text with their positions, indexed for looking up words, pairs, compounds and prefixes. Pure.

A position counts words from 0. A compound ("pretraining" in "pre-training") has the position of its first word and the
length of its words. Every index is built when it is first used: most texts need a few of them only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from itertools import islice, takewhile

from bot.topics.text import chunks, is_unspaced

_MAX_EXCERPT = 80  # characters; a matched name or phrase is seldom longer, and it is one of several on a line

Feature = str | tuple[str, str]
"""A key by which topics are looked up: a word, or two words next to each other."""


class IndexedText:
    """The words of a text that `searchable` has returned.

    `words` are singulars, or for names the words as they are; `raw_words` always keep their plural endings;
    `surfaces` are the words as written. `compounds` maps a position to (compound, length) of what hyphens join there.
    """

    def __init__(self, text: str, *, names: bool = False) -> None:
        text_chunks = chunks(text)
        self.raw_words = [word for chunk in text_chunks for word in chunk.raw_words]
        # Names have no plurals: "Williams" is not "William".
        self.words = self.raw_words if names else [word for chunk in text_chunks for word in chunk.words]
        self.surfaces = [surface for chunk in text_chunks for surface in chunk.surfaces]
        self.compounds: dict[int, list[tuple[str, int]]] = {}
        start = 0
        for chunk in text_chunks:
            for offset, word, length in chunk.compounds:
                compound = "".join(chunk.raw_words[offset : offset + length]) if names else word
                self.compounds.setdefault(start + offset, []).append((compound, length))
            start += len(chunk.words)

    # ── every position of a word ─────────────────────────────────────────────────────────────────────────────────────

    def positions(self, word: str) -> list[tuple[int, int]]:
        """Where a word or compound stands: (position, length)."""
        return self._positions.get(word, [])

    @cached_property
    def _positions(self) -> dict[str, list[tuple[int, int]]]:
        positions: dict[str, list[tuple[int, int]]] = {}
        for position, word in enumerate(self.words):
            positions.setdefault(word, []).append((position, 1))
        for position, compounds in self.compounds.items():
            for word, length in compounds:
                positions.setdefault(word, []).append((position, length))
        return positions

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

    # ── the first position of every feature ──────────────────────────────────────────────────────────────────────────

    # The dictionaries are filled from the end, so that the first occurrence of a word overwrites the later ones.

    @cached_property
    def first_words(self) -> dict[str, int]:
        """Each word and its first position."""
        return dict(zip(reversed(self.words), range(len(self.words) - 1, -1, -1), strict=True))

    @cached_property
    def first_raw_words(self) -> dict[str, int]:
        """Each word with its plural ending and its first position."""
        return dict(zip(reversed(self.raw_words), range(len(self.raw_words) - 1, -1, -1), strict=True))

    @cached_property
    def first_pairs(self) -> dict[tuple[str, str], int]:
        """Each two neighbouring words and their first position."""
        backwards = zip(reversed(self.words[:-1]), reversed(self.words[1:]), strict=True)
        return dict(zip(backwards, range(len(self.words) - 2, -1, -1), strict=False))

    @cached_property
    def first_compounds(self) -> dict[Feature, tuple[int, int]]:
        """Each compound, and each pair with a compound in it, and its first (start, end)."""
        first: dict[Feature, tuple[int, int]] = {}

        def add(feature: Feature, start: int, end: int) -> None:
            if feature not in first or (start, end) < first[feature]:
                first[feature] = start, end

        for position, compounds in self.compounds.items():
            for word, length in compounds:
                end = position + length
                add(word, position, end)
                if position:
                    add((self.words[position - 1], word), position - 1, end)
                if end < len(self.words):
                    for next_word, next_length in self.words_at(end):
                        add((word, next_word), position, end + next_length)
        return first

    def raw_compounds(self) -> Iterator[tuple[str, int, int]]:
        """Each compound with its plural endings: (compound, start, end)."""
        for position, compounds in self.compounds.items():
            for _, length in compounds:
                yield "".join(self.raw_words[position : position + length]), position, position + length
