"""An arXiv for conversations that has every paper but one, made up from its id, and a search in those it is given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from bot.errors import SourceUnavailable
from bot.model import Listing, Malformed, NamedPaper, Paper, PaperRef
from bot.pipeline.named_papers import PaperFinder
from bot.ports import Clock, Store
from bot.topics.text import raw_words
from tests.fakes.clock import FakeClock
from tests.fakes.pipeline import UNKNOWN, made_up_card


class MadeUpSearch:
    """Implements `bot.ports.PaperSearch`. `requests` are counted; `down` is raised instead of an answer."""

    def __init__(self, papers: Sequence[Paper] = ()) -> None:
        self.given = {paper.id: paper for paper in papers}
        self.requests = 0
        self.down: SourceUnavailable | None = None

    def _ask(self) -> None:
        self.requests += 1
        if self.down is not None:
            raise self.down

    async def papers(self, refs: Collection[PaperRef]) -> Mapping[str, Paper]:
        self._ask()
        return {ref.id: self.given.get(ref.id) or made_up_card(ref.id).paper for ref in refs if ref.id != UNKNOWN}

    async def titled(self, named: Sequence[NamedPaper]) -> Sequence[Paper]:
        self._ask()
        wanted = [f" {' '.join(raw_words(each.title))} " for each in named]
        found = {paper.id: f" {' '.join(raw_words(paper.title))} " for paper in self.given.values()}
        return [self.given[paper_id] for paper_id, title in found.items() if any(each in title for each in wanted)]

    async def by_author(self, name: str, most: int) -> Sequence[Paper]:
        self._ask()
        # Initials are no names to a search, and it finds more than was meant.
        words = {word for word in raw_words(name) if len(word) > 1}
        return [each for each in self.given.values() if any(words & set(raw_words(a)) for a in each.authors)][:most]

    # Listings, which no conversation asks for.

    async def listing(self, archives: Collection[str]) -> Listing:
        return Listing(None)

    async def changed(self, first: date, last: date) -> Listing:
        return Listing(last)

    async def submitted(self, archives: Collection[str], first: date, last: date) -> Sequence[Paper]:
        return ()

    def take_malformed(self) -> Sequence[Malformed]:
        return ()

    async def license(self, paper_id: str) -> str | None:
        return None


def finder(store: Store, search: MadeUpSearch | None = None, clock: Clock | None = None) -> PaperFinder:
    """What `Conversation` finds papers with."""
    return PaperFinder(store, search or MadeUpSearch(), clock or FakeClock())
