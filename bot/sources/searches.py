"""Queries of arXiv's API: by date of submission, by title, by author. Pure.

The language: https://info.arxiv.org/help/api/user-manual.html#query_details
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import date

from bot.arxiv.categories import ALL_ARCHIVES, categories_in
from bot.model import NamedPaper

TITLES_PER_REQUEST = 10
"""Ten titles with their authors are an address of about 1,500 characters."""

MOST_TITLED = 100
"""Results of one request for titles. arXiv puts the most similar ones first."""

FEW_WORDS = 5
"""A title of fewer words is searched together with its author."""

MAX_WORDS = 15
"""Words of a title that are searched: the first ones tell it from others."""

_RUN = re.compile(r"(?:(?<!\S)[A-Za-z0-9][A-Za-z0-9'-]*(?!\S)\s*)+")
"""Whole words of ASCII letters, side by side."""


def submitted_query(archives: Collection[str], first: date, last: date) -> str:
    """Return the one query for all topics: `(cat:cs.* OR cat:quant-ph) AND submittedDate:[… TO …]`."""
    dates = f"submittedDate:[{first:%Y%m%d}0000 TO {last:%Y%m%d}2359]"
    if not archives or set(archives) >= set(ALL_ARCHIVES):
        return dates
    return f"({' OR '.join(f'cat:{_pattern(name)}' for name in sorted(set(archives)))}) AND {dates}"


def _pattern(name: str) -> str:
    return f"{name}.*" if len(categories_in(name)) > 1 else name


def title_queries(named: Sequence[NamedPaper]) -> list[str]:
    """Return the queries for these titles, several in one: `ti:"…" OR (ti:"…" AND au:…)`."""
    parts = [part for each in named if (part := _title(each))]
    return [
        " OR ".join(parts[begin : begin + TITLES_PER_REQUEST]) for begin in range(0, len(parts), TITLES_PER_REQUEST)
    ]


def author_query(name: str) -> str | None:
    """Return the query for an author by "First Last" or "Last, First"; None for a name without letters.

    Initials are left out, since arXiv may have the whole name.
    """
    last, _, first = name.partition(",")
    words = [word for word in re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", f"{first} {last}") if len(word) > 1]
    if not words:
        return None
    # With and without accents: the names in its records are written in both ways.
    spellings = dict.fromkeys([" ".join(words), _without_accents(" ".join(words))])
    return " OR ".join(f'au:"{spelling}"' for spelling in spellings)


def _title(named: NamedPaper) -> str | None:
    phrases = _phrases(named.title)
    if not phrases:
        return None
    parts = [f'ti:"{phrase}"' for phrase in phrases]
    author = _phrases(named.author)
    # A long title needs no author, and publishers spell names in other ways.
    if author and sum(phrase.count(" ") + 1 for phrase in phrases) < FEW_WORDS:
        parts += [f'au:"{each}"' for each in author]
    return f"({' AND '.join(parts)})" if len(parts) > 1 else parts[0]


def _phrases(text: str) -> list[str]:
    """The words of a text side by side, divided at its punctuation and at words that are not ASCII, which may be
    written in another way; at most `MAX_WORDS` words."""
    runs = [run.split() for piece in re.split(r"[^\w\s'-]+", text) for run in _RUN.findall(piece)]
    # A letter that formulas leave says nothing, unless it is all there is.
    runs = [run for run in runs if len(" ".join(run)) > 2] or runs
    left, phrases = MAX_WORDS, []
    for run in runs:
        if words := run[:left]:
            phrases.append(" ".join(words))
            left -= len(words)
    return phrases


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
