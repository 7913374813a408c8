"""The real time, for `bot.ports.Clock`."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime


class SystemClock:
    """The system's time in UTC, and sleeping in the running loop."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))
