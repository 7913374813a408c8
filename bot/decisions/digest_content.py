"""Matches, summaries and readings → cards, and cards → a digest. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from bot.arxiv import code_links, ids
from bot.decisions.ranking import Ranking
from bot.locales import interface_language, ngettext, using
from bot.locales.catalogues import SOURCE_LANGUAGE
from bot.model import (
    Announcement,
    Candidate,
    Card,
    Depth,
    Digest,
    FoundLinks,
    Match,
    Paper,
    PaperOrder,
    Reading,
    Reason,
    Summary,
    SummaryKey,
    Window,
)


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """The language and the depth in which a chat wants its papers summarized."""

    language: str
    depth: Depth = Depth.BRIEF

    def key(self, paper: Paper) -> SummaryKey:
        return SummaryKey(paper.id, paper.version, self.language, self.depth)


def card(
    paper: Paper,
    *,
    announcement: Announcement | None = None,
    matches: Sequence[Match] = (),
    reasons: Sequence[Reason] = (),
    summary: Summary | None = None,
    reading: Reading | None = None,
) -> Card:
    """Make the card of one paper. Its links are found by rule in its own texts, never by a model."""
    return Card(
        paper=paper,
        announcement=announcement,
        matched=tuple(matches),
        reasons=tuple(reasons),
        summary=summary,
        links=_links(paper, reading),
        figures=reading.figures if reading else (),
    )


def _links(paper: Paper, reading: Reading | None) -> FoundLinks:
    return _found_links(paper.abstract, paper.comment or "", reading.links if reading else ())


@lru_cache(maxsize=2048)
def _found_links(abstract: str, comment: str, html_links: tuple[str, ...]) -> FoundLinks:
    """Cached, because the digests of a morning show the same papers many times."""
    return code_links.find_links(abstract, comment, html_links=html_links)


def cards(
    candidates: Sequence[Candidate],
    summaries: Mapping[SummaryKey, Summary],
    options: SummaryOptions,
    readings: Mapping[str, Reading] | None = None,
) -> tuple[Card, ...]:
    """Cards in the order of the candidates, without a summary where it is missing. `readings` are by paper id."""
    by_id = readings or {}
    return tuple(
        card(
            candidate.announced.paper,
            announcement=candidate.announced.announcement,
            matches=candidate.matches,
            reasons=candidate.reasons,
            summary=summaries.get(options.key(candidate.announced.paper)),
            reading=by_id.get(candidate.announced.paper.id),
        )
        for candidate in candidates
    )


def window_of(ranking: Ranking | None, default: date) -> Window:
    """The listing days that a chat's papers span; the day `default` if there are none."""
    if ranking is None or ranking.first_day is None or ranking.last_day is None:
        return Window(default, default)
    return Window(ranking.first_day, ranking.last_day)


def paper_order(ranking: Ranking) -> PaperOrder:
    """The order of a chat's papers, as it is stored with the digest."""
    topics = sorted(ranking.topics, key=lambda topic: (-topic[1], topic[0]))
    return PaperOrder(ranking.ranked, ranking.count, tuple([topic_id for topic_id, _ in topics]))


def topics_of(papers: Mapping[str, int]) -> tuple[str, ...]:
    """The topics of a digest, given with how many of its papers each matches: most papers first."""
    # By name where the counts are equal, so that the same papers always give the same digest.
    return tuple(sorted(papers, key=lambda topic: (-papers[topic], topic)))


def notes_on(shown: Sequence[Card], language: str) -> tuple[str, ...]:
    """One line that says how many cards were summarized without the model, if any were.

    In English, the language of the reasons, it names the reason if all have the same: papers' ids and numbers in it may
    differ. A reason with an id is not named.
    """
    reasons = [card.summary.provenance.instead_of for card in shown if card.summary]
    told = [reason for reason in reasons if reason]
    if not told:
        return ()
    with using(language):
        line = ngettext(
            "{n} of {of} summarized without the model", "{n} of {of} summarized without the model", len(told)
        )
    line = line.format(n=len(told), of=len(shown))
    is_read_in_english = interface_language(language) in (None, SOURCE_LANGUAGE)
    if not is_read_in_english or len({_without_numbers(reason) for reason in told}) > 1 or ids.all_papers(told[0]):
        return (line,)
    [(why, _)] = Counter(told).most_common(1)
    # The reason follows a colon, so its “The” becomes “the”; a model's name at the beginning stays as it is.
    return (f"{line}: {why[0].lower() + why[1:] if why.startswith('The ') else why}",)


def _without_numbers(reason: str) -> str:
    # Old ids have the name of an archive: "hep-th/9901001".
    return re.sub(r"(?:[a-z-]+(?:\.[A-Z]{2})?/)?\d[\d.]*(?:v\d+)?", "#", reason)


def by_day(digest: Digest) -> tuple[Digest, ...]:
    """Split a digest into one for each listing day that brought it papers, oldest first; without papers, as it is."""
    shown, also = _cards_by_day(digest, digest.cards), _cards_by_day(digest, digest.also)
    days = sorted({*shown, *also})
    # A window of several days is replaced by the one day that brought papers.
    if (len(days) < 2 and digest.window.first == digest.window.last) or not days:
        return (digest,)
    counts = {day: (announced, matched) for day, announced, matched in digest.each_day}
    return tuple(_of_day(digest, day, shown.get(day, ()), also.get(day, ()), counts.get(day, (0, 0))) for day in days)


def _cards_by_day(digest: Digest, cards: Sequence[Card]) -> dict[date, tuple[Card, ...]]:
    days: dict[date, list[Card]] = {}
    for card in cards:
        days.setdefault(card.announcement.day if card.announcement else digest.window.last, []).append(card)
    return {day: tuple(of_day) for day, of_day in days.items()}


def _of_day(
    digest: Digest, day: date, shown: tuple[Card, ...], also: tuple[Card, ...], counts: tuple[int, int]
) -> Digest:
    # Without the counts of a day, its own papers are the least that was announced and matched.
    named = len(shown) + len(also)
    announced, matched = max(counts[0], named), max(counts[1], named)
    return replace(
        digest,
        window=Window(day, day),
        announced=announced,
        matched=matched,
        cards=shown,
        also=also,
        notes=notes_on(shown, digest.language),
        each_day=(),
        unlisted=matched - named,
    )


def quiet(window: Window, topics: Sequence[str], announced: int, why: str, language: str = "en") -> Digest:
    """A digest without papers; `why` is the reason, as a sentence."""
    return Digest(tuple(topics), window, announced, 0, (), language=language, quiet=why)
