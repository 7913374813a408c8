"""Pauses of models that are down or over their quota: nobody asks such a model before the pause has ended.

They are kept where the usage is kept, so that all processes see them. Time alone ends a pause: an answer to a request
that was under way when it began says nothing of what the model does with the next one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.errors import ModelUnavailable
from bot.model import ModelPause
from bot.ports import Clock, UsageStore

log = structlog.get_logger()


CLOCKS_DIFFER = timedelta(minutes=1)
"""A pause that began later than this from now was made by a clock that ran ahead, and is none."""


def next_pause(
    previous: ModelPause | None, model: str, error: ModelUnavailable, now: datetime, asked_at: datetime
) -> ModelPause:
    """The pause of a model after a request failed that was sent at `asked_at`.

    It lasts as long as the model says, else 15 s, doubled with every failure in a row up to 15 minutes. Requests that
    were under way when a pause began fail for its reason: they count as one failure with it.
    """
    failures = (previous.failures if previous is not None else 0) + 1
    if previous is not None and asked_at < previous.since:
        failures = previous.failures
    # Six doublings reach the longest pause; without a bound the number overflows in an outage of ten days.
    doubled = min(15.0 * 2 ** min(failures - 1, 6), 900.0)
    seconds = error.retry_after if error.retry_after is not None else doubled
    # At least a second: with "Retry-After: 0" a model that is down would be asked by every waiting request.
    return ModelPause(model, now, now + timedelta(seconds=max(seconds, 1.0)), str(error), failures)


class ModelPaused(ModelUnavailable):
    """Nothing was requested: the model is not asked for `retry_after` seconds more."""


class Pauses:
    """The pauses of all models, by name: a model that makes summaries and judges is paused for both."""

    def __init__(self, clock: Clock, store: UsageStore) -> None:
        self._clock, self._store = clock, store

    async def check(self, model: str) -> ModelPause | None:
        """The last pause of a model if it is over; raises `ModelPaused` with the seconds left if it is not."""
        now = self._clock.now()
        pause = await self._known(model, now)
        if pause is not None and now < pause.until:
            raise ModelPaused(pause.reason, retry_after=(pause.until - now).total_seconds())
        return pause

    async def begin(self, model: str, error: ModelUnavailable, asked_at: datetime) -> float:
        """Pause a model that failed; returns the seconds until it is asked again."""
        now = self._clock.now()
        pause = next_pause(await self._known(model, now), model, error, now, asked_at)
        stored = await self._store.pause_model(pause)
        if stored == pause:
            log.warning("model paused", model=model, until=pause.until.isoformat(), reason=pause.reason)
        return (stored.until - now).total_seconds()

    async def end(self, pause: ModelPause) -> None:
        """Forget a pause, and the failures in a row: the model has answered a request that was sent after it."""
        await self._store.end_pause(pause.model, pause.until)

    async def _known(self, model: str, now: datetime) -> ModelPause | None:
        pause = await self._store.model_pause(model)
        if pause is None or pause.since <= now + CLOCKS_DIFFER:
            return pause
        # Removed: the store keeps the longest, and it would outlast every right one.
        await self.end(pause)
        return None
