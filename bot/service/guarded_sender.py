"""A sender that sends only while this process holds the lease for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from bot.model import ChatRef, NotSent, Outcome, Part, Platform, Priority
from bot.ports import Sender
from bot.service.lease import Lease

RETRY_SECONDS = 1.0
"""The process that holds the lease sends the part; for it the part must not wait long."""


class GuardedSender:
    """Another sender behind a check of the lease, right before each request.

    A process that was stopped for a while goes on with what it had begun, before it learns that another has taken over.
    """

    def __init__(self, sender: Sender, lease: Lease) -> None:
        self._sender, self._lease = sender, lease

    @property
    def platform(self) -> Platform:
        return self._sender.platform

    @property
    def can_verify(self) -> bool:
        return self._sender.can_verify

    @asynccontextmanager
    async def turn(
        self, chat: ChatRef, part: Part, priority: Priority = Priority.DIGEST
    ) -> AsyncIterator[NotSent | None]:
        async with self._sender.turn(chat, part, priority) as not_now:
            if not_now is None and not self._lease.is_held:
                not_now = NotSent("another process sends for this bot now", RETRY_SECONDS)
            yield not_now

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:
        return await self._sender.send(chat, part, key)

    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:
        return await self._sender.find(chat, part, key, since)

    async def warn(self, chat: ChatRef, text: str) -> None:
        await self._sender.warn(chat, text)
