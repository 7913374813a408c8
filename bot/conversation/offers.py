"""Questions with buttons about a text that is too long for a button: the text is kept for an hour."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TypedDict, cast

from bot.conversation.results import topic_key
from bot.model import ChatRef
from bot.ports import Clock, Store

LASTS = timedelta(hours=1)
"""How long the buttons of a question work."""

MOST_OFFERS = 300
"""Texts that are kept at the same time, about 150 kB; with more, the oldest ones go."""

_NAME = "offers"
"""The name of the value in the store."""


class _Offer(TypedDict):
    chat: str
    text: str
    until: str


class Offers:
    """The texts by key, kept in the store, so that buttons work after a restart. A chat that is forgotten loses its."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._changing = asyncio.Lock()  # two questions at once would otherwise each write what they have read

    async def keep(self, ref: ChatRef, text: str) -> str:
        """Keep a text; returns its key for buttons, the same for the same chat and text."""
        key = topic_key(f"{ref} {text}")
        async with self._changing:
            offers = await self._valid()
            offers.pop(key, None)
            offers[key] = _Offer(chat=str(ref), text=text, until=(self._clock.now() + LASTS).isoformat())
            await self._write(offers)
        return key

    async def text(self, ref: ChatRef, key: str) -> str | None:
        """The text that was kept for this chat; None if it was longer ago than an hour, or never."""
        offer = (await self._valid()).get(key)
        return offer["text"] if offer and offer["chat"] == str(ref) else None

    async def forget(self, ref: ChatRef) -> None:
        """Delete the texts of a chat."""
        async with self._changing:
            offers = await self._valid()
            others = {key: offer for key, offer in offers.items() if offer["chat"] != str(ref)}
            if len(others) < len(offers):
                await self._write(others)

    async def _valid(self) -> dict[str, _Offer]:
        """The texts that are not too old, oldest first."""
        offers = cast(dict[str, _Offer], await self._store.value(_NAME) or {})
        now = self._clock.now()
        return {key: offer for key, offer in offers.items() if datetime.fromisoformat(offer["until"]) > now}

    async def _write(self, offers: dict[str, _Offer]) -> None:
        latest = list(offers.items())[-MOST_OFFERS:]
        await self._store.remember_value(_NAME, {key: {**offer} for key, offer in latest})
