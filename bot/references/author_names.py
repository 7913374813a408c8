"""The parts of an author's name. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.model import Paper
from bot.references.collected import surname
from bot.render.plain import one_line
from bot.tex.latex import readable

_GROUP = re.compile(r"\b(?:collaborations?|consortium|team|group|project|institute|university)\b", re.IGNORECASE)
_SUFFIX = re.compile(r"(?P<name>[^,]+?),?\s+(?P<suffix>Jr\.?|Sr\.?|I{2,3}|IV)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AuthorName:
    """The name of a person; of a group, or of a person with one name, only `last` is given."""

    last: str
    given: str = ""
    suffix: str = ""
    is_group: bool = False


def author_names(paper: Paper) -> list[AuthorName]:
    """The authors of a paper, in their order."""
    return [_parts(name) for author in paper.authors if (name := one_line(readable(author)))]


def full_name(name: AuthorName) -> str:
    """The name as people read it: "John Smith, Jr."."""
    return ", ".join(filter(None, (" ".join(filter(None, (name.given, name.last))), name.suffix)))


def _parts(name: str) -> AuthorName:
    if _GROUP.search(name) or name.count(",") > 1:
        return AuthorName(name, is_group=True)
    suffix = ""
    if found := _SUFFIX.fullmatch(name):
        name, suffix = found["name"], found["suffix"]
    last = surname(name) or name
    given = name.partition(",")[2] if "," in name else name.removesuffix(last)
    return AuthorName(last, given.strip(), suffix)
