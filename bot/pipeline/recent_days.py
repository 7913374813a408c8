"""The papers of the last listing days, kept for a minute: whoever asks what a topic brings asks again soon."""

from __future__ import annotations

import asyncio
from datetime import date

from bot.model import Announced
from bot.ports import Store

KEPT_SECONDS = 60.0
"""Seven days are about 15 MB, which takes a quarter of a second to load."""


class RecentDays:
    """Papers by listing day. They are loaded again when anything was announced since."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seq = 0
        self._days: dict[date, dict[int, Announced]] = {}

    async def on(self, day: date) -> dict[int, Announced]:
        """The delivering announcements of a day by sequence number. Raises `StoreUnavailable`."""
        seq = await self._store.last_seq()
        if seq != self._seq:
            self._seq, self._days = seq, {}
        if day not in self._days:
            if not self._days:
                asyncio.get_running_loop().call_later(KEPT_SECONDS, self._forget)
            entries = [entry for _, entry in await self._store.announced_on(day)]
            self._days[day] = {entry.seq: entry for entry in entries if entry.announcement.kind.delivers}
        return self._days[day]

    def _forget(self) -> None:
        self._days = {}
