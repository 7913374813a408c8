"""arXiv as a port: listings, papers and full texts. Implemented by `bot.sources` and `bot.reading`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.model import Listing, Malformed, NamedPaper, Paper, PaperList, PaperRef, Reading


class PaperSource(Protocol):
    """arXiv.

    All requests pass one gate, so that a method may wait several seconds. Every method but `take_malformed` raises
    `SourceUnavailable` if arXiv does not serve.
    """

    async def listing(self, archives: Collection[str]) -> Listing:
        """Return today's announcement feed of these archives or categories ("cs", "math", "cs.CV")."""

    async def changed(self, first: date, last: date) -> Listing:
        """Return what was announced on these days (both included), inferred from OAI records.

        `Listing.day` is the last of these days, or today by arXiv's own clock if that is earlier, even earlier than all
        of them. Each entry has its own day.
        """

    async def submitted(self, archives: Collection[str], first: date, last: date) -> Sequence[Paper]:
        """Return the papers of these archives that were submitted from `first` to `last` (UTC), from the query API."""

    async def papers(self, refs: Collection[PaperRef]) -> Mapping[str, Paper]:
        """Return papers by id, without those that arXiv does not know.

        Raises `NoSuchPaper` if the only id asked for is not a valid one.
        """

    def take_malformed(self) -> Sequence[Malformed]:
        """Return the entries of API answers that could not be parsed since the last call."""

    async def license(self, paper_id: str) -> str | None:
        """Return the licence URL from the paper's OAI record; None if it has none."""


class PaperSearch(PaperSource, Protocol):
    """arXiv with its search, which only people's requests need. Both methods raise `SourceUnavailable`."""

    async def titled(self, named: Sequence[NamedPaper]) -> Sequence[Paper]:
        """Return papers whose titles have the words of these titles side by side, in no order; several titles share a
        request. Whoever asks compares them: a short title stands in many others."""

    async def by_author(self, name: str, most: int) -> Sequence[Paper]:
        """Return the papers of the authors with this name, submitted last first, at most `most`."""


class Library(Protocol):
    """A person's own library of references, such as Zotero."""

    async def papers(self) -> PaperList:
        """Return what it holds, the latest additions first. Raises `LibraryUnavailable`, and `BadSetting` if its key
        is not accepted."""


class Reader(Protocol):
    """Full texts of papers."""

    async def kept(self, paper: Paper) -> Reading | None:
        """Return the cached result of an earlier `read`, without any request; None if there is none."""

    async def read(self, paper: Paper) -> Reading:
        """Return the paper's text and figures from HTML or PDF; if there is neither, its abstract with `problem` set.

        Raises `SourceUnavailable` and nothing else.
        """


class CachedReadings(Protocol):
    """The readings that a reader keeps on disk, with their pictures."""

    async def trim(self, needed: Collection[str], most_bytes: int, now: datetime) -> int:
        """Delete readings until the others take no more than `most_bytes`; returns how many.

        The longest unused go first, none of the papers in `needed` (ids), and none that was used lately. Raises
        `OSError`.
        """
