"""Papers that a person names, by a list or by their author → papers in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot import topics
from bot.errors import NoSuchPaper
from bot.model import FoundPapers, NamedPaper, Paper, PaperList, PaperRef
from bot.ports import Clock, PaperSearch, Store
from bot.references import is_same_paper
from bot.topics import matching
from bot.topics.indexed_paper import IndexedPaper

MOST_TITLES = 20
"""Titles of one list that arXiv is asked for."""

MOST_BY_AUTHOR = 100
"""Papers of one author, the latest."""


@dataclass(frozen=True, slots=True)
class PaperFinder:
    """Implements `bot.conversation.FindPapers`. Every method may raise `SourceUnavailable`."""

    store: Store
    source: PaperSearch
    clock: Clock

    async def listed(self, wanted: PaperList) -> FoundPapers:
        """Return the papers of a list. Those that are not stored come from arXiv, many with one request."""
        by_id = dict(await self.store.papers(wanted.ids))
        if missing := [PaperRef(paper_id) for paper_id in wanted.ids if paper_id not in by_id]:
            by_id |= await self._fetched(missing)
        searched = wanted.named[:MOST_TITLES]
        by_title = await self._titled(searched)
        await self.store.remember(list(by_title.values()), self.clock.now())
        papers = [by_id[paper_id] for paper_id in wanted.ids if paper_id in by_id]
        papers += [by_title[named] for named in searched if named in by_title]
        return FoundPapers(
            tuple({paper.id: paper for paper in papers}.values()),
            tuple(paper_id for paper_id in wanted.ids if paper_id not in by_id),
            tuple(named.title for named in searched if named not in by_title),
            len(wanted.named) - len(searched),
        )

    async def by_author(self, name: str) -> FoundPapers:
        """Return the latest papers of the authors with this name, as `au:"…"` matches it. Raises `BadTopic`."""
        topic = topics.parse(author_topic(name))
        found = await self.source.by_author(name, MOST_BY_AUTHOR)
        papers = [paper for paper in found if matching.satisfies(topic, IndexedPaper(paper))]
        await self.store.remember(papers, self.clock.now())
        return FoundPapers(tuple(papers))

    async def _fetched(self, refs: Sequence[PaperRef]) -> dict[str, Paper]:
        try:
            found = dict(await self.source.papers(refs))
        except NoSuchPaper:  # the only id, and not a valid one
            return {}
        await self.store.remember(list(found.values()), self.clock.now())
        return found

    async def _titled(self, named: Sequence[NamedPaper]) -> dict[NamedPaper, Paper]:
        candidates = await self.source.titled(named) if named else ()
        found = {}
        for each in named:
            paper = next((paper for paper in candidates if is_same_paper(each, paper)), None)
            if paper is not None:
                found[each] = paper
        return found


def author_topic(name: str) -> str:
    """The topic of the papers by an author with this name."""
    return 'au:"{}"'.format(name.replace('"', " ").strip())
