"""Batches small writes: those that wait at the same time share one transaction, and those of one kind its statements.

Every commit waits for the disk (`synchronous=FULL` on SQLite), so that a commit for each write would limit how many
messages can be sent in a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreUnavailable

Item = TypeVar("Item")
Result = TypeVar("Result")

Work = Callable[[AsyncConnection, Sequence[Item]], Awaitable[Sequence[Result]]]
"""Writes several items of one kind in the transaction of the connection; returns a result for each, in their order."""

QueuedWrite = tuple[Work[Any, Any], Any, "asyncio.Future[Any]"]


class WriteBatcher:
    """Does small writes that do not depend on each other; `write` opens a transaction, one batch at a time."""

    def __init__(self, write: Callable[[], AbstractAsyncContextManager[AsyncConnection]]) -> None:
        self._write = write
        self._queue: list[QueuedWrite] = []
        self._suspects: list[QueuedWrite] = []
        """What was in a batch that failed by a fault of one of its items: written one by one, to find that one."""
        self._worker: asyncio.Task[None] | None = None

    async def execute(self, work: Work[Item, Result], item: Item) -> Result:
        """Let `work` write an item, together with others that wait for the same work; returns its result once it is
        committed. Raises whatever the work raises for this item, and `StoreUnavailable`.

        An item whose caller was cancelled before its transaction began is not written.
        """
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._queue.append((work, item, result))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work_off(), name="small writes")
        return await result

    async def _work_off(self) -> None:
        while self._queue or self._suspects:
            batch: list[QueuedWrite] = []
            try:
                results = await self._commit(batch)
            except BaseException as error:
                if len(batch) > 1 and isinstance(error, Exception) and not isinstance(error, StoreUnavailable):
                    # The outcome of a message must not be lost because something else cannot be written.
                    self._suspects = batch
                    continue
                # If no transaction could be opened, nothing that waits now can be written.
                for _, _, future in batch or self._take():
                    if not future.done():  # its caller may have been cancelled meanwhile
                        future.set_exception(error)
                if not isinstance(error, Exception):
                    raise
            else:
                for future, result in results:
                    if not future.done():
                        future.set_result(result)

    async def _commit(self, batch: list[QueuedWrite]) -> list[tuple[asyncio.Future[Any], Any]]:
        """Fill `batch` with what waits once the transaction is open, and write it."""
        async with self._write() as connection:
            batch += self._take()  # only now, so that it includes what arrived during the wait for the lock
            by_work: dict[Work[Any, Any], list[QueuedWrite]] = {}
            for queued in batch:
                by_work.setdefault(queued[0], []).append(queued)
            results: list[tuple[asyncio.Future[Any], Any]] = []
            for work, writes in by_work.items():
                answers = await work(connection, [item for _, item, _ in writes])
                results += zip((future for _, _, future in writes), answers, strict=True)
            return results

    def _take(self) -> list[QueuedWrite]:
        if self._suspects:
            return [self._suspects.pop(0)]
        queue, self._queue = self._queue, []
        return [queued for queued in queue if not queued[2].done()]
