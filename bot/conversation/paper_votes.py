"""Votes on papers by the people of a chat. In channels, whose readers do not know each other, they are anonymous."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from bot.arxiv import ids
from bot.conversation.results import Requester, Stale
from bot.conversation.vote_results import PaperNotKept, Voted, VoteNotKept, VoteOptions
from bot.model import ChatKind, ChatRef, VoteKind
from bot.ports import Clock, Store

_KEY_NAME = "voters of channels"
"""The name of the stored value with the key of the hashes."""


class PaperVotes:
    """Everybody in a chat may vote, each for themself. A chat that is not stored is not created for a vote.

    Of a channel's readers a keyed hash is stored instead of the user's id, so that a second press takes a vote back and
    nobody reads in the store who has voted.
    """

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
        person, paper, now = await self.person(requester, ref), found.paper, self._clock.now()
        try:
            is_new = await self._store.vote(ref, person, [paper.id], kind, now)
        except LookupError:  # the chat was forgotten meanwhile
            return VoteNotKept()
        if not is_new:
            # Of three presses at once the third finds nothing to delete: the second has taken the vote back.
            await self._store.take_back(ref, person, paper.id, kind, now)
        votes = await self._store.votes_on(ref, person, paper.id)
        return Voted(paper, kind, is_taken_back=not is_new, votes=votes)

    async def of_person(self, requester: Requester, ref: ChatRef, paper_id: str) -> frozenset[VoteKind]:
        """How a person has voted on a paper in a chat."""
        return await self._store.votes_on(ref, await self.person(requester, ref), paper_id)

    async def opened(self, requester: Requester, ref: ChatRef, paper_id: str) -> None:
        """Note that a person looked closer at a paper, if the chat and the paper are stored."""
        person = await self.person(requester, ref)
        try:
            await self._store.vote(ref, person, [paper_id], VoteKind.OPENED, self._clock.now())
        except LookupError:
            return

    async def saved_ids(self, requester: Requester, ref: ChatRef) -> list[str]:
        """The papers that a person has saved in a chat, latest first."""
        votes = await self._store.votes_of(ref, await self.person(requester, ref))
        return [vote.paper_id for vote in reversed(votes) if vote.kind is VoteKind.SAVED]

    async def person(self, requester: Requester, ref: ChatRef) -> str:
        """The name under which a person's votes in a chat are stored."""
        chat = await self._store.chat(ref)
        if chat is None or chat.kind is not ChatKind.CHANNEL:
            return requester.user_id
        # With the chat: the same reader has another name in each channel.
        text = f"{ref}:{requester.user_id}".encode()
        return f"reader:{hmac.new(await self._key(), text, hashlib.sha256).hexdigest()[:24]}"

    async def _key(self) -> bytes:
        kept = await self._store.value(_KEY_NAME)
        if kept is None:
            await self._store.remember_value(_KEY_NAME, {"key": secrets.token_hex(32)})
            # Read again: of two processes that begin at the same time, the later one's key counts for both.
            kept = await self._store.value(_KEY_NAME) or {}
        return bytes.fromhex(str(kept["key"]))
