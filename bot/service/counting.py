"""Counters of this process since it started. They are not stored: Prometheus expects counters that begin again at 0."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime

from bot.errors import CannotTell, RetryLater
from bot.model import (
    Bot,
    Budget,
    ChatGone,
    ChatMoved,
    ChatRef,
    MinuteIsFull,
    ModelPause,
    NotSent,
    NotSentCause,
    Outcome,
    OverBudget,
    Part,
    Platform,
    Priority,
    Rejected,
    Reservation,
    Sent,
    Unknown,
    Usage,
)
from bot.ports import Sender, UsageStore

DELIVERIES = "deliveries"
RATE_LIMITED = "rate_limited"
BOT_MESSAGES = "bot_messages"
TASKS = "tasks"
MODEL_REQUESTS, MODEL_TOKENS = "model_requests", "model_tokens"


class Counts:
    """Counters, each with a name and the values of its labels."""

    def __init__(self) -> None:
        self._counted: dict[str, Counter[tuple[str, ...]]] = {}

    def add(self, name: str, *labels: str, amount: int = 1) -> None:
        """Increase a counter; `amount` 0 creates it, so that a rate can be computed from the first event on."""
        self._counted.setdefault(name, Counter())[labels] += amount

    def of(self, name: str) -> Mapping[tuple[str, ...], int]:
        """Return the counters of a name by their labels."""
        return dict(self._counted.get(name, {}))


class CountingSender:
    """A sender that counts the outcomes of another by platform, outcome and cause, and its rate-limit answers; those
    of a bot also by its id."""

    def __init__(self, sender: Sender, counts: Counts, bot: Bot | None = None) -> None:
        self._sender, self._counts, self._bot = sender, counts, bot
        # Prometheus computes no rate for a counter that appears with its first event.
        counts.add(RATE_LIMITED, sender.platform, amount=0)
        counts.add(DELIVERIES, sender.platform, "sent", "none", amount=0)
        if bot is not None:
            counts.add(BOT_MESSAGES, bot.platform, bot.id, "sent", amount=0)

    @property
    def platform(self) -> Platform:
        return self._sender.platform

    @property
    def can_verify(self) -> bool:
        return self._sender.can_verify

    @asynccontextmanager
    async def turn(
        self, chat: ChatRef, part: Part, priority: Priority = Priority.DIGEST
    ) -> AsyncIterator[NotSent | None]:
        async with self._sender.turn(chat, part, priority) as wait:
            if wait is not None:
                self._count(*labels_of(wait))
            yield wait

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:
        outcome = await self._sender.send(chat, part, key)
        self._count(*labels_of(outcome))
        if isinstance(outcome, NotSent) and outcome.cause is NotSentCause.LIMIT:
            self._counts.add(RATE_LIMITED, self.platform)
        return outcome

    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:
        try:
            found = await self._sender.find(chat, part, key, since)
        except RetryLater:
            self._count("not_sent", "not_looked_up")
            raise
        except CannotTell:
            self._count("unknown", "not_looked_up")
            raise
        # A message that was not found is sent again, and that outcome is counted then.
        if found:
            self._count("sent", "found")
        return found

    async def warn(self, chat: ChatRef, text: str) -> None:
        await self._sender.warn(chat, text)

    def _count(self, outcome: str, cause: str) -> None:
        self._counts.add(DELIVERIES, self.platform, outcome, cause)
        if self._bot is not None:
            self._counts.add(BOT_MESSAGES, self._bot.platform, self._bot.id, outcome)


def labels_of(outcome: Outcome) -> tuple[str, str]:
    """Return the labels (outcome, cause) of an outcome.

    Both come from small fixed sets: with a platform's own texts the number of time series would grow without limit.
    """
    match outcome:
        case Sent():
            return "sent", "none"
        case NotSent():
            return "not_sent", str(outcome.cause)
        case Unknown():
            return "unknown", "no_answer"
        case Rejected():
            return "rejected", "message_refused"
        case ChatGone():
            return "chat_gone", "chat_refused"
        case ChatMoved():
            return "chat_moved", "none"


class CountingUsage:
    """A usage store that counts what is settled in another."""

    def __init__(self, store: UsageStore, counts: Counts) -> None:
        self._store, self._counts = store, counts

    async def reserve(
        self, model: str, now: datetime, tokens: int, budget: Budget
    ) -> Reservation | OverBudget | MinuteIsFull:
        return await self._store.reserve(model, now, tokens, budget)

    async def settle_usage(self, reservation: Reservation, requests: int, tokens: int) -> None:
        # Counted only once it is stored: what the database refuses is settled again with the next request.
        await self._store.settle_usage(reservation, requests, tokens)
        self._counts.add(MODEL_REQUESTS, reservation.model, amount=requests)
        self._counts.add(MODEL_TOKENS, reservation.model, amount=tokens)

    async def usage(self, day: date) -> list[Usage]:
        return await self._store.usage(day)

    async def pause_model(self, pause: ModelPause) -> ModelPause:
        return await self._store.pause_model(pause)

    async def end_pause(self, model: str, until: datetime) -> None:
        await self._store.end_pause(model, until)

    async def model_pause(self, model: str) -> ModelPause | None:
        return await self._store.model_pause(model)
