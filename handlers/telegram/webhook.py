"""Updates that Telegram posts to the service: checked, kept in the store, and handed to the application.

    POST ─▶ secret ─▶ keep ─▶ 200 ─▶ hand over ─▶ handled ─▶ finish

Telegram repeats what gets no 200, so an update is acknowledged as soon as it is stored: a process that is killed
after that finds it again at its next start. One that was being handled then is handled again.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog

from bot.errors import RetryLater
from bot.model import JSON, Bot
from bot.ports import Clock, Inbox

log = structlog.get_logger()

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header

MOST_PENDING = 20_000
"""Updates that may wait to be handled; Telegram keeps further ones, and posts them again later."""

MOST_AT_ONCE = 128
"""Updates that are handed over at the same time; the others wait in the store, not in memory."""

MOST_ATTEMPTS = 5
"""An update during which the process ended so often is handled no more: it may be what ends the process."""

LOOK_SECONDS = 2.0
"""How often updates are looked for that another process has taken."""

REMEMBERED = timedelta(days=2)
"""How long an update is remembered; Telegram itself keeps one for a day."""

FORGET_SECONDS = 3600.0
"""How often old updates are forgotten."""

COUNT_SECONDS = 5.0
"""How often what is pending is counted while it is too much."""

_LEAST_NUMBER, _GREATEST_NUMBER = -(2**63), 2**63 - 1
"""What a database can store as the number of an update."""

HandOver = Callable[[JSON], Awaitable[None]]
"""Begins to handle an update, and returns at once; `Webhook.finished` is called when it is handled."""


def secret_of(token: str) -> str:
    """The secret of a bot's webhook where the operator has set none. Nobody can compute it without the token."""
    return hmac.new(token.encode(), b"telegram webhook", hashlib.sha256).hexdigest()


class Webhook:
    """Takes the updates of one bot. Any process may receive them; the one that serves the bot handles them."""

    def __init__(self, bot: Bot, secret: str, inbox: Inbox, clock: Clock, *, most_pending: int = MOST_PENDING) -> None:
        self.bot, self.secret = bot, secret
        self._inbox, self._clock, self._most_pending = inbox, clock, most_pending
        self._hand_over: HandOver | None = None
        self._receiving: set[int] = set()
        self._under_way: set[int] = set()
        self._handled: set[int] = set()
        """Handled, which the store does not know yet."""
        self._pending, self._counted_at = 0, -math.inf
        self._has_backlog = False
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def path(self) -> str:
        """Where on the web server Telegram posts to. It has no part of the token."""
        return f"/telegram/{self.bot.id}"

    # ── receiving ──

    async def receive(self, headers: Mapping[str, str], read: Callable[[], Awaitable[bytes]]) -> int:
        """Take a request; `read` returns its body. Returns the status to answer with."""
        given = headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        # In constant time, so that nobody can guess the secret character by character.
        if not hmac.compare_digest(given, self.secret.encode()):
            return 403
        if await self._is_full():
            return 503
        try:
            body = json.loads(await read())
            number = int(body["update_id"])
        except (ValueError, KeyError, TypeError, OverflowError):
            return 400
        if not _LEAST_NUMBER <= number <= _GREATEST_NUMBER:
            return 400
        return await self._keep(number, body)

    async def _keep(self, number: int, body: JSON) -> int:
        # Until it is handed over below, `_feed` must not do that.
        is_first = number not in self._receiving
        self._receiving.add(number)
        try:
            if await self._inbox.keep_update(self.bot, number, body, self._clock.now()):
                self._pending += 1
                await self._offer(number, body)
        except RetryLater as error:
            log.warning("telegram update not kept", why=str(error))
            return 503
        finally:
            if is_first:
                self._receiving.discard(number)
        return 200

    async def _is_full(self) -> bool:
        if self._pending < self._most_pending:
            return False
        # Another process may have handled some.
        now = asyncio.get_running_loop().time()
        if now - self._counted_at >= COUNT_SECONDS:
            self._counted_at = now
            with contextlib.suppress(RetryLater):
                self._pending = await self._inbox.pending_updates(self.bot)
        return self._pending >= self._most_pending

    async def _offer(self, number: int, body: JSON) -> None:
        """Hand an update over now if there is room, after those that have waited longer."""
        if self._hand_over is None:
            return
        if self._has_backlog or len(self._under_way) >= MOST_AT_ONCE:
            self._has_backlog = True
            self._wake.set()
            return
        self._under_way.add(number)
        await self._hand_over(body)

    # ── handling ──

    async def open(self, hand_over: HandOver, *, is_posted: bool) -> None:
        """Hand over what is pending, and what comes, until `close`.

        Without `is_posted` nothing comes: Telegram is polled now, and only what it posted before is left to handle.
        """
        await self.close()
        self._under_way.clear()
        self._handled.clear()
        # What comes now waits until all that is stored has been handed over.
        self._hand_over, self._has_backlog = hand_over, True
        self._tasks = [asyncio.create_task(self._feed(is_posted), name=f"updates of {self.bot}")]
        if is_posted:
            self._tasks.append(asyncio.create_task(self._forget(), name=f"old updates of {self.bot}"))

    async def close(self) -> None:
        """Hand nothing more over. What is not finished is handled by the next process that serves the bot."""
        self._hand_over = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def finished(self, number: int) -> None:
        """Note that an update is handled; one that was polled, and not posted, is not known here."""
        if number not in self._under_way:
            return
        # Its place is free, whether or not the store can be told now.
        self._handled.add(number)
        self._under_way.discard(number)
        try:
            await self._tell_handled(number)
        except RetryLater as error:  # `_feed` tells it later; a process killed before that leaves it to the next one
            log.warning("telegram update not finished", update=number, why=str(error))
        # Not for a few places, so that one read takes many.
        if self._has_backlog and len(self._under_way) <= MOST_AT_ONCE // 2:
            self._wake.set()

    async def _tell_handled(self, number: int) -> None:
        await self._inbox.finish_update(self.bot, number)
        if number in self._handled:  # else `_feed` and `finished` have both told it
            self._handled.discard(number)
            self._pending = max(0, self._pending - 1)

    async def _feed(self, is_posted: bool) -> None:
        """Hand over what waits in the store whenever there is room."""
        while is_posted or self._has_backlog or self._under_way or self._handled:
            self._wake.clear()
            try:
                for number in sorted(self._handled):
                    await self._tell_handled(number)
                self._has_backlog = not await self._hand_over_stored()
            except RetryLater as error:
                log.warning("telegram updates not read", why=str(error))
            except Exception:  # an error in Paperboy itself must not leave a bot that handles nothing
                log.exception("telegram updates not read")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()

    async def _hand_over_stored(self) -> bool:
        """Fill the room with stored updates; returns whether none is left."""
        room = MOST_AT_ONCE - len(self._under_way)
        if room <= 0:
            return False
        taken = await self._inbox.take_updates(self.bot, room, self._known_here)
        for update in taken:
            # Some may have been received, and handed over, during the read.
            if update.number in self._known_here or self._hand_over is None:
                continue
            self._under_way.add(update.number)
            if update.attempts <= MOST_ATTEMPTS:
                await self._hand_over(update.body)
            else:
                log.error("telegram update given up", update=update.number, attempts=update.attempts)
                await self.finished(update.number)
        return len(taken) < room

    @property
    def _known_here(self) -> set[int]:
        """Updates that are not to be taken from the store."""
        return self._under_way | self._receiving | self._handled

    async def _forget(self) -> None:
        while True:
            try:
                await self._inbox.forget_updates(self._clock.now() - REMEMBERED)
                self._pending = await self._inbox.pending_updates(self.bot)
            except RetryLater as error:
                log.warning("old telegram updates not forgotten", why=str(error))
            except Exception:  # likewise
                log.exception("old telegram updates not forgotten")
            await asyncio.sleep(FORGET_SECONDS)
