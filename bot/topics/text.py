"""The words of a text, as topics and papers are compared by them. Pure.

A paper's text goes through these steps, and so does what a person types as a topic:

1. `searchable`: TeX is read as a card shows it (`bot.tex.latex.readable`), invisible characters are removed.
2. `chunks`: the text is cut at its spaces. Each chunk is cut into words: case, accents, dashes and compatibility forms
   are folded, Greek letters become their names, and plurals become singulars.
3. Words that a hyphen connects count one by one and, joined, as one compound: "pre-training" has the words "pre" and
   "training" and the compound "pretraining". In scripts written without spaces each character is a word.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

from bot.tex.invisible import without_invisible
from bot.tex.latex import readable
from bot.topics.plurals import singular

# Emoji and words of some scripts are shown with these, and often typed without them.
_JOINERS_AND_SELECTORS = re.compile("[\u200c\u200d\ufe0e\ufe0f]")


def searchable(tex: str) -> str:
    """`tex` on one line as a card shows it: TeX as Unicode, accents composed, invisible characters removed."""
    text = readable(tex)
    if not text.isascii():
        text = _JOINERS_AND_SELECTORS.sub("", without_invisible(unicodedata.normalize("NFC", text)))
    return text


# ── folding ─────────────────────────────────────────────────────────────────────────────────────────────────────────

# Letters that Unicode does not decompose into a base letter and an accent, and the dashes and apostrophes in use.
_SPECIAL = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h",
                          "ŧ": "t", "ŋ": "n", "‐": "-", "‑": "-", "‒": "-", "–": "-", "−": "-", "’": "'",
                          "ʼ": "'", "‘": "'"})  # fmt: skip
# Latin accents, Hebrew points and Arabic vowel signs. The vowel signs of Indic scripts and the voicing marks of
# Japanese are not in here: without them a word would be another word.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff]"
)


@functools.lru_cache(maxsize=65536)  # words with accents repeat, most of all in names
def fold(text: str) -> str:
    """Return `text` casefolded, without accents, with plain hyphens and apostrophes and no compatibility forms.

    Ligatures, superscripts and full-width letters become plain characters ("ﬁ", "²", "Ａ" → "fi", "2", "a").
    """
    if text.isascii():
        return text.lower()
    # Casefolding can create compatibility forms and compatibility forms can have case, so each step is done twice.
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = _ACCENTS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", text).casefold().translate(_SPECIAL)


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_GREEK_NAMES = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi "
    "psi omega"
)
_GREEK_NAME = dict(zip("αβγδεζηθικλμνξοπρστυφχψω", _GREEK_NAMES.split(), strict=True))

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3\u17d7-\u17ff\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean: every character counts as a word."""
# Combining marks that belong to a word but are not matched by \w.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963"
    "\u0966-\u0dff"
)
_LETTER = rf"(?:[^\W_{_UNSPACED}]|[{_MARKS}])"
_APOSTROPHE = "'’ʼ‘"
_SUPERSCRIPT_DIGIT = "⁰¹²³⁴-⁹"
# What may stand inside a word: an apostrophe, "&" (R&D), a decimal point, a thousands separator, and "^" unless it
# stands between digits, since "R^3" is a name and 2^10 is not 210.
_INNER = (
    rf"[{_APOSTROPHE}&]|(?<=\d)\.(?=\d)|(?<=\d),(?=\d{{3}}(?!\d))"
    rf"|(?<![\d{_SUPERSCRIPT_DIGIT}])\^|\^(?![\d{_SUPERSCRIPT_DIGIT}])"
)
_WORD = (
    rf"[{_UNSPACED}]"
    rf"|(?<![\w{_APOSTROPHE}&])[A-Za-z][#*]"  # C#, A*
    rf"|{_LETTER}+(?:(?:{_INNER}){_LETTER}+)*(?:\+\+)?"  # C++
)
_FIND_WORDS = re.compile(_WORD)
_BEFORE_EXPONENT = re.compile(rf"(?<=\d)(?=[{_SUPERSCRIPT_DIGIT}⁺⁻])")
_HYPHENS = frozenset("-‐‑‒–−")
_PLURAL_ACRONYM = re.compile(r".*[A-Z]s")
_PUNCTUATION = ".,;:!?()[]\"'"
_MAX_COMPOUND_WORDS = 5  # "state-of-the-art" has four; without a limit a long chain has a square number of compounds


class Chunk(NamedTuple):
    """The words between two spaces of a text, most often a single one.

    `words` are singulars; `raw_words` are the same words with their plural endings; `surfaces` are the words as the
    text writes them, with the hyphen that follows. The three have equal lengths. `compounds` are what hyphens join:
    (index of the first word, compound, number of words).
    """

    words: tuple[str, ...]
    raw_words: tuple[str, ...]
    surfaces: tuple[str, ...]
    compounds: tuple[tuple[int, str, int], ...] = ()


def chunks(text: str) -> list[Chunk]:
    """The chunks of a text that `searchable` has returned, in order."""
    return [*map(chunk, text.split())]


@functools.lru_cache(maxsize=32768)  # the words of papers repeat: this saves most of the time of indexing a text
def chunk(written: str) -> Chunk:
    """The words of a text that has no spaces."""
    bare = written.strip(_PUNCTUATION)
    if bare.isascii() and bare.isalnum():  # shortcuts for nearly all chunks
        word = bare.lower()
        return Chunk((_singular(word, bare),), (word,), (bare,))
    parts = bare.split("-")
    if bare.isascii() and all(map(str.isalnum, parts)):
        raw_words = bare.lower().split("-")
        words = [*map(_singular, raw_words, parts)]
        surfaces = [part + "-" for part in parts]
        surfaces[-1] = parts[-1]
        compounds = _compounds(words, [True] * (len(parts) - 1))
        return Chunk(tuple(words), tuple(raw_words), tuple(surfaces), tuple(compounds))
    return chunk_of_any_kind(written)


def chunk_of_any_kind(written: str) -> Chunk:
    """Like `chunk`, without its shortcuts."""
    # NFKC turns 2¹⁰ into 210; with the mark, base and exponent are two words.
    marked = written if written.isascii() else _BEFORE_EXPONENT.sub("^", written)
    folded = fold(marked)
    matches = list(_FIND_WORDS.finditer(folded))
    if marked.isascii():
        surfaces = [marked[match.start() : match.end()] for match in matches]
    else:
        surfaces = _FIND_WORDS.findall(marked)
    if len(surfaces) != len(matches):  # a compatibility form became several words: each of them shows the whole chunk
        surfaces = [written.strip(_PUNCTUATION)] * len(matches)
    raw_words = [_raw_word(match[0]) for match in matches]
    words = [_singular(word, surface) for word, surface in zip(raw_words, surfaces, strict=True)]
    hyphens = [folded[left.end() : right.start()] in _HYPHENS for left, right in pairwise(matches)]
    if not any(hyphens):
        return Chunk(tuple(words), tuple(raw_words), tuple(surfaces))
    shown = [surface + "-" if hyphen else surface for surface, hyphen in zip(surfaces, [*hyphens, False], strict=False)]
    return Chunk(tuple(words), tuple(raw_words), tuple(shown), tuple(_compounds(words, hyphens)))


def _raw_word(folded: str) -> str:
    if "'" in folded:
        folded = folded.removesuffix("'s").replace("'", "")
    return _GREEK_NAME.get(folded, folded).replace(",", "").replace("^", "")


def _singular(word: str, surface: str) -> str:
    if word.endswith("s") and len(word) > 2 and _PLURAL_ACRONYM.fullmatch(surface):
        return word[:-1]  # "LMs": `singular` knows no case and leaves words of three letters alone
    return singular(word)


def _compounds(words: list[str], hyphens: list[bool]) -> list[tuple[int, str, int]]:
    """(index of the first word, compound, number of words) for all neighbours that hyphens join."""
    compounds = []
    for start in range(len(hyphens)):
        for length in range(2, min(_MAX_COMPOUND_WORDS, len(words) - start) + 1):
            last = start + length - 1
            if not hyphens[last - 1] or not may_join(words[last - 1], words[last]):
                break
            compounds.append((start, "".join(words[start : start + length]), length))
    return compounds


def may_join(left: str, right: str) -> bool:
    """Whether two words may be written as one: "gpt" and "4", but not "1" and "2", which is not 12."""
    return not (left[-1].isdigit() and right[0].isdigit())


def words(tex: str) -> tuple[str, ...]:
    """The words of a text as singulars: "Talking-Heads, GANs" → ("talking", "head", "gan")."""
    return tuple(word for chunk in chunks(searchable(tex)) for word in chunk.words)


def raw_words(tex: str) -> tuple[str, ...]:
    """The words of a text with their endings, as names need them: "Williams" stays "williams"."""
    return tuple(word for chunk in chunks(searchable(tex)) for word in chunk.raw_words)


def is_unspaced(word: str) -> bool:
    """Whether a word is a single character of a script that is written without spaces."""
    return len(word) == 1 and re.match(f"[{_UNSPACED}]", word) is not None
