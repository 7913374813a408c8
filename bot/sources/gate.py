"""The gate that every request to arXiv passes: one request at a time, a delay between any two, retries within limits.

arXiv asks for at most one request in three seconds over one connection, for all its endpoints together:
https://info.arxiv.org/help/api/tou.html
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
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
"""After this many 429s in a row nothing is requested for a while: going on would only prolong the block."""

# Each pause is twice as long as the one before, up to six hours: the feed shows a listing for one day.
FIRST_PAUSE_SECONDS = 15 * 60.0
MAX_PAUSE_SECONDS = 6 * 3600.0
MAX_BACKOFF_SECONDS = 60.0
"""The longest wait between two attempts if arXiv named none."""

MAX_DOUBLINGS = 16
"""Far more than any of the longest waits takes; without a bound the count of a long outage would overflow."""


class Throttled(SourceUnavailable):
    """arXiv answered that there are too many requests (429)."""


@dataclass(frozen=True, slots=True)
class GateState:
    """The state that must survive a restart.

    `ended` is when the last request ended, `quiet_until` when the next may start at the earliest, and `throttled` the
    number of 429s in a row. The names in its JSON are stored in databases.
    """

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
        """Raises ValueError or TypeError if the value was not made by `to_json`."""
        value = value or {}
        times = [value.get(name) for name in ("ended", "quiet_until")]
        ended, quiet_until = (None if t is None else datetime.fromisoformat(t).astimezone(UTC) for t in times)
        return cls(ended, quiet_until, int(value.get("throttled", 0)))


def wait_before(state: GateState, delay: float, now: datetime) -> float:
    """Return the seconds until the next request may start.

    If the clock was set back, the wait is bounded by the delay and by the longest pause.
    """
    waits = [0.0]
    if state.ended is not None:
        waits.append(min((state.ended - now).total_seconds() + delay, delay))
    if state.quiet_until is not None:
        waits.append(min((state.quiet_until - now).total_seconds(), MAX_PAUSE_SECONDS))
    return max(waits)


def after_failure(
    state: GateState, error: SourceUnavailable, attempt: int, base: float, now: datetime, rng: random.Random
) -> GateState:
    """Return the state after the failed attempt number `attempt` (from 1).

    The wait is what arXiv asked for; otherwise a random time (full jitter) up to `base` seconds, doubled with each
    attempt. Repeated 429s start a pause, which doubles as long as they go on.
    """
    throttled = state.throttled + 1 if isinstance(error, Throttled) else state.throttled
    seconds = error.retry_after
    if seconds is None:
        seconds = rng.uniform(0, min(base * 2 ** min(attempt - 1, MAX_DOUBLINGS), MAX_BACKOFF_SECONDS))
    if isinstance(error, Throttled) and throttled >= THROTTLES_BEFORE_PAUSE:
        pause = FIRST_PAUSE_SECONDS * 2 ** min(throttled - THROTTLES_BEFORE_PAUSE, MAX_DOUBLINGS)
        seconds = max(seconds, min(pause, MAX_PAUSE_SECONDS))
    return GateState(now, now + timedelta(seconds=min(seconds, MAX_PAUSE_SECONDS)), throttled)


class Gate:
    """Lets requests through one at a time, `delay` seconds from the end of one to the start of the next.

    One call makes at most `attempts` requests and waits at most `patience` seconds between them. `load` and `save` keep
    a small JSON value across restarts, so that a run from cron every minute keeps the delay too. `turn()` surrounds
    each request with the wait before it: it lets one process at a time pass where several ask arXiv. With
    `interactive`, for commands that a person waits for, a failed connection is not retried: the person can look into it
    sooner. `say` is told in a sentence of every wait that is longer than the ordinary delay or follows a fault.
    """

    def __init__(
        self,
        clock: Clock,
        delay: float,
        *,
        attempts: int = 4,
        patience: float = 120.0,
        interactive: bool = False,
        say: Callable[[str], None] = lambda _: None,
        rng: random.Random | None = None,
        load: Callable[[], Awaitable[JSON | None]] | None = None,
        save: Callable[[JSON], Awaitable[None]] | None = None,
        turn: Callable[[], AbstractAsyncContextManager[object]] = nullcontext,
    ) -> None:
        self._clock = clock
        self._delay = delay
        self._attempts = attempts
        self._patience = patience
        self._interactive = interactive
        self._say = say
        self._rng = rng or random.Random()  # noqa: S311 - jitter, no secret
        self._load = load
        self._save = save
        self._turn = turn
        self._lock = asyncio.Lock()
        self._state = GateState()

    async def call(self, request: Callable[[], Awaitable[T]]) -> T:
        """Return what `request` returns; it is repeated while it raises `SourceUnavailable`.

        Other errors pass through at once. Raises `Paused` if the wait would be longer than `patience`.
        """
        deadline: datetime | None = None
        attempt = 0
        fault, untold = "", list[str]()
        while True:
            attempt += 1
            # The lock is released between attempts, so that other callers do not wait for this call's retries.
            async with self._lock, self._turn():
                # Set inside of both: the time spent waiting for other callers does not count.
                deadline = deadline or self._clock.now() + timedelta(seconds=self._patience)
                await self._wait_for_turn(deadline, untold, is_retry=attempt > 1)
                try:
                    result = await request()
                except SourceUnavailable as error:
                    # Without a connection arXiv has seen no request, so that there is nothing to remember.
                    if self._interactive and isinstance(error, Unreachable):
                        raise
                    now = self._clock.now()
                    await self._remember_failure(error, attempt, now)
                    if attempt >= self._attempts or now >= deadline:
                        raise
                    # Attempts that fail alike are one fault to whoever reads about it.
                    untold = [str(error)] if str(error) != fault else untold
                    fault = str(error)
                except BaseException:
                    # The request was sent, even if it was cancelled: the delay counts from now.
                    await self._remember(GateState(self._clock.now(), self._state.quiet_until, self._state.throttled))
                    raise
                else:
                    await self._remember(GateState(self._clock.now()))
                    return result

    def now(self) -> datetime:
        """Return the time of the gate's clock."""
        return self._clock.now()

    async def _remember_failure(self, error: SourceUnavailable, attempt: int, now: datetime) -> None:
        # With a delay of 0, as in tests and against a mirror, the backoff still has to grow from something.
        base = max(2 * self._delay, 0.05)
        await self._remember(after_failure(self._state, error, attempt, base, now, self._rng))
        log.warning("arxiv request failed", reason=str(error), attempt=attempt, retry_after=error.retry_after)

    async def _wait_for_turn(self, deadline: datetime, untold: list[str], *, is_retry: bool) -> None:
        """Wait until the next request may start. A fault in `untold` is told with the wait, and taken out."""
        self._state = await self._loaded()
        now = self._clock.now()
        wait = wait_before(self._state, self._delay, now)
        # The ordinary delay is always waited for, also by a call whose deadline is nearer.
        if wait > max((deadline - now).total_seconds(), self._delay):
            raise Paused(f"arXiv asked for a pause; it will be asked again in {_duration(wait)}.", retry_after=wait)
        if wait > 0:
            if is_retry or wait > self._delay:
                why = f"{untold.pop()} " if untold else ""
                self._say(f"{why}Asking arXiv again in {max(wait, 1):.0f} s …")
            await self._clock.sleep(wait)

    async def _loaded(self) -> GateState:
        """Return the stored state if it is newer than ours: another process may have asked arXiv meanwhile."""
        if self._load is None:
            return self._state
        try:
            stored = GateState.from_json(await self._load())
        except (ValueError, TypeError, StoreUnavailable) as error:
            log.warning("arxiv gate state not loaded", reason=str(error))
            return self._state
        own = self._state.ended
        return stored if stored.ended and (own is None or stored.ended > own) else self._state

    async def _remember(self, state: GateState) -> None:
        self._state = state
        if self._save is None:
            return
        try:
            await self._save(state.to_json())
        except StoreUnavailable as error:  # the state in memory still holds; only a restart would forget it
            log.warning("arxiv gate state not saved", reason=str(error))


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"
