"""Limits the HTTP requests to models that run at the same time, and says which of those that wait is sent next."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum
from itertools import count


class Turn(IntEnum):
    """Whose request is sent first.

    A judge of several papers waits for makers, and no maker for a judge: with the makers first, judges are what is left
    for the end, and any of them can fill a slot then. Otherwise the last papers would be made and then judged while
    other slots are idle. Nobody waits for the vectors of papers: what has none is ranked by its words.
    """

    FIRST = 0
    JUDGE_OF_SEVERAL = 1
    PASSAGES = 2


class Slots:
    """So many requests at the same time; the others wait for their turn, and in the order in which they came."""

    def __init__(self, number: int) -> None:
        self.free = number
        self._waiting: list[tuple[Turn, int, asyncio.Future[None]]] = []
        self._numbers = count()

    @asynccontextmanager
    async def slot(self, turn: Turn) -> AsyncIterator[None]:
        """Hold a slot inside this context."""
        await self._take(turn)
        try:
            yield
        finally:
            self._give_back()

    async def _take(self, turn: Turn) -> None:
        if self.free > 0:
            self.free -= 1
            return
        given = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (turn, next(self._numbers), given))
        try:
            await given
        except asyncio.CancelledError:
            # It may have been cancelled after the slot was given to it.
            if given.done() and not given.cancelled():
                self._give_back()
            raise

    def _give_back(self) -> None:
        while self._waiting:
            *_, given = heapq.heappop(self._waiting)
            if not given.done():
                given.set_result(None)
                return
        self.free += 1
