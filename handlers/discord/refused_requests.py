"""Keeps the count of refused requests over a restart: Discord counts by address, not by process."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from bot.errors import RetryLater
from bot.ports import ValueStore
from handlers.discord.http_trace import InvalidRequests

log = structlog.get_logger()

REFUSED = "discord refused requests"
"""The name under which the count of a bot is stored, followed by the bot's id."""

WRITE_EVERY_SECONDS = 5.0
WRITE_EVERY = 50
"""It is written at most every so many seconds, or after so many more refused requests."""

LAST_WRITE_SECONDS = 1.0


class Refusals:
    """Writes what `invalid` counts to `values`, and takes it up again."""

    def __init__(self, invalid: InvalidRequests, values: ValueStore, bot_id: str) -> None:
        self.invalid = invalid
        self._name = f"{REFUSED} {bot_id}"
        self._values = values
        self._written = 0
        self._restored = False
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Add what earlier processes counted, and store from now on; once, however often it is called."""
        await self._recall()
        if self._task is None:
            self._task = asyncio.create_task(self._keep(), name="discord refusals")

    async def end(self) -> None:
        """Store what is not stored yet."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_WRITE_SECONDS):
                    await self._write()

    async def _keep(self) -> None:
        # The first refusal is written at once, since refusals often come before a crash; the following ones together.
        while True:
            await self.invalid.more.wait()
            await self._write()
            noted = self.invalid.noted  # a write takes time, in which more may be refused
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WRITE_EVERY_SECONDS):
                    while self.invalid.noted - noted < WRITE_EVERY:
                        self.invalid.more.clear()
                        await self.invalid.more.wait()
            # The event was cleared above, perhaps after the last refusal.
            if self.invalid.noted > self._written:
                self.invalid.more.set()

    async def _write(self) -> None:
        noted = self.invalid.noted
        # What earlier processes stored must be read before it is replaced.
        if noted == self._written or not await self._recall():
            return
        try:
            await self._values.remember_value(self._name, self.invalid.as_json())
        except RetryLater as error:
            log.warning("refused requests not written down", why=str(error))
        except Exception:  # an unexpected fault of the store must not end the counting
            log.exception("refused requests not written down")
        else:
            self._written = noted

    async def _recall(self) -> bool:
        """Add what earlier processes counted, once; returns whether that has been done."""
        if self._restored:
            return True
        try:
            value = await self._values.value(self._name)
        except RetryLater as error:
            log.warning("refused requests not read", why=str(error))
            return False
        except Exception:  # the bot must start all the same; the count is read again before it is written
            log.exception("refused requests not read")
            return False
        self._restored = True
        try:
            self.invalid.restore(value)
        except (ValueError, TypeError, AttributeError, OverflowError) as error:  # not written by this program
            log.warning("refused requests not understood", why=str(error))
        return True
