"""The word lists of `claim_words.json`, as patterns. Pure.

An entry is the beginning of words ("increas"), or a whole word if it ends in "$" ("more$"). Entries in Chinese
characters or kana are found anywhere, since no spaces divide those languages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

_DATA = json.loads(files(__package__).joinpath("claim_words.json").read_text(encoding="utf-8"))
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


class WordPattern:
    """A pattern of many words, which is tried only where a word begins like one of them: all of it, at every place of
    a text, would take long."""

    def __init__(self, by_language: Mapping[str, Iterable[str]]) -> None:
        entries = [entry for entries in by_language.values() for entry in entries]
        anywhere = [re.escape(entry) for entry in entries if _CJK.search(entry)]
        words = [entry for entry in entries if not _CJK.search(entry)]
        alternatives = "|".join(map(_word, words))
        # Longer ones first: 更高 is more than 高.
        ordered = sorted(anywhere, key=len, reverse=True)
        self._pattern = re.compile("|".join([rf"(?<!\w)(?:{alternatives})", *ordered]), re.I)
        self._beginnings = frozenset(re.split(r"\W", entry.lower())[0][:_BEGINNING] for entry in words)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        words = _words(text)
        if words is None:
            yield from self._pattern.finditer(text)
            return
        end = 0
        for start, beginnings in words:
            if start >= end and not self._beginnings.isdisjoint(beginnings):
                match = self._pattern.match(text, start)
                if match:
                    end = match.end()
                    yield match

    def findall(self, text: str) -> list[str]:
        return [match[0] for match in self.finditer(text)]

    def search(self, text: str) -> re.Match[str] | None:
        return next(self.finditer(text), None)


_BEGINNING = 4


@lru_cache(maxsize=2048)  # one text is searched for many lists
def _words(text: str) -> tuple[tuple[int, tuple[str, ...]], ...] | None:
    """Where the words of a text begin, and their first letters, one to four of them; None where no spaces divide
    them."""
    if _CJK.search(text):
        return None
    words = ((match.start(), match[0].lower()) for match in re.finditer(r"\w+", text))
    return tuple((start, tuple(word[:length] for length in range(1, _BEGINNING + 1))) for start, word in words)


def _word(entry: str) -> str:
    stem = entry.removesuffix("$").replace(r"\w+", "\0")
    stem = re.escape(stem).replace("\0", r"\w+").replace(r"\ ", r"\s+")
    return stem + (r"(?!\w)" if entry.endswith("$") else r"\w*")


OPPOSITES: Mapping[str, tuple[WordPattern, WordPattern]] = {
    axis: (WordPattern(sides[0]), WordPattern(sides[1])) for axis, sides in _DATA["opposites"].items()
}
"""By what they say something about: the words for one side ("more") and for the other ("less")."""

MARKERS: Mapping[str, tuple[WordPattern, ...]] = {
    kind: tuple(map(WordPattern, classes)) for kind, classes in _DATA["markers"].items()
}
"""Words that widen a statement ("scope"), give a cause, compare, state a fact, or hedge.

Of each kind there are classes: of "scope" those of all, always, only, fully, none, best.
"""

CONTRASTS: tuple[frozenset[str], ...] = tuple(frozenset(words) for words in _DATA["contrasts"])
"""Words that tell two sides of a paper apart: small and large, encoder and decoder."""
