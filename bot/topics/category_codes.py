"""Categories as people write them in topics and interests: which words are codes, and the code in use today. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.arxiv import categories

_DOTTED_CODE = re.compile(r"([A-Za-z-]+)\.(\*|[A-Za-z][A-Za-z-]*)")
_IN_TEXT = re.compile(
    r"""(?<![\w.-])
    (?:(?P<field>cat|category|primary):[ ]?)?
    (?P<code>[a-z]+(?:-[a-z]+)?(?:\.(?:\*|[a-z]+(?:-[a-z]+)*))?)
    (?![\w-])""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)


def is_bare_category(value: str) -> bool:
    """Whether a word without a field is a category: codes with a dot or a hyphen, which no common word looks like."""
    if dotted := _DOTTED_CODE.fullmatch(value):
        return categories.canonical(dotted[1]) in categories.ARCHIVES
    return "-" in value and categories.canonical(value) is not None


def code_in_use(value: str) -> str | None:
    """A category or archive ("cs.CV", "cs.*", "math") as arXiv spells it today, archives as "cs.*"; None if unknown."""
    archive = value.removesuffix("*").removesuffix(".")
    known = categories.canonical(archive if value.endswith("*") else value)
    if known is None or (value.endswith("*") and "." in known):
        return None
    # Retired codes and second names become the code in use, so that equal topics have equal normal forms.
    known = categories.FORMER.get(known, known)
    known = categories.ALIASES.get(known, known)
    return known if known in categories.CATEGORIES else f"{known}.*"


def codes_in_text(text: str) -> Iterator[re.Match[str]]:
    """Where plain text names categories; the group "code" is the code as written, known to arXiv or not.

    The names of archives without a dot or hyphen ("math") are words, except after "cat:" or "primary:".
    """
    return (match for match in _IN_TEXT.finditer(text) if match["field"] or is_bare_category(match["code"]))
