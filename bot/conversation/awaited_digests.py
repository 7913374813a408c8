"""Digests that people have asked for before there was anything to send: they are sent as soon as there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.conversation.service_results import DigestPromised
from bot.model import Awaited, ChatRef, Kept
from bot.ports import Clock, KeptValues

KIND = "awaited digest"
"""The kind of the values that remember them; each chat has one at most."""

_KEY = "digest"

LASTS = {
    Awaited.FIRST_LISTING: timedelta(hours=3),
    Awaited.LATE_LISTING: timedelta(hours=12),
    Awaited.VECTORS: timedelta(hours=3),
}
"""After this the regular digest comes sooner than anything that is still missing."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A chat that was promised its digest, and when (UTC)."""

    chat: ChatRef
    made_at: datetime


class AwaitedDigests:
    """Remembers them in the store."""

    def __init__(self, store: KeptValues, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def promise(self, ref: ChatRef, awaited: Awaited) -> DigestPromised:
        """Remember that a chat is to get its digest; of two promises the later one counts."""
        now = self._clock.now()
        value = {"for": awaited.value, "at": now.isoformat()}
        await self._store.keep(Kept(ref, KIND, _KEY, value, now + LASTS[awaited]), now)
        return DigestPromised(awaited)

    async def promised(self) -> list[Promise]:
        """The promises to keep, oldest first."""
        return [
            Promise(kept.chat, datetime.fromisoformat(kept.value["at"]))
            for kept in await self._store.all_kept(KIND, self._clock.now())
        ]

    async def kept_promise(self, ref: ChatRef) -> None:
        """The chat has its digest, or was told that there is nothing in it."""
        await self._store.take_kept(ref, KIND, _KEY, self._clock.now())
