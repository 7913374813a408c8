"""Words of a text as topics and papers are compared by: TeX read over, case, accents, dashes and plurals folded. Pure.

A text is a row of words. Words that a hyphen joins count one by one and, joined, as one ("pre-training" holds "pre",
"training" and "pretraining"); scripts written without spaces count character by character.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from bot.topics.plurals import singular

# ── TeX and invisible characters ──────────────────────────────────────────────────────────────────────────────────

_GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "omicron",
    "pi",
    "rho",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
]
_GREEK_LETTER = dict(zip(_GREEK, "αβγδεζηθικλμνξοπρστυφχψω", strict=True))
_GREEK_NAME = {letter: name for name, letter in _GREEK_LETTER.items()}

_ACCENTS = dict(
    zip(
        "\"'`^~=.uvHckbdr",
        "\u0308\u0301\u0300\u0302\u0303\u0304\u0307\u0306\u030c\u030b\u0327\u0328\u0331\u0323\u030a",
        strict=True,
    )
)
_LETTERS = {"o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
            "aa": "å", "AA": "Å", "i": "i", "j": "j", "dh": "ð", "dj": "đ", "th": "þ"}  # fmt: skip

_TEX = re.compile(r"[\\$^]")
_TEX_ACCENT = re.compile(
    r"""\\(?:(["'`^~=.])\s*|([uvHckbdr])(?:\s+|(?=\{)))(?:\{\s*\\?([A-Za-z])\s*\}|\\?([A-Za-z]))"""
)
_TEX_SILENT = re.compile(r"\\(?:cite[a-z]*|ref|label|url|eqref)\*?\s*(?:\[[^\]]*\])?\{[^{}]*\}|\\href\s*\{[^{}]*\}")
_TEX_COMMAND = re.compile(r"\\(?:([A-Za-z]+)\*?[ \t]*|([%&_#${}])|(.))", re.DOTALL)
_TEX_MATH = re.compile(r"\$([^$]*)\$")
_TEX_FORMATS = (
    "text",
    "math",
    "bf",
    "it",
    "em",
    "rm",
    "sf",
    "tt",
    "sc",
    "bm",
    "bar",
    "hat",
    "tilde",
    "vec",
    "footnote",
)


def plain(text: str) -> str:
    """The text with its TeX read over: commands gone, their arguments kept, accents and Greek letters as Unicode."""
    if not _TEX.search(text):
        return text
    text = _TEX_ACCENT.sub(_accented, text)
    text = _TEX_SILENT.sub(" ", text)
    text = _TEX_MATH.sub(lambda math: math[0].replace("_", ""), text)
    text = _TEX_COMMAND.sub(_command, text)
    return text.translate({ord(mark): None for mark in "${}^"})


def _accented(match: re.Match[str]) -> str:
    letter = match[3] or match[4]
    return unicodedata.normalize("NFC", letter + _ACCENTS[match[1] or match[2]])


def _command(match: re.Match[str]) -> str:
    name, literal, _ = match.groups()
    if name is None:
        return literal or " "
    greek = name.removeprefix("var").lower()
    if greek in _GREEK_LETTER:
        letter = _GREEK_LETTER[greek]
        return letter.upper() if name[0].isupper() else letter
    if name in _LETTERS:
        return _LETTERS[name]
    return "" if name.startswith(_TEX_FORMATS) else " "


_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)


def readable(text: str) -> str:
    """The text as a person reads it on one line: TeX read over, composed accents, nothing invisible."""
    text = plain(text)
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    return text


# ── folding ───────────────────────────────────────────────────────────────────────────────────────────────────────

_SPECIAL = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h",
                          "ŧ": "t", "ŋ": "n", "‐": "-", "‑": "-", "‒": "-", "–": "-", "−": "-", "’": "'",
                          "ʼ": "'", "‘": "'"})  # fmt: skip
_STRIPPED = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff]"
)


@functools.lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Casefolded, without accents, dashes and apostrophes made one; compatibility forms (ﬁ, ², Ａ) taken apart."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = _STRIPPED.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", text).casefold().translate(_SPECIAL)


# ── words ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3\u17d7-\u17ff\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean: every character counts as a word."""
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963"
    "\u0966-\u0dff"
)
_LETTER = rf"(?:[^\W_{_UNSPACED}]|[{_MARKS}])"
_APOSTROPHE = "'’ʼ‘"
_WORD = (
    rf"[{_UNSPACED}]|(?<![\w{_APOSTROPHE}&])[A-Za-z][#*]"
    rf"|{_LETTER}+(?:(?:[{_APOSTROPHE}&]|(?<=\d)\.(?=\d)|(?<=\d),(?=\d{{3}}(?!\d))){_LETTER}+)*(?:\+\+)?"
)
_FIND_WORDS = re.compile(_WORD)
_HYPHENS = frozenset("-‐‑‒–−")
_ACRONYMS = re.compile(r".*[A-Z]s")
_AROUND = ".,;:!?()[]\"'"
_MOST_JOINED = 5


@dataclass(frozen=True, slots=True)
class Run:
    """What stands between two spaces of a text, most often a single word.

    `words` are singulars, `raw` the same words with their plural endings, `surfaces` as the text writes them, with the
    hyphen that follows; `joined` are (offset, word, number of words) of what hyphens join.
    """

    words: tuple[str, ...]
    raw: tuple[str, ...]
    surfaces: tuple[str, ...]
    joined: tuple[tuple[int, str, int], ...] = ()


def runs(text: str) -> list[Run]:
    """The runs of a text that `readable` has made, in order."""
    return [*map(_read, text.split())]


@functools.lru_cache(maxsize=65536)
def _read(run: str) -> Run:
    bare = run.strip(_AROUND)
    if bare.isascii() and bare.isalnum():  # almost always; the rest of this function would say the same
        word = bare.lower()
        return Run((_singular(word, bare),), (word,), (bare,))
    folded = fold(run)
    found = list(_FIND_WORDS.finditer(folded))
    surfaces = _FIND_WORDS.findall(run)
    if len(surfaces) != len(found):  # a compatibility form came apart: show the whole run for each of its words
        surfaces = [bare] * len(found)
    raw = [_word(match[0]) for match in found]
    words = [_singular(word, surface) for word, surface in zip(raw, surfaces, strict=True)]
    hyphens = [folded[one.end() : other.start()] in _HYPHENS for one, other in pairwise(found)]
    shown = [surface + "-" if hyphen else surface for surface, hyphen in zip(surfaces, [*hyphens, False], strict=False)]
    return Run(tuple(words), tuple(raw), tuple(shown), tuple(_joined(words, hyphens)))


def _word(folded: str) -> str:
    if "'" in folded:
        folded = folded.removesuffix("'s").replace("'", "")
    return _GREEK_NAME.get(folded, folded).replace(",", "")


def _singular(word: str, surface: str) -> str:
    if _ACRONYMS.fullmatch(surface) and len(word) > 2 and word.endswith("s"):
        return word[:-1]  # "LMs", which is too short for the rule that knows no case
    return singular(word)


def _joined(words: list[str], hyphens: list[bool]) -> list[tuple[int, str, int]]:
    joined = []
    for start in range(len(hyphens)):
        for length in range(2, min(_MOST_JOINED, len(words) - start) + 1):
            if not hyphens[start + length - 2]:
                break
            joined.append((start, "".join(words[start : start + length]), length))
    return joined


def words(text: str) -> tuple[str, ...]:
    """The words of a text with plurals folded: "Talking-Heads, GANs" → ("talking", "head", "gan")."""
    return tuple(word for run in runs(readable(text)) for word in run.words)


def raw_words(text: str) -> tuple[str, ...]:
    """The words of a text with their endings, as names need them: "Williams" stays "williams"."""
    return tuple(word for run in runs(readable(text)) for word in run.raw)


def is_unspaced(word: str) -> bool:
    """Whether a word is a single character of a script that is written without spaces."""
    return len(word) == 1 and re.match(f"[{_UNSPACED}]", word) is not None
