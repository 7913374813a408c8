"""Papers, their announcements and the ledger of listings as ports. See `bot.ports.store`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.model import Announced, Ingested, ListingRecord, Malformed, Paper


class PaperTexts(Protocol):
    """The texts of many papers, to count words over them."""

    async def latest_texts(self, limit: int) -> list[str]:
        """Title and abstract, with an empty line between them, of the papers that were stored last, newest first.

        Raises `StoreUnavailable`.
        """


class Papers(PaperTexts, Protocol):
    """Papers, announcements and the ledger of listings."""

    async def ingest(self, announced: Sequence[Announced], now: datetime) -> Ingested:
        """Write papers and announcements in one transaction; announcements that are stored already stay.

        A newer version updates a paper, an older one never does. Fields that the new record lacks (comment, dates,
        licence) keep their value, and categories are joined (the primary one stays first).
        """

    async def remember(self, papers: Sequence[Paper], now: datetime) -> None:
        """Write papers from the API's records, or complete stored ones, without announcing them."""

    async def paper(self, paper_id: str) -> Paper | None: ...

    async def papers(self, paper_ids: Collection[str]) -> Mapping[str, Paper]: ...

    async def papers_titled(self, words: Collection[str], most: int = 20) -> list[Paper]:
        """Papers whose titles hold all of these words, as letters anywhere in them, whatever their case."""

    async def announced_ids(
        self, paper_ids: Collection[str], before: date | None = None, since: date | None = None
    ) -> set[str]:
        """Those of the ids that an announcement names; if given, on a day before `before`, and on `since` or later."""

    async def incomplete(self, since: date) -> list[str]:
        """Ids announced on that day or later whose record the API has not completed."""

    async def announcements(self, first: date, last: date) -> list[Announced]:
        """All announcements of these days (both included), oldest first."""

    async def announcement_of(self, paper_id: str) -> Announced | None:
        """The first announcement of a paper as new or cross-listed; if there is none, its first announcement."""

    async def announcements_of(self, paper_id: str) -> list[Announced]:
        """All announcements of a paper, in the order of their days."""

    async def set_aside(self, entries: Sequence[Malformed], now: datetime) -> None:
        """Store malformed entries; an entry that is stored already is not stored again."""

    async def malformed(self, limit: int = 100, since: date | None = None) -> list[Malformed]:
        """Stored malformed entries, newest first; with `since`, only those of listings from that day on."""

    async def record_listing(self, records: Sequence[ListingRecord]) -> None:
        """Write lines of the ledger. A line for the same day and archive is replaced, but never a complete line by an
        incomplete one."""

    async def listings(self, since: date) -> list[ListingRecord]: ...

    async def latest_day(self) -> date | None:
        """The latest listing day with an announcement. Days that were in the future when the newest announcement was
        written are ignored, unless there are no others."""
