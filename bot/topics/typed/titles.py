"""Whether somebody typed the title of a paper, and whether a paper has that title. Pure."""

from __future__ import annotations

import difflib
import re

from bot.topics.text import fold, raw_words, searchable

FEWEST_WORDS, MOST_WORDS = 4, 30
ALIKE = 0.88
"""The least likeness of a typed title and that of a paper."""

_VERBS_TEXT = """
    is are you can do does how why need needs towards toward via using without beyond meets
    learn learns what when matters matter make makes
"""
_VERBS = frozenset(_VERBS_TEXT.split())
_SMALL_TEXT = """
    a an and are as at by for from in is of on or over the to toward towards via with using
"""
_SMALL = frozenset(_SMALL_TEXT.split())
_QUOTED = re.compile(r"^[\"“«「『](?P<title>[^\"”»」』]{8,200})[\"”»」』]$")


def title_typed(text: str) -> str | None:
    """The text as a title, if it looks like one; None otherwise.

    Titles have at least four words, and most of these begin with a capital, a colon divides them, quotation marks
    surround them, or they hold a verb that no name of a subject has.
    """
    stripped = text.strip().strip(".")
    quoted = _QUOTED.match(stripped)
    title = quoted["title"] if quoted else stripped
    words = raw_words(title)
    if "\n" in stripped or not FEWEST_WORDS <= len(words) <= MOST_WORDS or not title.isprintable():
        return None
    shown = [word for word in title.split() if word.casefold() not in _SMALL]
    capitals = sum(word[0].isupper() for word in shown if word)
    is_capital = len(shown) > 1 and capitals >= 0.7 * len(shown)
    has_colon = re.search(r"\w: \w", title) is not None
    return title if quoted or is_capital or has_colon or _VERBS.intersection(words) else None


def is_titled(title: str, typed: str) -> bool:
    """Whether a paper's title is what was typed, but for a few letters, or without its subtitle."""
    wanted, found = " ".join(raw_words(typed)), " ".join(raw_words(searchable(title)))
    if not wanted or not found:
        return False
    if found == wanted or (len(wanted.split()) >= FEWEST_WORDS and found.startswith(f"{wanted} ")):
        return True
    return difflib.SequenceMatcher(None, wanted, found).ratio() >= ALIKE


def telling_words(typed: str, most: int = 4) -> tuple[str, ...]:
    """The longest words of a typed title, as they stand in it, to look for it with."""
    words = dict.fromkeys(fold(word).strip(".,:;!?()\"'") for word in typed.split())
    plain = [word for word in words if word.isascii() and word.isalnum() and word not in _SMALL]
    return tuple(sorted(plain, key=lambda word: (-len(word), word))[:most])
