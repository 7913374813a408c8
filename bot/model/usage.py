"""The usage of models, the budget that it is kept inside, reservations of a part of it, and pauses of models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Usage:
    """The requests to one model on one UTC day, and their tokens; of those under way, what is reserved for them."""

    model: str
    day: date
    requests: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """Requests and tokens that are left today; None is unlimited. `used_up` is the reason for those that wait."""

    requests: int | None = None
    tokens: int | None = None
    used_up: str = "The day's budget is used up."


@dataclass(frozen=True, slots=True)
class Reservation:
    """Requests and tokens that count as used from before a request is sent until its usage is settled."""

    model: str
    day: date
    requests: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class OverBudget:
    """Nothing was reserved: the request does not fit this limit of the day ("50 requests a day")."""

    limit: str


@dataclass(frozen=True, slots=True)
class MinuteIsFull:
    """Nothing was reserved: the limit of the minute allows the next request in `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ModelPause:
    """A model that is not asked from `since` until `until`, because of `failures` in a row; `reason` is a sentence."""

    model: str
    since: datetime
    until: datetime
    reason: str
    failures: int


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits for all models and all processes together; None is unlimited. Days are UTC days."""

    requests_per_day: int | None = None
    requests_per_minute: int | None = None
    tokens_per_day: int | None = None

    @property
    def is_unlimited(self) -> bool:
        return self.is_unlimited_per_day and self.requests_per_minute is None

    @property
    def is_unlimited_per_day(self) -> bool:
        return self.requests_per_day is None and self.tokens_per_day is None

    def half(self) -> Budget:
        """Half of the limits of the day."""
        return Budget(
            None if self.requests_per_day is None else self.requests_per_day // 2,
            None,
            None if self.tokens_per_day is None else self.tokens_per_day // 2,
        )

    def exceeded(self, requests: int, tokens: int) -> str | None:
        """The limit of the day that this usage exceeds ("50 requests a day"); None if it exceeds none."""
        if self.requests_per_day is not None and requests > self.requests_per_day:
            return f"{self.requests_per_day} requests a day"
        if self.tokens_per_day is not None and tokens > self.tokens_per_day:
            return f"{self.tokens_per_day} tokens a day"
        return None

    def remaining(self, requests: int, tokens: int) -> Allowance:
        """The requests and tokens that are left of the day's budget after this usage."""
        limits = ((self.requests_per_day, "requests"), (self.tokens_per_day, "tokens"))
        listed = " and ".join(f"{limit} {unit} a day" for limit, unit in limits if limit)
        reached = self.exceeded(requests + 1, tokens + 1)
        return Allowance(
            None if self.requests_per_day is None else max(self.requests_per_day - requests, 0),
            None if self.tokens_per_day is None else max(self.tokens_per_day - tokens, 0),
            used_up(reached or listed),
        )

    def wait(self, recent: tuple[datetime, ...], now: datetime) -> float:
        """Seconds until another request keeps the limit per minute. `recent` has the times of earlier ones, oldest
        first."""
        if self.requests_per_minute is None or len(recent) < self.requests_per_minute:
            return 0.0
        free_at = recent[-self.requests_per_minute] + timedelta(minutes=1)
        return max((free_at - now).total_seconds(), 0.0)


def used_up(limit: str) -> str:
    """The sentence for a budget that is used up, from its limit ("50 requests a day")."""
    return f"The budget of {limit} is used up."
