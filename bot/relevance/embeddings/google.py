"""Gemini's embedding models: one request for a batch of texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.errors import ModelUnavailable
from bot.ports import Clock
from bot.providers.gemini_api import GeminiApi
from bot.relevance.embeddings.embedding_client import DIMENSIONS, TIMEOUT_SECONDS, Purpose, VectorReply

BATCH = 100
"""The most texts that the API accepts in one request."""

_TASK_TYPES = {Purpose.PASSAGE: "RETRIEVAL_DOCUMENT", Purpose.QUERY: "RETRIEVAL_QUERY"}

_WITH_TASK_TYPES = ("gemini-embedding-001", "gemini-embedding-exp", "text-embedding-", "embedding-")
"""How the names of the models begin that know task types. Later ones read what a text is for at its beginning."""

_BEGINNINGS = {Purpose.PASSAGE: "title: none | text: ", Purpose.QUERY: "task: search result | query: "}


class GoogleEmbeddings:
    """A Gemini embedding model."""

    batch = BATCH

    def __init__(
        self, model: str, key: str, clock: Clock, *, base_url: str | None = None, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._model = model
        self._api = GeminiApi(model, key, clock, base_url=base_url, timeout=timeout, setting="EMBEDDINGS")

    @property
    def name(self) -> str:
        return self._api.name

    async def embed(self, texts: Sequence[str], purpose: Purpose) -> VectorReply:
        config: Any = {"output_dimensionality": DIMENSIONS}
        if self._model.startswith(_WITH_TASK_TYPES):
            config["task_type"] = _TASK_TYPES[purpose]
        else:
            texts = [_BEGINNINGS[purpose] + text for text in texts]
        # Each in a content of its own: later models make one vector of several texts in the same content.
        contents: Any = [{"parts": [{"text": text}]} for text in texts]
        response = await self._api.call(
            lambda client: client.aio.models.embed_content(model=self._model, contents=contents, config=config)
        )
        embeddings = response.embeddings
        if not embeddings or any(embedding.values is None for embedding in embeddings):
            raise ModelUnavailable(f"{self.name} sent a response without vectors.")
        return VectorReply([embedding.values or [] for embedding in embeddings])

    async def close(self) -> None:
        await self._api.close()
