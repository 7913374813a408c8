"""What a chat has received, to look through: saved papers, searches, references and past digests."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.arxiv import ids
from bot.conversation.library_results import (
    FoundInChat,
    NothingToSearch,
    PastDigests,
    References,
    SavedPapers,
    SearchExpired,
)
from bot.conversation.paper_results import NotALink
from bot.conversation.results import Busy, Incomplete, Requester, Stale
from bot.conversation.topic_results import topic_key
from bot.decisions.search_order import in_order
from bot.errors import RetryLater
from bot.model import Card, ChatRef, FoundPapers, Kept, Paper, PaperList, SummaryKey, VoteKind
from bot.references import CitationFormat, cite, file_content, read_words
from bot.topics.search_words import search_terms, with_prefixes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.conversation.dependencies import FindPapers
    from bot.conversation.paper_votes import PaperVotes
    from bot.ports import Clock, Store

PAGE = 10
"""Papers of a page, as in a digest: each has its number on a button."""

DIGESTS_PAGE = 7
"""Digests of a page: a week of them."""

MOST_REACHED = 200
"""Papers of a search that can be looked at; who needs more adds a word."""

MOST_CITED = 50
"""Papers that one /cite may name."""

MOST_PUBLIC = 20
"""Papers that answer a search outside of any chat."""

LONGEST_SEARCH = 200
"""Characters of a search that count."""

_KIND = "search"
_LASTS = timedelta(days=7)


def owner_key(requester: Requester) -> str:
    """Four hexadecimal digits that tell a person's list from those of others, for buttons."""
    return topic_key(requester.user_id)[:4]


class Library:
    """Everybody in a chat may look, each at what they have saved and at what the chat has received."""

    def __init__(self, store: Store, clock: Clock, find: FindPapers, votes: PaperVotes) -> None:
        self._store, self._clock, self._find, self._votes = store, clock, find, votes

    # ── saved papers ──

    async def saved(
        self, requester: Requester, ref: ChatRef, first: int = 0, *, is_removing: bool = False
    ) -> SavedPapers:
        """A page of what a person has saved in a chat; what others have saved there is shown to nobody."""
        paper_ids = await self._votes.saved_ids(requester, ref)
        # Somebody may have removed the only paper of the last page.
        first = min(first, max(len(paper_ids) - 1, 0) // PAGE * PAGE)
        papers = await self._papers(paper_ids[first : first + PAGE])
        return SavedPapers(papers, first, len(paper_ids), owner_key(requester), is_removing)

    async def remove(self, requester: Requester, ref: ChatRef, paper_id: str, first: int = 0) -> SavedPapers | Stale:
        """Take a paper from what a person has saved, and show the rest; again and again, nothing changes any more."""
        paper = ids.parse_id(paper_id)
        if paper is None:
            return Stale()
        if VoteKind.SAVED in await self._votes.of_person(requester, ref, paper.id):
            await self._votes.vote(requester, ref, paper.id, VoteKind.SAVED)
        return await self.saved(requester, ref, first, is_removing=True)

    async def saved_references(self, requester: Requester, ref: ChatRef, form: CitationFormat) -> References:
        """All that a person has saved in a chat, as references."""
        papers = await self._papers(await self._votes.saved_ids(requester, ref))
        return await asyncio.to_thread(_references, papers, form, are_saved=True)

    # ── references ──

    async def cite(
        self, given: str, form: CitationFormat = CitationFormat.BIBTEX
    ) -> References | Busy | NotALink | Incomplete:
        """References to the papers whose ids or links are in a text; arXiv is asked for those that are not stored."""
        if not given.strip():
            return Incomplete("cite")
        wanted = read_words(given)
        if not wanted:
            reason = ids.resolve(given.strip())
            return NotALink(given.strip(), reason.why if isinstance(reason, ids.NotAPaperLink) else "")
        try:
            found = await self._find.listed(PaperList(wanted.ids[:MOST_CITED]))
        except RetryLater as error:
            return Busy(str(error), error.retry_after)
        return await asyncio.to_thread(_references, found.papers, form, found=found)

    # ── searching ──

    async def search(
        self, requester: Requester, ref: ChatRef, typed: str
    ) -> FoundInChat | NothingToSearch | Incomplete:
        """Search in everything that the chat has received; see `search_terms` for what may be typed."""
        typed = " ".join(typed.split())[:LONGEST_SEARCH]
        if not typed:
            return Incomplete("search")
        now, key = self._clock.now(), topic_key(f"{ref} {typed}")
        found = await self._found(requester, ref, typed, key, 0)
        if isinstance(found, FoundInChat) and found.total > PAGE:
            await self._store.keep(Kept(ref, _KIND, key, {"typed": typed}, now + _LASTS), now)
        return found

    async def more(
        self, requester: Requester, ref: ChatRef, key: str, first: int
    ) -> FoundInChat | NothingToSearch | SearchExpired:
        """Another page of a search with this key."""
        kept = await self._store.kept(ref, _KIND, key, self._clock.now())
        if kept is None:
            return SearchExpired()
        return await self._found(requester, ref, str(kept.value["typed"]), key, first)

    async def _found(
        self, requester: Requester, ref: ChatRef, typed: str, key: str, first: int
    ) -> FoundInChat | NothingToSearch:
        terms = search_terms(typed)
        if not terms:
            return NothingToSearch(typed)
        person = await self._votes.person(requester, ref)
        found, total = await self._store.search_received(ref, person, terms, MOST_REACHED)
        is_widened = not found
        if is_widened:
            found, total = await self._store.search_received(ref, person, with_prefixes(terms), MOST_REACHED)
        ordered = in_order(found, self._clock.now().date())
        page = ordered[first : first + PAGE]
        papers = await self._store.papers([each.paper_id for each in page])
        shown = tuple((papers[each.paper_id], each.day) for each in page if each.paper_id in papers)
        return FoundInChat(typed, key, shown, first, total, len(ordered), is_widened=is_widened and total > 0)

    async def public(self, typed: str, language: str) -> tuple[Card, ...]:
        """Announced papers that a text finds, each with a summary in that language if one is there.

        They are the same for everybody: no chat and no person counts.
        """
        named = read_words(typed)
        paper_ids = list(named.ids[:MOST_PUBLIC])
        if not paper_ids:
            terms = search_terms(typed[:LONGEST_SEARCH])
            found = await self._store.search(terms, MOST_PUBLIC) if terms else []
            found = found or (await self._store.search(with_prefixes(terms), MOST_PUBLIC) if terms else [])
            paper_ids = [each.paper_id for each in in_order(found, self._clock.now().date())]
        else:
            known = await self._store.announced_ids(paper_ids)
            paper_ids = [paper_id for paper_id in paper_ids if paper_id in known]
        papers = await self._papers(paper_ids)
        keys = {paper.id: SummaryKey(paper.id, paper.version, language) for paper in papers}
        summaries = await self._store.summaries(list(keys.values()))
        return tuple(Card(paper, summary=summaries.get(keys[paper.id])) for paper in papers)

    # ── past digests ──

    async def history(self, ref: ChatRef, first: int = 0) -> PastDigests:
        """A page of the digests that the chat received."""
        digests, total = await self._store.sent_digests(ref, first, DIGESTS_PAGE)
        return PastDigests(tuple(digests), first, total)

    async def _papers(self, paper_ids: Sequence[str]) -> tuple[Paper, ...]:
        papers = await self._store.papers(paper_ids)
        return tuple(papers[paper_id] for paper_id in paper_ids if paper_id in papers)


def _references(
    papers: tuple[Paper, ...], form: CitationFormat, *, are_saved: bool = False, found: FoundPapers | None = None
) -> References:
    # In a thread: a thousand saved papers take half a second.
    text = cite(papers, form)
    return References(papers, form, text, file_content(text, form), are_saved, found or FoundPapers())
