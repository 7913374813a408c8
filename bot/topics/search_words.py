"""Words for a full-text index: of papers, and of what people type to search in them. Pure.

A word of English is reduced to its stem, so that "training" finds "trained". In scripts without spaces each character
is a word, and several of them in a row are a phrase: "扩散" is found wherever these two stand side by side.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import Any

from bot.model import SearchTerm
from bot.topics.text import chunks, is_unspaced, raw_words, searchable

MOST_TERMS = 12
"""Terms of one query that count; each one costs time."""

_LEAST_STEMMED = 4
"""Shorter words are often acronyms, which have no endings."""

_LONGEST = 60
"""Characters of a word; longer ones are formulas or addresses."""

_PIECE = re.compile(r'(?P<no>-?)(?P<author>(?:au|author):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))', re.IGNORECASE)
_QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"'))
_stemming = threading.Lock()  # a stemmer keeps the word that it is working on


def index_words(tex: str) -> list[str]:
    """The words of a text in order, as an index keeps them. After them stand the compounds that hyphens make:
    "pre-training" is found as "pretraining" too."""
    words, compounds = [], []
    for chunk in chunks(searchable(tex)):
        words += [stem(word) for word in chunk.words if len(word) <= _LONGEST]
        compounds += [stem(compound) for _, compound, _ in chunk.compounds if len(compound) <= _LONGEST]
    return [*words, *dict.fromkeys(compounds)]


def index_names(tex: str) -> list[str]:
    """The words of a name in order, with their endings."""
    return [word for word in raw_words(tex) if len(word) <= _LONGEST]


def search_terms(typed: str) -> tuple[SearchTerm, ...]:
    """What somebody searches for; empty if there is no word in it, or only words to exclude.

    Words may stand anywhere; "in quotes" they follow each other; `au:` looks among authors; `-` excludes; `word*` is
    the beginning of a word.
    """
    found = [_term(piece) for piece in _PIECE.finditer(typed.translate(_QUOTATION_MARKS))]
    terms = tuple(term for term in found if term is not None)[:MOST_TERMS]
    return terms if any(not term.is_excluded for term in terms) else ()


def with_prefixes(terms: tuple[SearchTerm, ...]) -> tuple[SearchTerm, ...]:
    """The same search, where each word that is looked for may be the beginning of a longer one."""
    return tuple(term if term.is_excluded else SearchTerm(term.phrases, term.names, is_prefix=True) for term in terms)


@lru_cache(maxsize=65_536)  # the words of papers repeat
def stem(word: str) -> str:
    """The stem of a word as `bot.topics.text.words` gives it."""
    if len(word) < _LEAST_STEMMED or not (word.isascii() and word.isalpha()):
        return word
    with _stemming:
        stemmed: str = _stemmer().stemWord(word)
    return stemmed


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer  # imported when needed

    return snowballstemmer.stemmer("english")


def _term(piece: re.Match[str]) -> SearchTerm | None:
    is_quoted = piece["quoted"] is not None
    text = piece["quoted"] if is_quoted else piece["bare"]
    names = tuple(index_names(text))
    is_prefix, is_excluded = text.endswith("*") and not is_quoted, bool(piece["no"])
    if piece["author"]:
        return SearchTerm((), names, is_prefix, is_excluded) if names else None
    phrases = _phrases(text)
    if not phrases:
        return None
    # A phrase in quotes means the text; a name is found by a bare word too.
    is_name = not is_quoted and len(names) == 1 and not is_unspaced(names[0])
    return SearchTerm(phrases, names if is_name else (), is_prefix, is_excluded)


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    """The words of a text as a phrase; if hyphens join all of them, also as the one word that they make."""
    parts = chunks(searchable(text))
    words = tuple(stem(word) for chunk in parts for word in chunk.words if len(word) <= _LONGEST)
    joined = {
        stem(compound)
        for chunk in parts
        for _, compound, length in chunk.compounds
        if len(parts) == 1 and length == len(chunk.words)
    }
    return tuple(phrase for phrase in (words, *((word,) for word in sorted(joined))) if phrase)
