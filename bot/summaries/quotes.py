"""Whether two passages say the same words, or one has the other in it. Pure.

Hyphenation, ligatures, spacing, quotation marks, dashes and TeX may differ; words and numbers may not. Both are folded
to their words, numbers and signs without spaces, since PDF text divides and joins words at random; then one is searched
in the other at the boundaries of words.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from bot.tex.latex import readable

# "[3, 4-6]": models leave citations out of quotes. `\cite` is left out by the TeX reader.
_NUMERIC_CITATION = re.compile(r"\s?\[\d+(?:\s*[,;–-]\s*\d+)*\]")
# A word divided at the end of a line.
_HYPHENATED = re.compile(r"(?<=[a-zß-ÿ])[-\u00ad\u2010]\s*\n\s*(?=[a-zß-ÿ])")
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")
# In Japanese these marks distinguish letters: が is not か.
_VOICING_MARKS = "\u3099\u309a"
# A minus counts only before a number and after a space or bracket: elsewhere it is a hyphen or a range.
_TOKEN = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)*)|(?P<word>[^\W\d_]+)|(?P<minus>(?:(?<=[\s(\[{=<>:,~])|(?<=^))[-−–](?=\.?\d))|"
    r"(?P<sign>[%<>=±≤≥≈≠×∓∞])"
)
# "5x" for "5×".
_TIMES = re.compile(r"(?<=\d)\s?[xX](?![^\W\d_])")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text reduced to the words, numbers and signs that a quote must have in common with its source."""

    text: str
    """The folded tokens without spaces."""
    starts: tuple[int, ...]
    """The offsets in `text` where tokens start, ascending."""
    ends: frozenset[int]
    """The offsets where tokens end."""
    negations: tuple[int, ...]
    """The offsets of words that negate, ascending."""

    def __contains__(self, quote: Folded) -> bool:
        return self.find(quote) is not None

    def find(self, quote: Folded) -> int | None:
        """The offset where `quote` stands as whole tokens, None if it does not; an empty quote is found nowhere.

        The negations are counted, because without spaces "not able" and "notable" are the same.
        """
        start = self.text.find(quote.text) if quote.text else -1
        while start >= 0:
            end = start + len(quote.text)
            is_whole = self._is_start(start) and end in self.ends
            if is_whole and self._count_negations(start, end) == len(quote.negations):
                return start
            start = self.text.find(quote.text, start + 1)
        return None

    def _is_start(self, offset: int) -> bool:
        index = bisect_left(self.starts, offset)
        return index < len(self.starts) and self.starts[index] == offset

    def _count_negations(self, start: int, end: int) -> int:
        return bisect_left(self.negations, end) - bisect_left(self.negations, start)


# Quotes are in the language of the paper, which is nearly always English.
_NEGATIONS = frozenset(("not", "no", "never", "nor", "neither", "without", "cannot", "none", "unable", "hardly"))


@lru_cache(maxsize=4096)  # each claim of a paper is compared with the same passages
def fold(text: str) -> Folded:
    """Fold a quote or a source to its tokens."""
    parts: list[str] = []
    starts: list[int] = []
    ends: set[int] = set()
    negations: list[int] = []
    length = 0
    for match in _TOKEN.finditer(_plain(text)):
        token = _token(match)
        starts.append(length)
        if token in _NEGATIONS:
            negations.append(length)
        parts.append(token)
        length += len(token)
        ends.add(length)
    return Folded("".join(parts), tuple(starts), frozenset(ends), tuple(negations))


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """The words of a text, folded: lower case, no accents, no TeX."""
    return tuple(_token(match) for match in _TOKEN.finditer(_plain(text)) if match["word"])


def _plain(text: str) -> str:
    """`text` without TeX markup, citations, ligatures, accents and hyphenation; still with spaces."""
    text = _HYPHENATED.sub("", text.replace("\u00ad", ""))
    # One paragraph at a time: an unbalanced brace or dollar must not reach into the next one.
    text = "\n".join(readable(paragraph, citations=False) for paragraph in _PARAGRAPH_BREAK.split(text))
    text = _NUMERIC_CITATION.sub("", text)
    if not text.isascii():
        # Compatibility decomposition divides ligatures and takes accents off their letters, to be dropped then.
        text = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in text if not unicodedata.combining(char) or char in _VOICING_MARKS)
    return _TIMES.sub("×", text)


def _token(match: re.Match[str]) -> str:
    """The folded token; numbers start with "#", so that 1 2 and 12 differ without spaces."""
    if match["number"]:
        digits = match["number"]
        # Only commas between groups of three digits are thousands separators: 1,5 is not 15.
        return "#" + (digits.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits) else digits)
    if match["minus"]:
        return "−"
    return match["word"].casefold() if match["word"] else match["sign"]
