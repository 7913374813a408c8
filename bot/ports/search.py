"""Full-text search in papers as a port. See `bot.ports.store`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.model import ChatRef, FoundPaper, PaperWords, SearchTerm, UnindexedPaper


class TextSearch(Protocol):
    """An index of the words of all stored papers.

    A paper that is written, or gets a summary, waits to be indexed from the same transaction on.
    """

    async def unindexed(self, limit: int) -> list[UnindexedPaper]:
        """Papers that wait to be indexed, with their summaries in other languages than English."""

    async def save_words(self, words: Sequence[PaperWords]) -> None:
        """Replace what the index has of these papers. One whose texts have changed meanwhile goes on waiting."""

    async def search(self, terms: Sequence[SearchTerm], limit: int) -> list[FoundPaper]:
        """Announced papers that satisfy all terms, at most `limit`, those that match best first."""

    async def search_received(
        self, ref: ChatRef, person: str, terms: Sequence[SearchTerm], limit: int
    ) -> tuple[list[FoundPaper], int]:
        """Those that the chat has received or this person has voted on there, and how many there are in all.

        Received are the papers of all its digests: those that were shown and those that could be asked for.
        """
