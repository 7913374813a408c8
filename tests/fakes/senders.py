"""A chat platform in memory for the pipeline's tests: accepts or fails as scripted, and records what it accepted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import CannotTell, RetryLater
from bot.model import Chat, ChatRef, Digest, NotSent, Outcome, Part, Platform, Priority, Sent, Unknown


@dataclass
class FakePlatform:
    """Sender and renderer in one. `script` holds the outcomes of the next sends, in order; then all is accepted.

    An `Unknown` outcome in the script is one that was stored and then failed if `stores_unknown` is set.
    """

    platform: Platform = Platform.TELEGRAM
    per_part: int = 3
    stores_unknown: bool = False
    knows_keys: bool = False
    accepted: list[tuple[ChatRef, str, Part]] = field(default_factory=list)
    script: list[Outcome] = field(default_factory=list)
    no_turn: list[NotSent] = field(default_factory=list)
    """What the next waits for a turn yield."""
    hides: int = 0
    """How many of the next verifications are refused."""
    gates: dict[ChatRef, asyncio.Event] = field(default_factory=dict)
    """A send to one of these chats waits for its event before it is accepted."""
    turns: asyncio.Event | None = None
    """If set, all waits for a turn end with this event."""
    warned: list[tuple[ChatRef, str]] = field(default_factory=list)
    waiting: int = 0
    under_way: list[ChatRef] = field(default_factory=list)
    most_at_once: int = 0

    @property
    def can_verify(self) -> bool:
        """As on the real platforms: a bot can read its own messages on Discord only."""
        return self.platform is Platform.DISCORD

    def notice(self, paragraphs: Sequence[str]) -> Part:
        return Part({"text": "\n".join(paragraphs)})

    def parts(self, digest: Digest, chat: Chat) -> list[Part]:
        ids = [card.paper.id for card in (*digest.cards, *digest.also)]
        groups = [ids[at : at + self.per_part] for at in range(0, len(ids), self.per_part)]
        return [Part({"text": " ".join(group), "chat": str(chat.ref)}, tuple(group)) for group in groups]

    def forget(self) -> None: ...

    @asynccontextmanager
    async def turn(
        self, chat: ChatRef, part: Part, priority: Priority = Priority.DIGEST
    ) -> AsyncIterator[NotSent | None]:
        self.waiting += 1
        try:
            if self.turns is not None:
                await self.turns.wait()
        finally:
            self.waiting -= 1
        yield self.no_turn.pop(0) if self.no_turn else None

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:
        assert chat not in self.under_way, "one part of a chat at a time"
        self.under_way.append(chat)
        self.most_at_once = max(self.most_at_once, len(self.under_way))
        try:
            if chat in self.gates:
                await self.gates[chat].wait()
            return self._taken(chat, part, key)
        finally:
            self.under_way.remove(chat)

    def _taken(self, chat: ChatRef, part: Part, key: str) -> Outcome:
        outcome = self.script.pop(0) if self.script else Sent(str(len(self.accepted) + 1))
        stored = isinstance(outcome, Sent) or (self.stores_unknown and isinstance(outcome, Unknown))
        repeated = self.knows_keys and any(had == key for _, had, _ in self.accepted)
        if stored and not repeated:
            self.accepted.append((chat, key, part))
        return outcome

    async def warn(self, chat: ChatRef, text: str) -> None:
        self.warned.append((chat, text))

    async def find(self, chat: ChatRef, part: Part, key: str, since: datetime) -> str | None:
        if not self.can_verify:
            raise CannotTell("nobody can look there")
        if self.hides:
            self.hides -= 1
            raise RetryLater("not now")
        if not self.knows_keys:
            return None
        return next((str(n) for n, (_, had, _) in enumerate(self.accepted) if had == key), None)

    def papers(self, chat: ChatRef) -> list[str]:
        """The papers that a chat got, in order."""
        return [paper for ref, _, part in self.accepted if ref == chat for paper in part.paper_ids]

    def fails(self, *outcomes: Outcome) -> None:
        self.script.extend(outcomes)
