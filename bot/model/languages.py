"""The languages of summaries: their codes and names, and finding a language by any name in use. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple


class Language(NamedTuple):
    """A language by its English name and by the name that its own speakers use."""

    english: str
    own: str


LANGUAGES: dict[str, Language] = {
    "af": Language("Afrikaans", "Afrikaans"),
    "sq": Language("Albanian", "Shqip"),
    "am": Language("Amharic", "አማርኛ"),
    "ar": Language("Arabic", "العربية"),
    "hy": Language("Armenian", "Հայերեն"),
    "az": Language("Azerbaijani", "Azərbaycanca"),
    "eu": Language("Basque", "Euskara"),
    "be": Language("Belarusian", "Беларуская"),
    "bn": Language("Bengali", "বাংলা"),
    "bs": Language("Bosnian", "Bosanski"),
    "bg": Language("Bulgarian", "Български"),
    "ca": Language("Catalan", "Català"),
    "zh": Language("Chinese", "中文"),
    "zh-Hant": Language("Traditional Chinese", "繁體中文"),
    "hr": Language("Croatian", "Hrvatski"),
    "cs": Language("Czech", "Čeština"),
    "da": Language("Danish", "Dansk"),
    "nl": Language("Dutch", "Nederlands"),
    "en": Language("English", "English"),
    "eo": Language("Esperanto", "Esperanto"),
    "et": Language("Estonian", "Eesti"),
    "fi": Language("Finnish", "Suomi"),
    "fr": Language("French", "Français"),
    "gl": Language("Galician", "Galego"),
    "ka": Language("Georgian", "ქართული"),
    "de": Language("German", "Deutsch"),
    "el": Language("Greek", "Ελληνικά"),
    "gu": Language("Gujarati", "ગુજરાતી"),
    "ha": Language("Hausa", "Hausa"),
    "he": Language("Hebrew", "עברית"),
    "hi": Language("Hindi", "हिन्दी"),
    "hu": Language("Hungarian", "Magyar"),
    "is": Language("Icelandic", "Íslenska"),
    "id": Language("Indonesian", "Bahasa Indonesia"),
    "ga": Language("Irish", "Gaeilge"),
    "it": Language("Italian", "Italiano"),
    "ja": Language("Japanese", "日本語"),
    "kn": Language("Kannada", "ಕನ್ನಡ"),
    "kk": Language("Kazakh", "Қазақша"),
    "km": Language("Khmer", "ខ្មែរ"),
    "ko": Language("Korean", "한국어"),
    "lo": Language("Lao", "ລາວ"),
    "la": Language("Latin", "Latina"),
    "lv": Language("Latvian", "Latviešu"),
    "lt": Language("Lithuanian", "Lietuvių"),
    "mk": Language("Macedonian", "Македонски"),
    "ms": Language("Malay", "Bahasa Melayu"),
    "ml": Language("Malayalam", "മലയാളം"),
    "mr": Language("Marathi", "मराठी"),
    "mn": Language("Mongolian", "Монгол"),
    "my": Language("Burmese", "မြန်မာ"),
    "ne": Language("Nepali", "नेपाली"),
    "no": Language("Norwegian", "Norsk"),
    "nb": Language("Norwegian Bokmål", "Norsk bokmål"),
    "nn": Language("Norwegian Nynorsk", "Norsk nynorsk"),
    "fa": Language("Persian", "فارسی"),
    "pl": Language("Polish", "Polski"),
    "pt": Language("Portuguese", "Português"),
    "pt-BR": Language("Brazilian Portuguese", "Português do Brasil"),
    "pa": Language("Punjabi", "ਪੰਜਾਬੀ"),
    "ro": Language("Romanian", "Română"),
    "ru": Language("Russian", "Русский"),
    "sr": Language("Serbian", "Српски"),
    "si": Language("Sinhala", "සිංහල"),
    "sk": Language("Slovak", "Slovenčina"),
    "sl": Language("Slovene", "Slovenščina"),
    "so": Language("Somali", "Soomaali"),
    "es": Language("Spanish", "Español"),
    "sw": Language("Swahili", "Kiswahili"),
    "sv": Language("Swedish", "Svenska"),
    "tl": Language("Tagalog", "Tagalog"),
    "ta": Language("Tamil", "தமிழ்"),
    "te": Language("Telugu", "తెలుగు"),
    "th": Language("Thai", "ไทย"),
    "tr": Language("Turkish", "Türkçe"),
    "uk": Language("Ukrainian", "Українська"),
    "ur": Language("Urdu", "اردو"),
    "uz": Language("Uzbek", "Oʻzbekcha"),
    "vi": Language("Vietnamese", "Tiếng Việt"),
    "cy": Language("Welsh", "Cymraeg"),
    "yo": Language("Yoruba", "Yorùbá"),
    "zu": Language("Zulu", "isiZulu"),
}
"""Every language that can be chosen, by its code: ISO 639, with a script or region where the text differs by it."""

_ALIASES = {
    # Regions stand for the script that is usual there.
    "simplified chinese": "zh",
    "chinese simplified": "zh",
    "chinese (simplified)": "zh",
    "mandarin": "zh",
    "简体中文": "zh",
    "简体": "zh",
    "簡體中文": "zh",
    "汉语": "zh",
    "zh-cn": "zh",
    "zh-hans": "zh",
    "zh-sg": "zh",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
    "zh-hant-tw": "zh-Hant",
    "zh-hant-hk": "zh-Hant",
    "traditional mandarin": "zh-Hant",
    "正體中文": "zh-Hant",
    "繁體": "zh-Hant",
    "繁体": "zh-Hant",
    "chinese (traditional)": "zh-Hant",
    "繁体中文": "zh-Hant",
    "en-us": "en",
    "en-gb": "en",
    "castilian": "es",
    "castellano": "es",
    "farsi": "fa",
    "filipino": "tl",
    "slovenian": "sl",
    # Typed without the accents of the own name.
    "portugues": "pt",
    "francais": "fr",
    "espanol": "es",
    "turkce": "tr",
    "romana": "ro",
    "cestina": "cs",
}
"""Other names and codes that people write, in lower case."""

_PROMPT_NAMES = {
    "zh": "Simplified Chinese",
    "mn": "Mongolian in Cyrillic script",
    "pa": "Punjabi in Gurmukhi script",
    "sr": "Serbian in Cyrillic script",
}
"""For languages with two scripts, a name that tells a model which of them to write."""


def language_code(given: str) -> str | None:
    """The code of a language given by code or name ("de", "de-AT", "German", "繁體中文"); None if unknown."""
    codes, name = _codes_by_name(), " ".join(given.split()).casefold()
    if name in codes:
        return codes[name]
    has_region = re.fullmatch("[a-z]{2,3}-([a-z]{2,4}|[0-9]{3})", name)
    return codes.get(primary(name)) if has_region else None


def required_language_code(given: str) -> str:
    """The same, for settings and options. Raises ValueError with a sentence that says what to write."""
    code = language_code(given)
    if code is None:
        raise ValueError(
            f"“{given}” is not a language that Paperboy knows; write its code or name, like es or Spanish."
        )
    return code


def prompt_name(code: str) -> str:
    """How a prompt names a language: in English, with its script where it has two."""
    # A model that is asked for “Chinese” may write either script.
    code = canonical(code)
    if name := _PROMPT_NAMES.get(code):
        return name
    return LANGUAGES[code].english if code in LANGUAGES else f"the language with the ISO 639 code {code}"


def canonical(code: str) -> str:
    """The table's code for another way to write it ("zh-TW" is "zh-Hant", "de-AT" is "de"); unknown ones unchanged."""
    return language_code(code) or code


def primary(code: str) -> str:
    """The ISO 639 part of a code, without script and region: "zh" of "zh-Hant"."""
    return code.partition("-")[0].lower()


def is_english(code: str) -> bool:
    return primary(code) == "en"


def is_traditional_chinese(code: str) -> bool:
    return canonical(code) == "zh-Hant"


@cache
def _codes_by_name() -> dict[str, str]:
    # The table comes last, so that no alias can hide the name of another language.
    codes = dict(_ALIASES)
    for code, language in LANGUAGES.items():
        codes |= {name.casefold(): code for name in (code, language.english, language.own)}
    return codes
