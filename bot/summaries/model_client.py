"""Asks a model: the interface of every provider, the budget, one retry after a short fault, and pauses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from bot.errors import ModelRefused, ModelTimedOut, ModelUnavailable
from bot.ports import Clock
from bot.summaries.budget import BudgetUsedUp, Meter

log = structlog.get_logger()

Schema = dict[str, Any]
"""A JSON schema without references, which all servers accept."""

TIMEOUT_SECONDS = 180.0
"""Time after which a request is given up; a small model on a CPU needs minutes for an abstract."""

_LONGEST_WAIT_SECONDS = 8.0
"""The longest wait before a retry of the same model; if it asks for more, the next model is asked instead."""

_PROBE = "You answer with one JSON object and nothing around it."
_PROBE_SCHEMA: Schema = {"type": "object", "properties": {"ok": {"type": "string"}}, "required": ["ok"]}


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's reply: its text as received, how many HTTP requests it took, and the tokens that the server counted."""

    text: str
    requests: int = 1
    tokens_in: int = 0
    tokens_out: int = 0


class Model(Protocol):
    """One model behind one API. A provider implements this and nothing else."""

    @property
    def name(self) -> str:
        """Its provenance: "google:NAME" or "openai:NAME"."""

    async def complete(self, system: str, user: str, schema: Schema) -> Completion:
        """The reply to one system and one user prompt, as JSON that follows `schema` if the API can enforce it.

        Raises `ModelTimedOut`; `ModelUnavailable` (down, over quota, wrong key or model name), with `retry_after` in
        seconds if the server names a time; `TextTooLong`; `ModelRefused` (the content is blocked). Retries nothing. If
        it sent more than one HTTP request, the error's `requests` says how many.
        """

    async def close(self) -> None: ...


class ModelClient:
    """One model with its budget and the clock. Clients of one meter share its slots and pauses."""

    def __init__(self, model: Model, clock: Clock, meter: Meter) -> None:
        self._model, self._clock, self._meter = model, clock, meter

    @property
    def name(self) -> str:
        return self._model.name

    async def ask(self, system: str, user: str, schema: Schema) -> str:
        """The reply's text. Raises `ModelUnavailable`, `ModelRefused`, `StoreUnavailable`.

        A model that was unavailable is paused: until the `retry_after` of the error, every request for it raises.
        """
        pauses = self._meter.pauses
        async with self._meter.slots:
            # Inside the slot: while this request waited for one, another may have paused the model.
            pauses.raise_if_paused(self.name)
            try:
                text = await self._ask(system, user, schema)
            except BudgetUsedUp:
                raise  # the budget is shared by all models: none of them is paused for it
            except ModelUnavailable as error:
                error.retry_after = pauses.begin(self.name, error)
                raise
            except ModelRefused:  # the text is at fault, and the model is up
                pauses.end(self.name)
                raise
            pauses.end(self.name)
            return text

    async def _ask(self, system: str, user: str, schema: Schema) -> str:
        try:
            return await self._complete(system, user, schema)
        except ModelTimedOut:
            raise  # a second attempt would take just as long while others wait for their turn
        except ModelUnavailable as error:
            # One second without a time from the server: long enough for a dropped connection, short for who waits.
            wait = 1.0 if error.retry_after is None else error.retry_after
            if wait > _LONGEST_WAIT_SECONDS:
                raise
            await self._clock.sleep(wait)
            return await self._complete(system, user, schema)

    async def probe(self) -> float:
        """Seconds that a tiny request takes. Raises `ModelUnavailable` or `ModelRefused`."""
        # No retry: the operator wants to see the first error. Outside the budget: of a small one, two models that are
        # checked would leave nothing for the day's summaries.
        began = self._clock.now()
        if not (await self._model.complete(_PROBE, 'Answer with {"ok": "yes"}.', _PROBE_SCHEMA)).text.strip():
            raise ModelRefused(f"{self.name} sent an empty answer.")
        return (self._clock.now() - began).total_seconds()

    async def close(self) -> None:
        await self._model.close()

    async def _complete(self, system: str, user: str, schema: Schema) -> str:
        await self._meter.admit()
        try:
            reply = await self._model.complete(system, user, schema)
        except (ModelUnavailable, ModelRefused) as error:
            await self._meter.record(self.name, error.requests, 0)
            log.info("model gave no answer", model=self.name, reason=str(error))
            raise
        except BaseException:
            # Cancelled, or a fault of ours: the request was sent all the same, and its place has to be given back.
            await self._meter.record(self.name, 1, 0)
            raise
        tokens = reply.tokens_in + reply.tokens_out
        await self._meter.record(self.name, reply.requests, tokens)
        log.info("model answered", model=self.name, requests=reply.requests, tokens=tokens)
        return reply.text
