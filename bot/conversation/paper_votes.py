"""Votes on papers by the people of a chat."""

from __future__ import annotations

from bot.arxiv import ids
from bot.conversation.results import Requester, Stale
from bot.conversation.vote_results import PaperNotKept, SavedPapers, Voted, VoteNotKept, VoteOptions
from bot.model import ChatRef, VoteKind
from bot.ports import Clock, Store

MOST_SAVED = 20
"""Saved papers that are listed: about a screen and a half of a phone."""


class PaperVotes:
    """Everybody in a chat may vote, each for themself. A chat that is not stored is not created for a vote."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    async def options(self, paper_id: str) -> VoteOptions | PaperNotKept | Stale:
        """How one may vote on a paper."""
        ref = ids.parse_id(paper_id)
        if ref is None:
            return Stale()
        paper = await self._store.paper(ref.id)
        return PaperNotKept(ref.id) if paper is None else VoteOptions(paper)

    async def vote(
        self, requester: Requester, ref: ChatRef, paper_id: str, kind: VoteKind
    ) -> Voted | VoteNotKept | PaperNotKept | Stale:
        """Store a person's vote; a second vote of the same kind for the same paper takes it back."""
        found = await self.options(paper_id)
        if not isinstance(found, VoteOptions):
            return found
        if await self._store.chat(ref) is None:
            return VoteNotKept()
        paper, person, now = found.paper, requester.user_id, self._clock.now()
        try:
            is_new = await self._store.vote(ref, person, [paper.id], kind, now)
        except LookupError:  # the chat was forgotten meanwhile
            return VoteNotKept()
        if is_new:
            return Voted(paper, kind)
        # Of three presses at once the third finds nothing to delete: the second has taken the vote back.
        await self._store.take_back(ref, person, paper.id, kind, now)
        return Voted(paper, kind, is_taken_back=True)

    async def opened(self, requester: Requester, ref: ChatRef, paper_id: str) -> None:
        """Note that a person looked closer at a paper, if the chat and the paper are stored."""
        try:
            await self._store.vote(ref, requester.user_id, [paper_id], VoteKind.OPENED, self._clock.now())
        except LookupError:
            return

    async def saved(self, requester: Requester, ref: ChatRef) -> SavedPapers:
        """What a person has saved in a chat; what others have saved there is shown to nobody."""
        votes = [vote for vote in await self._store.votes_of(ref) if vote.person == requester.user_id]
        ids_of_saved = [vote.paper_id for vote in reversed(votes) if vote.kind is VoteKind.SAVED]
        papers = await self._store.papers(ids_of_saved[:MOST_SAVED])
        shown = tuple(papers[paper_id] for paper_id in ids_of_saved[:MOST_SAVED] if paper_id in papers)
        return SavedPapers(shown, len(ids_of_saved) - len(shown))
