"""The question which chat a command is about, where several may be meant."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from bot.conversation.beginning_results import WhichChat
from bot.model import ChatRef, Kept
from bot.ports import Clock, KeptValues

LASTS = timedelta(hours=1)
"""How long the buttons of a question work."""

_KIND = "which chat"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chat that may be meant, its title ("" for the chat that was asked in), and the command's line for it."""

    chat: ChatRef
    title: str
    line: str


class ChatChoices:
    """Keeps a command until somebody says which chat it is about. What they may do there is checked then."""

    def __init__(self, store: KeptValues, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def ask(self, where: ChatRef, command: str, candidates: tuple[Candidate, ...]) -> WhichChat:
        """The question, for a chat `where` its buttons are shown."""
        now, key = self._clock.now(), secrets.token_hex(6)
        lines = {each.chat.id: each.line for each in candidates}
        await self._store.keep(Kept(where, _KIND, key, {"command": command, "lines": lines}, now + LASTS), now)
        return WhichChat(tuple((each.chat, each.title) for each in candidates), key)

    async def chosen(self, where: ChatRef, key: str, chat: ChatRef) -> tuple[str, str] | None:
        """The command and its line for the chosen chat; None for a question that is over or was never asked."""
        kept = await self._store.kept(where, _KIND, key, self._clock.now())
        line = kept.value["lines"].get(chat.id) if kept else None
        return (str(kept.value["command"]), str(line)) if kept is not None and line is not None else None
