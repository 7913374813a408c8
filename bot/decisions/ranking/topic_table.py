"""How the papers of one topic fit it, for all chats that follow it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from bot.decisions import matches
from bot.decisions.ranking.paper_table import Floats, Numbers, PaperFeatures, with_spaces
from bot.decisions.ranking.weights import Feature
from bot.model import Paper
from bot.topics import Category, Field, Term
from bot.topics.phrases import find_phrase
from bot.topics.syntax_tree import affirmed

COLUMNS = (Feature.TOPIC, Feature.TITLE, Feature.PRIMARY, Feature.AUTHOR)

UNKNOWN_FIT = 0.5
"""`Feature.TOPIC` where nothing measures how well papers fit."""


class TopicFit(NamedTuple):
    """A paper's features for one topic, in the order of `COLUMNS`."""

    topic: float
    title: float
    primary: float
    author: float


class _Shape(NamedTuple):
    """What a topic asks for: its words and phrases, whether it names authors, and the categories that it names."""

    phrases: tuple[tuple[str, ...], ...]
    has_authors: bool
    categories: frozenset[str]


def topic_fit(query: str, paper: Paper, features: PaperFeatures, score: float = UNKNOWN_FIT) -> TopicFit:
    """How a paper fits a topic that matches it; `score` is `Relevance.of_topic`."""
    shape = _shape(query)
    title = primary = author = 0.0
    # Most papers have none of the words in their titles: the abstracts of these are not looked at.
    if any(find_phrase(matches.indexed(paper).title, words) for words in shape.phrases):
        title = float(is_in_title(matches.match_of(query, paper).because, features))
    if shape.has_authors:
        author = float(bool(matches.named_authors(query, paper)))
    if not shape.categories:
        primary = 0.5
    elif not shape.categories.isdisjoint(matches.indexed(paper).primary):
        primary = 1.0
    return TopicFit(score, title, primary, author)


def is_in_title(because: Iterable[str], features: PaperFeatures) -> bool:
    """Whether one of the terms that make a paper match a topic stands in the paper's title."""
    return any(with_spaces(term) in features.title for term in because)


@lru_cache(maxsize=10_000)
def _shape(query: str) -> _Shape:
    topic = matches.parsed(query)
    wanted = tuple(affirmed(topic.node)) if topic else ()
    terms = [leaf for leaf in wanted if isinstance(leaf, Term)]
    return _Shape(
        tuple(term.words for term in terms if term.field is not Field.AUTHOR),
        any(term.field is Field.AUTHOR for term in terms),
        frozenset(leaf.code for leaf in wanted if isinstance(leaf, Category)),
    )


class TopicTable:
    """The papers of one topic with their features for it, by sequence number."""

    __slots__ = ("_seqs", "_values")

    def __init__(self) -> None:
        self._seqs: Numbers = np.empty(0, np.int64)
        self._values: Floats = np.empty((len(COLUMNS), 0))

    def __len__(self) -> int:
        return len(self._seqs)

    def missing(self, seqs: Numbers) -> list[int]:
        """Those of the papers that are not in the table."""
        missing: list[int] = seqs[~np.isin(seqs, self._seqs)].tolist()
        return missing

    def add(self, seqs: Sequence[int], fits: Sequence[TopicFit]) -> None:
        """Add papers that are not in the table."""
        joined = np.append(self._seqs, np.array(seqs, np.int64))
        order = np.argsort(joined)
        self._seqs = joined[order]
        self._values = np.hstack([self._values, np.array(fits, np.float64).T])[:, order]

    def values(self, seqs: Numbers) -> Floats:
        """The features of these papers, which are in the table: a row for each of `COLUMNS`."""
        found: Floats = self._values[:, np.searchsorted(self._seqs, seqs)]
        return found
