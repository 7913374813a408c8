"""Backtests of topics: which papers are worth measuring, and what a topic would have brought. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.decisions import matches
from bot.model import Announced, Backtest, Candidate, Paper, join_query, split_query
from bot.topics import Field, Term, interest_parts
from bot.topics.syntax_tree import affirmed, phrase_text
from bot.topics.text import words

DAYS = 7
"""Listing days of a backtest."""

MONTH_DAYS = 31
"""Calendar days that are looked at if the days of a backtest bring nothing."""

SHOWN, LEFT_OUT = 3, 2

NARROWLY = 0.1
"""The least score of a paper that is said to be narrowly left out."""

MOST_WORDS = 40
"""Words of a text that are looked for in papers."""

MOST_KEPT = 50
"""Best and closest papers that are kept, for suggestions of what to follow instead."""


def text_of(query: str) -> str:
    """What a normalized topic is about, as plain text: its interest without what it pushes away, else its words."""
    exact, about = split_query(query)
    if about:
        return interest_parts(about).wanted
    topic = matches.parsed(exact)
    terms = [leaf for leaf in affirmed(topic.node) if isinstance(leaf, Term)] if topic else []
    phrases = [phrase_text(leaf.words) for leaf in terms if leaf.field is not Field.AUTHOR]
    return " ".join(dict.fromkeys(phrase.replace("*", "") for phrase in phrases))


def interest_of(query: str) -> str | None:
    """The interest, as a normalized topic, in what a normalized query is about; None if it has no words."""
    text = text_of(query)
    return join_query("", text) if text else None


class Overlap:
    """How many of a text's words papers have, the rare ones counting more, and those in the title twice.

    A quick measure: it chooses the papers that are worth reading closely.
    """

    def __init__(self, text: str) -> None:
        found = dict.fromkeys(word for word in words(text) if len(word) > 2 or not word.isascii())
        # As in `TextFilter`: plurals add letters to the singular, or change its "y".
        self._stems = {word.removesuffix("y"): word for word in list(found)[:MOST_WORDS]}
        self._seen = set[str]()

    @property
    def unseen(self) -> list[str]:
        """The words that no paper has had so far, as singulars."""
        return [word for stem, word in self._stems.items() if stem not in self._seen]

    def best_first(self, papers: Sequence[Paper]) -> list[int]:
        """The places of the papers that share a word, those that share most first; equal ones in their order."""
        hits = [self._hits(paper) for paper in papers]
        counts = Counter(stem for found in hits for stem in found)
        self._seen.update(counts)
        weights = {stem: math.log(1 + len(papers) / count) for stem, count in counts.items()}
        scores = [sum(weights[stem] * times for stem, times in found.items()) for found in hits]
        return sorted((place for place, found in enumerate(hits) if found), key=lambda place: -scores[place])

    def _hits(self, paper: Paper) -> dict[str, int]:
        title, abstract = paper.title.casefold(), paper.abstract.casefold()
        found = {stem: 2 * (stem in title) + (stem in abstract) for stem in self._stems}
        return {stem: times for stem, times in found.items() if times}


Scored = tuple[float, int, Announced]
"""A paper with its score and its sequence number."""


@dataclass(slots=True)
class Findings:
    """What was found of a topic, one listing day after the other, the latest first.

    A paper counts on the earliest of its days, as in the log that chats are served from.
    """

    days: dict[date, int] = field(default_factory=dict)
    categories: Counter[str] = field(default_factory=Counter)
    """How many of the papers that the topic brings are in each category."""
    best: list[Scored] = field(default_factory=list)
    near: list[Scored] = field(default_factory=list)
    """The closest papers that the topic does not bring."""
    titles: list[str] = field(default_factory=list)
    """The titles of all papers of these days, which tell how words are spelled."""
    unseen: list[str] = field(default_factory=list)
    """Words of the topic that no paper has."""
    about: int = 0
    """How many papers an interest in the words of the query would have brought."""
    is_least: bool = False
    _day_of: dict[str, date] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Papers that the topic brings."""
        return len(self._day_of)

    def add_day(self, day: date, matched: Collection[Announced]) -> None:
        """Add what the topic brings on a day."""
        self.days[day] = 0
        for entry in matched:
            known = self._day_of.get(entry.paper.id)
            if known is None:
                self.categories.update(set(entry.paper.categories))
            else:
                self.days[known] -= 1
            self._day_of[entry.paper.id] = day
            self.days[day] += 1

    def add_papers(self, best: Iterable[Scored], near: Iterable[Scored]) -> None:
        """Add papers of a day that was added: some that the topic brings, and some that it does not bring."""
        self.best = _best([*self.best, *best])
        self.near = _best(each for each in (*self.near, *near) if each[2].paper.id not in self._day_of)


def _best(scored: Iterable[Scored]) -> list[Scored]:
    """The best of them; of two announcements of a paper the better one, then the later one."""
    papers: dict[str, Scored] = {}
    for each in sorted(scored, key=lambda each: (-each[0], -each[1])):
        papers.setdefault(each[2].paper.id, each)
    return list(papers.values())[:MOST_KEPT]


def candidates(query: str, found: Findings) -> list[Candidate]:
    """The papers of which the best are shown."""
    return [Candidate(entry, (matches.match_of(query, entry.paper),)) for _, _, entry in found.best]


def backtest(query: str, found: Findings, week: Collection[date]) -> Backtest:
    """The counts of a topic, and the papers that it narrowly leaves out; `week` are the days that it is about."""
    counts = sorted(found.days.items())
    return Backtest(
        query,
        tuple((day, count) for day, count in counts if day in week),
        left_out=tuple(entry.paper for _, _, entry in found.near[:LEFT_OUT]),
        is_least=found.is_least,
        earlier=tuple((day, count) for day, count in counts if day not in week),
    )
