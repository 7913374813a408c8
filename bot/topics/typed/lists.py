"""Lists that people type: "cs.CV, cs.CL", "diffusion or gaussian splatting", one subject a line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from bot.topics.text import fold, raw_words
from bot.topics.typed.phrase_files import phrases
from bot.topics.typed.subject_names import category_named

MOST_PARTS = 20
"""Parts of a list; a longer one is no list of subjects."""

LONGEST_PART = 4
"""Words of a subject in a list; a sentence with commas has longer parts."""

_MARKS = re.compile(r"\s*(?:[,;，；、|•·\n]|\s/\s|\s[-–—*]\s)\s*")
_AND = re.compile(r"\s*(?:[&+,]|\s(?:and|und|et|y|e|и)\s|[和与與及]|\sと\s|(?<=[^\x00-\x7f])[とか])\s*", re.IGNORECASE)
_BULLET = re.compile(r"^(?:[-*•·]|\(?\d{1,2}[.)])\s+")
_IN_SENTENCES = frozenset(
    ["i", "we", "is", "are", "not", "no", "except", "but", "especially", "which", "that", "my", "our", "e.g", "without"]
)


def parts_of(text: str) -> tuple[str, ...]:
    """The subjects of a list, each once; the text alone if it is no list."""
    parts = _distinct(piece for each in _MARKS.split(text.strip()) for piece in _alternatives().split(each))
    if not 1 < len(parts) <= MOST_PARTS or not all(map(_is_subject, parts)):
        parts = (text.strip(),)
    # "and" joins what is one thing as often as it joins two; between categories it can only join two.
    split = _distinct(piece for part in parts for piece in _AND.split(part))
    if len(split) > len(parts) and all(category_named(piece) for piece in split):
        return split
    # Codes side by side: "cs.CV cs.CL".
    words = text.replace(",", " ").split()
    if len(parts) == 1 and 1 < len(words) <= MOST_PARTS and all(_is_dotted(word) for word in words):
        return _distinct(words)
    return parts


def _is_subject(part: str) -> bool:
    words = raw_words(part)
    is_short = len(words) <= LONGEST_PART or not part.isascii()
    return bool(words) and is_short and not _IN_SENTENCES.intersection(words)


def _is_dotted(word: str) -> bool:
    return ("." in word or "-" in word) and category_named(word) is not None


def _distinct(pieces: Iterable[str]) -> tuple[str, ...]:
    cleaned = (_BULLET.sub("", piece.strip()).strip(" .\"'“”") for piece in pieces)
    return tuple({fold(piece): piece for piece in cleaned if piece}.values())


@cache
def _alternatives() -> re.Pattern[str]:
    """The words that join alternatives, in all languages."""
    found = [phrase for each in phrases("or").values() for phrase in each]
    spaced = [phrase for phrase in found if re.match(r"[^\u3000-\u9fff]", phrase)]
    unspaced = [phrase for phrase in found if phrase not in spaced and len(phrase) > 1]
    return re.compile(rf"\s+(?:{'|'.join(spaced)})\s+|\s*(?:{'|'.join(unspaced)})\s*", re.IGNORECASE)
