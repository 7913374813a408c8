"""A chat platform in memory for the pipeline's tests: accepts or fails as it is told, and keeps what it took."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.model import Chat, ChatRef, Digest, Outcome, Part, Platform, Sent, Unknown


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

    def parts(self, digest: Digest, chat: Chat) -> list[Part]:
        ids = [card.paper.id for card in (*digest.cards, *digest.also)]
        groups = [ids[at : at + self.per_part] for at in range(0, len(ids), self.per_part)]
        return [Part({"text": " ".join(group), "chat": str(chat.ref)}, tuple(group)) for group in groups]

    async def send(self, chat: ChatRef, part: Part, key: str) -> Outcome:
        outcome = self.script.pop(0) if self.script else Sent(str(len(self.accepted) + 1))
        stored = isinstance(outcome, Sent) or (self.stores_unknown and isinstance(outcome, Unknown))
        repeated = self.knows_keys and any(had == key for _, had, _ in self.accepted)
        if stored and not repeated:
            self.accepted.append((chat, key, part))
        return outcome

    async def find(self, chat: ChatRef, part: Part, key: str) -> str | None:
        if not self.knows_keys:
            return None
        return next((str(n) for n, (_, had, _) in enumerate(self.accepted) if had == key), None)

    def papers(self, chat: ChatRef) -> list[str]:
        """The papers that a chat got, in order."""
        return [paper for ref, _, part in self.accepted if ref == chat for paper in part.paper_ids]

    def fails(self, *outcomes: Outcome) -> None:
        self.script.extend(outcomes)
