"""Keeps the requests to models inside the budget: reserves before each request and settles after it.

What all models share beside the budget is here, too: requests at the same time, and pauses.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.errors import ModelUnavailable, StoreUnavailable
from bot.model import Allowance, Budget, MinuteIsFull, OverBudget, Reservation, used_up
from bot.ports import Clock, UsageStore
from bot.providers.pauses import Pauses
from bot.providers.process_usage import ProcessUsage
from bot.providers.slots import Slots

log = structlog.get_logger()


class Meter:
    """Call `reserve` before each request and `settle` after it.

    Usage is kept in the store, so that it survives a restart and is shared by all processes; without a store it is
    counted for this process alone. `slots` limits the HTTP requests that run at the same time to `concurrency`.
    """

    def __init__(self, budget: Budget, clock: Clock, store: UsageStore | None = None, *, concurrency: int = 4) -> None:
        self._budget, self._clock, self._store = budget, clock, store or ProcessUsage()
        self.slots = Slots(concurrency)
        self.pauses = Pauses(clock, self._store)
        # What could not be written yet. Until then its reservations count against the budget.
        self._unsettled: list[tuple[Reservation, int, int]] = []

    async def reserve(self, model: str, tokens: int) -> Reservation | MinuteIsFull:
        """Reserve one request and its estimated tokens.

        Raises `BudgetUsedUp` with the seconds until midnight (UTC) if the day's budget has no room for it, and
        `StoreUnavailable`.
        """
        now = self._clock.now()
        if self._budget.is_unlimited:
            return Reservation(model, now.date())
        reserved = await self._store.reserve(model, now, tokens, self._budget)
        if isinstance(reserved, OverBudget):
            raise BudgetUsedUp(used_up(reserved.limit), retry_after=seconds_to_midnight(now))
        return reserved

    async def check_half(self, model: str, tokens: int) -> None:
        """Raise `BudgetUsedUp` if another request, of so many tokens, brings this model above half of the day's budget.

        For work that must leave the rest of the budget to others. Raises `StoreUnavailable`.
        """
        if self._budget.is_unlimited_per_day:
            return
        now = self._clock.now()
        used = [usage for usage in await self._store.usage(now.date()) if usage.model == model]
        requests = sum(usage.requests for usage in used) + 1
        limit = self._budget.half().exceeded(requests, sum(usage.tokens for usage in used) + tokens)
        if limit is not None:
            reason = used_up(f"{limit} for {model}, half of the whole,")
            raise BudgetUsedUp(reason, retry_after=seconds_to_midnight(now))

    async def settle(self, reservation: Reservation, requests: int, tokens: int) -> None:
        """Count what a request has used, in the place of its reservation.

        Never raises for the store: the model has answered, and its answer is worth more than the count. What cannot
        be written is written with the next request.
        """
        self._unsettled.append((reservation, requests, tokens))
        waiting, self._unsettled = self._unsettled, []
        while waiting:
            try:
                await self._store.settle_usage(*waiting[0])
            except StoreUnavailable as error:
                log.warning("model usage is not recorded yet", model=reservation.model, reason=str(error))
                break
            except BaseException:
                self._unsettled += waiting
                raise
            waiting.pop(0)
        self._unsettled += waiting

    async def remaining(self) -> Allowance:
        """The requests and tokens that are left of the day's budget. Raises `StoreUnavailable`."""
        if self._budget.is_unlimited_per_day:
            return self._budget.remaining(0, 0)
        used = await self._store.usage(self._clock.now().date())
        return self._budget.remaining(sum(usage.requests for usage in used), sum(usage.tokens for usage in used))


class BudgetUsedUp(ModelUnavailable):
    """The day's budget is used up; no model is at fault."""


def seconds_to_midnight(now: datetime) -> float:
    """Seconds until the UTC day ends."""
    tomorrow = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), tzinfo=now.tzinfo)
    return (tomorrow - now).total_seconds()
