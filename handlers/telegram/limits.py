"""Our own rate limiter for python-telegram-bot: Telegram's limits, answers to people before digests, no early release.

A request that sends waits until the whole bot, its chat and its group may take one more. A 429 halts its chat for
`retry_after`, and everything when several chats meet one at once; then the overall rate comes down and grows back.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from handlers.telegram.outcomes import seconds_of
from handlers.telegram.send_rate import SendRate

log = structlog.get_logger()

OVERALL_PER_SECOND = 30
GROUP_PER_MINUTE = 20

IN_FLIGHT = 2.0
"""Seconds that a request counts as not yet arrived while no reply is there: requests overtake each other on the way,
so what Telegram counts is somewhere between our sending and its reply. A slot is free again a second after the reply.
"""

BURST = 6
"""Digests leave evenly, at most so many together: an answer to a person then finds room at any moment, and few requests
are under way when the process dies.
"""

PATIENCE = 20.0
"""Seconds that a digest waits for its chat before it is given back, so that it holds no place in the queue."""

LONGEST_LEAD = 0.1
"""Seconds by which a turn may be given early, for what is written down between the turn and the request."""

LONGEST_RETRY = 60.0
"""An answer to a person is sent again after a 429 of at most so many seconds."""

_TOGETHER = 2.0  # seconds within which 429s of two chats mean that the bot as a whole is too fast


class Urgency(enum.IntEnum):
    """Passed as `rate_limit_args`; what nobody marks is an answer to a person."""

    ANSWER = 0
    DIGEST = 1
    NOW = 2
    """Inside a `Limiter.turn`: goes at once."""


@dataclass(slots=True)
class _Slot:
    """When a request arrived, as late as it may have been."""

    at: float
    due: float = -math.inf
    """Its request leaves no earlier."""


class RateWindow:
    """At most `most` events in any `seconds`; knows when the next ones may happen."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._slots: deque[_Slot] = deque()

    def ready_at(self, weight: int = 1) -> float:
        """The earliest time at which `weight` more events fit."""
        room = max(1, self.most - weight + 1)
        return sorted(slot.at for slot in self._slots)[-room] + self.seconds if len(self._slots) >= room else -math.inf

    def add(self, slot: _Slot, now: float, weight: int = 1) -> None:
        while self._slots and self._slots[0].at + self.seconds <= now:
            self._slots.popleft()
        self._slots.extend([slot] * weight)

    def idle(self, now: float) -> bool:
        return all(slot.at + self.seconds <= now for slot in self._slots)


@dataclass(slots=True)
class _ChatQueue:
    """One chat: its windows and until when it is halted."""

    windows: tuple[RateWindow, ...]
    halted_until: float = -math.inf

    def ready_at(self, weight: int = 1) -> float:
        # An album is one message to its chat in a second, and as many as it has pictures in a minute.
        return max(self.halted_until, *(each.ready_at(weight if each.seconds > 1 else 1) for each in self.windows))

    def idle(self, now: float) -> bool:
        return self.halted_until <= now and all(window.idle(now) for window in self.windows)


@dataclass(slots=True, eq=False)
class _Waiter:
    chat: str
    urgency: Urgency
    weight: int
    early: bool = False
    turn: asyncio.Future[_Slot] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Limiter(BaseRateLimiter[Urgency]):
    """Counts messages, waits with `sleep`, reads seconds from `now` (any origin, never going back)."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        overall: int = OVERALL_PER_SECOND,
    ) -> None:
        self._now, self._sleep = now, sleep
        self._pace = SendRate(overall)
        self._overall = RateWindow(overall, 1.0)
        self._places: dict[str, _ChatQueue] = {}
        self._queues: dict[Urgency, dict[_Waiter, None]] = {each: {} for each in (Urgency.ANSWER, Urgency.DIGEST)}
        self._arrived = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self._halted_until = self._last_429 = -math.inf
        self._last_429_chat = ""
        self._digest_at = -math.inf
        self._lead = 0.0
        self._early: dict[str, tuple[_Slot, float]] = {}

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
            self._pump = None

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Urgency | None,
    ) -> Any:
        """Call when it is this request's turn. A digest meets 429s itself; an answer to a person is tried once more."""
        urgency = Urgency.ANSWER if rate_limit_args is None else rate_limit_args
        chat = str(data.get("chat_id", ""))
        weight = _weight(endpoint, data)
        if not weight:
            return await callback(*args, **kwargs)
        if urgency is Urgency.NOW:
            await self._until_due(chat)
            return await self._heard(chat, weight, callback(*args, **kwargs))
        try:
            async with self.turn(chat, urgency, weight):
                return await self._heard(chat, weight, callback(*args, **kwargs))
        except RetryAfter as error:
            if urgency is Urgency.DIGEST or seconds_of(error) > LONGEST_RETRY:
                raise
        async with self.turn(chat, urgency, weight):
            return await self._heard(chat, weight, callback(*args, **kwargs))

    async def _heard(self, chat: str, weight: int, request: Coroutine[Any, Any, Any]) -> Any:
        try:
            answer = await request
        except RetryAfter as error:
            self._refused(chat, error)
            raise
        self._pace.accepted(self._now(), weight)
        return answer

    @contextlib.asynccontextmanager
    async def early_turn(self, chat: str, weight: int = 1, urgency: Urgency = Urgency.DIGEST) -> AsyncIterator[None]:
        """A digest's turn, given as much early as it has lately taken from the turn to the request (`Urgency.NOW`).

        One that a person asked for may be as urgent as an answer.
        """
        async with self.turn(chat, urgency, weight, early=True) as slot:
            self._early[chat] = slot, self._now()
            try:
                yield
            finally:
                self._early.pop(chat, None)

    async def _until_due(self, chat: str) -> None:
        if chat not in self._early:
            return
        slot, given = self._early[chat]
        now = self._now()
        self._lead = 0.9 * self._lead + 0.1 * min(now - given, LONGEST_LEAD)
        if slot.due > now:
            await self._sleep(slot.due - now)

    @contextlib.asynccontextmanager
    async def turn(self, chat: str, urgency: Urgency, weight: int = 1, *, early: bool = False) -> AsyncIterator[_Slot]:
        """Wait for a turn; inside, the request is under way. Raises `RetryAfter` where a digest would wait too long."""
        slot = await self._wait(chat, urgency, weight, early)
        try:
            yield slot
        finally:
            slot.at = self._now()
            self._arrived.set()

    def halted(self) -> bool:
        """Whether nothing at all may be sent for now."""
        return self._halted_until > self._now()

    async def _wait(self, chat: str, urgency: Urgency, weight: int, early: bool) -> _Slot:
        if urgency is Urgency.DIGEST or early:
            wait = max(self._place(chat).ready_at(), self._halted_until) - self._now()
            if wait > PATIENCE:
                raise RetryAfter(timedelta(seconds=int(wait) + 1))
        waiter = _Waiter(chat, urgency, weight, early)
        queue = self._queues[urgency]
        queue[waiter] = None
        self._arrived.set()
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._release(), name="telegram limits")
        try:
            return await waiter.turn
        finally:
            queue.pop(waiter, None)

    async def _release(self) -> None:
        """Give turns while anybody waits; sleeps until the next may go or somebody new comes."""
        while any(self._queues.values()):
            self._arrived.clear()
            now = self._now()
            waiter, at = self._next(now)
            if waiter is not None:
                self._take(waiter, now, at)
                continue
            await self._sleep_or_arrival(at - now)

    async def _sleep_or_arrival(self, seconds: float) -> None:
        tasks = {
            asyncio.ensure_future(self._sleep(max(0.0, seconds))),
            asyncio.ensure_future(self._arrived.wait()),
        }
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    def _next(self, now: float) -> tuple[_Waiter | None, float]:
        """Whose turn it is and when its request may leave, or nobody's and when to look again: answers first, then in
        the order of coming."""
        self._pace.grow(now)
        self._overall.most = self._pace.rate
        soonest = math.inf
        for urgency, queue in self._queues.items():
            halted = max(self._halted_until, self._digest_at if urgency is Urgency.DIGEST else -math.inf)
            if queue and halted > now + LONGEST_LEAD:
                return None, min(soonest, halted - LONGEST_LEAD)
            for waiter in queue:
                lead = self._lead if waiter.early else 0.0
                ready_at = self._place(waiter.chat).ready_at(waiter.weight)
                if ready_at <= now + lead and not waiter.turn.done():
                    # Whose turn it is waits for room, and nobody passes it: an album might else wait for ever, and an
                    # answer for all the digests that are given their turn early.
                    due = max(now, ready_at, halted, self._overall.ready_at(waiter.weight))
                    return (waiter, due) if due <= now + lead else (None, min(soonest, due - lead))
                soonest = min(soonest, ready_at - lead)
        return None, soonest

    def _take(self, waiter: _Waiter, now: float, due: float) -> None:
        slot = _Slot(due + IN_FLIGHT, due)
        self._overall.add(slot, now, waiter.weight)
        for window in self._place(waiter.chat).windows:
            window.add(slot, now, waiter.weight if window.seconds > 1 else 1)
        if waiter.urgency is Urgency.DIGEST:
            gap = 1.0 / self._overall.most
            self._digest_at = max(self._digest_at, due - (BURST - 1) * gap) + gap * waiter.weight
        self._queues[waiter.urgency].pop(waiter, None)
        waiter.turn.set_result(slot)
        if len(self._places) > 2000:
            self._places = {chat: place for chat, place in self._places.items() if not place.idle(now)}

    def _place(self, chat: str) -> _ChatQueue:
        place = self._places.get(chat)
        if place is None:
            windows = [RateWindow(1, 1.0)]
            if chat.startswith(("-", "@")):
                windows.append(RateWindow(GROUP_PER_MINUTE, 60.0))
            place = self._places[chat] = _ChatQueue(tuple(windows))
        return place

    # ── after a 429 ──

    def _refused(self, chat: str, error: RetryAfter) -> None:
        """Halt the chat, or everything where another chat was refused a moment ago."""
        now = self._now()
        seconds = seconds_of(error)
        place = self._place(chat)
        place.halted_until = max(place.halted_until, now + seconds)
        together = self._last_429_chat not in ("", chat) and now - self._last_429 <= _TOGETHER
        if together and now >= self._halted_until:
            self._pace.refused(self._last_429, now, now + seconds)
        else:
            self._pace.hold(now)
        if together:
            self._halted_until = max(self._halted_until, now + seconds)
        self._last_429, self._last_429_chat = now, chat
        log.warning("telegram limits us", chat=chat, seconds=seconds, everywhere=together, rate=self._pace.rate)


_SENDS = ("send", "edit", "copy", "forward")


def _weight(endpoint: str, data: dict[str, Any]) -> int:
    """How many messages a request counts for; 0 for requests that send none, which never wait."""
    if endpoint == "sendChatAction" or not endpoint.startswith(_SENDS) or "chat_id" not in data:
        return 0
    return max(1, len(data.get("media") or ())) if endpoint == "sendMediaGroup" else 1
