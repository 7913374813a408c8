"""A store with the announced papers, and digests on demand from it: the order that `paperboy digest` prints."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path

import numpy as np

from bot import topics
from bot.model import Announced, Budget, Paper, Window
from bot.pipeline.on_demand import Subscriber, requested_order
from bot.ports import Embedder, Store
from bot.providers.budget import Meter
from bot.relevance.embeddings.embedding_client import EmbeddingClient
from bot.relevance.embeddings.kept_queries import KeptQueries
from bot.relevance.embeddings.local import LocalEmbeddings
from bot.relevance.measuring import PaperRelevance
from bot.relevance.own_vectors import packed, stored_vectors
from bot.relevance.paper_block import paper_row
from bot.relevance.term_vectors import term_vectors
from bot.service.clock import SystemClock
from bot.storage.store import open_store


class Scene:
    def __init__(self, store: Store, relevance: PaperRelevance) -> None:
        self._store, self._relevance = store, relevance

    async def digest(self, day: date, query: str | None, liked: Sequence[Paper] = ()) -> list[str]:
        """The ids of the papers that such a subscriber would get for a listing day, best first."""
        topic = topics.parse(query) if query else None
        subscriber = Subscriber(topic, tuple(liked))
        order = await requested_order(self._store, self._relevance, SystemClock(), subscriber, Window(day, day))
        return [candidate.announced.paper.id for candidate in order]


@asynccontextmanager
async def open_scene(
    days: dict[date, list[Announced]], vectors: Path | None = None, known: Sequence[Paper] = ()
) -> AsyncIterator[Scene]:
    """A scene in a new SQLite file. With `vectors`, papers and sentences have those of the local model. With `known`,
    the vectors of terms are made of these papers."""
    with tempfile.TemporaryDirectory() as folder:
        async with await open_store(f"sqlite+aiosqlite:///{folder}/paperboy.db") as store:
            for day, entries in days.items():
                await store.ingest(entries, datetime.combine(day, time(1), UTC))
            embedder = None
            if vectors:
                clock = SystemClock()
                embedder = KeptQueries(EmbeddingClient(LocalEmbeddings(), clock, Meter(Budget(), clock)), store)
                papers = [entry.paper for entries in days.values() for entry in entries]
                await store.save_vectors(embedder.name, await _vectors(embedder, papers, vectors))
            if known:
                made = term_vectors([paper_row(number, paper) for number, paper in enumerate(known)])
                stored = stored_vectors(packed(made.keys, made.rows), len(known), len(known), SystemClock().now())
                await store.save_term_vectors(stored)
            relevance = PaperRelevance(store, embedder)
            try:
                yield Scene(store, relevance)
            finally:
                await relevance.close_parts()
                if embedder:
                    await embedder.close()


async def _vectors(embedder: Embedder, papers: Sequence[Paper], file: Path) -> dict[tuple[str, int], bytes]:
    """The vectors of papers by (id, version), from the file as far as it has them; it gets the others."""
    known: dict[str, bytes] = {}
    if await asyncio.to_thread(file.exists):
        with np.load(file, allow_pickle=False) as arrays:
            rows = np.asarray(arrays["X"], "<f4")
            known = {str(name): row.tobytes() for name, row in zip(arrays["ids"], rows, strict=True)}
    missing = [paper for paper in {paper.id: paper for paper in papers}.values() if paper.id not in known]
    for at in range(0, len(missing), embedder.batch):
        some = missing[at : at + embedder.batch]
        made = await embedder.passages([f"{paper.title}. {paper.abstract}" for paper in some])
        known |= dict(zip([paper.id for paper in some], made, strict=True))
        print(f"\r{at + len(some)} of {len(missing)} papers embedded", end="", flush=True)
    if missing:
        np.savez(file, ids=np.array([*known]), X=np.array([np.frombuffer(row, "<f4") for row in known.values()]))
        print()
    return {(paper.id, paper.version): known[paper.id] for paper in papers}
