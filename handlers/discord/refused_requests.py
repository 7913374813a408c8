"""Keeps the count of refused requests over a restart: Discord goes on counting, whoever asks."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from bot.errors import RetryLater
from bot.ports import ValueStore
from handlers.discord.http_trace import InvalidRequests

log = structlog.get_logger()

REFUSED = "discord refused requests"
"""The name under which the count is kept."""

WRITE_EVERY_SECONDS = 5.0
WRITE_EVERY = 50
"""How often it is written at most: after so many seconds, or so many more."""

LAST_WRITE_SECONDS = 1.0


class Refusals:
    """Writes what `invalid` counts to `values`, and takes it up again."""

    def __init__(self, invalid: InvalidRequests, values: ValueStore) -> None:
        self.invalid = invalid
        self._values = values
        self._written = 0
        self._restored = False
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Count what earlier processes were refused, and write down from now on; once, however often it is asked."""
        await self._recall()
        if self._task is None:
            self._task = asyncio.create_task(self._keep(), name="discord refusals")

    async def end(self) -> None:
        """Write down what is not written yet."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_WRITE_SECONDS):
                    await self._write()

    async def _keep(self) -> None:
        while True:
            await self.invalid.more.wait()
            await self._write()
            noted = self.invalid.noted
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WRITE_EVERY_SECONDS):
                    while self.invalid.noted - noted < WRITE_EVERY:
                        self.invalid.more.clear()
                        await self.invalid.more.wait()
            if self.invalid.noted > self._written:
                self.invalid.more.set()

    async def _write(self) -> None:
        noted = self.invalid.noted
        # What is not read yet must not be written over.
        if noted == self._written or not await self._recall():
            return
        try:
            await self._values.remember_value(REFUSED, self.invalid.as_json())
        except RetryLater as error:
            log.warning("refused requests not written down", why=str(error))
        except Exception:  # counting goes on
            log.exception("refused requests not written down")
        else:
            self._written = noted

    async def _recall(self) -> bool:
        """Whether what earlier processes were refused is counted by now; once, however often it is asked."""
        if self._restored:
            return True
        try:
            value = await self._values.value(REFUSED)
        except RetryLater as error:
            log.warning("refused requests not read", why=str(error))
            return False
        except Exception:
            log.exception("refused requests not read")
            return False
        self._restored = True
        try:
            self.invalid.restore(value)
        except (ValueError, TypeError, AttributeError, OverflowError) as error:  # nothing that we wrote
            log.warning("refused requests not understood", why=str(error))
        return True
