"""What is needed of arXiv: listings, papers and full texts. Implemented by `bot.sources` and `bot.reading`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

from bot.model import Listing, Malformed, Paper, PaperRef, Reading


class PaperSource(Protocol):
    """arXiv. Every method waits its turn at the one gate and raises `SourceUnavailable` when arXiv does not serve."""

    async def listing(self, archives: Collection[str]) -> Listing:
        """Today's announcement feed of these archives or categories ("cs", "math", "cs.CV")."""

    async def changed(self, first: date, last: date) -> Listing:
        """What was announced on these days, inferred from OAI records.

        `Listing.day` is the newest of these days that has come by arXiv's own clock, which may be before all of them;
        the entries carry their own day.
        """

    async def submitted(self, archives: Collection[str], first: date, last: date) -> Sequence[Paper]:
        """Papers of these archives submitted from `first` to `last`, as the query API has them."""

    async def papers(self, refs: Collection[PaperRef]) -> Mapping[str, Paper]:
        """Papers by id; ids that arXiv does not know are absent."""

    def take_malformed(self) -> Sequence[Malformed]:
        """Entries of API answers that could not be read, since this was last asked."""

    async def license(self, paper_id: str) -> str | None:
        """The licence URL from the paper's OAI record, None where it has none."""


class Reader(Protocol):
    """Full texts."""

    async def kept(self, paper: Paper) -> Reading | None:
        """What `read` gave before, if it is there without asking anybody."""

    async def read(self, paper: Paper) -> Reading:
        """The paper's text and figures, from HTML, PDF, or (with `problem` set) its abstract.

        Raises `SourceUnavailable` only.
        """
