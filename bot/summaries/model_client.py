"""Asks a model: the interface of every provider, the budget, one retry after a short fault, and pauses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog

from bot.errors import ModelRefused, ModelTimedOut, ModelUnavailable
from bot.model import ModelPause, Reservation
from bot.ports import Clock
from bot.summaries.budget import BudgetUsedUp, Meter
from bot.summaries.slots import Turn

log = structlog.get_logger()

Schema = dict[str, Any]
"""A JSON schema without references, which all servers accept."""

TIMEOUT_SECONDS = 180.0
"""Time after which a request is given up; a small model on a CPU needs minutes for an abstract."""

SHORT_WAIT_SECONDS = 8.0
"""The longest pause that a request waits for, unless its caller has more patience; then the next model is asked."""

_MOST_ATTEMPTS = 3
"""Requests for one answer to a model that is unavailable again and again."""

_MOST_FORMS = 12
"""Requests for one answer to a server whose form of a request is still unknown; more than there are forms."""

_CHARACTERS_PER_TOKEN = 4

_LONGEST_REPLY_TOKENS = 4_000

_SHORT_REPLY_TOKENS = 300

_PROBE = "You answer with one JSON object and nothing around it."
_PROBE_SCHEMA: Schema = {"type": "object", "properties": {"ok": {"type": "string"}}, "required": ["ok"]}


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's reply: its text as received, and the tokens that the server counted."""

    text: str
    tokens_in: int = 0
    tokens_out: int = 0


class RequestFormRefused(ModelRefused):
    """The server does not accept the form of the request. The model has chosen another one for the next request."""


class Model(Protocol):
    """One model behind one API. A provider implements this and nothing else."""

    @property
    def name(self) -> str:
        """Its provenance: "google:NAME" or "openai:NAME"."""

    async def complete(self, system: str, user: str, schema: Schema) -> Completion:
        """The reply to one system and one user prompt, as JSON that follows `schema` if the API can enforce it.

        Sends one HTTP request and retries nothing. Raises `ModelTimedOut`; `ModelUnavailable` (down, over quota, wrong
        key or model name), with `retry_after` in seconds if the server names a time; `TextTooLong`;
        `RequestFormRefused`; `ModelRefused` (the content is blocked).
        """

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A request that was sent at `asked_at`, and what came of it; `earlier_pause` was over by then."""

    asked_at: datetime
    earlier_pause: ModelPause | None
    reply: Completion | ModelUnavailable | ModelRefused


class ModelClient:
    """One model with its budget and the clock. Clients of one meter share its slots and pauses."""

    def __init__(self, model: Model, clock: Clock, meter: Meter) -> None:
        self._model, self._clock, self._meter = model, clock, meter

    @property
    def name(self) -> str:
        return self._model.name

    async def ask(
        self, system: str, user: str, schema: Schema, *, patience: float = SHORT_WAIT_SECONDS, turn: Turn = Turn.FIRST
    ) -> str:
        """The reply's text. Raises `ModelUnavailable`, `ModelRefused`, `StoreUnavailable`.

        A model that was unavailable is paused for everybody. A pause of up to `patience` seconds is waited for, a
        longer one raises; `retry_after` is the time that is left of it.
        """
        attempts = 0
        while True:
            attempts += 1
            try:
                return await self._ask(system, user, schema, turn, is_first=attempts == 1)
            except (BudgetUsedUp, ModelTimedOut):
                # The budget is shared by all models, and after a time-out a second attempt would take just as long.
                raise
            except ModelUnavailable as error:
                if attempts == _MOST_ATTEMPTS or error.retry_after is None or error.retry_after > patience:
                    raise
                patience -= error.retry_after
                await self._clock.sleep(error.retry_after)

    async def _ask(self, system: str, user: str, schema: Schema, turn: Turn, *, is_first: bool) -> str:
        """The reply's text after one request, or several where the server's form of a request is still unknown."""
        tokens = _estimated_tokens(system, user)
        for _ in range(_MOST_FORMS):
            exchange = await self._exchange(system, user, schema, tokens, turn)
            reply = exchange.reply
            if isinstance(reply, ModelUnavailable):
                if reply.retry_after is None and is_first and not isinstance(reply, ModelTimedOut):
                    # Long enough for a dropped connection, short for who waits; nobody else has to wait for that.
                    reply.retry_after = 1.0
                else:
                    reply.retry_after = await self._meter.pauses.begin(self.name, reply, exchange.asked_at)
                raise reply
            if exchange.earlier_pause is not None:
                await self._meter.pauses.end(exchange.earlier_pause)
            if isinstance(reply, Completion):
                return reply.text
            if not isinstance(reply, RequestFormRefused):
                raise reply
        raise ModelRefused(f"{self.name} did not accept this request.")

    async def probe(self) -> float:
        """Seconds that a tiny request takes. Raises `ModelUnavailable` or `ModelRefused`."""
        # No retry: the operator wants to see the first error. Outside the budget: of a small one, two models that are
        # checked would leave nothing for the day's summaries.
        began = self._clock.now()
        for _ in range(_MOST_FORMS):
            try:
                reply = await self._model.complete(_PROBE, 'Answer with {"ok": "yes"}.', _PROBE_SCHEMA)
            except RequestFormRefused:
                continue
            if reply.text.strip():
                return (self._clock.now() - began).total_seconds()
            break
        raise ModelRefused(f"{self.name} sent an empty answer.")

    async def close(self) -> None:
        await self._model.close()

    async def _exchange(self, system: str, user: str, schema: Schema, tokens: int, turn: Turn) -> _Exchange:
        """One HTTP request inside budget and slots. Raises `ModelPaused`, `BudgetUsedUp` and `StoreUnavailable`."""
        while True:
            # A slot is held for the HTTP request only: whoever waits for the minute or judges leaves it to others.
            async with self._meter.slots.slot(turn):
                # While this request waited for the slot, another may have paused the model.
                pause = await self._meter.pauses.check(self.name)
                reserved = await self._meter.reserve(self.name, tokens)
                if isinstance(reserved, Reservation):
                    exchange = _Exchange(self._clock.now(), pause, await self._send(reserved, system, user, schema))
                    break
            await self._clock.sleep(reserved.seconds)
        reply = exchange.reply
        if isinstance(reply, Completion):
            used = reply.tokens_in + reply.tokens_out
            log.info("model answered", model=self.name, tokens=used)
        else:
            used = 0
            log.info("model gave no answer", model=self.name, reason=str(reply))
        await self._meter.settle(reserved, 1, used)
        return exchange

    async def _send(
        self, reserved: Reservation, system: str, user: str, schema: Schema
    ) -> Completion | ModelUnavailable | ModelRefused:
        """The reply to one HTTP request, or its error as a value."""
        try:
            return await self._model.complete(system, user, schema)
        except (ModelUnavailable, ModelRefused) as error:
            return error
        except BaseException:
            # Cancelled, or a fault of ours: the request was sent all the same.
            await self._meter.settle(reserved, 1, 0)
            raise


def _estimated_tokens(system: str, user: str) -> int:
    """Tokens of a request and its reply, which is shorter than long texts; that of a short one is a summary as well."""
    asked = (len(system) + len(user)) // _CHARACTERS_PER_TOKEN
    return asked + min(max(asked // 2, _SHORT_REPLY_TOKENS), _LONGEST_REPLY_TOKENS)
