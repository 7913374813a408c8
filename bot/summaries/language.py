"""Whether a text is in the language that was asked for: by script where that tells, by lingua where it does not."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lingua import Language, LanguageDetector

_SHORT = 32
"""Letters below which a Latin or Cyrillic text is not judged: names and terms fill it."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_SCRIPTS = {
    "ru": "CYRILLIC", "uk": "CYRILLIC", "bg": "CYRILLIC", "sr": "CYRILLIC", "be": "CYRILLIC", "mk": "CYRILLIC",
    "kk": "CYRILLIC", "mn": "CYRILLIC", "el": "GREEK", "ar": "ARABIC", "fa": "ARABIC", "ur": "ARABIC", "he": "HEBREW",
    "hi": "DEVANAGARI", "mr": "DEVANAGARI", "bn": "BENGALI", "ta": "TAMIL", "te": "TELUGU", "gu": "GUJARATI",
    "pa": "GURMUKHI", "ka": "GEORGIAN", "hy": "ARMENIAN", "th": "THAI", "ko": "HANGUL", "zh": "CJK", "ja": "CJK",
}  # fmt: skip
_TRADITIONAL = frozenset(
    "個們來說國學習實驗過這對應數據訓練網絡圖與從還進後發現為無當點樣產業東車馬門問間開關電視語類別"
)
_UNSURE = 0.05
"""How likely the wanted language must be, beside those in use; below, and another one clearly leading, it is wrong."""


def wrong_language(text: str, language: str) -> str | None:
    """What `text` is in instead of `language` (an ISO 639 code, maybe with a region); None where it seems right."""
    code, _, region = language.lower().partition("-")
    letters = [c for c in text if c.isalpha()]
    script = _SCRIPTS.get(code, "LATIN")
    own = sum(1 for c in letters if _script(c) == script)
    if len(letters) < 4:
        return None
    if script != "LATIN":
        return _by_script(text, code, region, own, len(letters)) or _by_model(text, code, own)
    if own < 0.6 * len(letters):
        return "another script"
    return _by_model(text, code, own)


def checkable(language: str) -> bool:
    """Whether this language can be told from others at all."""
    code = language.lower().split("-")[0]
    return code in _SCRIPTS or _lingua(code) is not None


def _by_script(text: str, code: str, region: str, own: int, letters: int) -> str | None:
    if own < 0.25 * letters:  # terms and names may well be Latin
        return "another script"
    if code == "zh" and _KANA.search(text):
        return "Japanese"
    if code == "ja" and own > 24 and not _KANA.search(text):
        return "Chinese"
    if code == "zh" and region not in ("tw", "hk", "hant"):
        traditional = sum(1 for c in text if c in _TRADITIONAL)
        if traditional >= 3 and traditional > 0.12 * own:
            return "traditional Chinese"
    return None


def _by_model(text: str, code: str, own: int) -> str | None:
    wanted = _lingua(code)
    if wanted is None or own < _SHORT or code in ("zh", "ja", "ko"):
        return None
    plain = re.sub(r"\S*\d\S*|\b\w*[A-Z]\w*[A-Z]\w*\b", " ", text)
    if _SCRIPTS.get(code):
        plain = re.sub(r"[A-Za-z]+", " ", plain)
    values = {value.language: value.value for value in _detector(code).compute_language_confidence_values(plain)}
    best = max(values, key=lambda language: values[language], default=wanted)
    if best is wanted or values[wanted] >= _UNSURE or values[best] < 0.8:
        return None
    return best.name.capitalize()


def _script(char: str) -> str:
    if _HAN.match(char) or _KANA.match(char):
        return "CJK"
    return unicodedata.name(char, "").partition(" ")[0]


_NEIGHBOURS = {
    "es": ("pt", "fr", "it"), "pt": ("es", "fr"), "fr": ("es", "it"), "it": ("es", "fr"), "de": ("nl", "fr"),
    "nl": ("de",), "ru": ("uk", "bg"), "uk": ("ru",), "bg": ("ru",), "en": ("es", "de"),
}  # fmt: skip


@lru_cache
def _detector(code: str) -> LanguageDetector:
    """A detector for this language, English, and what either is taken for.

    All of lingua's languages would fill a gigabyte, four of them 120 MB; in its lighter mode, which tells so few
    apart as well, they take 10 MB.
    """
    from lingua import LanguageDetectorBuilder

    codes = dict.fromkeys((code, "en", *_NEIGHBOURS.get(code, ("es", "fr"))))
    languages = [found for one in codes if (found := _lingua(one)) is not None]
    return LanguageDetectorBuilder.from_languages(*languages).with_low_accuracy_mode().build()


@lru_cache
def _lingua(code: str) -> Language | None:
    from lingua import IsoCode639_1, Language

    try:
        return Language.from_iso_code_639_1(IsoCode639_1.from_str(code))
    except (ValueError, AttributeError):
        return None
