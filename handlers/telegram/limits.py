"""A rate limiter for python-telegram-bot: Telegram's limits, and answers to people before digests.

A request that sends waits until the whole bot, its chat and its group may take one more message. A 429 halts its chat
for `retry_after`; if several chats get one within a moment, everything is halted, and the overall rate goes down and
grows back. The package's own limiter ends such a halt too early and has no limit for each chat.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from telegram.error import RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from handlers.telegram.outcomes import is_unpaid, seconds_of
from handlers.telegram.rate_windows import ChatLimits, RateWindow, Slot
from handlers.telegram.send_rate import SendRate

log = structlog.get_logger()

# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
OVERALL_PER_SECOND = 30
GROUP_PER_MINUTE = 20

PAID = "allow_paid_broadcast"
"""The parameter that lets a bot send more than `OVERALL_PER_SECOND`, for Stars of its balance:
https://core.telegram.org/bots/api#paid-broadcasts
"""

IN_FLIGHT_SECONDS = 2.0
"""Seconds after which a request counts as arrived if no response has come. Requests overtake each other on the way, so
Telegram counts a message at some moment between its sending and the response: a slot is free a second after that.
"""

BURST = 6
"""Digests are sent evenly, at most so many at once: then an answer to a person finds room at any moment, and few
requests are under way if the process is killed.
"""

MAX_WAIT_SECONDS = 20.0
"""Seconds that a digest waits for its chat at most. Longer waits are left to the outbox, which serves others first."""

MAX_LEAD_SECONDS = 0.1
"""Seconds by which a turn may be given early, for the write to the database between the turn and the request."""

MAX_RETRY_SECONDS = 60.0
"""An answer to a person is tried once more after a 429 with a wait of at most so many seconds."""

_SAME_TIME_SECONDS = 2.0
"""Seconds within which 429s in two chats mean that the bot as a whole is too fast, not one chat."""


MAX_CHATS = 2000
"""Chats whose limits are kept in memory; beyond that, idle ones are dropped."""


class Urgency(enum.IntEnum):
    """Passed as `rate_limit_args`; a request without it is an answer to a person."""

    ANSWER = 0
    DIGEST = 1
    NOW = 2
    """Inside a `Limiter.early_turn`: sent as soon as that turn is due."""


@dataclass(slots=True, eq=False)
class _Waiter:
    chat: str
    urgency: Urgency
    weight: int
    early: bool = False
    turn: asyncio.Future[Slot] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Limiter(BaseRateLimiter[Urgency]):
    """Grants turns to requests. `now` gives seconds of any origin that never go back, `sleep` waits for seconds."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        overall: int = OVERALL_PER_SECOND,
    ) -> None:
        self._is_paid = overall > OVERALL_PER_SECOND
        self._now, self._sleep = now, sleep
        self._rate = SendRate(overall)
        self._overall = RateWindow(overall, 1.0)
        self._chats: dict[str, ChatLimits] = {}
        self._queues: dict[Urgency, dict[_Waiter, None]] = {urgency: {} for urgency in (Urgency.ANSWER, Urgency.DIGEST)}
        self._changed = asyncio.Event()
        self._granting: asyncio.Task[None] | None = None
        self._halted_until = self._last_429 = -math.inf
        self._last_429_chat = ""
        self._digest_at = -math.inf
        self._lead = 0.0
        """The mean of the seconds from the turn of a digest to its request."""
        self._early_turns: dict[str, tuple[Slot, float]] = {}

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None:
        if self._granting is not None:
            self._granting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._granting
            self._granting = None

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Urgency | None,
    ) -> Any:
        """Make the request in its turn. A 429 is raised to the sender of a digest; an answer is tried once more."""
        # A digest is in the outbox, which keeps the time that Telegram named; an answer is kept nowhere.
        urgency = Urgency.ANSWER if rate_limit_args is None else rate_limit_args
        chat = str(data.get("chat_id", ""))
        weight = _weight(endpoint, data)

        async def request() -> Any:
            return await callback(*args, **kwargs)

        if not weight:
            return await request()
        # `data` is also what the callback sends. Editing a message is never paid for.
        if self._is_paid and endpoint.startswith("send"):
            data[PAID] = True
        if urgency is Urgency.NOW:
            await self._until_due(chat)
            return await self._observe(chat, weight, request, data)
        try:
            async with self.turn(chat, urgency, weight):
                return await self._observe(chat, weight, request, data)
        except RetryAfter as error:
            if urgency is Urgency.DIGEST or seconds_of(error) > MAX_RETRY_SECONDS:
                raise
        async with self.turn(chat, urgency, weight):
            return await self._observe(chat, weight, request, data)

    async def _observe(
        self, chat: str, weight: int, request: Callable[[], Awaitable[Any]], data: dict[str, Any]
    ) -> Any:
        try:
            try:
                answer = await request()
            except TelegramError as error:
                if PAID not in data or not is_unpaid(error):
                    raise
                self._end_paying(error)
                # The refusal says that nothing was posted, so this cannot post anything twice.
                del data[PAID]
                answer = await request()
        except RetryAfter as error:
            self._halt(chat, error)
            raise
        # Other errors are not counted: it is not known whether Telegram counts such a request.
        self._rate.accepted(self._now(), weight)
        return answer

    def _end_paying(self, error: TelegramError) -> None:
        """Go on at the rate that costs nothing, until the next start of the service."""
        if self._is_paid:
            log.error(
                "telegram refuses paid broadcasts; get Stars for the bot, or set TELEGRAM_RATE=30", why=str(error)
            )
            self._is_paid = False
            self._rate = SendRate(OVERALL_PER_SECOND)

    @contextlib.asynccontextmanager
    async def early_turn(self, chat: str, weight: int = 1, urgency: Urgency = Urgency.DIGEST) -> AsyncIterator[None]:
        """A digest's turn, given early by the time that the way from turn to request (`Urgency.NOW`) has lately taken.

        The sender writes to the database in between; without the lead, that time would be lost at every message. With
        `Urgency.ANSWER`, the turn of a digest that a person waits for.
        """
        async with self.turn(chat, urgency, weight, early=True) as slot:
            self._early_turns[chat] = slot, self._now()
            try:
                yield
            finally:
                self._early_turns.pop(chat, None)

    async def _until_due(self, chat: str) -> None:
        if chat not in self._early_turns:
            return
        slot, given = self._early_turns[chat]
        now = self._now()
        # A moving average over about ten messages, so that one slow write does not change the lead much.
        self._lead = 0.9 * self._lead + 0.1 * min(now - given, MAX_LEAD_SECONDS)
        if slot.due > now:
            await self._sleep(slot.due - now)

    @contextlib.asynccontextmanager
    async def turn(self, chat: str, urgency: Urgency, weight: int = 1, *, early: bool = False) -> AsyncIterator[Slot]:
        """Wait for a turn; inside, the request is under way. Raises `RetryAfter` if a digest would wait too long."""
        slot = await self._wait(chat, urgency, weight, early)
        try:
            yield slot
        finally:
            # The request has ended, so Telegram has counted it by now, which is earlier than was assumed.
            slot.at = self._now()
            self._changed.set()

    def halted(self) -> bool:
        """Whether nothing may be sent to any chat now."""
        return self._halted_until > self._now()

    async def _wait(self, chat: str, urgency: Urgency, weight: int, early: bool) -> Slot:
        # An early turn is a delivery's even if a person waits for it: the outbox can keep it.
        if urgency is Urgency.DIGEST or early:
            wait = max(self._chat_limits(chat).ready_at(), self._halted_until) - self._now()
            if wait > MAX_WAIT_SECONDS:  # rounded up, because Telegram's own waits are whole seconds
                raise RetryAfter(timedelta(seconds=int(wait) + 1))
        waiter = _Waiter(chat, urgency, weight, early)
        queue = self._queues[urgency]
        queue[waiter] = None
        self._changed.set()
        # The task ends when no request waits, so that an idle bot has no task to wake up.
        if self._granting is None or self._granting.done():
            self._granting = asyncio.create_task(self._grant_turns(), name="telegram limits")
        try:
            return await waiter.turn
        finally:
            queue.pop(waiter, None)

    async def _grant_turns(self) -> None:
        """Grant turns as long as requests wait; sleeps until the next may go or another request arrives."""
        while any(self._queues.values()):
            self._changed.clear()
            now = self._now()
            waiter, at = self._next(now)
            if waiter is not None:
                self._grant(waiter, now, at)
                continue
            await self._sleep_or_change(at - now)

    async def _sleep_or_change(self, seconds: float) -> None:
        """Sleep for so many seconds, or until a request arrives or ends."""
        tasks = {
            asyncio.ensure_future(self._sleep(max(0.0, seconds))),
            asyncio.ensure_future(self._changed.wait()),
        }
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    def _next(self, now: float) -> tuple[_Waiter | None, float]:
        """The request whose turn it is and when it may be sent; or None and when to look again.

        Answers first, then in the order of arrival; a request whose chat has no room is passed over.
        """
        self._rate.grow(now)
        self._overall.most = self._rate.rate
        soonest = math.inf
        for urgency, queue in self._queues.items():
            halted = max(self._halted_until, self._digest_at if urgency is Urgency.DIGEST else -math.inf)
            if queue and halted > now + MAX_LEAD_SECONDS:
                return None, min(soonest, halted - MAX_LEAD_SECONDS)
            for waiter in queue:
                lead = self._lead if waiter.early else 0.0
                ready_at = self._chat_limits(waiter.chat).ready_at(waiter.weight)
                # A turn that is done here was cancelled; the request that waited for it leaves the queue itself.
                if ready_at <= now + lead and not waiter.turn.done():
                    # The request whose turn it is waits for overall room, and no other passes it. Otherwise an album
                    # might never find room, and an answer would wait for all digests whose turn is given early.
                    due = max(now, ready_at, halted, self._overall.ready_at(waiter.weight))
                    return (waiter, due) if due <= now + lead else (None, min(soonest, due - lead))
                soonest = min(soonest, ready_at - lead)
        return None, soonest

    def _grant(self, waiter: _Waiter, now: float, due: float) -> None:
        slot = Slot(due + IN_FLIGHT_SECONDS, due)
        # One slot in all windows, so that the end of the request frees its place in each of them.
        self._overall.add(slot, now, waiter.weight)
        for window in self._chat_limits(waiter.chat).windows:
            window.add(slot, now, waiter.weight if window.seconds > 1 else 1)
        if waiter.urgency is Urgency.DIGEST:
            # Spread evenly, except for a burst of at most `BURST` after a pause.
            gap = 1.0 / self._overall.most
            self._digest_at = max(self._digest_at, due - (BURST - 1) * gap) + gap * waiter.weight
        self._queues[waiter.urgency].pop(waiter, None)
        waiter.turn.set_result(slot)
        if len(self._chats) > MAX_CHATS:
            self._chats = {chat: limits for chat, limits in self._chats.items() if not limits.is_idle(now)}

    def _chat_limits(self, chat: str) -> ChatLimits:
        limits = self._chats.get(chat)
        if limits is None:
            windows = [RateWindow(1, 1.0)]
            # Ids of groups and channels are negative; only a public group or channel is written as a name.
            if chat.startswith(("-", "@")):
                windows.append(RateWindow(GROUP_PER_MINUTE, 60.0))
            limits = self._chats[chat] = ChatLimits(tuple(windows))
        return limits

    # ── after a 429 ──

    def _halt(self, chat: str, error: RetryAfter) -> None:
        """Halt the chat after a 429, or all chats if another one was refused a moment ago."""
        now = self._now()
        seconds = seconds_of(error)
        limits = self._chat_limits(chat)
        limits.halted_until = max(limits.halted_until, now + seconds)
        is_overall = self._last_429_chat not in ("", chat) and now - self._last_429 <= _SAME_TIME_SECONDS
        # Requests that were under way when a halt began are refused too; they must not lower the rate once more.
        if is_overall and now >= self._halted_until:
            self._rate.refused(self._last_429, now, now + seconds)
        else:
            self._rate.hold(now)
        if is_overall:
            self._halted_until = max(self._halted_until, now + seconds)
        self._last_429, self._last_429_chat = now, chat
        log.warning("telegram limits us", chat=chat, seconds=seconds, everywhere=is_overall, rate=self._rate.rate)


_SENDS = ("send", "edit", "copy", "forward")


def _weight(endpoint: str, data: dict[str, Any]) -> int:
    """How many messages a request counts as; 0 for requests that send none, which never wait."""
    # "typing" is not counted as a message, and would otherwise take the place of the answer that it announces.
    if endpoint == "sendChatAction" or not endpoint.startswith(_SENDS) or "chat_id" not in data:
        return 0
    return max(1, len(data.get("media") or ())) if endpoint == "sendMediaGroup" else 1
