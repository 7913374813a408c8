"""Matches and summaries become cards, and cards a digest. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from bot.arxiv import code_links
from bot.model import (
    Announcement,
    Candidate,
    Card,
    Depth,
    Digest,
    FoundLinks,
    Match,
    Paper,
    Reading,
    Summary,
    SummaryKey,
    Window,
)


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """In which language and how deeply a chat wants its papers told."""

    language: str
    depth: Depth = Depth.BRIEF

    def key(self, paper: Paper) -> SummaryKey:
        return SummaryKey(paper.id, paper.version, self.language, self.depth)


def card(
    paper: Paper,
    *,
    announcement: Announcement | None = None,
    matches: Sequence[Match] = (),
    summary: Summary | None = None,
    reading: Reading | None = None,
) -> Card:
    """One paper ready to show; its links are found by rule in its own title, abstract, comment and full text."""
    return Card(
        paper=paper,
        announcement=announcement,
        matched=tuple(matches),
        summary=summary,
        links=_links(paper, reading),
        figures=reading.figures if reading else (),
    )


def _links(paper: Paper, reading: Reading | None) -> FoundLinks:
    return _found_links(paper.abstract, paper.comment or "", reading.links if reading else ())


@lru_cache(maxsize=2048)
def _found_links(abstract: str, comment: str, html_links: tuple[str, ...]) -> FoundLinks:
    """Kept, since the digests of a morning show the same papers again and again."""
    return code_links.find_links(abstract, comment, html_links=html_links)


def cards(
    candidates: Sequence[Candidate],
    summaries: Mapping[SummaryKey, Summary],
    options: SummaryOptions,
    readings: Mapping[str, Reading] | None = None,
) -> tuple[Card, ...]:
    """Cards in the order of the candidates; one whose summary is missing has none."""
    known = readings or {}
    return tuple(
        card(
            candidate.announced.paper,
            announcement=candidate.announced.announcement,
            matches=candidate.matches,
            summary=summaries.get(options.key(candidate.announced.paper)),
            reading=known.get(candidate.announced.paper.id),
        )
        for candidate in candidates
    )


def window_of(candidates: Sequence[Candidate], otherwise: date) -> Window:
    """The listing days that these candidates span; one day where there are none."""
    days = [candidate.announced.announcement.day for candidate in candidates] or [otherwise]
    return Window(min(days), max(days))


def topics_of(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """The topics that these candidates match, most papers first."""
    counted: dict[str, int] = {}
    for candidate in candidates:
        for match in candidate.matches:
            counted[match.topic] = counted.get(match.topic, 0) + 1
    return tuple(sorted(counted, key=lambda topic: (-counted[topic], topic)))


def notes_on(shown: Sequence[Card]) -> tuple[str, ...]:
    """What a reader should know of how these cards were made: each reason for a lesser maker, with its count."""
    reasons: dict[str, int] = {}
    for one in shown:
        if one.summary and one.summary.provenance.instead_of:
            why = one.summary.provenance.instead_of
            why = why[0].lower() + why[1:] if why.startswith("The ") else why
            reasons[why] = reasons.get(why, 0) + 1
    return tuple(f"{count} of {len(shown)} summarized without the model: {why}" for why, count in reasons.items())


def by_day(digest: Digest) -> tuple[Digest, ...]:
    """The digest as one for each listing day that brought it papers, oldest first; without papers, as it is."""
    days: dict[date, list[Card]] = {}
    for one in digest.cards:
        day = one.announcement.day if one.announcement else digest.window.last
        days.setdefault(day, []).append(one)
    if (len(days) < 2 and digest.window.first == digest.window.last) or not days:
        return (digest,)
    came_out = dict(digest.each_day)
    return tuple(
        replace(
            digest,
            window=Window(day, day),
            announced=came_out.get(day, len(days[day])),
            matched=len(days[day]),
            cards=tuple(days[day]),
            notes=notes_on(days[day]),
            each_day=(),
        )
        for day in sorted(days)
    )


def quiet(window: Window, topics: Sequence[str], announced: int, why: str, language: str = "en") -> Digest:
    """A digest with nothing in it, and the reason."""
    return Digest(tuple(topics), window, announced, 0, (), language=language, quiet=why)
