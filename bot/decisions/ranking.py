"""Orders a chat's papers, and decides which ones a digest shows as cards and which as title lines. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Candidate, Kind
from bot.topics.text import words

FRESH = timedelta(days=7)
"""Papers announced longer ago than this come after all others: a chat that was suspended sees the latest week first."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """`shown` are the candidates that get cards, `also` those past the digest's size; both best first."""

    shown: tuple[Candidate, ...]
    also: tuple[Candidate, ...]

    @property
    def all(self) -> tuple[Candidate, ...]:
        return (*self.shown, *self.also)


def rank(candidates: Sequence[Candidate], size: int, now: datetime) -> Ranked:
    """Order a chat's candidates and cut them at `size` cards. The order of the input does not matter.

    Candidates are compared by these criteria; the first one in which two differ decides. Better is: announced within
    the last week; more topics matched; more of those topics matched in the title; new, not cross-listed; topics that
    match fewer of the candidates; announced later; submitted later; the smaller id.

    Before the cut, each topic gets the best paper that it matches, the topics with the best papers first, so that a
    topic with fifty papers a day does not displace one with a single paper a week.
    """
    papers_by_topic = Counter(match.topic for candidate in candidates for match in candidate.matches)
    ordered = sorted(candidates, key=lambda candidate: _sort_key(candidate, papers_by_topic, now))
    best_by_topic: dict[str, Candidate] = {}
    for candidate in ordered:
        for match in candidate.matches:
            best_by_topic.setdefault(match.topic, candidate)
    chosen = set(_distinct_ids([*best_by_topic.values(), *ordered])[: max(size, 0)])
    shown = tuple(candidate for candidate in ordered if candidate.announced.paper.id in chosen)
    return Ranked(shown, tuple(candidate for candidate in ordered if candidate.announced.paper.id not in chosen))


def _distinct_ids(candidates: Sequence[Candidate]) -> list[str]:
    return list(dict.fromkeys(candidate.announced.paper.id for candidate in candidates))


def _sort_key(candidate: Candidate, papers_by_topic: Counter[str], now: datetime) -> tuple[float | str, ...]:
    """Smaller is better."""
    paper, announcement = candidate.announced.paper, candidate.announced.announcement
    title = _with_spaces(paper.title)
    in_title = sum(any(_with_spaces(term) in title for term in match.because) for match in candidate.matches)
    # A topic that matches few of the candidates says more about a paper than one that matches most of them.
    rarity = sum(1 / papers_by_topic[match.topic] for match in candidate.matches)
    return (
        now.date() - announcement.day > FRESH,
        -len(candidate.matches),
        -in_title,
        announcement.kind is not Kind.NEW,
        -rarity,
        -announcement.day.toordinal(),
        -paper.published.timestamp() if paper.published else 0.0,
        paper.id,  # makes the order the same whatever the order of the input
    )


def _with_spaces(text: str) -> str:
    """The words of a text with a space around each, so that only whole words are found; a text without words gives a
    character that no text contains."""
    found = words(text)
    return f" {' '.join(found)} " if found else "\0"
