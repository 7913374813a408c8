"""The interface of every embedding model, and the `Embedder` that asks one inside the budget and checks its vectors."""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bot.errors import ModelRefused, ModelUnavailable
from bot.ports import Clock
from bot.providers.budget import Meter
from bot.providers.metered_requests import MOST_FORMS, SHORT_WAIT_SECONDS, MeteredRequests, RequestFormRefused
from bot.providers.slots import Turn
from bot.tex.latex import readable

TIMEOUT_SECONDS = 60.0
"""Time after which a request is given up; a batch takes a second or two."""

DIMENSIONS = 768
"""The length of vectors that is asked for. Longer ones hardly rank better, and a day of 1,900 papers fills 3 MB."""

_CHARACTERS_PER_TOKEN = 4

_PROBE = "Paperboy delivers new papers."


class Purpose(enum.Enum):
    """What a text is: many models embed what is searched in another way than what is searched for."""

    PASSAGE = "passage"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class VectorReply:
    """A model's reply: a vector for each text in order, as received, and the tokens that the server counted."""

    vectors: Sequence[Sequence[float]]
    tokens: int = 0


class EmbeddingModel(Protocol):
    """One embedding model. A provider implements this and nothing else."""

    @property
    def name(self) -> str:
        """As in EMBEDDINGS: "local", "google:NAME" or "openai:NAME"."""

    @property
    def batch(self) -> int:
        """How many texts share a request."""

    async def embed(self, texts: Sequence[str], purpose: Purpose) -> VectorReply:
        """The vectors of at most `batch` texts.

        Sends one request and retries nothing. Raises `ModelTimedOut`; `ModelUnavailable` (down, over quota, wrong key
        or model name, a reply of another shape), with `retry_after` in seconds if the server names a time;
        `TextTooLong`; `RequestFormRefused`; `ModelRefused`.
        """

    async def close(self) -> None: ...


class EmbeddingClient:
    """One embedding model with its budget and the clock. Implements `bot.ports.Embedder`."""

    def __init__(self, model: EmbeddingModel, clock: Clock, meter: Meter) -> None:
        self._model, self._clock, self._meter = model, clock, meter
        self._requests = MeteredRequests(model.name, clock, meter)
        self._dimensions: int | None = None

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def batch(self) -> int:
        return self._model.batch

    async def passages(self, texts: Sequence[str]) -> list[bytes]:
        await self._meter.check_half(self.name, _estimated_tokens(texts))
        return await self._embed([readable(text) for text in texts], Purpose.PASSAGE, Turn.PASSAGES)

    async def queries(self, texts: Collection[str]) -> list[bytes]:
        return await self._embed(tuple(texts), Purpose.QUERY, Turn.FIRST)

    async def probe(self) -> float:
        # No retry: the operator wants to see the first error. Outside the budget, which a check should leave as it is.
        began = self._clock.now()
        for _ in range(MOST_FORMS):
            try:
                reply = await self._model.embed([_PROBE], Purpose.QUERY)
            except RequestFormRefused:
                continue
            self._normalized(reply.vectors, 1)
            return (self._clock.now() - began).total_seconds()
        raise ModelRefused(f"{self.name} did not accept this request.")

    async def close(self) -> None:
        await self._model.close()

    async def _embed(self, texts: Sequence[str], purpose: Purpose, turn: Turn) -> list[bytes]:
        vectors: list[bytes] = []
        for at in range(0, len(texts), self.batch):
            part = texts[at : at + self.batch]
            request = partial(self._checked_reply, part, purpose)
            reply = await self._requests.send(request, _estimated_tokens(part), patience=SHORT_WAIT_SECONDS, turn=turn)
            vectors += reply.vectors
        return vectors

    async def _checked_reply(self, texts: Sequence[str], purpose: Purpose) -> _CheckedReply:
        reply = await self._model.embed(texts, purpose)
        return _CheckedReply(self._normalized(reply.vectors, len(texts)), reply.tokens or _estimated_tokens(texts))

    def _normalized(self, vectors: Sequence[Sequence[float]], expected: int) -> list[bytes]:
        """The vectors with length 1, as float32 bytes.

        Raises `ModelUnavailable` for a reply that no request of this kind may get, and `ModelRefused` for one of which
        a single text may be the cause.
        """
        import numpy as np

        if len(vectors) != expected:
            raise ModelUnavailable(f"{self.name} sent {len(vectors)} vectors for {expected} texts.")
        try:
            rows = np.array(vectors, dtype=np.float64)
        except (ValueError, TypeError, OverflowError) as error:
            raise ModelUnavailable(f"{self.name} sent vectors that cannot be read.") from error
        if rows.ndim != 2 or rows.shape[1] == 0:
            raise ModelUnavailable(f"{self.name} sent vectors that cannot be read.")
        self._dimensions = self._dimensions or rows.shape[1]
        if rows.shape[1] != self._dimensions:
            sizes = f"{rows.shape[1]} numbers instead of {self._dimensions}"
            raise ModelUnavailable(f"{self.name} sent vectors of {sizes}; vectors of two lengths cannot be compared.")
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise ModelRefused(f"{self.name} sent a vector without a direction.")
        return [row.astype("<f4").tobytes() for row in rows / lengths]


@dataclass(frozen=True, slots=True)
class _CheckedReply:
    vectors: list[bytes]
    tokens: int


def _estimated_tokens(texts: Sequence[str]) -> int:
    return sum(map(len, texts)) // _CHARACTERS_PER_TOKEN + len(texts)
