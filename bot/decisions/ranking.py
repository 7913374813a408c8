"""Orders a chat's papers, and decides which ones a digest shows as cards and which as title lines. Pure.

Papers and topics are given by number, as the log of announcements has them: what is true of a paper whatever the chat
is computed once (`features_of`), and a chat's ranking is arithmetic on it.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from bot.model import Announced, Kind, Match
from bot.topics.text import words

_Key = tuple[bool, int, int, bool, float, tuple[int, float, str], int]
"""Smaller is better; the sequence number comes last."""

FRESH = timedelta(days=7)
"""Papers announced longer ago than this come after all others: a chat that was suspended sees the latest week first."""

TITLE_LINES = 20
"""Papers past a digest's size that it names; those beyond are counted. A list that nobody reads to its end hides the
cards above it."""


@dataclass(frozen=True, slots=True)
class PaperFeatures:
    """What counts of an announced paper, whatever the chat. `title` has a space around each word."""

    seq: int
    day: date
    is_cross_listed: bool
    title: str
    order: tuple[int, float, str]
    """Decides where nothing else does: later announced, later submitted, then the smaller id."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The papers of one chat by sequence number, best first.

    `shown` get cards, `also` title lines, and of `count` papers in all the others are only counted. `topics` are the
    ids of the topics that match them, with how many papers each. `first_day` and `last_day` are the listing days that
    they span, None without papers.
    """

    shown: tuple[int, ...] = ()
    also: tuple[int, ...] = ()
    count: int = 0
    topics: tuple[tuple[int, int], ...] = ()
    first_day: date | None = None
    last_day: date | None = None

    @property
    def named(self) -> tuple[int, ...]:
        """The papers that the digest shows, as cards or title lines."""
        return (*self.shown, *self.also)


def features_of(seq: int, announced: Announced) -> PaperFeatures:
    """The features of the paper that was announced with this sequence number."""
    paper, announcement = announced.paper, announced.announcement
    submitted = -paper.published.timestamp() if paper.published else 0.0
    return PaperFeatures(
        seq,
        announcement.day,
        announcement.kind is not Kind.NEW,
        _with_spaces(paper.title),
        (-announcement.day.toordinal(), submitted, paper.id),  # with the id, the order never depends on the input's
    )


def is_in_title(match: Match, features: PaperFeatures) -> bool:
    """Whether a term that makes a paper match its topic stands in the paper's title."""
    return any(_with_spaces(term) in features.title for term in match.because)


def rank(
    found: Sequence[tuple[int, tuple[int, ...]]],
    papers: Mapping[int, PaperFeatures],
    in_title: Callable[[int, int], bool],
    size: int,
    now: datetime,
) -> Ranking:
    """Order papers, given as (sequence number, ids of the chat's topics that match it), and cut them at `size` cards.

    `papers` has the features by sequence number, `in_title` tells whether a topic (id) is matched in the title of a
    paper (sequence number). The order of the input does not matter.

    Papers are compared by these criteria; the first one in which two differ decides. Better is: announced within
    the last week; more topics matched; more of those topics matched in the title; new, not cross-listed; topics that
    match fewer of the papers; announced later; submitted later; the smaller id.

    Before the cut, each topic gets the best paper that it matches, the topics with the best papers first, so that a
    topic with fifty papers a day does not displace one with a single paper a week.
    """
    if not found:
        return Ranking()
    fresh_from = now.date() - FRESH
    papers_by_topic = Counter(topic for _, topics in found for topic in topics)
    # A topic that matches few of the papers says more about one than a topic that matches most of them.
    rarity = {topic: 1 / count for topic, count in papers_by_topic.items()}
    keys: list[_Key] = []
    best_by_topic: dict[int, _Key] = {}
    for seq, topics in found:
        paper = papers[seq]
        key = (
            paper.day < fresh_from,
            -len(topics),
            -sum([in_title(topic, seq) for topic in topics]),
            paper.is_cross_listed,
            -sum([rarity[topic] for topic in topics]),
            paper.order,
            paper.seq,  # the same object for all chats, of which rankings are kept
        )
        keys.append(key)
        for topic in topics:
            if topic not in best_by_topic or key < best_by_topic[topic]:
                best_by_topic[topic] = key
    # Only what is named needs an order; a broad topic matches hundreds of papers.
    top = heapq.nsmallest(max(size, 0) + TITLE_LINES, keys)
    first = [*dict.fromkeys([*sorted(best_by_topic.values()), *top])][: max(size, 0)]
    chosen = set(first)
    also = [key for key in top if key not in chosen][:TITLE_LINES]
    days = [papers[seq].day for seq, _ in found]
    return Ranking(
        tuple(key[-1] for key in sorted(first)),
        tuple(key[-1] for key in also),
        len(found),
        tuple(papers_by_topic.items()),
        min(days),
        max(days),
    )


def depends_on_day(
    found: Sequence[tuple[int, tuple[int, ...]]], papers: Mapping[int, PaperFeatures], now: datetime
) -> bool:
    """Whether some of the papers, oldest first, are older than `FRESH`, so that their ranking may be another
    tomorrow."""
    return bool(found) and papers[found[0][0]].day < now.date() - FRESH


@lru_cache(maxsize=65_536)
def _with_spaces(text: str) -> str:
    """The words of a text with a space around each, so that only whole words are found; a text without words gives a
    character that no text contains."""
    found = words(text)
    return f" {' '.join(found)} " if found else "\0"
