"""The inbox of the service as a port: what platforms have posted. Implemented by `bot.storage`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.model import JSON, Bot, PostedUpdate


class Inbox(Protocol):
    """What platforms have posted to the service, kept until it is handled. Every method raises `StoreUnavailable`."""

    async def keep_update(self, bot: Bot, number: int, body: JSON, now: datetime) -> bool:
        """Keep an update; False if it has been kept already, be it handled or not."""

    async def take_updates(self, bot: Bot, limit: int, but: Collection[int] = ()) -> list[PostedUpdate]:
        """The oldest updates that are not handled, without those in `but`; counts an attempt of each."""

    async def finish_update(self, bot: Bot, number: int) -> None:
        """Delete the body of an update that is handled, and remember its number."""

    async def pending_updates(self, bot: Bot) -> int:
        """How many updates are not handled."""

    async def forget_updates(self, before: datetime) -> int:
        """Delete what was received before that time, handled or not; returns how many updates."""
