"""What a model summarizer needs of a model: one prompt in, one text out, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

Schema = dict[str, Any]
"""A JSON schema without references, as all servers take it."""

TIMEOUT = 180.0
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
