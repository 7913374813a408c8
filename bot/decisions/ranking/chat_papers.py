"""The papers of one chat as columns of features. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bot.decisions.ranking.paper_table import Floats, Numbers, PaperTable, author_counts
from bot.decisions.ranking.topic_table import COLUMNS, TopicTable
from bot.decisions.ranking.weights import FRESH, Feature

NO_OPINION = 0.5
"""`Feature.LEARNED` where nothing was learned."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What a chat's model says: of how many votes it was learned, and `Relevance.of_model` of each of the chat's
    papers, in their order; `authors` are the authors of each liked paper (`author_keys`)."""

    votes: int
    likes: Sequence[float]
    authors: Collection[Collection[str]] = ()


@dataclass(frozen=True, slots=True)
class ChatPapers:
    """A chat's papers by number, in any order. Columns have one value for each paper.

    `of_topic` has the places of the papers that each topic (id) matches. `ties` order papers that are equal in
    everything else. `votes` is of how many votes `LEARNED` was learned.
    """

    seqs: tuple[int, ...]
    of_topic: Mapping[int, Numbers]
    columns: Mapping[Feature, Floats]
    ties: Numbers
    days: Numbers
    votes: int = 0


def chat_papers(
    found: Sequence[tuple[int, tuple[int, ...]]],
    of_topic: Mapping[int, Numbers],
    papers: PaperTable,
    topics: Mapping[int, TopicTable],
    now: datetime,
    learned: Learned | None = None,
) -> ChatPapers:
    """The columns of a chat's papers, given as (sequence number, ids of the chat's topics that match it) and once more
    by topic (`places_by_topic`).

    `papers` and the tables of `topics` (by id) have all of them.
    """
    seqs = tuple([seq for seq, _ in found])
    rows = papers.rows(seqs)
    columns = dict(papers.columns(rows)) | _topic_columns(np.array(seqs, np.int64), of_topic, topics)
    days = papers.days(rows)
    columns[Feature.DAY] = (days >= (now.date() - FRESH).toordinal()).astype(np.float64)
    columns[Feature.LEARNED] = np.full(len(seqs), NO_OPINION)
    if learned is not None:
        columns[Feature.LEARNED] = np.clip(np.array(learned.likes, np.float64), 0.0, 1.0)
        columns[Feature.AUTHOR] = np.maximum(columns[Feature.AUTHOR], _author_column(rows, papers, learned))
    return ChatPapers(seqs, of_topic, columns, papers.ties(rows), days, learned.votes if learned else 0)


def places_by_topic(found: Sequence[tuple[int, tuple[int, ...]]]) -> dict[int, Numbers]:
    """Topic id → the places of its papers in `found`."""
    places: dict[int, list[int]] = {}
    for place, (_, topic_ids) in enumerate(found):
        for topic_id in topic_ids:
            places.setdefault(topic_id, []).append(place)
    return {topic_id: np.array(of_topic, np.int64) for topic_id, of_topic in places.items()}


def _topic_columns(
    seqs: Numbers, of_topic: Mapping[int, Numbers], topics: Mapping[int, TopicTable]
) -> dict[Feature, Floats]:
    best = np.zeros((len(COLUMNS), len(seqs)))
    rare, matched = np.zeros(len(seqs)), np.zeros(len(seqs))
    for topic_id, places in of_topic.items():
        best[:, places] = np.maximum(best[:, places], topics[topic_id].values(seqs[places]))
        rare[places] = np.maximum(rare[places], 1 / len(places))
        matched[places] += 1
    return {
        **dict(zip(COLUMNS, best, strict=True)),
        Feature.RARE: rare,
        Feature.TOPICS: 1 - 1 / np.maximum(matched, 1),
    }


def _author_column(rows: Numbers, papers: PaperTable, learned: Learned) -> Floats:
    names = papers.by_authors(author_counts(learned.authors))
    counts = np.fromiter((names.get(row, 0) for row in rows.tolist()), np.float64, len(rows))
    column: Floats = counts / (counts + 1)
    return column
