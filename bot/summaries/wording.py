"""The content words of a claim, compared with those of its sentences by their stems. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from bot.summaries.names import has_name_of
from bot.summaries.quotes import words

_WORDS = json.loads(files(__package__).joinpath("words.json").read_text(encoding="utf-8"))
_STOP = frozenset(_WORDS["stop"])
_PLAIN = frozenset(_WORDS["plain"])
_WORD = re.compile(r"[^\W\d_][\w@.+]*(?<![.@+])")
_NOT_LATIN = re.compile(r"[\u0400-\u04ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ENDING = re.compile(
    r"(?:ization|isation|ations?|ings?|ed|ely|ly|es|s|e|y|ies|ied|ments?|ness|ities|ity|ive|ous|al|ally|ers?|ors?)$"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A content word of a text, in Latin script: its stem and its place."""

    text: str
    stem: str
    start: int
    end: int

    @property
    def is_name(self) -> bool:
        """Whether it is written as names are: with a capital or a digit after its first letter, or an acronym."""
        return bool(re.search(r"[A-Z\d]", self.text[1:]))


@lru_cache(maxsize=4096)  # each claim of a paper is compared with the same sentences, by several tests
def content_words(text: str) -> tuple[Word, ...]:
    """The words of a text that say something, in order; without function words and words of other scripts."""
    found = []
    for match in _WORD.finditer(text):
        low = match.group().lower()
        if low not in _STOP and len(low) > 1 and (low.isascii() or not _NOT_LATIN.search(low)):
            found.append(Word(match.group(), stem(match.group()), *match.span()))
    return tuple(found)


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """The beginning that the forms of a word share: "generating", "generation" → "gener". Coarse on purpose."""
    low = word.lower()
    bare = _ENDING.sub("", low)
    return (bare if len(bare) >= 4 else low.rstrip("s"))[:6]


def without_counterpart(claimed: Sequence[Word], stems: frozenset[str]) -> tuple[Word, ...]:
    """The words of which no form is among these stems, not even as the beginning of a longer or shorter one."""
    return tuple(word for word in claimed if not _has_counterpart(word.stem, stems))


def _has_counterpart(wanted: str, stems: frozenset[str]) -> bool:
    if wanted in stems:
        return True
    return len(wanted) >= 4 and any(s.startswith(wanted) or wanted.startswith(s) for s in stems if len(s) >= 4)


@lru_cache(maxsize=1024)
def stems_of(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in content_words(text))


def is_mostly_new(text: str, around: Sequence[str]) -> bool:
    """Whether many content words of a claim have no counterpart in the sentences `around` it: details that it adds."""
    claimed = [word for word in content_words(text) if word.text.lower() not in _PLAIN]
    stems = frozenset[str]().union(*map(stems_of, around))
    new = set(without_counterpart(claimed, stems)) - set(_spelled_out(content_words(text), " ".join(around)))
    return len(new) >= _LEAST_NEW and len(new) >= _NEW_SHARE * len(claimed)


def _spelled_out(claimed: Sequence[Word], around: str) -> Iterator[Word]:
    """The words that spell out an acronym: "peak signal-to-noise ratio" where the source has PSNR."""
    initials = "".join(word.text[0].lower() for word in claimed)
    for acronym in frozenset(_ACRONYM.findall(around)):
        start = initials.find(acronym.lower())
        if start >= 0:
            yield from claimed[start : start + len(acronym)]


_ACRONYM = re.compile(r"\b[A-Za-z]?[A-Z]{2,5}\b")
_LEAST_NEW = 3
_NEW_SHARE = 0.4


def shares_no_words(text: str, together: str) -> bool:
    """Whether a claim of another language has nothing in common with its sentences that could be compared.

    Names are written alike, and in languages of the same script many terms begin alike ("documentos privados").
    """
    beginnings = {word[:_COGNATE] for word in words(together)}
    claimed = [word for word in words(text) if len(word) >= _COGNATE and word.isascii()]
    alike = sum(1 for word in claimed if word[:_COGNATE] in beginnings)
    return not has_name_of(text, words(together)) and alike < max(1, _COGNATE_SHARE * len(claimed))


_COGNATE = 4
_COGNATE_SHARE = 0.3
