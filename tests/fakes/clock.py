"""A clock that a test controls: sleeping takes no real time, but moves the clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class FakeClock:
    """A working `bot.ports.Clock`. `sleep` moves the clock and lets other tasks run; `slept` lists the durations.

    Sleepers wake in the order of their times, so that two tasks that sleep at once see the time of a real clock: one
    second and two seconds slept at once take two seconds, not three.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 6, 2, 4, 30, tzinfo=UTC)
        if self._now.tzinfo is None:
            raise ValueError("FakeClock needs an aware time.")
        self.slept: list[float] = []
        self._waking: list[datetime] = []

    def now(self) -> datetime:
        return self._now

    def set(self, when: datetime) -> None:
        """Set the clock, as an operator may."""
        self._now = when

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        wake = self._now + timedelta(seconds=max(0.0, seconds))
        self._waking.append(wake)
        try:
            await asyncio.sleep(0)
            while min(self._waking) < wake:  # noqa: ASYNC110 - only the other sleepers move this clock
                await asyncio.sleep(0)
            self._now = max(self._now, wake)
        finally:
            self._waking.remove(wake)
