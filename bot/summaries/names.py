"""Names in a claim (people, institutions, methods, data sets, metrics) that its source must have too. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.resources import files

from bot.model.languages import primary
from bot.summaries.quotes import Folded, fold, words

_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿĀ-ž][\w+]*(?:[-–'’./&][\w+]+)*")
_CYRILLIC = re.compile(r"[А-ЯЁ][а-яё]{2,}(?:-[А-ЯЁа-яё]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;。！？：；]\s*|[\"“«(]\s*|—\s)$")
_CASED = re.compile(r"[A-Z].*[A-Z]|[a-z][A-Z]|[A-Za-z]\d|\d[A-Za-z]")
_GENERIC = frozenset(json.loads(files(__package__).joinpath("words.json").read_text(encoding="utf-8"))["generic_names"])
"""Capitalized words that name nothing in particular: AI, GPU, months, languages."""
_SOUNDS = str.maketrans(
    {
        "б": "b", "в": "v", "г": "g", "д": "d", "ж": "z", "з": "z", "к": "k", "л": "l", "м": "m", "н": "n", "п": "p",
        "р": "r", "с": "s", "т": "t", "ф": "f", "х": "h", "ц": "c", "ч": "c", "ш": "s", "щ": "s",
        **dict.fromkeys("аеёиоуыэюяйъь", ""),
    }
)  # fmt: skip
_LATIN_SOUNDS = str.maketrans({"w": "v", "q": "k", "x": "k", **dict.fromkeys("aeiouyj", "")})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a source has: its folded text, its words and their stems, and the initials of its phrases."""

    folded: Folded
    words: frozenset[str]
    stems: frozenset[str]
    initials: str

    @classmethod
    def of(cls, text: str, front: str) -> Vocabulary:
        """`front` is the part (title and abstract) in which even short acronyms may be spelled out."""
        found = frozenset(words(text))
        return cls(fold(text), found, frozenset(map(_stem, found)), _initials(front) + "|" + _long_initials(text))

    def spells_out(self, acronym: str) -> bool:
        """Whether an acronym's letters begin consecutive words: “large language model” for LLM."""
        return acronym.isupper() and 2 <= len(acronym) <= 6 and acronym.lower() in self.initials


def unknown_names(claim: str, source: Vocabulary, language: str) -> list[str]:
    """The names of `claim` that the source does not have, in order.

    What counts as a name: an acronym, CamelCase or letters with digits anywhere; a capital inside a sentence (not in
    German, which gives one to every noun). In languages of other scripts every Latin word with a capital is one.
    """
    found = []
    language = primary(language)
    foreign_script = language in ("zh", "ja", "ko", "ru", "uk", "bg", "ar", "fa", "he", "hi", "th", "el")
    for match in _LATIN.finditer(claim):
        token = match.group().rstrip("'’.")
        opens = bool(_SENTENCE_START.search(claim[: match.start()])) and not foreign_script
        if _is_name(token, opens, language not in ("de", "lb")) and not _known(token, source):
            found.append(token)
    if language in ("ru", "uk", "bg"):
        found += _unknown_cyrillic(claim, source)
    return found


def _is_name(token: str, opens: bool, capitals: bool) -> bool:
    if len(token) < 2 or token.lower() in _GENERIC:
        return False
    if _CASED.search(token) and any(_CASED.search(part) for part in re.split(r"[-–]", token)):
        return True
    return capitals and token[0].isupper() and not opens


def _known(token: str, source: Vocabulary) -> bool:
    bare = re.sub(r"['’]s$", "", token)
    if fold(bare) in source.folded:
        return True
    parts = [part for part in re.split(r"[-–/&'’]", bare) if part]
    if len(parts) > 1:
        return all(part.islower() or part.isdigit() or _known_word(part, source) for part in parts)
    return _known_word(bare, source)


def _known_word(word: str, source: Vocabulary) -> bool:
    low = "".join(words(word))
    if not low or len(word) == 1 or word.lower() in _GENERIC or fold(word) in source.folded:
        return True
    if word.endswith("s") and (fold(word[:-1]) in source.folded or source.spells_out(word[:-1])):
        return True
    if not re.search(r"\d", word) and (low in source.words or f"{low}s" in source.words or _stem(low) in source.stems):
        return True
    return source.spells_out(word)


def _stem(word: str) -> str:
    return word[:6] if len(word) > 6 else word.rstrip("s")


def _initials(text: str) -> str:
    """First letters of the words, phrase by phrase: "...|llm|..."; punctuation and small words end a phrase."""
    phrases = re.split(
        r"[.,;:()\[\]!?]|\b(?:a|an|the|of|and|or|for|in|on|to|with|by|from|we|is|are|that)\b", text.lower()
    )
    return "|".join("".join(word[0] for word in words(phrase)) for phrase in phrases)


def _long_initials(text: str) -> str:
    """Of a long text only phrases of four words and more: three letters stand somewhere by chance."""
    return "|".join(phrase for phrase in _initials(text).split("|") if 4 <= len(phrase) <= 6)


def _unknown_cyrillic(claim: str, source: Vocabulary) -> list[str]:
    """Capitals inside a Russian sentence are names; they are known where they sound like a word of the source."""
    skeletons = {word.translate(_LATIN_SOUNDS) for word in source.words}
    found = []
    for match in _CYRILLIC.finditer(claim):
        if _SENTENCE_START.search(claim[: match.start()]):
            continue
        sound = match.group().lower().split("-")[0].translate(_SOUNDS)[:3]
        if sound and not any(skeleton.startswith(sound) for skeleton in skeletons):
            found.append(match.group())
    return found
