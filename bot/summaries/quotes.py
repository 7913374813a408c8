"""Finding a quotation in its source: hyphenation, ligatures, spacing, quotes, dashes and TeX may differ, words and
numbers may not. Pure."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

_COMMAND = re.compile(r"\\([A-Za-z]+)\*?(?:\[[^\]]*\])?")
_ACCENT = re.compile(r"\\[`'^\"~=.](?=\{?\\?[A-Za-z])|\\[cvukrH](?=\{[A-Za-z])")
_SYMBOLS = {
    "times": "×", "cdot": "·", "pm": "±", "mp": "∓", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠",
    "approx": "≈", "sim": "~", "rightarrow": "→", "to": "→", "infty": "∞", "ldots": "…", "dots": "…", "ell": "l",
    "degree": "°", "circ": "°", "log": "log", "exp": "exp", "min": "min", "max": "max", "sin": "sin", "cos": "cos",
    "ss": "ß", "o": "ø", "ae": "æ", "oe": "œ", "aa": "å", "l": "ł", "AA": "Å", "O": "Ø", "L": "Ł", "lambda": "λ",
    "varepsilon": "ε", "varphi": "φ", "vartheta": "θ", "textmu": "μ", "sum": "∑", "prod": "∏", "int": "∫", "in": "∈",
    "ll": "≪", "gg": "≫", "propto": "∝", "textless": "<", "textgreater": ">",
    "textasciitilde": "~", "lt": "<", "gt": ">",
}  # fmt: skip
_CITATION = re.compile(r"\\cite[a-z]*\*?(?:\[[^\]]*\])*\{[^}]*\}|\s?\[\d+(?:\s*[,;–-]\s*\d+)*\]")
_HYPHENATED = re.compile(r"(?<=[a-zß-ÿ])[-\u00ad\u2010]\s*\n\s*(?=[a-zß-ÿ])")
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
    for match in _TOKEN.finditer(plain(text)):
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
    return [_token(match) for match in _TOKEN.finditer(plain(text)) if match["word"]]


def plain(text: str) -> str:
    """Without TeX markup, citations, ligatures, accents and hyphenation; still with spaces."""
    text = _CITATION.sub("", text)
    if "\\" in text:
        text = _ACCENT.sub("", text.replace("\\%", "%").replace("\\\\", " ").replace("\\i", "i"))
        text = _COMMAND.sub(_meaning, text)
    text = re.sub(r"\\([&#_${}])", r"\1", text)
    text = re.sub(r"\\[,;:! ]", " ", text)
    text = re.sub(r"[\^_]\{?|[${}]", "", text).replace("~", " ")
    text = _HYPHENATED.sub("", text.replace("\u00ad", ""))
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.combining(c) or c in "\u3099\u309a")
    return _TIMES.sub("×", text)


def _meaning(match: re.Match[str]) -> str:
    name = match.group(1)
    if name in _SYMBOLS:
        return _SYMBOLS[name]
    try:
        return unicodedata.lookup(f"GREEK {'CAPITAL' if name[0].isupper() else 'SMALL'} LETTER {name.upper()}")
    except KeyError:
        return ""


def _token(match: re.Match[str]) -> str:
    if match["number"]:
        digits = match["number"]
        return "#" + (digits.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits) else digits)
    if match["minus"]:
        return "−"
    return match["word"].casefold() if match["word"] else match["sign"]
