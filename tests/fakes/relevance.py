"""Relevance by plain counting: how many of an interest's words a paper has, and a weight for each word of voted papers.

It follows the port: papers must be read before they are measured, what is pushed away costs, equal input gives equal
scores. Whatever it measures can be told from the words of a test's papers alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from bot import topics
from bot.model import Announced, ChatModel, Examples, Paper, Similar, Taste, VectorsOrigin, split_query
from bot.ports import Clock
from bot.relevance.model_weights import packed_terms
from bot.topics import matching
from bot.topics.indexed_paper import IndexedPaper
from bot.topics.syntax_tree import Category, leaves
from bot.topics.text import words

CLOSE = 0.5
"""The share of an interest's words that a close paper has."""

_COMMON = frozenset(
    words(
        "a an the of for in on to and or by with that which from is are be can we i this these papers paper work about "
        "interested not no"
    )
)


class FakeRelevance:
    """Implements `bot.ports.Relevance`. It learns at once. `reads` counts the papers that were read."""

    def __init__(self) -> None:
        self._papers: dict[int, Paper] = {}
        self._words: dict[int, frozenset[str]] = {}
        self.reads = 0
        self._counted_upto = 0

    @property
    def name(self) -> str:
        return "words"

    async def read(self, announced: Mapping[int, Announced]) -> None:
        for seq, entry in announced.items():
            if seq not in self._papers:
                self._papers[seq] = entry.paper
                self._words[seq] = words_of(entry.paper)
                self.reads += 1

    async def prepare(self, topics: Collection[str], models: Collection[ChatModel] = ()) -> None: ...

    async def counted_upto(self, seq: int) -> int:
        return self._counted_upto

    def frequencies(self, words: Sequence[str]) -> Sequence[int]:
        return [sum(word in known for known in self._words.values()) for word in words]

    async def count(self, papers: Sequence[Paper], upto: int) -> None:
        self._counted_upto = upto

    async def make_vectors(self, papers: AsyncIterator[Sequence[Paper]], counted: int, clock: Clock) -> VectorsOrigin:
        count = sum([len(page) async for page in papers])
        return VectorsOrigin("fake", count, counted, clock.now())

    def of_topic(self, query: str, seqs: Sequence[int]) -> Sequence[float]:
        exact, about = split_query(query)
        if about:
            return [self._closeness(about, seq) for seq in seqs]
        return [_exactness(topics.parse(exact), self._papers[seq]) for seq in seqs]

    def _closeness(self, about: str, seq: int) -> float:
        parts = topics.interest_parts(about)
        pushed_away = max((self._share(text, seq) for text in parts.unwanted), default=0.0)
        return max(0.0, self._share(parts.wanted, seq) - pushed_away)

    def _share(self, text: str, seq: int) -> float:
        wanted = _terms(text)
        return len(wanted & self._words[seq]) / len(wanted) if wanted else 0.0

    def of_model(self, model: ChatModel, seqs: Sequence[int]) -> Sequence[float]:
        weights = dict(model.terms)
        totals = [model.bias + sum(weights.get(word, 0.0) for word in self._words[seq]) for seq in seqs]
        return [0.5 + 0.5 * total / (1 + abs(total)) for total in totals]

    def likeness(self, seq: int, others: Sequence[int]) -> Sequence[float]:
        mine = self._words[seq]
        return [len(mine & self._words[other]) / max(1, len(mine | self._words[other])) for other in others]

    def why(self, seq: int, query: str | None, model: ChatModel | None) -> Similar:
        mine = self._words[seq]
        shared: list[str] = []
        if query is not None and (about := split_query(query)[1]):
            shared += sorted(_terms(topics.interest_parts(about).wanted) & mine)
        if model is not None:
            shared += [word for word, weight in model.terms if weight > 0 and word in mine]
        return Similar(tuple(dict.fromkeys(shared)), self._liked(seq, model))

    def _liked(self, seq: int, model: ChatModel | None) -> tuple[str, ...]:
        ids = {paper.id: number for number, paper in self._papers.items()}
        liked = model.liked if model else ()
        known = [ids[paper_id] for paper_id in liked if ids.get(paper_id, seq) != seq]
        likeness = self.likeness(seq, known)
        return tuple(self._papers[other].id for other, alike in zip(known, likeness, strict=True) if alike > 0.3)

    def close(self, query: str, seqs: Sequence[int], most: int, *, already: int = 0) -> list[int]:
        scores = dict(zip(seqs, self.of_topic(query, seqs), strict=True))
        best_first = sorted(seqs, key=lambda seq: (-scores[seq], seq))
        return [seq for seq in best_first if scores[seq] >= CLOSE][:most]

    async def learn(self, examples: Examples, now: datetime, version: int) -> ChatModel | None:
        weights: dict[str, float] = defaultdict(float)
        for paper, kinds in examples.votes:
            vote = sum(count if kind.is_positive else -count for kind, count in kinds.items())
            _add(weights, [paper], float(vote))
        _add(weights, examples.passed_over, -0.1)
        for query in examples.topics:
            about = split_query(query)[1]
            for word in _terms(topics.interest_parts(about).wanted):
                weights[word] += 0.5
        if not examples.votes and not weights:
            return None
        terms = sorted(filter(lambda term: term[1], weights.items()), key=lambda term: (-abs(term[1]), term[0]))
        liked = [paper.id for paper, kinds in examples.votes if any(kind.is_positive for kind in kinds)]
        return ChatModel(version, now, len(examples.votes), packed_terms(terms), liked=tuple(liked))

    def taste(self, model: ChatModel, most: int) -> Taste:
        likes = tuple(term for term in model.terms if term[1] > 0)
        return Taste(likes[:most], tuple(term for term in model.terms if term[1] < 0)[:most])

    async def close_parts(self) -> None:
        self._papers.clear()
        self._words.clear()


def words_of(paper: Paper) -> frozenset[str]:
    """The words of a paper's title and abstract that can tell it from others."""
    return _terms(f"{paper.title} {paper.abstract}")


def _terms(text: str) -> frozenset[str]:
    return frozenset(words(re.sub(r"\s+", " ", text))) - _COMMON


def _add(weights: dict[str, float], papers: Iterable[Paper], weight: float) -> None:
    for paper in papers:
        for word in words_of(paper):
            weights[word] += weight


def _exactness(topic: topics.Topic, paper: Paper) -> float:
    """How well a paper fits a topic of words and categories: a title counts more than an abstract, and the primary
    category more than a cross-list."""
    if not matching.satisfies(topic, IndexedPaper(paper)):
        return 0.0
    asked = [leaf for leaf in leaves(topic.node) if not isinstance(leaf, Category)]
    if not asked:
        named = {leaf.code for leaf in leaves(topic.node) if isinstance(leaf, Category)}
        primary = paper.categories[0] if paper.categories else ""
        return 1.0 if primary in named or f"{primary.partition('.')[0]}.*" in named else 0.5
    title = words_of(Paper("", 1, paper.title, (), "", ()))
    in_title = sum(bool(title.intersection(leaf.words)) for leaf in asked)
    return 0.5 + 0.5 * in_title / len(asked)
