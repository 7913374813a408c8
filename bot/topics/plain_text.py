"""Whether somebody wrote a query or plain words, which may mean these words or what they are about. Pure."""

from __future__ import annotations

import re

from bot.topics.category_codes import codes_in_text
from bot.topics.text import is_unspaced, raw_words

FEWEST_WORDS = 3
"""One or two words are a query: nobody describes a subject with them."""

_UNSPACED_WORD = 2
"""Characters of a word in scripts without spaces, as most have in Chinese."""

_OPERATOR = re.compile(
    r"""["“”„‟«»〝〞「」『』＂*|&+~\[\]{}]               # phrases, beginnings of words, operators of other engines
    |(?<!\S)(?:AND|OR|NOT|ANDNOT)(?!\S)
    |(?<!\S)[-#!]\w
    |(?<!\w)(?:ti|title|abs|abstract|aut?|authors?|cat|category|co|comments?|all|primary|about)[:：]""",
    re.VERBOSE,
)
_PREPOSITION = re.compile(r"(?:\b(?:in|from|of|within|on|and|or|en|dans|aus|und|et|y)|[在和,、，])\s*$", re.IGNORECASE)


def has_operators(typed: str) -> bool:
    """Whether there is something that only a query has: a field, a phrase, an operator."""
    return _OPERATOR.search(typed) is not None


def is_plain_text(typed: str) -> bool:
    """Whether this is three words or more, or a sentence, without anything that only a query has.

    A category belongs to a query ("diffusion cs.CV"), except in a sentence that says where to look ("… in cs.CV").
    """
    if has_operators(typed):
        return False
    for match in codes_in_text(typed):
        if not _PREPOSITION.search(typed[: match.start()]):
            return False
    found = raw_words(typed)
    characters = sum(map(is_unspaced, found))
    return len(found) - characters + characters / _UNSPACED_WORD >= FEWEST_WORDS
