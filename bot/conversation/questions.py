"""Questions of the bot that the next message of the person answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.model import JSON, ChatRef, Kept
from bot.ports import Clock, KeptValues

LASTS = timedelta(minutes=10)
"""How long the next message counts as the answer."""

_KIND = "question"


@dataclass(frozen=True, slots=True)
class Question:
    """`asked` names what the answer is for ("timezone", "topic"); `about` is the chat that it is about."""

    asked: str
    about: ChatRef
    data: JSON


class Questions:
    """At most one open question for each person in each chat: a new one replaces the one before."""

    def __init__(self, store: KeptValues, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def ask(self, where: ChatRef, person: str, question: Question) -> None:
        """Take the next message of this person in the chat `where` as the answer."""
        now = self._clock.now()
        value: JSON = {"asked": question.asked, "about": str(question.about), "data": question.data}
        await self._store.keep(Kept(where, _KIND, person, value, now + LASTS), now)

    async def answered(self, where: ChatRef, person: str) -> Question | None:
        """The open question, which is closed by this; None if there is none."""
        kept = await self._store.take_kept(where, _KIND, person, self._clock.now())
        if kept is None:
            return None
        return Question(str(kept.value["asked"]), ChatRef.parse(str(kept.value["about"])), kept.value["data"])
