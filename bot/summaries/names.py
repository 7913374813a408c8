"""Names in a claim (people, institutions, methods, data sets, metrics) that its source must have too. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

from bot.model.languages import primary
from bot.summaries.quotes import Folded, fold, words

_LETTERS = "A-Za-zÀ-ÖØ-öø-ÿĀ-ž"
# Without the letters of other scripts: no space stands between LiDAR and 与图像.
_LATIN = re.compile(rf"[{_LETTERS}][{_LETTERS}\d_+]*(?:[-–'’./&][{_LETTERS}\d_+]+)*")
_VERSION = re.compile(r" \d+(?:\.\d+)* ")
_ACRONYM = re.compile(r"\b[A-Z]{2,6}\b")
_CYRILLIC = re.compile(r"[А-ЯЁ][а-яё]{2,}(?:-[А-ЯЁа-яё]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;。！？：；]\s*|[\"“«(]\s*|—\s)$")
_CASED = re.compile(r"[A-Z].*[A-Z]|[a-z][A-Z]|[A-Za-z]\d|\d[A-Za-z]")
_GENERIC = frozenset(json.loads(files(__package__).joinpath("words.json").read_text(encoding="utf-8"))["generic_names"])
"""Capitalized words that name nothing in particular: AI, GPU, months, languages."""

# A name transliterated into Russian is compared by its consonants, as far as both alphabets agree on them.
_CYRILLIC_SOUNDS = str.maketrans(
    {
        "б": "b", "в": "v", "г": "g", "д": "d", "ж": "z", "з": "z", "к": "k", "л": "l", "м": "m", "н": "n", "п": "p",
        "р": "r", "с": "s", "т": "t", "ф": "f", "х": "h", "ц": "c", "ч": "c", "ш": "s", "щ": "s",
        **dict.fromkeys("аеёиоуыэюяйъь", ""),
    }
)  # fmt: skip
# Vowels are dropped: transliterations differ most in them.
_LATIN_SOUNDS = str.maketrans({"w": "v", "q": "k", "x": "k", **dict.fromkeys("aeiouyj", "")})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a source: its folded text, its words and their stems, the initials of its phrases, its acronyms."""

    folded: Folded
    words: frozenset[str]
    stems: frozenset[str]
    initials: str
    acronyms: frozenset[str]

    @classmethod
    def of(cls, text: str, front: str) -> Vocabulary:
        """The vocabulary of a text; in `front` (title and abstract) even short acronyms may be spelled out."""
        all_words = frozenset(words(text))
        initials = f"{_initials(front)}|{_long_initials(text)}"
        acronyms = frozenset(_ACRONYM.findall(text))
        return cls(fold(text), all_words, frozenset(map(_stem, all_words)), initials, acronyms)

    def spells_out(self, acronym: str) -> bool:
        """Whether an acronym's letters begin consecutive words: "large language model" for LLM."""
        return acronym.isupper() and 2 <= len(acronym) <= 6 and acronym.lower() in self.initials


def unknown_names(claim: str, source: Vocabulary, language: str) -> list[str]:
    """The names of `claim` that the source does not have, in order.

    A name is an acronym, CamelCase or letters with digits anywhere, and a word with a capital inside a sentence (not
    in German, where every noun has one). In languages of other scripts every Latin word with a capital is a name.
    """
    unknown = []
    language = primary(language)
    is_other_script = language in ("zh", "ja", "ko", "ru", "uk", "bg", "ar", "fa", "he", "hi", "th", "el")
    spelled_out = 0
    for match in _LATIN.finditer(claim):
        token = match.group().rstrip("'’.")
        before = claim[max(match.start() - _LONGEST_START, 0) : match.start()]
        begins_sentence = bool(_SENTENCE_START.search(before)) and not is_other_script
        counts_capital = not begins_sentence and language not in ("de", "lb")
        if token[:1].isupper() and source.acronyms:
            spelled_out = max(spelled_out, _end_of_expansion(claim, match.start(), source))
        is_known = match.start() < spelled_out or _is_known(token, source)
        if _is_name(token, counts_capital) and not is_known:
            unknown.append(token)
    if language in ("ru", "uk", "bg"):
        unknown += _unknown_cyrillic(claim, source)
    return unknown


def _is_name(token: str, counts_capital: bool) -> bool:
    if len(token) < 2 or token.lower() in _GENERIC:
        return False
    if _CASED.search(token) and any(_CASED.search(part) for part in re.split(r"[-–]", token)):
        return True
    return counts_capital and token[0].isupper()


def _is_known(token: str, source: Vocabulary) -> bool:
    bare = re.sub(r"['’]s$", "", token)
    if fold(bare) in source.folded:
        return True
    # A name that the claim puts together ("BERT-based", "COCO/LVIS"): each part must be known.
    parts = [part for part in re.split(r"[-–/&'’]", bare) if part]
    if len(parts) > 1:
        versions = [f"{one}-{other}" for one, other in pairwise(parts) if _VERSION.search(f" {one} {other} ")]
        return all(fold(version) in source.folded for version in versions) and all(
            part.islower() or part.isdigit() or _is_known_word(part, source) for part in parts
        )
    return _is_known_word(bare, source)


def _is_known_word(word: str, source: Vocabulary) -> bool:
    low = "".join(words(word))
    if not low or len(word) == 1 or word.lower() in _GENERIC or fold(word) in source.folded:
        return True
    # A plural in the claim of what the source names in the singular: "LLMs", "Transformers".
    if word.endswith("s") and (fold(word[:-1]) in source.folded or source.spells_out(word[:-1])):
        return True
    if not re.search(r"\d", word) and (low in source.words or f"{low}s" in source.words or _stem(low) in source.stems):
        return True
    return source.spells_out(word) or any(_is_variant(word, acronym) for acronym in source.acronyms)


def _is_variant(word: str, acronym: str) -> bool:
    """Whether one acronym is a shorter spelling of the other: AUC for AUROC. They begin and end alike."""
    short, long = sorted((word.removesuffix("s"), acronym), key=len)
    if not short.isupper() or len(short) < 3 or len(long) - len(short) > 2:
        return False
    letters = iter(long)
    return short[0] == long[0] and short[-1] == long[-1] and all(letter in letters for letter in short)


def _end_of_expansion(text: str, start: int, source: Vocabulary) -> int:
    """Where the words end that spell out an acronym of the source ("SHapley Additive exPlanations"); 0 if none do."""
    capitals = ""
    for word in _LATIN.finditer(text, start, start + _LONGEST_EXPANSION):
        capitals += "".join(char for char in word.group() if char.isupper())
        if len(capitals) >= 3 and word.start() > start and capitals in source.acronyms:
            return word.end()
    return 0


_LONGEST_EXPANSION = 80
_LONGEST_START = 12
"""Characters before a word that say whether it begins a sentence: a mark and spaces."""


def _stem(word: str) -> str:
    # Coarse on purpose: "Hamiltonian" and "Hamiltonians" are the same name, and a wrong alarm drops a true claim.
    return word[:6] if len(word) > 6 else word.rstrip("s")


def _initials(text: str) -> str:
    """First letters of the words, phrase by phrase: "…|llm|…". Punctuation and small words end a phrase."""
    phrases = re.split(
        r"[.,;:()\[\]!?]|\b(?:a|an|the|of|and|or|for|in|on|to|with|by|from|we|is|are|that)\b", text.lower()
    )
    return "|".join("".join(word[0] for word in words(phrase)) for phrase in phrases)


def _long_initials(text: str) -> str:
    """Of a long text only phrases of four to six words: any three letters occur somewhere by chance."""
    return "|".join(phrase for phrase in _initials(text).split("|") if 4 <= len(phrase) <= 6)


def _unknown_cyrillic(claim: str, source: Vocabulary) -> list[str]:
    """Names (words with a capital inside a sentence) whose first three consonants no word of the source has."""
    return [name for name in _cyrillic_names(claim) if not _is_transliterated(name, source.words)]


def has_name_of(claim: str, known: Iterable[str]) -> bool:
    """Whether a claim has a name among these words, in Latin letters or transliterated into Russian."""
    words_of_source = frozenset(known)
    latin = (match.group() for match in _LATIN.finditer(claim) if match.group()[0].isupper())
    return any(words_of_source.intersection(words(name)) for name in latin) or any(
        _is_transliterated(name, words_of_source) for name in _cyrillic_names(claim)
    )


def _cyrillic_names(claim: str) -> list[str]:
    return [m.group() for m in _CYRILLIC.finditer(claim) if not _SENTENCE_START.search(claim[: m.start()])]


def _is_transliterated(name: str, known: frozenset[str]) -> bool:
    # The declined ending comes last, so that the beginning of the name is compared.
    sound = name.lower().split("-")[0].translate(_CYRILLIC_SOUNDS)[:3]
    return not sound or any(word.translate(_LATIN_SOUNDS).startswith(sound) for word in known)
