"""A clock that a test holds in its hand: sleeping takes no time, but time passes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class FakeClock:
    """A working `bot.ports.Clock`. `sleep` moves the time on and lets other tasks run; `slept` lists what was asked.

    Sleepers wake in the order of their hour, so that two tasks that sleep side by side see the time of a real clock:
    one second and two seconds slept together take two seconds, not three.
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
        """Jump to a time, as an operator's clock may."""
        self._now = when

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        wake = self._now + timedelta(seconds=max(0.0, seconds))
        self._waking.append(wake)
        try:
            await asyncio.sleep(0)
            while min(self._waking) < wake:  # noqa: ASYNC110 - nobody but the other sleepers moves this time on
                await asyncio.sleep(0)
            self._now = max(self._now, wake)
        finally:
            self._waking.remove(wake)
