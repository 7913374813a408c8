"""How much may be asked of models: a day's and a minute's budget, and the meter that keeps count of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.errors import ModelUnavailable
from bot.model import Allowance
from bot.ports import Clock, UsageStore


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be asked of all models together; None is unlimited. Days are UTC days."""

    requests_per_day: int | None = None
    requests_per_minute: int | None = None
    tokens_per_day: int | None = None

    def used_up(self, requests: int, tokens: int) -> str | None:
        """Which part of the day's budget is gone, in a few words; None while there is some left."""
        if self.requests_per_day is not None and requests >= self.requests_per_day:
            return f"{self.requests_per_day} requests a day"
        if self.tokens_per_day is not None and tokens >= self.tokens_per_day:
            return f"{self.tokens_per_day} tokens a day"
        return None

    def left(self, requests: int, tokens: int) -> Allowance:
        """What is left today after these."""
        day = (self.requests_per_day, self.tokens_per_day)
        several = [f"{most} {what} a day" for most, what in zip(day, ("requests", "tokens"), strict=True) if most]
        gone = self.used_up(requests, tokens) or " and ".join(several)
        return Allowance(
            None if self.requests_per_day is None else max(self.requests_per_day - requests, 0),
            None if self.tokens_per_day is None else max(self.tokens_per_day - tokens, 0),
            used_up(gone),
        )

    def wait(self, recent: tuple[datetime, ...], now: datetime) -> float:
        """Seconds until the next request keeps the minute's bound, given the times of recent ones (oldest first)."""
        if self.requests_per_minute is None or len(recent) < self.requests_per_minute:
            return 0.0
        free_at = recent[-self.requests_per_minute] + timedelta(minutes=1)
        return max((free_at - now).total_seconds(), 0.0)


class Meter:
    """Keeps requests inside a budget. `admit` before each, `record` after it."""

    def __init__(self, budget: Budget, clock: Clock, store: UsageStore | None = None) -> None:
        self._budget, self._clock, self._store = budget, clock, store
        self._recent: deque[datetime] = deque()
        self._day: date | None = None
        self._requests = self._tokens = 0
        """Of this process today where there is no store, else what is under way: admitted and not yet recorded."""

    async def admit(self) -> None:
        """Wait for the minute's bound. Raises `ModelUnavailable` until midnight (UTC) where the day's is used up."""
        while True:
            now = self._clock.now()
            requests, tokens = await self._used(now)
            if gone := self._budget.used_up(requests, tokens):
                raise BudgetUsedUp(used_up(gone), retry_after=seconds_to_midnight(now))
            while self._recent and now - self._recent[0] >= timedelta(minutes=1):
                self._recent.popleft()
            wait = self._budget.wait(tuple(self._recent), now)
            if wait <= 0:
                break
            await self._clock.sleep(wait)
        self._recent.append(now)
        self._requests += 1

    async def record(self, model: str, requests: int, tokens: int) -> None:
        """Write down what a request that `admit` let through has cost; `requests` is 1 and more."""
        now = self._clock.now()
        if self._store is None:
            self._requests += requests - 1
            self._tokens += tokens
        else:
            await self._store.record_usage(model, now.date(), requests, tokens)
            self._requests = max(self._requests - 1, 0)
        self._recent.extend([now] * (requests - 1))

    async def left(self) -> Allowance:
        """What is left today."""
        return self._budget.left(*await self._used(self._clock.now()))

    async def _used(self, now: datetime) -> tuple[int, int]:
        if self._store is None:
            if self._day != now.date():
                self._day, self._requests, self._tokens = now.date(), 0, 0
            return self._requests, self._tokens
        if self._budget.requests_per_day is None and self._budget.tokens_per_day is None:
            return 0, 0
        used = await self._store.usage(now.date())
        return sum(u.requests for u in used) + self._requests, sum(u.tokens for u in used)


def used_up(what: str) -> str:
    """The sentence for a budget that is gone ("50 requests a day")."""
    return f"The budget of {what} is used up."


class BudgetUsedUp(ModelUnavailable):
    """The day's budget is gone; no model is at fault."""


def seconds_to_midnight(now: datetime) -> float:
    """Seconds until the UTC day ends."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), tzinfo=now.tzinfo)
    return (tomorrow - now).total_seconds()
