"""Looking ahead and behind: the next digest, what became of a paper, and what a chat's votes have taught."""

from __future__ import annotations

from bot.arxiv import ids
from bot.conversation.chat_records import ChatRecords
from bot.conversation.dependencies import Insight
from bot.conversation.insight_results import (
    ConfirmUnlearn,
    Explained,
    Learned,
    NothingLearned,
    Preview,
    Unlearned,
)
from bot.conversation.paper_results import NotALink
from bot.conversation.results import Incomplete, NotAllowed, NothingNow, Requester
from bot.locales import _
from bot.model import ChatRef
from bot.ports import Clock, Store

MOST_WORDS = 12
"""Words that a model likes, and as many that it dislikes, that are named."""


class Insights:
    """The answers of /preview, /why and /tune."""

    def __init__(self, store: Store, clock: Clock, insight: Insight, chats: ChatRecords) -> None:
        self._store, self._clock, self._insight, self._chats = store, clock, insight, chats

    async def preview(self, ref: ChatRef) -> Preview | NothingNow:
        """The chat's next digest as it stands; nothing is taken."""
        chat = await self._chats.known_or_new(ref)
        following = len(await self._store.subscriptions(ref))
        if not following:
            return NothingNow("", 0)
        digest = await self._insight.preview(chat)
        if not digest.matched:
            return NothingNow(_("Nothing new waits for the next digest so far."), following)
        return Preview(digest, self._chats.due_locally(chat))

    async def why(self, ref: ChatRef, link: str) -> Explained | NotALink | Incomplete:
        """What became of a paper, named by id or link, in the chat."""
        if not link.strip():
            return Incomplete("why")
        paper = ids.resolve(link.strip())
        if isinstance(paper, ids.NotAPaperLink):
            return NotALink(link.strip(), paper.why)
        chat = await self._chats.known_or_new(ref)
        return Explained(chat, await self._insight.whereabouts(chat, paper.id))

    async def tune(self, ref: ChatRef) -> Learned | NothingLearned:
        """What the chat's model has learned from its votes."""
        votes = await self._store.votes_of(ref)
        model = (await self._store.models_of([ref])).get(ref)
        if model is None or not votes:
            return NothingLearned(len(votes))
        taste = self._insight.taste(model, MOST_WORDS)
        is_behind = await self._store.has_votes_to_learn(ref)
        return Learned(taste, model.votes, votes[0].at.date(), is_behind)

    async def ask_unlearn(self, requester: Requester, ref: ChatRef) -> ConfirmUnlearn | NothingLearned | NotAllowed:
        """Ask before `unlearn`."""
        if not requester.is_admin:
            return NotAllowed()
        votes = len(await self._store.votes_of(ref))
        return ConfirmUnlearn(votes) if votes else NothingLearned(0)

    async def unlearn(self, requester: Requester, ref: ChatRef) -> Unlearned | NotAllowed:
        """Delete the votes of everybody in the chat, and what was learned from them."""
        if not requester.is_admin:
            return NotAllowed()
        return Unlearned(await self._store.forget_votes(ref, self._clock.now()))
