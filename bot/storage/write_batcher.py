"""Small writes that come at the same moment share one transaction: on SQLite every commit waits for the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection

Waiting = tuple[Executable, "asyncio.Future[int]"]


class WriteBatcher:
    """Executes single statements that do not depend on each other; `write` opens a transaction, one at a time."""

    def __init__(self, write: Callable[[], AbstractAsyncContextManager[AsyncConnection]]) -> None:
        self._write = write
        self._queue: list[Waiting] = []
        self._work: asyncio.Task[None] | None = None

    async def execute(self, statement: Executable) -> int:
        """How many rows it changed, once it is committed. One whose caller went away before it began is left out."""
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queue.append((statement, done))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._work_off(), name="small writes")
        return await done

    async def _work_off(self) -> None:
        while self._queue:
            batch: list[Waiting] = []
            try:
                counts = await self._commit(batch)
            except BaseException as error:
                # Those that came before the transaction began share its fate.
                for _, done in batch or self._take():
                    if not done.done():
                        done.set_exception(error)
                if not isinstance(error, Exception):
                    raise
            else:
                for (_, done), count in zip(batch, counts, strict=True):
                    if not done.done():
                        done.set_result(count)

    async def _commit(self, batch: list[Waiting]) -> list[int]:
        async with self._write() as connection:
            batch += self._take()  # whoever came while this waited for its turn goes along
            results: list[Any] = [await connection.execute(statement) for statement, _ in batch]
            return [result.rowcount for result in results]

    def _take(self) -> list[Waiting]:
        taken, self._queue = self._queue, []
        return [(statement, done) for statement, done in taken if not done.done()]
