"""Keys of references as people write them: `vaswani2017attention`. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import count

from bot.model import Paper
from bot.references.author_names import author_names
from bot.topics.text import fold, searchable

_WORD = re.compile(r"[a-z0-9]+")
_ID_YEAR = re.compile(r"(?:[a-z-]+(?:\.[A-Z]{2})?/)?([0-9]{2})[0-9]{2}")
_SMALL_WORDS = frozenset(("a", "an", "and", "are", "at", "by", "can", "do", "does", "for", "from", "how", "in", "is",
                          "of", "on", "or", "the", "to", "towards", "via", "what", "when", "why", "with"))  # fmt: skip


def citation_keys(papers: Sequence[Paper]) -> list[str]:
    """A key for each paper: surname of the first author, year, first word of the title, in ASCII.

    Where several would have the same key, all but the first of them end in a letter or number more.
    """
    used: Counter[str] = Counter()
    keys = []
    for paper in papers:
        key = plain = _key(paper)
        endings = ("abcdefghijklmnopqrstuvwxyz"[number - 1] if number <= 26 else str(number) for number in count(2))
        while used[key]:
            key = plain + next(endings)
        used[key] += 1
        keys.append(key)
    return keys


def year_of(paper: Paper) -> int | None:
    """The year of a paper's first version, which its id tells too; None for an id of another form."""
    if paper.published:
        return paper.published.year
    found = _ID_YEAR.match(paper.id)
    # The first ids are of 1991.
    return (1900 if found[1] >= "91" else 2000) + int(found[1]) if found else None


def _key(paper: Paper) -> str:
    names = author_names(paper)[:1]
    # Of a group its first word: "ATLAS Collaboration".
    name = "".join(part for name in names for part in _ascii_words(name.last)[: 1 if name.is_group else None])
    words = [word for word in _ascii_words(searchable(paper.title)) if not word.isdecimal()]
    word = next((word for word in words if word not in _SMALL_WORDS), "")
    year = str(year_of(paper) or "")
    # Names and titles of other scripts have no word in ASCII.
    return f"{name or 'arxiv'}{year}{word or re.sub('[^0-9]', '', paper.id)}"


def _ascii_words(text: str) -> list[str]:
    return _WORD.findall(fold(text))
