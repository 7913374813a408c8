"""Which features of a text make a term true, and the index from features to terms. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from bot.topics.indexed_text import Feature, IndexedText
from bot.topics.phrases import MAX_JOINED_WORDS, alternatives
from bot.topics.syntax_tree import Category, Field, Leaf, Term, is_prefix
from bot.topics.text import is_unspaced

_MAX_TESTED_WORDS = 200_000
"""Words that are remembered as tested, so that matching very many papers at once does not keep them all."""

Span = tuple[int, int]
"""(start, end) in the positions of an `IndexedText`."""


@dataclass(frozen=True, slots=True)
class LookupKeys:
    """A leaf can be true only where one of these features or prefixes occurs; if `sufficient`, it is true there."""

    features: tuple[Feature, ...] = ()
    prefixes: tuple[str, ...] = ()
    sufficient: bool = False


def lookup_keys(leaf: Leaf) -> LookupKeys:
    """The keys of a term or category."""
    if isinstance(leaf, Category):
        return LookupKeys((leaf.code,), sufficient=True)
    if leaf.field is Field.AUTHOR or len(leaf.words) == 1 or any(map(is_prefix, leaf.words)):
        return _word_keys(leaf)
    return _pair_keys(leaf.words)


def _word_keys(leaf: Term) -> LookupKeys:
    """The longest word that is not an initial, alone or joined with its neighbours: long words are rare."""
    words = leaf.words
    longest = max(range(len(words)), key=lambda at: (len(words[at]) > 1 or is_unspaced(words[at]), len(words[at])))
    covering = [
        option
        for start, here in enumerate(alternatives(words))
        for option in here
        if start <= longest < start + option.covers
    ]
    features = tuple(option.word for option in covering if not option.is_prefix)
    prefixes = tuple(option.word for option in covering if option.is_prefix)
    return LookupKeys(features, prefixes, sufficient=len(words) == 1 and leaf.field is not Field.AUTHOR)


def _pair_keys(words: tuple[str, ...]) -> LookupKeys:
    """The longest two neighbours, alone or joined with theirs or with each other: pairs are rarer than words."""
    left = max(range(len(words) - 1), key=lambda at: len(words[at]) + len(words[at + 1]))
    options = alternatives(words)
    features: list[Feature] = []
    for start in range(max(0, left + 1 - MAX_JOINED_WORDS), left + 1):
        for option in options[start]:
            if start + option.covers == left + 1:
                features += [(option.word, following.word) for following in options[left + 1]]
            elif start + option.covers > left + 1:
                features.append(option.word)
    return LookupKeys(tuple(features), sufficient=len(words) == 2)


class TermIndex:
    """The leaves of all topics that search one field, by their lookup keys. The matcher gives leaves their numbers."""

    def __init__(self) -> None:
        self.leaves_by_feature: dict[Feature, list[int]] = defaultdict(list)
        self._leaves_by_prefix: dict[str, list[int]] = defaultdict(list)
        self._leaves_by_prefixed_word: dict[str, list[int]] = {}
        self._tested_words: set[str] = set()

    def add(self, leaf: int, keys: LookupKeys) -> None:
        for feature in keys.features:
            self.leaves_by_feature[feature].append(leaf)
        for prefix in keys.prefixes:
            self._leaves_by_prefix[prefix].append(leaf)

    def candidates(self, text: IndexedText) -> dict[int, Span]:
        """The leaves of which a key occurs in a text, each with the first span of such a key."""
        spans: dict[int, Span] = {}

        def add(leaves: list[int], span: Span) -> None:
            for leaf in leaves:
                if leaf not in spans or span < spans[leaf]:
                    spans[leaf] = span

        # An intersection takes time in proportion to its smaller side, the text, and not to the number of topics.
        for word in text.first_words.keys() & self.leaves_by_feature.keys():
            add(self.leaves_by_feature[word], (text.first_words[word], text.first_words[word] + 1))
        for pair in text.first_pairs.keys() & self.leaves_by_feature.keys():
            add(self.leaves_by_feature[pair], (text.first_pairs[pair], text.first_pairs[pair] + 2))
        for feature in text.first_compounds.keys() & self.leaves_by_feature.keys():
            add(self.leaves_by_feature[feature], text.first_compounds[feature])
        for word, span in self._prefixed_words(text):
            add(self._leaves_by_prefixed_word[word], span)
        return spans

    def _prefixed_words(self, text: IndexedText) -> list[tuple[str, Span]]:
        """The words and compounds of a text that begin with the prefix of a leaf, as singulars and as written."""
        if not self._leaves_by_prefix:
            return []
        found: list[tuple[str, Span]] = []
        for first in (text.first_words, text.first_raw_words):
            found += [(word, (first[word], first[word] + 1)) for word in self._with_known_prefix(first)]
        compounds = {feature: span for feature, span in text.first_compounds.items() if isinstance(feature, str)}
        found += [(word, compounds[word]) for word in self._with_known_prefix(compounds)]
        for word, start, end in text.raw_compounds():
            if self._with_known_prefix({word: None}):
                found.append((word, (start, end)))
        return found

    def _with_known_prefix(self, words: Mapping[str, object]) -> set[str]:
        """Those of the words that begin with the prefix of a leaf. Each word is tested once and remembered."""
        if len(self._tested_words) > _MAX_TESTED_WORDS:
            # Words with a known prefix are kept: the caller still looks them up, and there are few of them.
            self._tested_words.clear()
        for word in words.keys() - self._tested_words:
            prefixes = (word[:length] for length in range(1, len(word) + 1))
            if leaves := [leaf for prefix in prefixes for leaf in self._leaves_by_prefix.get(prefix, ())]:
                self._leaves_by_prefixed_word[word] = leaves
            self._tested_words.add(word)
        return self._leaves_by_prefixed_word.keys() & words.keys()
