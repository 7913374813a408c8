"""Candidates of the tests, and their ranking as the pipeline makes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime

from bot.decisions import ranking
from bot.decisions.ranking import ChatPapers, Learned, PaperTable, Ranking, TopicTable, topic_fit
from bot.model import Announced, Announcement, Candidate, Kind, Match, Paper, VoteCounts

TODAY = date(2026, 6, 2)
NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)


def candidate(
    ident: str,
    *topics: str,
    title: str = "",
    kind: Kind = Kind.NEW,
    day: date = TODAY,
    hour: int = 0,
    comment: str = "",
    abstract: str = "a word",
    authors: tuple[str, ...] = (),
    category: str = "cs.CV",
) -> Candidate:
    """A paper with its topics; the topic "word" matches by a word, others by the abstract of every paper."""
    published = datetime(2026, 6, 1, hour, tzinfo=UTC)
    paper = Paper(ident, 1, title, authors, abstract, (category, "cs.LG"), comment=comment, published=published)
    matches = tuple(Match(topic, ("word",)) for topic in topics or ("word",))
    return Candidate(Announced(paper, Announcement(ident, 1, day, kind)), matches)


def columns(
    candidates: Sequence[Candidate],
    *,
    now: datetime = NOW,
    fit: Mapping[str, float] | None = None,
    votes: Mapping[str, VoteCounts] | None = None,
    learned: Learned | None = None,
) -> ChatPapers:
    """The columns of candidates, whose numbers are their places; `fit` is `Relevance.of_topic` by paper id."""
    topics = sorted({match.topic for each in candidates for match in each.matches})
    found = [
        (seq, tuple(sorted(topics.index(match.topic) for match in each.matches))) for seq, each in enumerate(candidates)
    ]
    papers = PaperTable(
        ranking.features_of(seq, each.announced, (votes or {}).get(each.announced.paper.id))
        for seq, each in enumerate(candidates)
    )
    tables = {number: TopicTable() for number in range(len(topics))}
    for seq, numbers in found:
        paper = candidates[seq].announced.paper
        for number in numbers:
            score = (fit or {}).get(paper.id, 0.5)
            tables[number].add([seq], [topic_fit(topics[number], paper, papers[seq], score)])
    return ranking.chat_papers(found, ranking.places_by_topic(found), papers, tables, now, learned)


def shown(ranked: Ranking, candidates: Sequence[Candidate]) -> list[str]:
    """The ids of the papers that get a card."""
    return [candidates[seq].announced.paper.id for seq in ranked.shown]


def order(
    *candidates: Candidate,
    size: int = 10,
    twins: Collection[Collection[str]] = (),
    fit: Mapping[str, float] | None = None,
    votes: Mapping[str, VoteCounts] | None = None,
) -> list[str]:
    """The ids of the papers that are named, best first; `twins` are groups of papers that are nearly the same."""
    ids = [each.announced.paper.id for each in candidates]

    def twins_of(seq: int) -> set[int]:
        return {ids.index(other) for group in twins if ids[seq] in group for other in group if other != ids[seq]}

    ranked = ranking.rank(columns(candidates, fit=fit, votes=votes), size, twins_of)
    return [ids[seq] for seq in ranked.ranked]
