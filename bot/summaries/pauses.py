"""Pauses of models that are down or over their quota. They are kept in memory and end with the process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.errors import ModelUnavailable
from bot.ports import Clock

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pause:
    """A model that is not asked before `until`, because of `failures` in a row."""

    until: datetime
    reason: str
    failures: int


def next_pause(previous: Pause | None, error: ModelUnavailable, now: datetime) -> Pause:
    """How long a model is not asked after it failed: as long as it says, else 15 s, doubled up to 15 minutes."""
    failures = (previous.failures if previous is not None else 0) + 1
    # Six doublings reach the longest pause; without a bound the number overflows in an outage of ten days.
    doubled = min(15.0 * 2 ** min(failures - 1, 6), 900.0)
    seconds = error.retry_after if error.retry_after is not None else doubled
    # At least a second: with "Retry-After: 0" a model that is down would be asked by every waiting request.
    return Pause(now + timedelta(seconds=max(seconds, 1.0)), str(error), failures)


class Pauses:
    """The pauses of all models, by name: a model that makes summaries and judges is paused for both."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pauses: dict[str, Pause] = {}

    def raise_if_paused(self, model: str) -> None:
        """Raises `ModelUnavailable` with the seconds until the pause ends."""
        pause, now = self._pauses.get(model), self._clock.now()
        if pause is not None and pause.until > now:
            raise ModelUnavailable(pause.reason, retry_after=(pause.until - now).total_seconds())

    def begin(self, model: str, error: ModelUnavailable) -> float:
        """Pause a model that failed; returns the seconds until it is asked again."""
        now = self._clock.now()
        pause = next_pause(self._pauses.get(model), error, now)
        self._pauses[model] = pause
        log.warning("model paused", model=model, until=pause.until.isoformat(), reason=pause.reason)
        return (pause.until - now).total_seconds()

    def end(self, model: str) -> None:
        """A model has answered."""
        self._pauses.pop(model, None)
