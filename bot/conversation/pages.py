"""Further papers of a digest that was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation.card_results import DigestPage
from bot.conversation.results import Stale
from bot.model import MOST_RANKED

if TYPE_CHECKING:
    from bot.conversation.chat_records import ChatRecords
    from bot.conversation.dependencies import CardSource
    from bot.model import ChatRef

PAGE = 10
"""Papers of each page but the first."""


class Pages:
    def __init__(self, chats: ChatRecords, source: CardSource) -> None:
        self._chats, self._source = chats, source

    async def next(self, ref: ChatRef, slot: str, first: int) -> DigestPage | Stale:
        """Papers of the chat's digest with this `digest_slot_key`, from number `first` on (the best is 0): the first
        page as the digest was sent, in the size of the chat, every further one of `PAGE`."""
        if not 0 <= first < MOST_RANKED:
            return Stale()
        chat = await self._chats.as_stored(ref)
        digest = await self._source.page(chat, slot, first, PAGE if first else chat.size)
        if digest is None or not digest.cards:
            return Stale()
        return DigestPage(digest, first, slot, digest.ranked)
