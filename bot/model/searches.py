"""Searching in papers: what is looked for, what an index keeps, what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.model.papers import Paper
from bot.model.summaries import Summary


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """What a paper must have, or, with `is_excluded`, must not have.

    One of `phrases` in title or text, each being words that follow each other; or all words of `names` among its
    authors. With `is_prefix` the last word of a phrase, and each name, is only the beginning of a word. Words are as
    `bot.topics.search_words` writes them.
    """

    phrases: tuple[tuple[str, ...], ...] = ()
    names: tuple[str, ...] = ()
    is_prefix: bool = False
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class UnindexedPaper:
    """A paper whose texts have changed since they were indexed. `changes` counts that, for `PaperWords`."""

    paper: Paper
    summaries: tuple[Summary, ...]
    changes: int


@dataclass(frozen=True, slots=True)
class WordsOfPart:
    """The words of one text about a paper: `part` is "" for the paper itself, else the language of its summary. Title
    and authors are in each of them, so that their words are found together with those of the text."""

    part: str
    title: tuple[str, ...]
    authors: tuple[str, ...]
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperWords:
    """The words of a paper's texts for an index. `changes` is that of the `UnindexedPaper` that they are from."""

    paper_id: str
    parts: tuple[WordsOfPart, ...]
    changes: int


@dataclass(frozen=True, slots=True)
class FoundPaper:
    """A paper that a search has found: how well its words match (more is better; compared only within one search), and
    the day of the digest that brought it, or the day of its first version."""

    paper_id: str
    match: float
    day: date | None
