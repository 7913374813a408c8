"""How long somebody waits for models that are paused, and what is said meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.errors import ModelUnavailable
from bot.ports import Clock


class Patience:
    """Waits at most `seconds` in all, counted anew whenever something was made.

    Several tasks may wait at the same time; `say` is told of each pause once.
    """

    def __init__(self, clock: Clock, seconds: float, say: Callable[[str], None] = lambda _: None) -> None:
        self._clock, self._seconds, self._say = clock, seconds, say
        self._ends_at: datetime | None = None
        self._said_until: datetime | None = None

    def renew(self) -> None:
        """Something was made."""
        self._ends_at = None

    async def wait(self, error: ModelUnavailable) -> bool:
        """Wait until the model may be asked again; False, at once, if that takes too long or nobody knows when."""
        if error.retry_after is None:
            return False
        return await self.wait_until(self._clock.now() + timedelta(seconds=error.retry_after), str(error))

    async def wait_until(self, until: datetime | None, why: str | None = None) -> bool:
        """Wait until a time; False, at once, if that takes too long or there is none. Without `why` nothing is said."""
        now = self._clock.now()
        self._ends_at = self._ends_at or now + timedelta(seconds=self._seconds)
        if until is None or until > self._ends_at:
            return False
        seconds = max((until - now).total_seconds(), 0.0)
        # Tasks that learn of the same pause a moment apart compute ends that are a moment apart, too.
        if why is not None and (self._said_until is None or until > self._said_until + timedelta(seconds=1)):
            self._said_until = until
            self._say(f"{why} Waiting {max(seconds, 1):.0f} s …")
        await self._clock.sleep(seconds)
        return True
