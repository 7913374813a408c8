"""Embedding models behind any OpenAI-compatible server: finds out whether it can shorten vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.errors import ModelRefused
from bot.providers.metered_requests import RequestFormRefused
from bot.providers.openai_api import FormNotAccepted, OpenAIApi
from bot.relevance.embeddings.embedding_client import DIMENSIONS, TIMEOUT_SECONDS, Purpose, VectorReply

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import CreateEmbeddingResponse

BATCH = 32
"""Texts in one request; some servers accept no more."""


class OpenAIEmbeddings:
    """An embedding model behind an OpenAI-compatible API. It embeds queries and passages in the same way."""

    batch = BATCH

    def __init__(
        self, model: str, key: str | None, *, base_url: str | None = None, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._model = model
        self._api = OpenAIApi(model, key, base_url=base_url, timeout=timeout, setting="EMBEDDINGS")
        self._asks_for_dimensions, self._has_answered = True, False

    @property
    def name(self) -> str:
        return self._api.name

    async def embed(
        self,
        texts: Sequence[str],
        purpose: Purpose,  # noqa: ARG002 - the API has no field for it
    ) -> VectorReply:
        request: dict[str, Any] = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        asks_for_dimensions = self._asks_for_dimensions
        if asks_for_dimensions:
            request["dimensions"] = DIMENSIONS

        async def send(client: AsyncOpenAI) -> object:
            response: object = await client.embeddings.create(**request)
            return response

        try:
            response = await self._api.call(send)
        except FormNotAccepted as error:
            refusal = f"{self.name} did not accept this request."
            # Once a request with the field was answered, another field or the texts are the cause.
            if asks_for_dimensions and not self._has_answered:
                self._asks_for_dimensions = False
                raise RequestFormRefused(refusal) from error.cause
            # It may have been this text that the server did not accept.
            self._asks_for_dimensions = asks_for_dimensions or not self._has_answered
            raise ModelRefused(refusal) from error.cause
        from openai.types import CreateEmbeddingResponse

        if not isinstance(response, CreateEmbeddingResponse):
            raise self._api.unreadable()
        self._has_answered = True
        return VectorReply(self._in_order(response), _tokens(response))

    async def close(self) -> None:
        await self._api.close()

    def _in_order(self, response: CreateEmbeddingResponse) -> list[list[float]]:
        """The vectors in the order of the texts; some servers number them all with 0, and keep the order."""
        try:
            numbers = [item.index for item in response.data]
            if sorted(numbers) == list(range(len(numbers))):
                return [item.embedding for item in sorted(response.data, key=lambda item: item.index)]
            if any(numbers):
                raise self._api.unreadable()
            return [item.embedding for item in response.data]
        except (TypeError, AttributeError) as error:  # the SDK does not validate what servers send
            raise self._api.unreadable() from error


def _tokens(response: CreateEmbeddingResponse) -> int:
    usage: Any = getattr(response, "usage", None)
    counted = getattr(usage, "total_tokens", None)
    return counted if isinstance(counted, int) else 0
