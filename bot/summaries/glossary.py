"""Technical terms with their translations: our own list, and an operator's file that extends and overrides it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from bot.errors import BadSetting
from bot.model.languages import canonical, is_traditional_chinese, primary

Glossary = Mapping[str, Mapping[str, str]]
"""Language code → English term → its translation."""


def load(operators_file: Path | None = None) -> Glossary:
    """Our glossary, overridden by the operator's entries. Raises `BadSetting` if that file is not a glossary."""
    bundled = _checked(json.loads(files("prompts").joinpath("glossary.json").read_text(encoding="utf-8")))
    if operators_file is None:
        return bundled
    try:
        added = _checked(json.loads(operators_file.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadSetting("GLOSSARY", f"cannot read {operators_file}: {error.strerror}.") from None
    except (ValueError, TypeError):
        raise BadSetting(
            "GLOSSARY", f'{operators_file} is no glossary; write JSON like {{"es": {{"token": "token"}}}}.'
        ) from None
    return {language: {**bundled.get(language, {}), **added.get(language, {})} for language in {*bundled, *added}}


def instruction(glossary: Glossary, language: str, text: str) -> str:
    """The line of a prompt that lists the terms of `text` with their translations; empty if there are none."""
    # Only terms that occur: the whole list would cost tokens with every request. The longest first, so that
    # "large language model" does not list "language model" as well.
    used, left = [], text
    for term, translation in sorted(terms(glossary, language).items(), key=lambda item: -len(item[0])):
        left, count = _pattern(term).subn(" ", left)
        if count:
            used.append(f"“{term}” is “{translation}”")
    return f"- Terms: {'; '.join(sorted(used, key=str.lower))}. {_KEYWORDS}" if used else ""


_KEYWORDS = "Keywords are these translations, or terms as the text writes them in English."


def terms(glossary: Glossary, language: str) -> Mapping[str, str]:
    """The translations of a language by English term, or those of the language without its region.

    Traditional Chinese never borrows from simplified: the script would be wrong, and often the word.
    """
    if found := glossary.get(canonical(language)):
        return found
    return {} if is_traditional_chinese(language) else glossary.get(primary(language), {})


def _pattern(term: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(term)}(?:s|es)?(?!\w)", re.IGNORECASE)


def _checked(value: object) -> dict[str, dict[str, str]]:
    """The glossary by canonical language code. Raises TypeError if it does not have the shape of one."""
    if not isinstance(value, dict):
        raise TypeError("not an object")
    for terms in value.values():
        if not isinstance(terms, dict) or not all(isinstance(text, str) for text in terms.values()):
            raise TypeError("not a mapping of terms")
    return {canonical(language): terms for language, terms in value.items()}
