"""Takes changes back that were made in the last ten minutes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from bot.model import JSON, ChatRef, Kept
from bot.ports import Clock, KeptValues

LASTS = timedelta(minutes=10)
"""How long a change can be taken back."""

_KIND = "undo"


@dataclass(frozen=True, slots=True)
class FollowAgain:
    """Subscribe the chat to a topic again, as it was."""

    topic: str
    since: date


@dataclass(frozen=True, slots=True)
class Unfollow:
    """Unsubscribe the chat from a topic."""

    topic: str


@dataclass(frozen=True, slots=True)
class Restore:
    """Give fields of `Chat` the values that they had, as `fields_json` of `bot.conversation.undo` writes them."""

    fields: JSON


Step = FollowAgain | Unfollow | Restore


class Undo:
    """Keeps what takes a change back, in the order in which it is to be done."""

    def __init__(self, store: KeptValues, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def offer(self, ref: ChatRef, *steps: Step) -> str:
        """Keep the steps that take a change of the chat back; returns the key for the button."""
        now, key = self._clock.now(), secrets.token_hex(6)
        value: JSON = {"steps": [_json(step) for step in steps]}
        await self._store.keep(Kept(ref, _KIND, key, value, now + LASTS), now)
        return key


def _json(step: Step) -> JSON:
    match step:
        case FollowAgain(topic, since):
            return {"do": "follow", "topic": topic, "since": since.isoformat()}
        case Unfollow(topic):
            return {"do": "unfollow", "topic": topic}
        case Restore(fields):
            return {"do": "restore", "fields": fields}
