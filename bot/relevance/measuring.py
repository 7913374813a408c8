"""Measures papers by their words, and by embeddings where there are some. Implements `bot.ports.Relevance`."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

import numpy as np

from bot.model import Announced, ChatModel, Examples, Paper, Similar, Taste, VectorsOrigin
from bot.ports import Clock, Embedder, Store
from bot.relevance import block_scores, weights
from bot.relevance.learner_process import LearnerProcess, Vectors
from bot.relevance.model_weights import ModelWeights, surfaces_of, taste_of, weights_of
from bot.relevance.paper_block import Numbers, PaperBlock
from bot.relevance.paper_memory import MOST_BYTES, PaperMemory
from bot.relevance.paper_reading import EMBED_SECONDS, PaperReading
from bot.relevance.queries import Query, compiled
from bot.relevance.term_table import Floats, TermTable
from bot.relevance.terms import key_of, stem
from bot.relevance.vector_process import make_vectors
from bot.topics.plurals import singular

MOST_QUERIES = 4_000
"""Topics kept as arrays: about 6 MB. Others are read again."""
MOST_MODELS = 64
"""Models kept as arrays: under 1 MB."""
MOST_REASONS = 6
"""Terms that are named as reasons."""


class PaperRelevance:
    """Implements `bot.ports.Relevance`. Uses the store for counts of terms, embeddings, and the papers that chats like.

    Methods that are not `async` may be called by several threads.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder | None = None,
        learner: LearnerProcess | None = None,
        *,
        most_bytes: int = MOST_BYTES,
        embed_seconds: float = EMBED_SECONDS,
    ) -> None:
        self._store, self._embedder = store, embedder
        self._learner = learner or LearnerProcess()
        self._memory = PaperMemory(most_bytes)
        self._reading = PaperReading(store, embedder, self._memory, embed_seconds)
        self._compiled = lru_cache(MOST_QUERIES)(compiled)
        self._weights_of = lru_cache(MOST_MODELS)(weights_of)
        self._next_number = itertools.count(-1, -1)

    @property
    def name(self) -> str:
        return self._embedder.name if self._embedder else "words"

    # ── reading ──

    async def read(self, announced: Mapping[int, Announced]) -> None:
        papers = {seq: entry.paper for seq, entry in announced.items()}
        await self._reading.read(papers, max(papers, default=0))

    async def prepare(self, topics: Collection[str], models: Collection[ChatModel] = ()) -> None:
        if self._embedder is not None:
            texts = await asyncio.to_thread(lambda: [text for topic in topics for text in _texts(self._query(topic))])
            await self._reading.embed(texts)
        liked = {paper_id for model in models for paper_id in model.liked[: weights.LIKED_COMPARED]}
        missing = [paper_id for paper_id in sorted(liked) if self._memory.number_of(paper_id) is None]
        if missing:
            papers = await self._store.papers(missing)
            await self._reading.read({next(self._next_number): paper for paper in papers.values()})

    async def counted_upto(self, seq: int) -> int:
        return await self._reading.counted_upto(seq)

    async def count(self, papers: Sequence[Paper], upto: int) -> None:
        await self._reading.count(papers, upto)

    def frequencies(self, words: Sequence[str]) -> Sequence[int]:
        table = self._reading.table
        stems = [stem(singular(word)) for word in words]
        keys = np.fromiter((key_of(each or "") for each in stems), np.uint32, len(stems))
        counts = table.papers_with(keys)
        return [int(count) if each else table.papers for each, count in zip(stems, counts, strict=True)]

    # ── measuring ──

    def of_topic(self, query: str, seqs: Sequence[int]) -> Sequence[float]:
        vectors = block_scores.Embeddings(self._reading.vectors, self._reading.center)
        # Each block with the table that it was measured with: vectors of different tables cannot be compared.
        return self._by_block(
            seqs, lambda block, rows: block_scores.of_query(self._compiled(query, block.table), block, rows, vectors)
        )

    def of_model(self, model: ChatModel, seqs: Sequence[int]) -> Sequence[float]:
        return self._by_block(
            seqs, lambda block, rows: block_scores.of_model(self._weights(model, block.table), block, rows)
        )

    def likeness(self, seq: int, others: Sequence[int]) -> Sequence[float]:
        block, row = self._memory.place(seq)
        keys, values = block.row(row)
        return self._by_block(others, lambda other, rows: np.minimum(other.products(keys, values, rows), 1))

    def close(self, query: str, seqs: Sequence[int], most: int, *, already: int = 0) -> list[int]:
        found = self.of_topic(query, seqs)
        best_first = sorted(zip((-score for score in found), seqs, strict=True))
        return [
            seq
            for place, (score, seq) in enumerate(best_first[:most], already)
            if -score >= (weights.CLOSE if place >= weights.ALWAYS_FEW else weights.NOT_FAR)
        ]

    def why(self, seq: int, query: str | None, model: ChatModel | None) -> Similar:
        block, row = self._memory.place(seq)
        terms: list[str] = []
        if query is not None:
            wanted = self._compiled(query, block.table).wanted
            if wanted is not None:
                found = block_scores.shared(wanted.keys, wanted.weights, block, row)
                terms += [wanted.surfaces[key] for key in found]
        if model is not None:
            learned = self._weights(model, block.table)
            least = weights.TELLING * float(learned.weights.max(initial=0.0))
            telling = set(learned.keys[learned.weights >= least].tolist())
            found = block_scores.shared(learned.keys, learned.weights, block, row)
            terms += surfaces_of(model, [key for key in found if key in telling])
        return Similar(
            _without_parts(terms)[:MOST_REASONS], self._liked(seq, block.papers[row].paper_id, model) if model else ()
        )

    def _liked(self, seq: int, own: str, model: ChatModel) -> tuple[str, ...]:
        numbers = {
            paper_id: number
            for paper_id in model.liked[: weights.LIKED_COMPARED]
            if paper_id != own and (number := self._memory.number_of(paper_id)) is not None
        }
        likeness = self.likeness(seq, list(numbers.values()))
        alike = sorted(zip((-each for each in likeness), numbers, strict=True))
        return tuple(paper_id for each, paper_id in alike if -each >= weights.LIKED_CLOSE)

    def taste(self, model: ChatModel, most: int) -> Taste:
        return taste_of(model, most)

    # ── learning ──

    async def make_vectors(self, papers: AsyncIterator[Sequence[Paper]], counted: int, clock: Clock) -> VectorsOrigin:
        made = await make_vectors(papers, counted, clock)
        await self._store.save_term_vectors(made)
        await self._reading.use_stored_vectors()
        return made.origin

    async def learn(self, examples: Examples, now: datetime, version: int) -> ChatModel | None:
        await self._reading.use_stored_vectors()
        await self.prepare(examples.topics)
        wanted = [query.wanted for topic in examples.topics if (query := self._query(topic)).wanted]
        embedder = self._embedder.name if self._embedder else ""
        vectors: Vectors = {}
        if embedder:
            papers = [*(paper for paper, _ in examples.votes), *examples.passed_over, *examples.others]
            vectors = await self._store.vectors(embedder, {(paper.id, paper.version) for paper in papers})
        return await self._learner.learn(
            examples,
            now,
            version,
            table=self._reading.table,
            topics={text.text: self._reading.vectors.get(text.text) for text in wanted if text},
            embedder=embedder,
            vectors=vectors,
        )

    async def close_parts(self) -> None:
        await self._reading.stop()
        await self._learner.close()

    # ── what is kept ──

    def _by_block(self, numbers: Sequence[int], measure: Callable[[PaperBlock, Numbers], Floats]) -> Sequence[float]:
        """Measure papers, those of each block at once. Raises `KeyError` for one that was not read."""
        found = np.zeros(len(numbers), np.float32)
        for block, rows, positions in self._memory.parts(numbers):
            found[positions] = measure(block, rows)
        measured: list[float] = found.tolist()
        return measured

    def _query(self, query: str) -> Query:
        return self._compiled(query, self._reading.table)

    def _weights(self, model: ChatModel, table: TermTable) -> ModelWeights:
        return self._weights_of(model, table.vectors.length)


def _texts(query: Query) -> list[str]:
    return [text.text for text in (query.wanted, *query.unwanted) if text is not None]


def _without_parts(terms: Sequence[str]) -> tuple[str, ...]:
    """The terms once each, without words of which a pair is among them."""
    parts = {word for term in terms if " " in term for word in term.split(" ")}
    return tuple(dict.fromkeys(term for term in terms if term not in parts))
