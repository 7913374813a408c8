"""Splits the author list of the announcement feed, a string with TeX accents and affiliations, into names. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_GROUP = re.compile(r"\b(?:collaborations?|consortium|teams?|groups?|committee|project)\b", re.IGNORECASE)
_TEX = re.compile(r"[\\{}$~]")


def split_authors(line: str) -> tuple[str, ...]:
    """Return the names in order, in Unicode, without affiliations in parentheses."""
    line = " ".join(line.split())
    # With unbalanced parentheses, what stands between them may be most of the list; then they are only blanked out.
    is_balanced = line.count("(") == line.count(")")
    names: list[str] = []
    for part in _parts(line, nested=is_balanced):
        name = _unicode(_without_parentheses(part) if is_balanced else part.replace("(", " ").replace(")", " "))
        if names and name.lower() in _SUFFIXES:
            names[-1] = f"{names[-1]} {name}"
        elif name:
            names.append(name)
    return tuple(names)


def _parts(line: str, *, nested: bool) -> list[str]:
    """Split the line at commas, semicolons and a final "and", except inside of parentheses and braces."""
    parts, depth, begin = [], 0, 0
    for index, char in enumerate(line):
        if char == "{" or (nested and char == "("):
            depth += 1
        elif char == "}" or (nested and char == ")"):
            depth = max(0, depth - 1)
        elif char in ",;" and depth == 0 and not (index and line[index - 1] == "\\"):
            parts.append(line[begin:index])
            begin = index + 1
    parts.append(line[begin:])
    return [name for part in parts for name in _split_at_and(part.strip())]


def _split_at_and(part: str) -> list[str]:
    """Split at "and", unless the part is a group's name ("… and Astronomy Collaboration")."""
    part = part.removeprefix("and ").strip()
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


def _unicode(name: str) -> str:
    name = name.strip()
    return " ".join((_from_tex(name) if _TEX.search(name) else name).split())


@lru_cache(maxsize=4096)
def _from_tex(name: str) -> str:
    """Replace TeX accents by letters: `Andr\\'e` → André. A name that cannot be parsed stays as it is."""
    from pylatexenc.latex2text import LatexNodes2Text

    try:
        return str(LatexNodes2Text(math_mode="text").latex_to_text(name, tolerant_parsing=True)).replace("\xa0", " ")
    except Exception:  # the parser may fail in any way on strange TeX; a name with backslashes is better than none
        return name
