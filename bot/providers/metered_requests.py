"""Sends requests to a model inside the budget, with one retry after a short fault, and pauses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import structlog

from bot.errors import ModelRefused, ModelTimedOut, ModelUnavailable
from bot.model import ModelPause, Reservation
from bot.ports import Clock
from bot.providers.budget import BudgetUsedUp, Meter
from bot.providers.slots import Turn

log = structlog.get_logger()

SHORT_WAIT_SECONDS = 8.0
"""The longest pause that a request waits for, unless its caller has more patience; then the next model is asked."""

_MOST_ATTEMPTS = 3
"""Requests for one answer to a model that is unavailable again and again."""

MOST_FORMS = 12
"""Requests for one answer to a server whose form of a request is still unknown; more than there are forms."""


class RequestFormRefused(ModelRefused):
    """The server does not accept the form of the request. The model has chosen another one for the next request."""


class Reply(Protocol):
    """A reply of a model."""

    @property
    def tokens(self) -> int:
        """The tokens that the server counted, of request and reply; 0 if it counts none."""


R = TypeVar("R", bound=Reply)


@dataclass(frozen=True, slots=True)
class _Exchange(Generic[R]):
    """A request that was sent at `asked_at`, and what came of it; `earlier_pause` was over by then."""

    asked_at: datetime
    earlier_pause: ModelPause | None
    reply: R | ModelUnavailable | ModelRefused


class MeteredRequests:
    """The requests to the model of this name. Those of one meter share its slots and pauses."""

    def __init__(self, name: str, clock: Clock, meter: Meter) -> None:
        self._name, self._clock, self._meter = name, clock, meter

    async def send(
        self,
        request: Callable[[], Awaitable[R]],
        tokens: int,
        *,
        patience: float = SHORT_WAIT_SECONDS,
        turn: Turn = Turn.FIRST,
    ) -> R:
        """The reply to a request, which each call of `request` sends once; `tokens` are its estimated tokens.

        A model that was unavailable is paused for everybody. A pause of up to `patience` seconds is waited for, a
        longer one raises; `retry_after` is the time that is left of it.
        Raises `ModelUnavailable`, `ModelRefused`, `StoreUnavailable`.
        """
        attempts = 0
        while True:
            attempts += 1
            try:
                return await self._send_in_forms(request, tokens, turn, is_first=attempts == 1)
            except (BudgetUsedUp, ModelTimedOut):
                # The budget is shared by all models, and after a time-out a second attempt would take just as long.
                raise
            except ModelUnavailable as error:
                if attempts == _MOST_ATTEMPTS or error.retry_after is None or error.retry_after > patience:
                    raise
                patience -= error.retry_after
                await self._clock.sleep(error.retry_after)

    async def _send_in_forms(
        self, request: Callable[[], Awaitable[R]], tokens: int, turn: Turn, *, is_first: bool
    ) -> R:
        """The reply after one request, or several where the server's form of a request is still unknown."""
        for _ in range(MOST_FORMS):
            exchange = await self._exchange(request, tokens, turn)
            reply = exchange.reply
            if isinstance(reply, ModelUnavailable):
                if reply.retry_after is None and is_first and not isinstance(reply, ModelTimedOut):
                    # Long enough for a dropped connection, short for who waits; nobody else has to wait for that.
                    reply.retry_after = 1.0
                else:
                    reply.retry_after = await self._meter.pauses.begin(self._name, reply, exchange.asked_at)
                raise reply
            if exchange.earlier_pause is not None:
                await self._meter.pauses.end(exchange.earlier_pause)
            if not isinstance(reply, ModelRefused):
                return reply
            if not isinstance(reply, RequestFormRefused):
                raise reply
        raise ModelRefused(f"{self._name} did not accept this request.")

    async def _exchange(self, request: Callable[[], Awaitable[R]], tokens: int, turn: Turn) -> _Exchange[R]:
        """One HTTP request inside budget and slots. Raises `ModelPaused`, `BudgetUsedUp` and `StoreUnavailable`."""
        while True:
            # A slot is held for the HTTP request only: whoever waits for the minute or judges leaves it to others.
            async with self._meter.slots.slot(turn):
                # While this request waited for the slot, another may have paused the model.
                pause = await self._meter.pauses.check(self._name)
                reserved = await self._meter.reserve(self._name, tokens)
                if isinstance(reserved, Reservation):
                    exchange = _Exchange(self._clock.now(), pause, await self._send(reserved, request))
                    break
            await self._clock.sleep(reserved.seconds)
        # The papers of a day take hundreds of requests for vectors.
        tell = log.debug if turn is Turn.PASSAGES else log.info
        reply = exchange.reply
        if isinstance(reply, (ModelUnavailable, ModelRefused)):
            used = 0
            log.info("model gave no answer", model=self._name, reason=str(reply))
        else:
            used = reply.tokens
            tell("model answered", model=self._name, tokens=used)
        await self._meter.settle(reserved, 1, used)
        return exchange

    async def _send(
        self, reserved: Reservation, request: Callable[[], Awaitable[R]]
    ) -> R | ModelUnavailable | ModelRefused:
        """The reply to one HTTP request, or its error as a value."""
        try:
            return await request()
        except (ModelUnavailable, ModelRefused) as error:
            return error
        except BaseException:
            # Cancelled, or a fault of ours: the request was sent all the same.
            await self._meter.settle(reserved, 1, 0)
            raise
