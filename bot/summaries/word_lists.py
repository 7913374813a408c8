"""The word lists of `claim_words.json`, as patterns. Pure.

An entry is the beginning of words ("increas"), or a whole word if it ends in "$" ("more$"). Entries in Chinese
characters or kana are found anywhere, since no spaces divide those languages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files

_DATA = json.loads(files(__package__).joinpath("claim_words.json").read_text(encoding="utf-8"))
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def _pattern(by_language: Mapping[str, Iterable[str]]) -> re.Pattern[str]:
    entries = [entry for entries in by_language.values() for entry in entries]
    anywhere = [re.escape(entry) for entry in entries if _CJK.search(entry)]
    words = [_word(entry) for entry in entries if not _CJK.search(entry)]
    # Longer ones first: 更高 is more than 高.
    return re.compile("|".join([rf"(?<!\w)(?:{'|'.join(words)})", *sorted(anywhere, key=len, reverse=True)]), re.I)


def _word(entry: str) -> str:
    stem = entry.removesuffix("$").replace(r"\w+", "\0")
    stem = re.escape(stem).replace("\0", r"\w+").replace(r"\ ", r"\s+")
    return stem + (r"(?!\w)" if entry.endswith("$") else r"\w*")


OPPOSITES: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    axis: (_pattern(sides[0]), _pattern(sides[1])) for axis, sides in _DATA["opposites"].items()
}
"""By what they say something about: the words for one side ("more") and for the other ("less")."""

MARKERS: Mapping[str, tuple[re.Pattern[str], ...]] = {
    kind: tuple(map(_pattern, classes)) for kind, classes in _DATA["markers"].items()
}
"""Words that widen a statement ("scope"), give a cause, compare, state a fact, or hedge.

Of each kind there are classes: of "scope" those of all, always, only, fully, none, best.
"""

CONTRASTS: tuple[frozenset[str], ...] = tuple(frozenset(words) for words in _DATA["contrasts"])
"""Words that tell two sides of a paper apart: small and large, encoder and decoder."""
