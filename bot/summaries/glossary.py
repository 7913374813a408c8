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
    # Only terms that occur: the whole list would cost tokens with every request.
    used = [
        f"“{term}” is “{translation}”"
        for term, translation in _terms(glossary, language).items()
        if _occurs(term, text)
    ]
    return f"- Terms: {'; '.join(used)}." if used else ""


def _terms(glossary: Glossary, language: str) -> Mapping[str, str]:
    """The terms of a language, or of the language without its region. Traditional Chinese never borrows from
    simplified: the script would be wrong, and often the word."""
    if terms := glossary.get(canonical(language)):
        return terms
    return {} if is_traditional_chinese(language) else glossary.get(primary(language), {})


def _occurs(term: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(term)}(?:s|es)?(?!\w)", text, re.IGNORECASE) is not None


def _checked(value: object) -> dict[str, dict[str, str]]:
    """The glossary by canonical language code. Raises TypeError if it does not have the shape of one."""
    if not isinstance(value, dict):
        raise TypeError("not an object")
    for terms in value.values():
        if not isinstance(terms, dict) or not all(isinstance(text, str) for text in terms.values()):
            raise TypeError("not a mapping of terms")
    return {canonical(language): terms for language, terms in value.items()}
