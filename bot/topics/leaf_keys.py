"""Which features of a text make a term or category true, so that papers can be looked up by them. Pure.

A feature is a word, two or three words next to each other, or a prefix; a compound counts as a word. The term
"pre trained model" is true where one of these stands: "pretrainedmodel", ("pretrained", "model"),
("pre", "trainedmodel"), ("pre", "trained", "model").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.topics.indexed_text import MAX_FEATURE_WORDS, Feature
from bot.topics.phrases import MAX_JOINED_WORDS, Alternative, alternatives_of
from bot.topics.syntax_tree import Category, Field, Leaf, Term, is_prefix
from bot.topics.text import is_unspaced

AnyOf = tuple[Feature, ...]


class LeafKeys(NamedTuple):
    """A leaf is true only of texts that have one feature of each row of `required`; if `sufficient`, of all of them."""

    required: tuple[AnyOf, ...]
    sufficient: bool


def leaf_keys(leaf: Leaf) -> LeafKeys:
    """The keys of a term or category."""
    if isinstance(leaf, Category):
        return LeafKeys(((leaf.code,),), sufficient=True)
    options = alternatives_of(leaf.words)
    if len(leaf.words) == 1:
        return LeafKeys((_features(options[0]),), sufficient=True)
    if leaf.field is Field.AUTHOR or any(map(is_prefix, leaf.words)):
        return LeafKeys(tuple(_each_word(leaf, options)), sufficient=False)
    if len(leaf.words) <= MAX_FEATURE_WORDS:
        return LeafKeys((tuple(_spellings(options, 0)),), sufficient=True)
    return LeafKeys(tuple(_each_pair(options)), sufficient=False)


_Options = Sequence[Sequence[Alternative]]


def _features(options: Sequence[Alternative]) -> AnyOf:
    return tuple((option.word,) if option.is_prefix else option.word for option in options)


def _spellings(options: _Options, start: int) -> Iterator[Feature]:
    """All ways in which a text may write a phrase from its word `start` on: each word alone or joined with the next."""
    for option in options[start]:
        end = start + option.covers
        if end == len(options):
            yield option.word
        else:
            for rest in _spellings(options, end):
                yield (option.word, *((rest,) if isinstance(rest, str) else rest))


def _each_word(leaf: Term, options: _Options) -> Iterator[AnyOf]:
    """Each word of a term, alone or joined with its neighbours."""
    for at, word in enumerate(leaf.words):
        # An initial stands for any name that begins with it, so that it excludes hardly any paper.
        if leaf.field is not Field.AUTHOR or len(word) > 1 or is_unspaced(word):
            starts = range(max(0, at + 1 - MAX_JOINED_WORDS), at + 1)
            yield _features([option for start in starts for option in options[start] if start + option.covers > at])


def _each_pair(options: _Options) -> Iterator[AnyOf]:
    """Each two neighbours of a phrase, alone or joined with theirs or with each other."""
    for left in range(len(options) - 1):
        features: list[Feature] = []
        for start in range(max(0, left + 1 - MAX_JOINED_WORDS), left + 1):
            for option in options[start]:
                if start + option.covers == left + 1:
                    features += [(option.word, following.word) for following in options[left + 1]]
                elif start + option.covers > left + 1:
                    features.append(option.word)
        yield tuple(features)
