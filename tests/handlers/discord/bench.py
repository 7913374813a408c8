"""A channel that follows a topic, and the digests that are sent there."""

from __future__ import annotations

from typing import Any

from bot.model import Chat, Digest, Style, VoteKind
from bot.storage.store import SqlStore
from handlers.discord.app import DiscordApp
from handlers.discord.cards import DiscordRenderer
from tests.fakes.clock import FakeClock
from tests.fakes.discord import FakeDiscord
from tests.fakes.discord_limits import walk
from tests.fakes.pipeline import made_up_digest
from tests.handlers.discord.samples import chat


class Bench:
    """A channel that follows a topic, and the digests that were sent there."""

    def __init__(self, app: DiscordApp, dc: FakeDiscord, store: SqlStore, clock: FakeClock) -> None:
        self.app, self.dc, self.store, self.clock = app, dc, store, clock

    async def digest_in(
        self, channel: int, digest: Digest | None = None, style: Style = Style.CARDS
    ) -> list[dict[str, Any]]:
        """The components, nested ones too, of a digest sent there, of papers that the store knows."""
        digest = digest or made_up_digest(2)
        await self.store.remember([card.paper for card in digest.cards], self.clock.now())
        before = len(self.dc.world.accepted)
        for number, part in enumerate(DiscordRenderer().parts(digest, Chat(chat(channel), style=style))):
            await self.app.sender.send(chat(channel), part, f"{channel}|{number}")
        sent = [each["message"]["components"] for each in self.dc.world.accepted[before:]]
        return [component for components in sent for component in walk(components)]


def button(components: list[dict[str, Any]], sign: str, paper_id: str) -> str:
    """The custom_id of a paper's button."""
    found = [each for each in components if each.get("label") == sign and paper_id in each["custom_id"]]
    return str(found[0]["custom_id"])


async def votes(store: SqlStore, channel: int) -> set[tuple[str, str, VoteKind]]:
    return {(vote.person, vote.paper_id, vote.kind) for vote in await store.votes_of(chat(channel))}
