"""Batches small writes: those that wait at the same time share one transaction.

On SQLite every commit waits for the disk (`synchronous=FULL`), so that a commit for each write would limit how many
messages can be sent in a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection

QueuedWrite = tuple[Executable, "asyncio.Future[int]"]


class WriteBatcher:
    """Executes single statements that do not depend on each other; `write` opens a transaction, one at a time."""

    def __init__(self, write: Callable[[], AbstractAsyncContextManager[AsyncConnection]]) -> None:
        self._write = write
        self._queue: list[QueuedWrite] = []
        self._worker: asyncio.Task[None] | None = None

    async def execute(self, statement: Executable) -> int:
        """Execute a statement; returns how many rows it changed, once it is committed.

        A statement whose caller was cancelled before its transaction began is not executed.
        """
        result: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queue.append((statement, result))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work_off(), name="small writes")
        return await result

    async def _work_off(self) -> None:
        while self._queue:
            batch: list[QueuedWrite] = []
            try:
                counts = await self._commit(batch)
            except BaseException as error:
                # If no transaction could be opened, no statement that waits now can be executed.
                for _, result in batch or self._take_queue():
                    if not result.done():  # its caller may have been cancelled meanwhile
                        result.set_exception(error)
                if not isinstance(error, Exception):
                    raise
            else:
                for (_, result), count in zip(batch, counts, strict=True):
                    if not result.done():
                        result.set_result(count)

    async def _commit(self, batch: list[QueuedWrite]) -> list[int]:
        """Fill `batch` with what waits once the transaction is open, and execute it."""
        async with self._write() as connection:
            batch += self._take_queue()  # only now, so that it includes what arrived during the wait for the lock
            results: list[Any] = [await connection.execute(statement) for statement, _ in batch]
            return [result.rowcount for result in results]

    def _take_queue(self) -> list[QueuedWrite]:
        queue, self._queue = self._queue, []
        return [(statement, result) for statement, result in queue if not result.done()]
