"""Terms of art and how each language says them: ours, and an operator's file on top."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from bot.errors import BadSetting

Glossary = Mapping[str, Mapping[str, str]]
"""Language code → English term → how that language says it."""


def load(extra: Path | None = None) -> Glossary:
    """Our glossary with the operator's entries over it. Raises `BadSetting` where that file is no glossary."""
    own = _checked(json.loads(files("prompts").joinpath("glossary.json").read_text(encoding="utf-8")))
    if extra is None:
        return own
    try:
        added = _checked(json.loads(extra.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadSetting("GLOSSARY", f"cannot read {extra}: {error.strerror}.") from None
    except (ValueError, TypeError):
        raise BadSetting(
            "GLOSSARY", f'{extra} is no glossary; write JSON like {{"es": {{"token": "token"}}}}.'
        ) from None
    return {language: {**own.get(language, {}), **added.get(language, {})} for language in {*own, *added}}


def instruction(glossary: Glossary, language: str, text: str) -> str:
    """The line of a prompt that names the terms of `text` and their renderings; empty where there is none."""
    terms = glossary.get(language) or glossary.get(language.split("-")[0]) or {}
    used = [f"“{term}” is “{said}”" for term, said in terms.items() if _occurs(term, text)]
    return f"- Terms: {'; '.join(used)}." if used else ""


def _occurs(term: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(term)}(?:s|es)?(?!\w)", text, re.IGNORECASE) is not None


def _checked(value: object) -> dict[str, dict[str, str]]:
    if not isinstance(value, dict):
        raise TypeError("no object")
    for terms in value.values():
        if not isinstance(terms, dict) or not all(isinstance(said, str) for said in terms.values()):
            raise TypeError("no terms")
    return value
