"""The interface of every provider's model, and a client that asks one inside the budget."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from bot.errors import ModelRefused
from bot.ports import Clock
from bot.providers.budget import Meter
from bot.providers.metered_requests import MOST_FORMS, SHORT_WAIT_SECONDS, MeteredRequests, RequestFormRefused
from bot.providers.slots import Turn

Schema = dict[str, Any]
"""A JSON schema without references, which all servers accept."""

TIMEOUT_SECONDS = 180.0
"""Time after which a request is given up; a small model on a CPU needs minutes for an abstract."""

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

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


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


class ModelClient:
    """One model with its budget and the clock. Clients of one meter share its slots and pauses."""

    def __init__(self, model: Model, clock: Clock, meter: Meter) -> None:
        self._model, self._clock = model, clock
        self._requests = MeteredRequests(model.name, clock, meter)

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
        request = partial(self._model.complete, system, user, schema)
        tokens = _estimated_tokens(system, user)
        return (await self._requests.send(request, tokens, patience=patience, turn=turn)).text

    async def probe(self) -> float:
        """Seconds that a tiny request takes. Raises `ModelUnavailable` or `ModelRefused`."""
        # No retry: the operator wants to see the first error. Outside the budget: of a small one, two models that are
        # checked would leave nothing for the day's summaries.
        began = self._clock.now()
        for _ in range(MOST_FORMS):
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


def _estimated_tokens(system: str, user: str) -> int:
    """Tokens of a request and its reply, which is shorter than long texts; that of a short one is a summary as well."""
    asked = (len(system) + len(user)) // _CHARACTERS_PER_TOKEN
    return asked + min(max(asked // 2, _SHORT_REPLY_TOKENS), _LONGEST_REPLY_TOKENS)
