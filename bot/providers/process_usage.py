"""A `UsageStore` of this process alone, for makers that are built without a store."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.model import Budget, MinuteIsFull, ModelPause, OverBudget, Reservation, Usage


class ProcessUsage:
    """Usage and pauses in memory. Keeps the days that it was asked about, which one run has few of."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, date], Usage] = {}
        self._recent: list[datetime] = []
        self._pauses: dict[str, ModelPause] = {}

    async def reserve(
        self, model: str, now: datetime, tokens: int, budget: Budget
    ) -> Reservation | OverBudget | MinuteIsFull:
        used = await self.usage(now.date())
        if limit := budget.exceeded(sum(u.requests for u in used) + 1, sum(u.tokens for u in used) + tokens):
            return OverBudget(limit)
        self._recent = [asked_at for asked_at in self._recent if now - asked_at < timedelta(minutes=1)]
        if seconds := budget.wait(tuple(self._recent), now):
            return MinuteIsFull(seconds)
        self._recent.append(now)
        self._add(model, now.date(), 1, tokens)
        return Reservation(model, now.date(), 1, tokens)

    async def settle_usage(self, reservation: Reservation, requests: int, tokens: int) -> None:
        more = requests - reservation.requests, tokens - reservation.tokens
        self._add(reservation.model, reservation.day, *more)

    async def usage(self, day: date) -> list[Usage]:
        return [usage for usage in self._used.values() if usage.day == day]

    async def pause_model(self, pause: ModelPause) -> ModelPause:
        known = self._pauses.get(pause.model)
        if known is None or pause.until > known.until:
            self._pauses[pause.model] = pause
        return self._pauses[pause.model]

    async def end_pause(self, model: str, until: datetime) -> None:
        known = self._pauses.get(model)
        if known is not None and known.until <= until:
            del self._pauses[model]

    async def model_pause(self, model: str) -> ModelPause | None:
        return self._pauses.get(model)

    def _add(self, model: str, day: date, requests: int, tokens: int) -> None:
        before = self._used.get((model, day), Usage(model, day, 0, 0))
        self._used[model, day] = Usage(model, day, before.requests + requests, before.tokens + tokens)
