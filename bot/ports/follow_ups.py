"""Papers that people liked or saved, and what became of them, as a port. See `bot.ports.store`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.model import ChatRef, FollowUp, WatchedPaper


class FollowUps(Protocol):
    """A paper is watched while somebody likes it or has saved it."""

    async def changed_papers(self, limit: int) -> list[WatchedPaper]:
        """Papers with such a vote that are not watched yet, and watched ones whose stored fields have changed."""

    async def watch(self, papers: Sequence[WatchedPaper], with_news: Collection[str], now: datetime) -> int:
        """Note that these papers were looked at as they are. For those in `with_news` (ids) write a follow-up for each
        chat that likes the paper, or where a person's private chat has saved it; returns how many.

        A chat that was not told yet of an earlier change keeps what it knows as `FollowUp.before`.
        """

    async def follow_ups(self, refs: Collection[ChatRef], *, limit: int) -> Mapping[ChatRef, list[FollowUp]]:
        """What these chats were not told yet of papers that they still like or have saved, oldest first, at most
        `limit` of each; chats without any are left out. `NewDigest.follow_ups` are told with the digest."""

    async def last_follow_up(self, ref: ChatRef, paper_id: str) -> FollowUp | None:
        """The last follow-up of a paper for a chat, told or not."""

    async def papers_to_ask(self, asked_before: datetime, limit: int) -> list[str]:
        """Ids of watched papers that arXiv was not asked for since then, the longest ago first."""

    async def note_asked(self, paper_ids: Collection[str], now: datetime) -> None:
        """Note that arXiv was asked for these papers."""

    async def forget_follow_ups(self, before: datetime) -> int:
        """Delete follow-ups that were found before then, and papers that nobody likes or has saved any more from those
        that are watched; returns how many follow-ups."""
