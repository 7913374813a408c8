"""The service's side of the process that makes vectors of terms (`vector_maker`).

It is another one than that which trains models: votes need not wait for it, and it ends as soon as it is done.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any

from bot.errors import RetryLater
from bot.model import Paper, StoredVectors
from bot.ports import Clock
from bot.relevance.line_process import LineProcess
from bot.relevance.own_vectors import stored_vectors

COMMAND = (sys.executable, "-m", "bot.relevance.vector_maker")

TIMEOUT_SECONDS = 600.0
"""Time after which the making is given up; twenty times what it usually takes."""


async def make_vectors(
    papers: AsyncIterator[Sequence[Paper]],
    counted: int,
    clock: Clock,
    *,
    command: Sequence[str] = COMMAND,
    timeout: float = TIMEOUT_SECONDS,
) -> StoredVectors:
    """Make vectors of the terms of these papers, in a process that is gone afterwards.

    Raises `RetryLater` and `GiveUp` as `LineProcess.ask` does, and `RetryLater` if the process is killed on the way.
    """
    process = LineProcess("maker of term vectors", command, timeout=timeout, idle_seconds=timeout)
    is_first = True

    async def ask(request: dict[str, Any]) -> dict[str, Any]:
        nonlocal is_first

        def checked(is_new: bool) -> dict[str, Any]:
            if is_new and not is_first:
                raise RetryLater("The maker of term vectors was killed; the machine may have too little memory.")
            return request

        answer = await process.ask(checked)
        is_first = False
        return answer

    try:
        async for page in papers:
            await ask({"papers": [[paper.title, paper.abstract, paper.categories] for paper in page]})
        answer = await ask({"make": True})
    finally:
        await process.close()
    return stored_vectors(base64.b64decode(answer["data"]), answer["papers"], counted, clock.now())
