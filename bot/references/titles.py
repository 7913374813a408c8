"""Whether a paper of arXiv is the one that a list names by title and author. Pure."""

from __future__ import annotations

import difflib

from bot.model import NamedPaper, Paper
from bot.topics.text import raw_words

LIKENESS = 0.9
"""Two titles by the same first author are one from here on, 1 being equal: publishers change a word or two."""

FEWEST_WORDS = 4
"""Words that a title needs to be compared without its subtitle, or to stand for a paper without its author."""


def is_same_paper(named: NamedPaper, paper: Paper) -> bool:
    """Compare the words of titles, whatever the case, accents and punctuation.

    Without an author in common only equal titles of at least four words count. With one, also such that are nearly
    equal, and one that is the other without its subtitle.
    """
    wanted, found = raw_words(named.title), raw_words(paper.title)
    if not wanted:
        return False
    is_by_author = _is_by(named.author, paper)
    if wanted == found:
        return is_by_author or (not named.author and len(wanted) >= FEWEST_WORDS)
    if not is_by_author:
        return False
    shorter, longer = sorted((wanted, found), key=len)
    if len(shorter) >= FEWEST_WORDS and longer[: len(shorter)] == shorter:
        return True
    return difflib.SequenceMatcher(None, " ".join(wanted), " ".join(found)).ratio() >= LIKENESS


def _is_by(surname: str, paper: Paper) -> bool:
    words = set(raw_words(surname))
    # Of a name of several words each must be in the name of one author, in any order.
    return bool(words) and any(words <= set(raw_words(author)) for author in paper.authors)
