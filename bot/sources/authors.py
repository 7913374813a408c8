"""Author lists of the announcement feed: one string with TeX accents and affiliations → names in Unicode. Pure."""

from __future__ import annotations

import re

from bot.tex.latex import readable

_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_GROUP = re.compile(r"\b(?:collaborations?|consortium|teams?|groups?|committee|project)\b", re.IGNORECASE)


def split_authors(line: str) -> tuple[str, ...]:
    """Return the names in order, without affiliations in parentheses."""
    line = " ".join(line.split())
    # With a parenthesis that is never closed, nothing shows where the affiliation ends: then all words are kept.
    balanced = line.count("(") == line.count(")")
    names: list[str] = []
    for part in _parts(line, nested=balanced):
        name = readable(_without_parentheses(part) if balanced else part.replace("(", " ").replace(")", " "))
        # "Ada Example, Jr.": the comma does not begin another author.
        if names and name.lower() in _SUFFIXES:
            names[-1] = f"{names[-1]} {name}"
        elif name:
            names.append(name)
    return tuple(names)


def _parts(line: str, *, nested: bool) -> list[str]:
    """Split the line at commas, semicolons and a final "and" outside of braces and, if `nested`, of parentheses."""
    parts, depth, begin = [], 0, 0
    for at, char in enumerate(line):
        if char == "{" or (nested and char == "("):
            depth += 1
        elif char == "}" or (nested and char == ")"):
            depth = max(0, depth - 1)
        # After a backslash they are spaces of TeX.
        elif char in ",;" and depth == 0 and not (at and line[at - 1] == "\\"):
            parts.append(line[begin:at])
            begin = at + 1
    parts.append(line[begin:])
    return [name for part in parts for name in _split_at_and(part.strip())]


def _split_at_and(part: str) -> list[str]:
    part = part.removeprefix("and ").strip()
    # "The Search and Rescue Collaboration" is one author.
    if " and " not in part or "(" in part or _GROUP.search(part):
        return [part]
    return part.split(" and ")


def _without_parentheses(part: str) -> str:
    kept, depth = [], 0
    for char in part:
        depth += char == "("
        if depth == 0:
            kept.append(char)
        depth = max(0, depth - (char == ")"))
    return "".join(kept)
