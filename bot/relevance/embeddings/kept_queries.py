"""An embedder whose vectors of queries are kept in the store, so that an interest is embedded once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Sequence

from bot.ports import Embedder, Terms


class KeptQueries:
    """An `Embedder` in front of another one."""

    def __init__(self, embedder: Embedder, store: Terms) -> None:
        self._embedder, self._store = embedder, store
        self._turn = asyncio.Lock()

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def batch(self) -> int:
        return self._embedder.batch

    async def passages(self, texts: Sequence[str]) -> list[bytes]:
        return await self._embedder.passages(texts)

    async def queries(self, texts: Collection[str]) -> list[bytes]:
        # One call after the other: the next one finds what this one keeps.
        async with self._turn:
            return await self._queries(texts)

    async def _queries(self, texts: Collection[str]) -> list[bytes]:
        keys = {text: _key(text) for text in texts}
        found = dict(await self._store.vectors(self.name, set(keys.values())))
        missing = [text for text, key in keys.items() if key not in found]
        for at in range(0, len(missing), self.batch):
            part = missing[at : at + self.batch]
            made = {keys[text]: vector for text, vector in zip(part, await self._embedder.queries(part), strict=True)}
            await self._store.save_vectors(self.name, made)
            found |= made
        return [found[keys[text]] for text in texts]

    async def probe(self) -> float:
        return await self._embedder.probe()

    async def close(self) -> None:
        await self._embedder.close()


def _key(text: str) -> tuple[str, int]:
    """Where the store keeps the vector of a query: beside those of papers, under a name that is no paper's id."""
    return f"query {hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:40]}", 0
