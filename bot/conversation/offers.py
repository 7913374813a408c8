"""Questions with buttons about a text that is too long for a button: the text is kept for an hour."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation.topic_results import topic_key
from bot.model import ChatRef, Kept
from bot.ports import Clock, KeptValues

LASTS = timedelta(hours=1)
"""How long the buttons of a question work."""

_KIND = "offer"


class Offers:
    """The texts by key, kept in the store, so that buttons work after a restart. A chat that is forgotten loses its."""

    def __init__(self, store: KeptValues, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def keep(self, ref: ChatRef, text: str) -> str:
        """Keep a text; returns its key for buttons, the same for the same chat and text."""
        now = self._clock.now()
        key = topic_key(f"{ref} {text}")
        await self._store.keep(Kept(ref, _KIND, key, {"text": text}, now + LASTS), now)
        return key

    async def text(self, ref: ChatRef, key: str) -> str | None:
        """The text that was kept for this chat; None if it was longer ago than an hour, or never."""
        kept = await self._store.kept(ref, _KIND, key, self._clock.now())
        return str(kept.value["text"]) if kept else None
