"""Reads papers into memory, with the counts of terms and the embeddings that the store has of them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import structlog

from bot.errors import GiveUp, RetryLater
from bot.model import Paper
from bot.ports import Embedder, Store
from bot.relevance.embeddings.centers import known_center, stored_center
from bot.relevance.own_vectors import unpacked
from bot.relevance.paper_block import PaperRow, paper_row
from bot.relevance.paper_memory import PaperMemory
from bot.relevance.starter import starter
from bot.relevance.term_table import Floats, TermCounter, TermTable, TermVectors

log = structlog.get_logger()

PAPERS_AT_ONCE = 100
"""Papers whose texts are read in one call of a thread: two tenths of a second."""

MOST_VECTORS = 4_000
"""Embeddings of interests that are kept: about 6 MB."""

EMBED_SECONDS = 5.0
"""How long measuring waits for the embeddings of interests: no digest is late because a model is slow."""


class PaperReading:
    """The papers in `memory`, measured with `table`, and the embeddings of interests (`vectors`)."""

    def __init__(self, store: Store, embedder: Embedder | None, memory: PaperMemory, embed_seconds: float) -> None:
        self._embed_seconds = embed_seconds
        self._store, self._embedder = store, embedder
        self.memory = memory
        self._table: TermTable | None = None
        self._own_vectors: TermVectors | None = None
        self._vectors_name = ""
        """Of the store's vectors when they were read last, damaged or not."""
        self.vectors: OrderedDict[str, Floats] = OrderedDict()
        self.center: Floats | None = known_center(embedder.name) if embedder else None
        """The middle of all papers' embeddings; see `centers`."""
        self._asked: dict[str, asyncio.Task[None]] = {}
        """The interests that the embedder is asked for now."""
        self._turn = asyncio.Lock()
        self._looked_for = -1

    @property
    def table(self) -> TermTable:
        """The counts of terms, as far as they were read from the store."""
        return starter() if self._table is None else self._table

    async def read(self, papers: Mapping[int, Paper], upto: int = 0) -> None:
        """Read papers by number, unless they are known; `upto` is the last announcement among them."""
        async with self._turn:
            await self._use_counts(upto)
            new = {number: papers[number] for number in self.memory.unknown(papers)}
            known = [number for number in papers if number not in new]
            embeddings = await self._embeddings(new, known)
            rows: list[PaperRow] = []
            items = list(new.items())
            for at in range(0, len(items), PAPERS_AT_ONCE):
                rows += await asyncio.to_thread(_rows, items[at : at + PAPERS_AT_ONCE])
            await asyncio.to_thread(self.memory.add, rows, self.table, embeddings)
            await asyncio.to_thread(self.memory.refresh, known, self.table, embeddings)

    async def _embeddings(self, new: Mapping[int, Paper], known: Collection[int]) -> dict[int, Floats]:
        """The stored embeddings of new papers, and of those that had none when they were read."""
        if self._embedder is None:
            return {}
        asked = {number: (paper.id, paper.version) for number, paper in new.items()}
        asked |= await asyncio.to_thread(self.memory.without_embedding, known)
        found = await self._store.vectors(self._embedder.name, set(asked.values()))
        embeddings = {number: np.frombuffer(found[key], "<f4") for number, key in asked.items() if key in found}
        if self.center is None and embeddings:
            self.center = await stored_center(self._store, self._embedder.name, list(embeddings.values()))
        return embeddings

    async def embed(self, texts: Collection[str]) -> None:
        """Get the embeddings of interests. If the embedder does not answer in time, they are measured by words until it
        has answered."""
        missing = {text for text in texts if text not in self.vectors}
        if self._embedder is None or not missing:
            return
        if new := sorted(missing - self._asked.keys()):
            task = asyncio.create_task(self._embed(self._embedder, new), name="embed interests")
            self._asked |= dict.fromkeys(new, task)
        await asyncio.wait({self._asked[text] for text in missing if text in self._asked}, timeout=self._embed_seconds)

    async def _embed(self, embedder: Embedder, texts: Sequence[str]) -> None:
        try:
            made = await embedder.queries(texts)
        except (RetryLater, GiveUp) as error:
            log.warning("interests are compared by their words only", reason=str(error), interests=len(texts))
        else:
            self.vectors.update({text: np.frombuffer(vector, "<f4") for text, vector in zip(texts, made, strict=True)})
            while len(self.vectors) > MOST_VECTORS:
                self.vectors.popitem(last=False)
        finally:
            for text in texts:
                del self._asked[text]

    async def stop(self) -> None:
        """Stop waiting for embeddings."""
        tasks = set(self._asked.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ── counts ──

    async def counted_upto(self, seq: int) -> int:
        """The sequence number up to which the counts reach; the store is asked if that seems to be less than `seq`."""
        async with self._turn:
            if self.table.seq < seq:
                await self._load_counts()
            return self.table.seq

    async def count(self, papers: Sequence[Paper], upto: int) -> None:
        """Add these papers to the store's counts, unless another process has done so."""
        async with self._turn:
            counts = await self._store.term_counts()
            if counts is None or counts.seq < upto:
                counter = TermCounter(counts)
                for at in range(0, len(papers), PAPERS_AT_ONCE):
                    await asyncio.to_thread(counter.add, papers[at : at + PAPERS_AT_ONCE])
                counts = await asyncio.to_thread(counter.counts, upto)
                await self._store.save_term_counts(counts)
            self._use(await asyncio.to_thread(starter().joined, counts))

    async def use_stored_vectors(self) -> None:
        """Use the vectors of terms that the store has now."""
        async with self._turn:
            await self._load_vectors()

    async def _use_counts(self, upto: int) -> None:
        # Asked for once for each new announcement: as long as nobody has counted, this changes nothing.
        if upto > max(self.table.seq, self._looked_for):
            self._looked_for = upto
            await self._load_counts()

    async def _load_counts(self) -> None:
        await self._load_vectors()
        counts = await self._store.term_counts()
        if counts is not None and counts.seq > self.table.seq:
            self._use(await asyncio.to_thread(starter().joined, counts))

    async def _load_vectors(self) -> None:
        origin = await self._store.term_vectors_origin()
        if origin is None or origin.name == self._vectors_name:
            return
        stored = await self._store.term_vectors()
        if stored is None:
            return
        self._vectors_name = stored.origin.name
        self._own_vectors = await asyncio.to_thread(unpacked, stored)
        if self._own_vectors is None:
            log.warning("the stored vectors of terms are damaged; the bundled ones are used", name=stored.origin.name)
        self._use(self.table)

    def _use(self, table: TermTable) -> None:
        self._table = replace(table, vectors=self._own_vectors or starter().vectors)


def _rows(items: Sequence[tuple[int, Paper]]) -> list[PaperRow]:
    return [paper_row(number, paper) for number, paper in items]
