"""The one gate that every request to arXiv passes: one at a time, a pause between any two, patience with limits.

arXiv asks for one request in three seconds over one connection, for all its endpoints together.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog

from bot.errors import Paused, SourceUnavailable, StoreUnavailable, Unreachable
from bot.model import JSON
from bot.ports import Clock

log = structlog.get_logger()
T = TypeVar("T")

THROTTLES_BEFORE_PAUSE = 4
FIRST_PAUSE = 15 * 60.0
LONGEST_PAUSE = 6 * 3600.0


class Throttled(SourceUnavailable):
    """arXiv said that it is asked too much (429)."""


@dataclass(frozen=True, slots=True)
class GateState:
    """What must survive a restart. `quiet_until` is when arXiv may be asked again, `throttled` the 429s in a row."""

    ended: datetime | None = None
    quiet_until: datetime | None = None
    throttled: int = 0

    def to_json(self) -> JSON:
        return {
            "ended": self.ended and self.ended.isoformat(),
            "quiet_until": self.quiet_until and self.quiet_until.isoformat(),
            "throttled": self.throttled,
        }

    @classmethod
    def from_json(cls, value: JSON | None) -> GateState:
        """Raises ValueError or TypeError where the value is not one of ours."""
        value = value or {}
        times = [value.get(name) for name in ("ended", "quiet_until")]
        ended, quiet_until = (None if t is None else datetime.fromisoformat(t).astimezone(UTC) for t in times)
        return cls(ended, quiet_until, int(value.get("throttled", 0)))


def wait_before(state: GateState, delay: float, now: datetime) -> float:
    """Seconds until the next request may start. A clock that was set back costs no more than what was meant."""
    waits = [0.0]
    if state.ended is not None:
        waits.append(min((state.ended - now).total_seconds() + delay, delay))
    if state.quiet_until is not None:
        waits.append(min((state.quiet_until - now).total_seconds(), LONGEST_PAUSE))
    return max(waits)


def after_failure(
    state: GateState, error: SourceUnavailable, attempt: int, longest: float, now: datetime, chance: random.Random
) -> GateState:
    """The state after the failed attempt number `attempt` (1-based).

    Waits as long as arXiv said, and if it did not say, by chance up to `longest`, twice, four times … as many seconds.
    Repeated 429s start a pause, which doubles while they go on.
    """
    throttled = state.throttled + 1 if isinstance(error, Throttled) else state.throttled
    said = error.retry_after
    wait = said if said is not None else chance.uniform(0, min(longest * 2 ** (attempt - 1), 60.0))
    if isinstance(error, Throttled) and throttled >= THROTTLES_BEFORE_PAUSE:
        wait = max(wait, min(FIRST_PAUSE * 2 ** (throttled - THROTTLES_BEFORE_PAUSE), LONGEST_PAUSE))
    return GateState(now, now + timedelta(seconds=min(wait, LONGEST_PAUSE)), throttled)


class Gate:
    """Lets requests through one at a time, `delay` seconds from the end of one to the start of the next.

    `tries` bounds how often one call asks, `patience` how many seconds it may spend on asking again. `load` and `save`
    keep a small JSON across restarts, so that a run from cron every minute stays polite as well. Where a person waits,
    `hurried` tells at once that arXiv cannot be reached: asking again would not be the answer, and nobody was asked.
    """

    def __init__(
        self,
        clock: Clock,
        delay: float,
        *,
        tries: int = 4,
        patience: float = 120.0,
        hurried: bool = False,
        chance: random.Random | None = None,
        load: Callable[[], Awaitable[JSON | None]] | None = None,
        save: Callable[[JSON], Awaitable[None]] | None = None,
    ) -> None:
        self._clock = clock
        self._delay = delay
        self._tries = tries
        self._patience = patience
        self._hurried = hurried
        self._chance = chance or random.Random()  # noqa: S311 - jitter, no secret
        self._load = load
        self._save = save
        self._turn = asyncio.Lock()
        self._state = GateState()

    async def call(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """What `attempt` returns, which is asked again while it raises `SourceUnavailable`.

        Other errors pass through at once. Raises `Paused` where the wait would be longer than `patience`.
        """
        deadline: datetime | None = None
        number = 0
        while True:
            number += 1
            async with self._turn:
                deadline = deadline or self._clock.now() + timedelta(seconds=self._patience)
                await self._wait_for_turn(deadline)
                try:
                    result = await attempt()
                except SourceUnavailable as error:
                    if self._hurried and isinstance(error, Unreachable):
                        raise
                    now = self._clock.now()
                    longest = max(2 * self._delay, 0.05)
                    await self._remember(after_failure(self._state, error, number, longest, now, self._chance))
                    log.warning("arxiv did not serve", why=str(error), attempt=number, retry_after=error.retry_after)
                    if number >= self._tries or now >= deadline:
                        raise
                except BaseException:
                    await self._remember(GateState(self._clock.now(), self._state.quiet_until, self._state.throttled))
                    raise
                else:
                    await self._remember(GateState(self._clock.now()))
                    return result

    def now(self) -> datetime:
        return self._clock.now()

    async def _wait_for_turn(self, deadline: datetime) -> None:
        self._state = await self._loaded()
        now = self._clock.now()
        wait = wait_before(self._state, self._delay, now)
        if wait > max((deadline - now).total_seconds(), self._delay):
            raise Paused(f"arXiv asked for a pause; it will be asked again in {_spoken(wait)}.", retry_after=wait)
        if wait > 0:
            await self._clock.sleep(wait)

    async def _loaded(self) -> GateState:
        """The kept state, where it says more than ours: another process may have asked meanwhile."""
        if self._load is None:
            return self._state
        try:
            kept = GateState.from_json(await self._load())
        except (ValueError, TypeError, StoreUnavailable) as error:
            log.warning("arxiv gate state not loaded", why=str(error))
            return self._state
        ours = self._state.ended
        return kept if kept.ended and (ours is None or kept.ended > ours) else self._state

    async def _remember(self, state: GateState) -> None:
        self._state = state
        if self._save is None:
            return
        try:
            await self._save(state.to_json())
        except StoreUnavailable as error:
            log.warning("arxiv gate state not saved", why=str(error))


def _spoken(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"
