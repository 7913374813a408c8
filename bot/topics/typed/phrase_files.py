"""The phrases of people in each language, from the files in `phrases`; adding a language is adding a file. Pure.

A file holds lists of regular expressions: for each `Talk` what stands for it, `before` and `after` what surrounds a
subject, `or` what joins alternatives; and `stop_words`, which name no subject.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from bot.topics.text import fold


@cache
def phrases(name: str) -> dict[str, tuple[str, ...]]:
    """One list of all files, by language; accents and case are folded as in `bot.topics.text.fold`."""
    found = {}
    for file in sorted(files(__package__).joinpath("phrases").iterdir(), key=lambda each: each.name):
        if file.name.endswith(".json"):
            content = json.loads(file.read_text(encoding="utf-8"))
            found[file.name.removesuffix(".json")] = tuple(_folded(phrase) for phrase in content.get(name, ()))
    return found


def _folded(pattern: str) -> str:
    """The pattern without accents; what follows a backslash keeps its case."""
    head, *rest = pattern.split("\\")
    return "\\".join([fold(head), *(part[:1] + fold(part[1:]) for part in rest)])
