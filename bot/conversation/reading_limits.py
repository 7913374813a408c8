"""How many papers one person may have read in an hour."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from bot.conversation.service_results import TooManyReadings
from bot.model import Depth, Platform
from bot.ports import Clock

PERIOD = timedelta(hours=1)

DEEP_SHARE = 3
"""One in so many of the readings may be of a whole paper."""


class ReadingLimits:
    """Counts in this process only: after a restart everybody begins anew. `most` readings an hour; 0 means no limit."""

    def __init__(self, clock: Clock, most: int) -> None:
        self._clock, self._most = clock, most
        self._asked: dict[tuple[Platform, str, bool], deque[datetime]] = {}

    def take(self, platform: Platform, person: str, depth: Depth) -> TooManyReadings | None:
        """Count one reading of a person; or what the limit is, if it is used up."""
        if not self._most or not person:
            return None
        now, is_deep = self._clock.now(), depth is Depth.DEEP
        self._forget_old(now)
        for deep in {False, is_deep}:
            asked, most = self._asked.get((platform, person, deep)), self._most_of(deep)
            if asked and len(asked) >= most:
                return TooManyReadings(most, asked[0] + PERIOD - now, deep)
        for deep in {False, is_deep}:
            self._asked.setdefault((platform, person, deep), deque()).append(now)
        return None

    def _most_of(self, is_deep: bool) -> int:
        return max(1, self._most // DEEP_SHARE) if is_deep else self._most

    def _forget_old(self, now: datetime) -> None:
        for key, asked in list(self._asked.items()):
            while asked and asked[0] <= now - PERIOD:
                asked.popleft()
            if not asked:
                del self._asked[key]
