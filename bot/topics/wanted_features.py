"""The features that topics ask for, and which of them a text has. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate, chain, pairwise

from bot.topics.indexed_text import MAX_FEATURE_WORDS, Feature
from bot.topics.text import chunk


class WantedFeatures:
    """The features that topics ask for, by kind."""

    def __init__(self, features: Collection[Feature]) -> None:
        rows = [feature for feature in features if not isinstance(feature, str)]
        self.words = frozenset(feature for feature in features if isinstance(feature, str))
        self.neighbours = frozenset(row for row in rows if len(row) > 1)
        self.rows_by_word: dict[str, list[tuple[str, ...]]] = {}
        """The `neighbours` by each of their words."""
        for row in self.neighbours:
            for word in row:
                self.rows_by_word.setdefault(word, []).append(row)
        prefixes = [row for row in rows if len(row) == 1]
        self._head_length = min((len(prefix) for (prefix,) in prefixes), default=0)
        self._prefixes_by_head: dict[str, list[Feature]] = {}
        for row in prefixes:
            self._prefixes_by_head.setdefault(row[0][: self._head_length], []).append(row)

    def prefixes_of(self, word: str) -> Sequence[Feature]:
        """The prefixes with which a word begins."""
        head = self._prefixes_by_head.get(word[: self._head_length])
        return [prefix for prefix in head if word.startswith(prefix)] if head else ()


class FeatureReader(dict[str, tuple[str, ...]]):
    """Finds the wanted features of texts. As a dictionary it holds the words of every chunk of them, as written.

    What a chunk contributes is found once for each way of writing it, since texts repeat their words.
    """

    def __init__(self, wanted: WantedFeatures, *, names: bool = False) -> None:
        super().__init__()
        self._wanted = wanted
        self._has_names = names
        self._more: dict[str, list[Feature]] = {}
        """The wanted prefixes and compounds of the chunks that have one."""
        self._compounds: dict[str, list[tuple[int, str, int]]] = {}
        """Like `Chunk.compounds`, those that occur in a wanted row of words."""

    def features(self, text: str) -> list[Feature]:
        """The wanted features of a text that `searchable` has returned; some may be there twice."""
        wanted, written = self._wanted, text.split()
        words = tuple(chain.from_iterable(map(self.__getitem__, written)))
        features: list[Feature] = [*wanted.words.intersection(words)]
        if self._more:
            for text_chunk in self._more.keys() & written:
                features += self._more[text_chunk]
        if wanted.neighbours:
            features += wanted.neighbours.intersection(pairwise(words))
            features += wanted.neighbours.intersection(zip(words, words[1:], words[2:], strict=False))
            if compounds := self._promising_compounds(written, words):
                rows = self._rows_with_compounds(written, words, compounds)
                features += wanted.neighbours.intersection(rows)
        return features

    def __missing__(self, written: str) -> tuple[str, ...]:
        found, wanted = chunk(written), self._wanted
        words = found.raw_words if self._has_names else found.words
        forms = [*found.raw_words] if words == found.raw_words else [*words, *found.raw_words]
        more: list[Feature] = []
        in_rows = []
        for start, word, length in found.compounds:
            raw = "".join(found.raw_words[start : start + length])
            compound = raw if self._has_names else word
            forms += (raw, compound)
            if compound in wanted.words:
                more.append(compound)
            if compound in wanted.rows_by_word:
                in_rows.append((start, compound, length))
        for form in forms:
            if prefixes := wanted.prefixes_of(form):
                more += prefixes
        if more:
            self._more[written] = more
        if in_rows:
            self._compounds[written] = in_rows
        self[written] = words
        return words

    def _promising_compounds(self, written: Sequence[str], words: tuple[str, ...]) -> set[str]:
        """The compounds of a text that are in a wanted row of which it has every word."""
        compounds = {compound for text in self._compounds.keys() & written for _, compound, _ in self._compounds[text]}
        if not compounds:
            return compounds
        all_words = compounds.union(words)
        rows_by_word = self._wanted.rows_by_word
        return {word for word in compounds if any(map(all_words.issuperset, rows_by_word[word]))}

    def _rows_with_compounds(
        self, written: Sequence[str], words: tuple[str, ...], promising: set[str]
    ) -> Iterator[tuple[str, ...]]:
        """Up to three words next to each other, where a compound counts as a word; all that are wanted are among them.

        Rows without a compound are of no interest, though some are returned.
        """
        starts = accumulate(map(len, map(self.__getitem__, written)), initial=0)
        compounds: dict[int, list[tuple[str, int]]] = {}
        for text, start in zip(written, starts, strict=False):
            for offset, compound, length in self._compounds.get(text, ()):
                if compound in promising:
                    compounds.setdefault(start + offset, []).append((compound, length))
        # A row starts at a compound, or at a plain word before one.
        for start in {max(0, at - back) for at in compounds for back in range(MAX_FEATURE_WORDS)}:
            yield from self._rows(words, compounds, start, MAX_FEATURE_WORDS)

    def _rows(
        self, words: tuple[str, ...], compounds: dict[int, list[tuple[str, int]]], start: int, most: int
    ) -> Iterator[tuple[str, ...]]:
        """The rows of at least one and at most `most` words and compounds from `start` on, all of them wanted."""
        for word, length in ((words[start], 1), *compounds.get(start, ())):
            if word in self._wanted.rows_by_word:
                yield (word,)
                if most > 1 and start + length < len(words):
                    for rest in self._rows(words, compounds, start + length, most - 1):
                        yield (word, *rest)
