"""Asking a model: its interface, how data is delimited, the budget, and one more try after a short fault."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from bot.errors import ModelRefused, ModelTimedOut, ModelUnavailable
from bot.ports import Clock
from bot.summaries.budget import Meter

Schema = dict[str, Any]
"""A JSON schema without references, as all servers take it."""


TIMEOUT_SECONDS = 180.0
"""Seconds after which a request to a model is given up; a small model on a CPU needs minutes for an abstract."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's reply: its text as it came, how many requests it took, and the tokens the server counted."""

    text: str
    requests: int = 1
    tokens_in: int = 0
    tokens_out: int = 0


class Model(Protocol):
    """One model behind one API."""

    @property
    def name(self) -> str:
        """Its provenance: "google:NAME" or "openai:NAME"."""

    async def complete(self, system: str, user: str, schema: Schema) -> Completion:
        """Raises `ModelUnavailable` (down, over quota, slow, wrong key) or `ModelRefused` (blocked, too long)."""

    async def close(self) -> None: ...


log = structlog.get_logger()

_PATIENCE = 8.0
"""Seconds that a question waits by itself for a model that said when to come back; past that, others are asked."""

_PROBE = "You answer with one JSON object and nothing around it."
_PROBE_SCHEMA: Schema = {"type": "object", "properties": {"ok": {"type": "string"}}, "required": ["ok"]}


def enclosed(heading: str, text: str) -> str:
    """`text` between two lines with a mark that it does not hold: nothing in it can end it.

    The mark comes from the text itself, so that whoever wrote the text cannot know it, and equal texts make equal
    prompts.
    """
    mark = hashlib.sha256(text.encode()).hexdigest()[:16]
    while mark in text:
        mark = hashlib.sha256(mark.encode()).hexdigest()[:16]
    return f"=== data {mark} begins: {heading} ===\n{text}\n=== data {mark} ends ==="


class ModelClient:
    """One model, its budget and the clock."""

    def __init__(self, model: Model, clock: Clock, meter: Meter) -> None:
        self._model, self._clock, self._meter = model, clock, meter

    @property
    def name(self) -> str:
        return self._model.name

    async def ask(self, system: str, user: str, schema: Schema) -> str:
        """The reply's text. Raises `ModelUnavailable` or `ModelRefused`."""
        try:
            return await self._once(system, user, schema)
        except ModelUnavailable as error:
            wait = 1.0 if error.retry_after is None else error.retry_after
            if wait > _PATIENCE or isinstance(error, ModelTimedOut):
                raise
            await self._clock.sleep(wait)
            return await self._once(system, user, schema)

    async def probe(self) -> float:
        """Seconds that a tiny request takes. Raises `ModelUnavailable` or `ModelRefused`."""
        began = self._clock.now()
        if not (await self._once(_PROBE, 'Answer with {"ok": "yes"}.', _PROBE_SCHEMA)).strip():
            raise ModelRefused(f"{self.name} answered with nothing.")
        return (self._clock.now() - began).total_seconds()

    async def close(self) -> None:
        await self._model.close()

    async def _once(self, system: str, user: str, schema: Schema) -> str:
        await self._meter.admit()
        try:
            reply = await self._model.complete(system, user, schema)
        except (ModelUnavailable, ModelRefused) as error:
            await self._meter.record(self.name, 1, 0)
            log.info("model gave no answer", model=self.name, why=str(error))
            raise
        except BaseException:
            await self._meter.record(self.name, 1, 0)
            raise
        tokens = reply.tokens_in + reply.tokens_out
        await self._meter.record(self.name, reply.requests, tokens)
        log.info("model answered", model=self.name, requests=reply.requests, tokens=tokens)
        return reply.text
