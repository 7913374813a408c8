"""Order and cut a chat's papers: which of its candidates a digest shows, and which it only names. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Candidate, Kind
from bot.topics.text import words

FRESH = timedelta(days=7)
"""Papers announced longer ago than this come after all others: a chat that was away sees the latest week first."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """`shown` are the papers that get cards, `also` the ones past the digest's size; both best first."""

    shown: tuple[Candidate, ...]
    also: tuple[Candidate, ...]

    @property
    def all(self) -> tuple[Candidate, ...]:
        return (*self.shown, *self.also)


def rank(candidates: Sequence[Candidate], size: int, now: datetime) -> Ranked:
    """Put a chat's candidates in order and cut them at `size` cards. The order of the input does not matter.

    A paper is the better, the first of these that tells two apart deciding: it came out within the last week; it
    matches more topics; more of those in its title; it is new, not cross-listed; its topics match fewer of the
    candidates; it was announced, then submitted, later; its id is the smaller.

    Before that order cuts, each topic gets the best paper it matches, the topics with the best papers first, so that
    a topic with fifty papers a day does not push out one with a single paper a week.
    """
    common = Counter(match.topic for candidate in candidates for match in candidate.matches)
    ordered = sorted(candidates, key=lambda candidate: _key(candidate, common, now))
    best: dict[str, Candidate] = {}
    for candidate in ordered:
        for match in candidate.matches:
            best.setdefault(match.topic, candidate)
    first = dict.fromkeys([each.announced.paper.id for each in best.values()])
    first.update(dict.fromkeys(each.announced.paper.id for each in ordered))
    chosen = set([*first][: max(size, 0)])
    shown = tuple(each for each in ordered if each.announced.paper.id in chosen)
    return Ranked(shown, tuple(each for each in ordered if each.announced.paper.id not in chosen))


def _key(candidate: Candidate, common: Counter[str], now: datetime) -> tuple[float | str, ...]:
    paper, announcement = candidate.announced.paper, candidate.announced.announcement
    title = _spaced(paper.title)
    titled = sum(any(_spaced(term) in title for term in match.because) for match in candidate.matches)
    rarity = sum(1 / common[match.topic] for match in candidate.matches)
    return (
        now.date() - announcement.day > FRESH,
        -len(candidate.matches),
        -titled,
        announcement.kind is not Kind.NEW,
        -rarity,
        -announcement.day.toordinal(),
        -paper.published.timestamp() if paper.published else 0.0,
        paper.id,
    )


def _spaced(text: str) -> str:
    """The words of a text with a space around each, so that words are found whole; a text without any is nowhere."""
    found = words(text)
    return f" {' '.join(found)} " if found else "\0"
