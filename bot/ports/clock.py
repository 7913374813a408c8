"""The clock as a port."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time, and sleeping; a port so that a test can run a week in a minute."""

    def now(self) -> datetime:
        """Return the time in UTC, aware."""

    async def sleep(self, seconds: float) -> None:
        """Sleep without blocking; negative values count as 0."""
