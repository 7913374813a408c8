"""Reads the gettext catalogues beside this module."""

from __future__ import annotations

import gettext
import io
from functools import cache
from pathlib import Path

from bot.model.languages import language_code

_FOLDER = Path(__file__).parent

SOURCE_LANGUAGE = "en"
"""The language in which sentences are written in the code; it has no catalogue."""

_CLDR_NAMES = {"zh": "zh_Hans", "zh-Hant": "zh_Hant"}
"""Names of locales that are not the code of `bot.model.languages` with an underscore."""


def cldr_name(code: str) -> str:
    """The name that Babel and the folders of catalogues have for a language of `bot.model.languages`."""
    return _CLDR_NAMES.get(code, code.replace("-", "_"))


def _found() -> tuple[str, ...]:
    codes = {name: code for code, name in _CLDR_NAMES.items()}
    names = sorted(path.parent.parent.name for path in _FOLDER.glob("*/LC_MESSAGES/paperboy.po"))
    return (SOURCE_LANGUAGE, *(codes.get(name, name.replace("_", "-")) for name in names))


INTERFACE_LANGUAGES = _found()
"""The languages of the interface, as codes of `bot.model.languages`: English, and one for each catalogue."""


def interface_language(code: str | None) -> str | None:
    """The language of the interface for a code in any usual form ("zh-TW", "es-419"); None if there is no catalogue."""
    known = language_code(code) if code else None
    return known if known in INTERFACE_LANGUAGES else None


@cache
def catalogue(code: str) -> gettext.NullTranslations:
    """The translations into a language of the interface; those into any other one leave every sentence in English."""
    path = _FOLDER / cldr_name(code) / "LC_MESSAGES" / "paperboy.po"
    if code not in INTERFACE_LANGUAGES or code == SOURCE_LANGUAGE:
        return gettext.NullTranslations()
    # Imported when first needed: most commands of the terminal speak English only.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=cldr_name(code)))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
