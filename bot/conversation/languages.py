"""Languages by ISO 639 code, English name and own name, and how to find one by any of them. Pure."""

from __future__ import annotations

from functools import cache

LANGUAGES: dict[str, tuple[str, str]] = {
    "af": ("Afrikaans", "Afrikaans"),
    "sq": ("Albanian", "Shqip"),
    "am": ("Amharic", "አማርኛ"),
    "ar": ("Arabic", "العربية"),
    "hy": ("Armenian", "Հայերեն"),
    "az": ("Azerbaijani", "Azərbaycanca"),
    "eu": ("Basque", "Euskara"),
    "be": ("Belarusian", "Беларуская"),
    "bn": ("Bengali", "বাংলা"),
    "bs": ("Bosnian", "Bosanski"),
    "bg": ("Bulgarian", "Български"),
    "ca": ("Catalan", "Català"),
    "zh": ("Chinese", "中文"),
    "zh-Hant": ("Traditional Chinese", "繁體中文"),
    "hr": ("Croatian", "Hrvatski"),
    "cs": ("Czech", "Čeština"),
    "da": ("Danish", "Dansk"),
    "nl": ("Dutch", "Nederlands"),
    "en": ("English", "English"),
    "eo": ("Esperanto", "Esperanto"),
    "et": ("Estonian", "Eesti"),
    "fi": ("Finnish", "Suomi"),
    "fr": ("French", "Français"),
    "gl": ("Galician", "Galego"),
    "ka": ("Georgian", "ქართული"),
    "de": ("German", "Deutsch"),
    "el": ("Greek", "Ελληνικά"),
    "gu": ("Gujarati", "ગુજરાતી"),
    "ha": ("Hausa", "Hausa"),
    "he": ("Hebrew", "עברית"),
    "hi": ("Hindi", "हिन्दी"),
    "hu": ("Hungarian", "Magyar"),
    "is": ("Icelandic", "Íslenska"),
    "id": ("Indonesian", "Bahasa Indonesia"),
    "ga": ("Irish", "Gaeilge"),
    "it": ("Italian", "Italiano"),
    "ja": ("Japanese", "日本語"),
    "kn": ("Kannada", "ಕನ್ನಡ"),
    "kk": ("Kazakh", "Қазақша"),
    "km": ("Khmer", "ខ្មែរ"),
    "ko": ("Korean", "한국어"),
    "lo": ("Lao", "ລາວ"),
    "la": ("Latin", "Latina"),
    "lv": ("Latvian", "Latviešu"),
    "lt": ("Lithuanian", "Lietuvių"),
    "mk": ("Macedonian", "Македонски"),
    "ms": ("Malay", "Bahasa Melayu"),
    "ml": ("Malayalam", "മലയാളം"),
    "mr": ("Marathi", "मराठी"),
    "mn": ("Mongolian", "Монгол"),
    "my": ("Burmese", "မြန်မာ"),
    "ne": ("Nepali", "नेपाली"),
    "no": ("Norwegian", "Norsk"),
    "nb": ("Norwegian Bokmål", "Norsk bokmål"),
    "nn": ("Norwegian Nynorsk", "Norsk nynorsk"),
    "fa": ("Persian", "فارسی"),
    "pl": ("Polish", "Polski"),
    "pt": ("Portuguese", "Português"),
    "pt-BR": ("Brazilian Portuguese", "Português do Brasil"),
    "pa": ("Punjabi", "ਪੰਜਾਬੀ"),
    "ro": ("Romanian", "Română"),
    "ru": ("Russian", "Русский"),
    "sr": ("Serbian", "Српски"),
    "si": ("Sinhala", "සිංහල"),
    "sk": ("Slovak", "Slovenčina"),
    "sl": ("Slovene", "Slovenščina"),
    "so": ("Somali", "Soomaali"),
    "es": ("Spanish", "Español"),
    "sw": ("Swahili", "Kiswahili"),
    "sv": ("Swedish", "Svenska"),
    "tl": ("Tagalog", "Tagalog"),
    "ta": ("Tamil", "தமிழ்"),
    "te": ("Telugu", "తెలుగు"),
    "th": ("Thai", "ไทย"),
    "tr": ("Turkish", "Türkçe"),
    "uk": ("Ukrainian", "Українська"),
    "ur": ("Urdu", "اردو"),
    "uz": ("Uzbek", "Oʻzbekcha"),
    "vi": ("Vietnamese", "Tiếng Việt"),
    "cy": ("Welsh", "Cymraeg"),
    "yo": ("Yoruba", "Yorùbá"),
    "zu": ("Zulu", "isiZulu"),
}

_ALSO = {
    "simplified chinese": "zh",
    "chinese simplified": "zh",
    "chinese (simplified)": "zh",
    "mandarin": "zh",
    "简体中文": "zh",
    "汉语": "zh",
    "zh-cn": "zh",
    "zh-hans": "zh",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "chinese (traditional)": "zh-Hant",
    "繁体中文": "zh-Hant",
    "en-us": "en",
    "en-gb": "en",
    "castilian": "es",
    "castellano": "es",
    "farsi": "fa",
    "filipino": "tl",
    "slovenian": "sl",
    "portugues": "pt",
    "francais": "fr",
    "espanol": "es",
    "turkce": "tr",
    "romana": "ro",
    "cestina": "cs",
}


def language_code(given: str) -> str | None:
    """The code of a language given by code or name ("de", "German", "Deutsch", "中文"); None if unknown."""
    return _names().get(" ".join(given.split()).casefold())


def language_name(code: str) -> str:
    """A language as people read it: "German (Deutsch)"; the code itself where it is not in the table."""
    english, own = LANGUAGES.get(code, (code, code))
    return english if english == own else f"{english} ({own})"


@cache
def _names() -> dict[str, str]:
    names = dict(_ALSO)
    for code, (english, own) in LANGUAGES.items():
        names |= {code.casefold(): code, english.casefold(): code, own.casefold(): code}
    return names
