"""Small things that are remembered for a while: offers, questions, what can be undone, cards that are open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.digests import JSON
from bot.model.platforms import ChatRef


@dataclass(frozen=True, slots=True)
class Kept:
    """A value of a kind under a key, until a time (UTC). It is deleted with its chat.

    `kind` names who understands the value ("undo", "question"); `key` is unique within the kind and the chat.
    """

    chat: ChatRef
    kind: str
    key: str
    value: JSON
    until: datetime
