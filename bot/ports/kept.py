"""What is remembered for a while as a port. See `bot.ports.store`."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.model import ChatRef, Kept


class KeptValues(Protocol):
    """Values that expire by themselves. The chat need not be stored; what is kept of it goes when it is forgotten, and
    follows it to another id."""

    async def keep(self, kept: Kept, now: datetime) -> None:
        """Keep a value, in place of an earlier one with the same chat, kind and key; deletes what has expired."""

    async def kept(self, ref: ChatRef, kind: str, key: str, now: datetime) -> Kept | None:
        """The value, None if there is none or it has expired."""

    async def take_kept(self, ref: ChatRef, kind: str, key: str, now: datetime) -> Kept | None:
        """Delete a value and return it; of two at once, only one gets it. None as for `kept`."""

    async def all_kept(self, kind: str, now: datetime) -> list[Kept]:
        """All values of a kind, of every chat, that have not expired, oldest first."""
