"""Cards of single papers of a chat, and further pages of its digests, at once: from what is stored, else extractive.

Implements `bot.conversation.CardSource`.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.decisions import digest_content, matches
from bot.decisions.digest_content import SummaryOptions
from bot.model import (
    Candidate,
    Card,
    Chat,
    Depth,
    Digest,
    Paper,
    Summary,
    SummaryRequest,
    slot_of_key,
)
from bot.pipeline.ranked import ranked
from bot.pipeline.whereabouts import TopicMatches
from bot.ports import Clock, Makers, Reader, Relevance, Store

NOT_ASKED = "no model was asked for papers past the first ones"


class ChatCards:
    """Every method raises `StoreUnavailable`."""

    def __init__(self, store: Store, relevance: Relevance, makers: Makers, reader: Reader, clock: Clock) -> None:
        self._store, self._relevance, self._makers, self._reader = store, relevance, makers, reader
        self._clock = clock

    async def card(self, chat: Chat, paper: Paper, depth: Depth) -> Card | None:
        """Return the card of a paper with its stored summary in the chat's language, and why the chat got it.

        For `Depth.BRIEF` a deep summary may stand in, else sentences of the abstract; None if there is no deep summary.
        A withdrawn paper has no summary.
        """
        stored = await self._stored(chat, [paper], (depth,) if depth is Depth.DEEP else (chat.depth, *Depth))
        if depth is Depth.DEEP and paper.id not in stored:
            return None
        found = (await self._candidates(chat, [paper])).get(paper.id)
        summaries = {} if paper.withdrawn else stored or await self._extracted(chat, [paper])
        return await self._card(paper, found, summaries.get(paper.id))

    async def page(self, chat: Chat, slot: str, first: int, count: int) -> Digest | None:
        """Return `count` papers of the digest that the chat got for a `digest_slot_key`, from number `first` on; None
        if it is not kept."""
        order = await self._store.ranked_papers(chat.ref, slot_of_key(slot), first, count)
        if order is None:
            return None
        known = await self._store.papers(order.paper_ids)
        papers = [known[paper_id] for paper_id in order.paper_ids if paper_id in known]
        summaries = await self._stored(chat, papers, (chat.depth, *Depth))
        summaries |= await self._extracted(chat, [paper for paper in papers if paper.id not in summaries])
        found = await self._candidates(chat, papers)
        shown = [await self._card(paper, found.get(paper.id), summaries.get(paper.id)) for paper in papers]
        return Digest(
            topics=order.topics,
            window=order.window,
            announced=await self._store.counts(order.window.first, order.window.last),
            matched=order.total,
            cards=tuple(shown),
            language=chat.language,
            slot=slot,
            ranked=order.kept,
        )

    async def _card(self, paper: Paper, found: Candidate | None, summary: Summary | None) -> Card:
        is_deep = summary is not None and summary.key.depth is Depth.DEEP
        return digest_content.card(
            paper,
            announcement=found.announced.announcement if found else None,
            matches=found.matches if found else (),
            reasons=found.reasons if found else (),
            summary=summary,
            # Only a reading that is kept: nobody waits for arXiv here.
            reading=await self._reader.kept(paper) if is_deep else None,
        )

    async def _stored(self, chat: Chat, papers: Sequence[Paper], depths: Sequence[Depth]) -> dict[str, Summary]:
        """The first stored summary of each paper among those of these depths, by paper id."""
        keys = [SummaryOptions(chat.language, depth).key(paper) for depth in depths for paper in papers]
        summaries = await self._store.summaries(keys)
        found: dict[str, Summary] = {}
        for key in keys:
            if key in summaries:
                found.setdefault(key.paper_id, summaries[key])
        return found

    async def _extracted(self, chat: Chat, papers: Sequence[Paper]) -> dict[str, Summary]:
        """Summaries without a model, by paper id; they are not stored, so that a model's can still be made."""
        options = SummaryOptions(chat.language)
        requests = [SummaryRequest(options.key(paper), paper) for paper in papers if not paper.withdrawn]
        made = [await self._makers.extractive_instead(each, NOT_ASKED) for each in requests]
        return {summary.key.paper_id: summary for summary in made}

    async def _candidates(self, chat: Chat, papers: Sequence[Paper]) -> dict[str, Candidate]:
        """The papers as candidates of the chat: the topics that match them, and the reasons, by paper id."""
        queries = [subscription.topic for subscription in await self._store.subscriptions(chat.ref)]
        topics = TopicMatches(self._store)
        candidates: list[Candidate] = []
        alone: dict[str, Candidate] = {}
        for paper in papers:
            entries = [each for each in await self._store.announcements_of(paper.id) if each.announcement.kind.delivers]
            if not entries:
                continue
            found = await topics.of(queries, entries)
            entry = next(iter(found.values()), entries[0])
            candidate = Candidate(entry, tuple(matches.match_of(query, paper) for query in found))
            # Why an unmatched paper would stand at its place says nothing about why it came.
            if found:
                candidates.append(candidate)
            else:
                alone[paper.id] = candidate
        return alone | await self._explained(chat, candidates)

    async def _explained(self, chat: Chat, candidates: Sequence[Candidate]) -> dict[str, Candidate]:
        if not candidates:
            return {}
        model = (await self._store.models_of([chat.ref])).get(chat.ref)
        order = await ranked(self._store, self._relevance, candidates, self._clock.now(), model=model)
        return {each.announced.paper.id: each for each in order}
