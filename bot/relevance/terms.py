"""Texts as terms: stems of words without stop words, and pairs of neighbouring ones. Pure.

A term is written as its stems joined by "_" ("talk_head"). Its surface is how a text has it, as singulars
("talking head"); `term_of_surface` goes back. Where many terms are compared, a term stands for its key, a hash of 32
bits: of 300,000 terms some ten share a key with another one, which changes hardly any order.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import snowballstemmer

from bot.relevance.stop_words import STOP_WORDS
from bot.relevance.weights import TITLE_COUNTS
from bot.topics.text import is_unspaced, words

_stemmer = snowballstemmer.stemmer("english")
_stemming = threading.Lock()  # a stemmer keeps the word that it is working on

_LEAST_STEMMED = 4
"""Shorter words are often acronyms, which have no endings."""
_LONGEST = 40
"""Longer words are formulas or addresses."""


class Occurrences(NamedTuple):
    """How often each term occurs in a text, and the surface of its first occurrence."""

    counts: dict[str, float]
    surfaces: dict[str, str]


@lru_cache(maxsize=65_536)  # the words of papers repeat
def stem(word: str) -> str | None:
    """The stem of a word as `bot.topics.text.words` gives it; None for a stop word, a number and a letter."""
    if word in STOP_WORDS or len(word) > _LONGEST or not any(map(str.isalpha, word)):
        return None
    if len(word) == 1 and not is_unspaced(word):
        return None
    if len(word) < _LEAST_STEMMED or not (word.isascii() and word.isalpha()):
        return word
    with _stemming:
        stemmed: str = _stemmer.stemWord(word)
    return stemmed


def terms_of(tex: str) -> Iterator[tuple[str, str]]:
    """(term, surface) for each word and then for each pair of neighbours, as often as they occur."""
    found = [(word, stem(word)) for word in words(tex)]
    for word, stemmed in found:
        if stemmed is not None:
            yield stemmed, word
    for (left, first), (right, second) in pairwise(found):
        if first is not None and second is not None:
            yield f"{first}_{second}", f"{left} {right}"


def occurrences(*texts: tuple[str, float]) -> Occurrences:
    """The terms of texts, each given with how often it counts."""
    counts: dict[str, float] = {}
    surfaces: dict[str, str] = {}
    for text, times in texts:
        for term, surface in terms_of(text):
            counts[term] = counts.get(term, 0.0) + times
            surfaces.setdefault(term, surface)
    return Occurrences(counts, surfaces)


def occurrences_in(title: str, abstract: str) -> Occurrences:
    """The terms of a paper; the title counts more than the abstract."""
    return occurrences((title, TITLE_COUNTS), (abstract, 1.0))


def term_of_surface(surface: str) -> str:
    """The term whose surface this is."""
    return "_".join([stem(word) or word for word in surface.split(" ")])


def key_of(term: str) -> int:
    return zlib.crc32(term.encode())


def category_term(code: str) -> str:
    """What stands for a category among terms; no text has such a term."""
    return f"cat:{code}"


def is_pair(term: str) -> bool:
    return "_" in term
