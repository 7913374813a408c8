"""Values that are read again after a time in proportion to what reading them cost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any, TypeVar

from bot.ports import Clock

COST_RATIO = 5_000
"""A value that took a millisecond to read is kept for five seconds: reading it takes at most 0.02 % of the time."""

LONGEST = timedelta(minutes=1)
"""No value is older than this."""


Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    since: datetime
    lasting: timedelta


class KeptValues:
    """Values by name, for one reader at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    async def get(self, name: str, read: Callable[[], Awaitable[Value]]) -> Value:
        """Return the value of this name; `read` it if there is none, or if it is too old."""
        now = self._clock.now()
        kept = self._kept.get(name)
        # `abs`: after the clock was set back, the age would be negative for as long as it was set back.
        if kept is None or abs(now - kept.since) >= kept.lasting:
            begun = perf_counter()
            value = await read()
            lasting = min(timedelta(seconds=(perf_counter() - begun) * COST_RATIO), LONGEST)
            kept = self._kept[name] = _Kept(value, now, lasting)
        found: Value = kept.value
        return found
