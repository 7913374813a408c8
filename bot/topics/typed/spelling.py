"""Likely words in place of words that no paper has. Pure."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Sequence

from bot.topics.text import raw_words

Frequencies = Callable[[Sequence[str]], Sequence[int]]
"""In how many papers each of some words occurs."""

SHORTEST = 4
"""Letters of a word that is corrected; shorter ones may be any acronym."""

LONGEST = 24

LEAST_COMMON = 30
"""Papers that must have a word before it is offered in place of another one."""

RARE = 3
"""A word in fewer papers may be a mistake of theirs, if a common word is one letter away."""


def unknown_words(text: str, frequencies: Frequencies) -> tuple[str, ...]:
    """The words of a text that no paper has, without numbers and words of other scripts."""
    words = _checked(text)
    return tuple(word for word, count in zip(words, frequencies(words), strict=True) if not count) if words else ()


def corrections(text: str, frequencies: Frequencies) -> dict[str, str]:
    """Common words that are one letter, or a swap of two, from words of the text that hardly any paper has."""
    words = _checked(text)
    found: dict[str, str] = {}
    for word, count in zip(words, frequencies(words), strict=True) if words else ():
        if count >= RARE or not SHORTEST <= len(word) <= LONGEST:
            continue
        near = list(dict.fromkeys(_one_away(word)))
        papers = frequencies(near)
        best = max(range(len(near)), key=lambda place: (papers[place] * _likelihood(word, near[place]), near[place]))
        if papers[best] >= max(LEAST_COMMON, 20 * count):
            found[word] = near[best]
    return found


def _checked(text: str) -> list[str]:
    return list(dict.fromkeys(word for word in raw_words(text) if word.isascii() and word.isalpha() and len(word) > 2))


def _likelihood(word: str, other: str) -> float:
    """Swapped and doubled letters are likelier than others, and a wrong first letter is the least likely."""
    if other[0] != word[0]:
        return 0.05
    return 3.0 if sorted(other) == sorted(word) or len(other) != len(word) else 1.0


def _one_away(word: str) -> Iterator[str]:
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        if tail:
            yield head + tail[1:]
        for letter in string.ascii_lowercase:
            yield head + letter + tail
            if tail and letter != tail[0]:
                yield head + letter + tail[1:]
