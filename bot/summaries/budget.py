"""How much may be asked of models: the budget of a day and of a minute, and the meter that keeps requests inside it.

The meter also holds what all models share beside the budget: requests at the same time, and pauses.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from bot.errors import ModelUnavailable, StoreUnavailable
from bot.model import Allowance
from bot.ports import Clock, UsageStore
from bot.summaries.pauses import Pauses

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits for all models together; None is unlimited. Days are UTC days."""

    requests_per_day: int | None = None
    requests_per_minute: int | None = None
    tokens_per_day: int | None = None

    @property
    def is_unlimited_per_day(self) -> bool:
        return self.requests_per_day is None and self.tokens_per_day is None

    def exceeded(self, requests: int, tokens: int) -> str | None:
        """The limit of the day that this usage has reached ("50 requests a day"); None if it has reached none."""
        if self.requests_per_day is not None and requests >= self.requests_per_day:
            return f"{self.requests_per_day} requests a day"
        if self.tokens_per_day is not None and tokens >= self.tokens_per_day:
            return f"{self.tokens_per_day} tokens a day"
        return None

    def remaining(self, requests: int, tokens: int) -> Allowance:
        """The requests and tokens that are left of the day's budget after this usage."""
        limits = ((self.requests_per_day, "requests"), (self.tokens_per_day, "tokens"))
        listed = " and ".join(f"{limit} {unit} a day" for limit, unit in limits if limit)
        return Allowance(
            None if self.requests_per_day is None else max(self.requests_per_day - requests, 0),
            None if self.tokens_per_day is None else max(self.tokens_per_day - tokens, 0),
            used_up(self.exceeded(requests, tokens) or listed),
        )

    def wait(self, recent: tuple[datetime, ...], now: datetime) -> float:
        """Seconds until another request keeps the limit per minute. `recent` has the times of earlier ones, oldest
        first."""
        if self.requests_per_minute is None or len(recent) < self.requests_per_minute:
            return 0.0
        free_at = recent[-self.requests_per_minute] + timedelta(minutes=1)
        return max((free_at - now).total_seconds(), 0.0)


class Meter:
    """Keeps requests inside a budget: call `admit` before each request and `record` after it.

    Usage is kept in the store, so that it survives a restart and is shared by all processes; without a store it is
    counted for this process alone. `slots` limits the requests that run at the same time to `concurrency`.
    """

    def __init__(self, budget: Budget, clock: Clock, store: UsageStore | None = None, *, concurrency: int = 4) -> None:
        self.slots = asyncio.Semaphore(concurrency)
        self.pauses = Pauses(clock)
        self._budget, self._clock, self._store = budget, clock, store
        # The times of the last minute's requests, of this process alone.
        self._recent: deque[datetime] = deque()
        self._in_flight = 0
        # Usage by model and day that the store does not have: all of it if there is no store, else what is being
        # written now or could not be written yet.
        self._requests: Counter[tuple[str, date]] = Counter()
        self._tokens: Counter[tuple[str, date]] = Counter()
        self._writing = asyncio.Lock()

    async def admit(self) -> None:
        """Wait until the limit per minute allows a request.

        Raises `BudgetUsedUp` with the seconds until midnight (UTC) once the day's budget is used up, and
        `StoreUnavailable` if the usage of today cannot be read.
        """
        # Everything is checked again after a wait: the day may have ended, or other tasks may have used what was left.
        while True:
            now = self._clock.now()
            requests, tokens = await self._used(now.date())
            # Requests in flight count as used: several tasks ask at once, and none of them may pass the limit.
            if limit := self._budget.exceeded(requests + self._in_flight, tokens):
                raise BudgetUsedUp(used_up(limit), retry_after=seconds_to_midnight(now))
            while self._recent and now - self._recent[0] >= timedelta(minutes=1):
                self._recent.popleft()
            wait = self._budget.wait(tuple(self._recent), now)
            if wait <= 0:
                break
            await self._clock.sleep(wait)
        self._recent.append(now)
        self._in_flight += 1

    async def record(self, model: str, requests: int, tokens: int) -> None:
        """Count the `requests` (1 or more) and tokens of one admitted call.

        Never raises for the store: the model has answered, and its answer is worth more than the count. What cannot
        be written is kept, counts against the budget, and is written with the next call.
        """
        now = self._clock.now()
        self._in_flight = max(self._in_flight - 1, 0)
        self._recent.extend([now] * (requests - 1))  # `admit` has entered the first one
        self._requests[model, now.date()] += requests
        self._tokens[model, now.date()] += tokens
        if self._store is None:
            self._forget_days_before(now.date())
            return
        # One writer at a time: two would write the same counts.
        async with self._writing:
            await self._write(self._store)

    async def remaining(self) -> Allowance:
        """The requests and tokens that are left of the day's budget. Raises `StoreUnavailable`."""
        requests, tokens = await self._used(self._clock.now().date())
        return self._budget.remaining(requests + self._in_flight, tokens)

    async def _write(self, store: UsageStore) -> None:
        for model, day in list(self._requests):
            requests, tokens = self._requests[model, day], self._tokens[model, day]
            try:
                await store.record_usage(model, day, requests, tokens)
            except StoreUnavailable as error:
                log.warning("model usage is not recorded yet", model=model, requests=requests, reason=str(error))
                return
            # More may have been added while the store was writing.
            for counter, written in ((self._requests, requests), (self._tokens, tokens)):
                counter[model, day] -= written
            if not self._requests[model, day]:
                del self._requests[model, day], self._tokens[model, day]

    async def _used(self, day: date) -> tuple[int, int]:
        """Requests and tokens of this day, without the requests in flight. They are valid until the next await."""
        if self._store is None or self._budget.is_unlimited_per_day:
            return self._unwritten(day)
        # The lock keeps other tasks from writing meanwhile: what moves from the counters to the store after the store
        # was read would be missed. The counters are therefore read after the store, too.
        async with self._writing:
            stored = await self._store.usage(day)
            requests, tokens = self._unwritten(day)
        return requests + sum(usage.requests for usage in stored), tokens + sum(usage.tokens for usage in stored)

    def _unwritten(self, day: date) -> tuple[int, int]:
        """Requests and tokens of this day that the store does not have."""
        requests = sum(count for (_, when), count in self._requests.items() if when == day)
        tokens = sum(count for (_, when), count in self._tokens.items() if when == day)
        return requests, tokens

    def _forget_days_before(self, day: date) -> None:
        for counter in (self._requests, self._tokens):
            for key in [key for key in counter if key[1] < day]:
                del counter[key]


def used_up(limit: str) -> str:
    """The sentence for a budget that is used up, from its limit ("50 requests a day")."""
    return f"The budget of {limit} is used up."


class BudgetUsedUp(ModelUnavailable):
    """The day's budget is used up; no model is at fault."""


def seconds_to_midnight(now: datetime) -> float:
    """Seconds until the UTC day ends."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), tzinfo=now.tzinfo)
    return (tomorrow - now).total_seconds()
