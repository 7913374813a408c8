"""An embedder that counts words, and fails on command: a working stand-in of a model in this process."""

from __future__ import annotations

import math
from array import array
from collections.abc import Collection, Sequence

from bot.errors import ModelRefused, ModelUnavailable, TextTooLong
from tests.fakes.embeddings import vector

LENGTH = 64


class FakeEmbedder:
    """Implements `bot.ports.Embedder`. `asked` lists the texts of each request for passages, `queried` all queries.

    It refuses requests with a text that has one of the words `refuses` in it, and those with more than `accepts` texts
    or with a text of more than `longest` characters; with `is_down` it is unavailable, with `refuses_all` it refuses
    everything.
    """

    def __init__(self, batch: int = 4, name: str = "fake") -> None:
        self.name, self.batch = name, batch
        self.asked: list[list[str]] = []
        self.queried: list[str] = []
        self.refuses: set[str] = set()
        self.accepts, self.longest = 100, 10_000
        self.is_down = self.refuses_all = False

    async def passages(self, texts: Sequence[str]) -> list[bytes]:
        self.asked.append(list(texts))
        if len(texts) > self.accepts:
            raise ModelRefused("The model does not accept so many texts.")
        return self._vectors(texts)

    async def queries(self, texts: Collection[str]) -> list[bytes]:
        self.queried += texts
        return self._vectors(texts)

    async def probe(self) -> float:
        self._vectors(["anything"])
        return 0.1

    async def close(self) -> None:
        pass

    def _vectors(self, texts: Collection[str]) -> list[bytes]:
        if self.is_down:
            raise ModelUnavailable("The model is down.", retry_after=60)
        if self.refuses_all or any(word in text for word in self.refuses for text in texts):
            raise ModelRefused("The model refuses this.")
        if max(map(len, texts)) > self.longest:
            raise TextTooLong("The text is too long.")
        return [_unit(vector(text, LENGTH)) for text in texts]


def _unit(numbers: Sequence[float]) -> bytes:
    length = math.hypot(*numbers)
    return array("f", [number / length for number in numbers]).tobytes()
