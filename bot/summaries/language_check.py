"""The language of a text, and whether it is the one asked for: by its script if that decides, otherwise by lingua."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.model.languages import is_traditional_chinese, primary

if TYPE_CHECKING:
    from lingua import Language, LanguageDetector

_LEAST_LETTERS = 32
"""With fewer letters lingua does not judge a text: so short a text consists mostly of names and terms."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_SCRIPTS = {
    "ru": "CYRILLIC", "uk": "CYRILLIC", "bg": "CYRILLIC", "sr": "CYRILLIC", "be": "CYRILLIC", "mk": "CYRILLIC",
    "kk": "CYRILLIC", "mn": "CYRILLIC", "el": "GREEK", "ar": "ARABIC", "fa": "ARABIC", "ur": "ARABIC", "he": "HEBREW",
    "hi": "DEVANAGARI", "mr": "DEVANAGARI", "ne": "DEVANAGARI", "bn": "BENGALI", "ta": "TAMIL", "te": "TELUGU",
    "gu": "GUJARATI", "pa": "GURMUKHI", "kn": "KANNADA", "ml": "MALAYALAM", "si": "SINHALA", "ka": "GEORGIAN",
    "hy": "ARMENIAN", "am": "ETHIOPIC", "th": "THAI", "lo": "LAO", "km": "KHMER", "my": "MYANMAR", "ko": "HANGUL",
    "zh": "CJK", "ja": "CJK",
}  # fmt: skip
"""The first word of the Unicode names of a language's letters; all other languages of the table use LATIN."""

# Frequent characters that the two Chinese scripts write differently, in the same order.
_TRADITIONAL = frozenset(
    "個們來說國學習實驗過這對應數據訓練網絡圖與從還進後發現為無當點樣產業東車馬門問間開關電視語類別"
)
_SIMPLIFIED = frozenset(
    "个们来说国学习实验过这对应数据训练网络图与从还进后发现为无当点样产业东车马门问间开关电视语类别"
)

_LEAST_CONFIDENCE = 0.05
"""If the confidence in the wanted language is below this, another one with at least 0.8 is the text's language."""


_ORIGINALS = ("en", "fr", "es", "pt", "de", "it")
"""The languages in Latin letters that a paper is taken to be written in."""

_MOST_ENGLISH, _LEAST_OTHER, _LEAST_LETTERS_OF_ORIGINAL = 0.001, 0.9, 16
"""A sentence is in another language if the confidence in English is below the first, and that in the other one at least
the second: terms make an English sentence look French or Italian. With these, few letters are enough."""


def wrong_language(text: str, language: str) -> str | None:
    """The language or script of `text` if it is not `language` (a code of `bot.model.languages`); None if it may be."""
    code = primary(language)
    letters = [char for char in text if char.isalpha()]
    script = _SCRIPTS.get(code, "LATIN")
    in_script = sum(1 for char in letters if _script(char) == script)
    if len(letters) < 4:
        return None
    if script != "LATIN":
        return _by_script(text, language, in_script, len(letters)) or _by_lingua(text, code, in_script)
    # Greek letters of formulas are common in Latin text, whole words of another script are not.
    if in_script < 0.6 * len(letters):
        return "another script"
    return _by_lingua(text, code, in_script)


def language_of(text: str) -> str:
    """The code of the language of a paper's sentence: English, unless it is surely in another one."""
    scripts = Counter(_script(char) for char in text if char.isalpha())
    script = max(scripts, key=lambda name: scripts[name], default="LATIN")
    if script == "CJK":
        return "ja" if _KANA.search(text) else "zh"
    if script != "LATIN":
        return next((code for code, name in _SCRIPTS.items() if name == script), "en")
    # Beside what misleads the detector anyway, addresses and formulas are left out.
    plain = re.sub(r"\S*[/\\$]\S*", " ", _without_names(text))
    if sum(map(str.isalpha, plain)) < _LEAST_LETTERS_OF_ORIGINAL:
        return "en"
    values = _detector(_ORIGINALS).compute_language_confidence_values(plain)
    confidence = {found.language.iso_code_639_1.name.lower(): found.value for found in values}
    best = max(confidence, key=lambda code: confidence[code])
    return best if confidence["en"] < _MOST_ENGLISH and confidence[best] >= _LEAST_OTHER else "en"


def is_checkable(language: str) -> bool:
    """Whether this language can be told from others."""
    code = primary(language)
    return code in _SCRIPTS or _lingua(code) is not None


def _by_script(text: str, language: str, in_script: int, letters: int) -> str | None:
    """`in_script` of the `letters` of the text are in the script of its language."""
    code = primary(language)
    if in_script < 0.25 * letters:  # names and technical terms stay in Latin letters
        return "another script"
    if code == "zh" and _KANA.search(text):
        return "Japanese"
    # A short Japanese text may consist of nouns in Chinese characters only; a sentence has kana.
    if code == "ja" and in_script > 24 and not _KANA.search(text):
        return "Chinese"
    if code == "zh":
        return _wrong_chinese(text, language, in_script)
    return None


def _wrong_chinese(text: str, language: str, in_script: int) -> str | None:
    """Names may be written in the other script, so a few characters of it are allowed."""
    traditional = len([char for char in text if char in _TRADITIONAL - _SIMPLIFIED])
    simplified = len([char for char in text if char in _SIMPLIFIED - _TRADITIONAL])
    if is_traditional_chinese(language):
        return "simplified Chinese" if simplified >= 3 and simplified > 0.12 * in_script else None
    return "traditional Chinese" if traditional >= 3 and traditional > 0.12 * in_script else None


def _by_lingua(text: str, code: str, in_script: int) -> str | None:
    wanted = _lingua(code)
    # The script alone decides for Chinese, Japanese and Korean.
    if wanted is None or in_script < _LEAST_LETTERS or code in ("zh", "ja", "ko"):
        return None
    plain = _without_names(text)
    if _SCRIPTS.get(code):
        plain = re.sub(r"[A-Za-z]+", " ", plain)
    detector = _detector(tuple(dict.fromkeys((code, "en", *_SIMILAR.get(code, ("es", "fr"))))))
    confidence = {found.language: found.value for found in detector.compute_language_confidence_values(plain)}
    best = max(confidence, key=lambda language: confidence[language], default=wanted)
    if best is wanted or confidence[wanted] >= _LEAST_CONFIDENCE or confidence[best] < 0.8:
        return None
    return best.name.capitalize()


def _without_names(text: str) -> str:
    """Without names, acronyms and words with digits, which are in no language and mislead the detector."""
    return re.sub(r"\S*\d\S*|\b\w*[A-Z]\w*[A-Z]\w*\b", " ", text)


def _script(char: str) -> str:
    if _HAN.match(char) or _KANA.match(char):
        return "CJK"
    return unicodedata.name(char, "").partition(" ")[0]


# The languages that lingua takes a text of technical terms for.
_SIMILAR = {
    "es": ("pt", "fr", "it"), "pt": ("es", "fr"), "fr": ("es", "it"), "it": ("es", "fr"), "de": ("nl", "fr"),
    "nl": ("de",), "ru": ("uk", "bg"), "uk": ("ru",), "bg": ("ru",), "en": ("es", "de"),
}  # fmt: skip


@lru_cache
def _detector(codes: tuple[str, ...]) -> LanguageDetector:
    """A detector that distinguishes these languages.

    All of lingua's languages would take a gigabyte of memory, four of them 120 MB. In its low-accuracy mode, which
    distinguishes so few of them as well, they take 10 MB.
    """
    from lingua import LanguageDetectorBuilder

    languages = [language for known in codes if (language := _lingua(known)) is not None]
    return LanguageDetectorBuilder.from_languages(*languages).with_low_accuracy_mode().build()


@lru_cache
def _lingua(code: str) -> Language | None:
    """Lingua's language with this ISO 639-1 code; None if it does not know it."""
    from lingua import IsoCode639_1, Language

    try:
        return Language.from_iso_code_639_1(IsoCode639_1.from_str(code))
    except (ValueError, AttributeError):
        return None
