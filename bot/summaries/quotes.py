"""Finding a quotation in its source: hyphenation, ligatures, spacing, quotes, dashes and TeX may differ, words and
numbers may not. Pure."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from bot.tex.latex import readable

_NUMERIC_CITATION = re.compile(r"\s?\[\d+(?:\s*[,;–-]\s*\d+)*\]")
_HYPHENATED = re.compile(r"(?<=[a-zß-ÿ])[-\u00ad\u2010]\s*\n\s*(?=[a-zß-ÿ])")
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")
# In Japanese these marks distinguish letters: が is not か.
_VOICING_MARKS = "\u3099\u309a"
_TOKEN = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)*)|(?P<word>[^\W\d_]+)|(?P<minus>(?:(?<=[\s(\[{=<>:,~])|(?<=^))[-−–](?=\.?\d))|"
    r"(?P<sign>[%<>=±≤≥≈≠×∓∞])"
)
_TIMES = re.compile(r"(?<=\d)\s?[xX](?![^\W\d_])")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text squeezed to what must agree: `text` without spaces, `starts` and `ends` the places where tokens do."""

    text: str
    starts: tuple[int, ...]
    ends: frozenset[int]
    negations: tuple[int, ...]

    def __contains__(self, quote: Folded) -> bool:
        return self.find(quote) is not None

    def find(self, quote: Folded) -> int | None:
        """Where `quote` stands as whole tokens, with as many words that negate; None where it does not."""
        at = self.text.find(quote.text) if quote.text else -1
        while at >= 0:
            end = at + len(quote.text)
            if self._starts_at(at) and end in self.ends and self._negated(at, end) == len(quote.negations):
                return at
            at = self.text.find(quote.text, at + 1)
        return None

    def _starts_at(self, place: int) -> bool:
        index = bisect_left(self.starts, place)
        return index < len(self.starts) and self.starts[index] == place

    def _negated(self, start: int, end: int) -> int:
        return bisect_left(self.negations, end) - bisect_left(self.negations, start)


_NEGATIONS = frozenset(("not", "no", "never", "nor", "neither", "without", "cannot", "none", "unable", "hardly"))


@lru_cache(maxsize=4096)
def fold(text: str) -> Folded:
    """`text` as `Folded`."""
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


def words(text: str) -> list[str]:
    """The words of a text, folded: lower case, no accents, no TeX."""
    return [_token(match) for match in _TOKEN.finditer(_plain(text)) if match["word"]]


def _plain(text: str) -> str:
    """`text` without TeX markup, citations, ligatures, accents and hyphenation; still with spaces."""
    text = _HYPHENATED.sub("", text.replace("\u00ad", ""))
    # One paragraph at a time: an unbalanced brace or dollar must not reach into the next one.
    text = "\n".join(readable(paragraph, citations=False) for paragraph in _PARAGRAPH_BREAK.split(text))
    text = unicodedata.normalize("NFKD", _NUMERIC_CITATION.sub("", text))
    text = "".join(char for char in text if not unicodedata.combining(char) or char in _VOICING_MARKS)
    return _TIMES.sub("×", text)


def _token(match: re.Match[str]) -> str:
    if match["number"]:
        digits = match["number"]
        return "#" + (digits.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits) else digits)
    if match["minus"]:
        return "−"
    return match["word"].casefold() if match["word"] else match["sign"]
