"""Votes, what was learned from them, and what relevance keeps of papers, as a port. See `bot.ports.store`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Protocol

from bot.model import (
    ChatModel,
    ChatRef,
    Paper,
    StoredVectors,
    TermCounts,
    VectorsOrigin,
    Vote,
    VoteCounts,
    VoteKind,
)


class Votes(Protocol):
    """Votes on papers, and the model that each chat has learned from its own."""

    async def vote(self, ref: ChatRef, person: str, paper_ids: Collection[str], kind: VoteKind, now: datetime) -> int:
        """Write a person's vote for each of these papers; returns how many are new.

        Up replaces the person's down for the same paper, and down its up. Raises `LookupError` if there is no such chat
        or if one of the papers is not stored; then nothing is written.
        """

    async def take_back(self, ref: ChatRef, person: str, paper_id: str, kind: VoteKind, now: datetime) -> bool:
        """Delete a person's vote; returns whether there was one."""

    async def has_votes(self) -> bool:
        """Whether any chat has a vote."""

    async def votes_of(self, ref: ChatRef, person: str | None = None) -> list[Vote]:
        """The votes of a chat, or of one person in it, oldest first."""

    async def votes_on(self, ref: ChatRef, person: str, paper_id: str) -> frozenset[VoteKind]:
        """A person's votes in a chat on one paper."""

    async def vote_counts(self, paper_ids: Collection[str]) -> Mapping[str, VoteCounts]:
        """The votes of all chats on these papers; each chat counts once for a paper, by what most of its people say.
        Papers for which nothing counts are left out."""

    async def forget_votes(self, ref: ChatRef, now: datetime) -> int:
        """Delete a chat's votes and its model; returns how many votes there were."""

    async def chats_to_learn(self, limit: int) -> list[ChatRef]:
        """Chats whose votes changed since their model was saved, those waiting longest first."""

    async def has_votes_to_learn(self, ref: ChatRef) -> bool:
        """Whether a chat's votes changed since its model was saved. False if it is among `chats_to_learn` only because
        the vectors of terms did."""

    async def shown_papers(self, ref: ChatRef, limit: int) -> list[str]:
        """Ids of the papers that the chat's digests showed as cards or title lines, latest first, for as long as the
        digests are kept. A digest counts once a part of it was sent."""

    async def save_model(self, ref: ChatRef, model: ChatModel | None, votes: Collection[Vote], now: datetime) -> bool:
        """Store what was learned from these votes of the chat, all that `votes_of` gave; None if that was too little,
        which deletes the stored model. Weights of terms are kept as float32.

        If the votes are still those, the chat is no longer among `chats_to_learn`. Returns False, and writes nothing,
        if the chat is gone, has a model of that version or a newer one, or has none of the votes any more (they were
        forgotten meanwhile); for None, if its votes are others now.
        """

    async def models_of(self, refs: Collection[ChatRef]) -> Mapping[ChatRef, ChatModel]:
        """The models of those of the chats that have one; at most as many chats as one statement may name."""


class Terms(Protocol):
    """What relevance keeps of the texts of papers."""

    async def term_counts(self) -> TermCounts | None:
        """The terms of the papers announced so far; None if none were counted yet."""

    async def save_term_counts(self, counts: TermCounts) -> bool:
        """Replace the counts; False if the stored ones reach as far already (another process has counted)."""

    async def counted_papers(self) -> int:
        """How many papers `term_counts` are of; costs little."""

    async def term_vectors_origin(self) -> VectorsOrigin | None:
        """Where the stored vectors of terms come from; None if there are none. Costs little."""

    async def term_vectors(self) -> StoredVectors | None: ...

    async def save_term_vectors(self, vectors: StoredVectors) -> None:
        """Replace the vectors of terms. If they are others, all chats with a model are then among `chats_to_learn`,
        behind those that wait already; models that were begun before are to be trained once more."""

    async def vectors(self, embedder: str, papers: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], bytes]:
        """The stored vectors by (paper id, version), as float32 bytes (little endian, with the precision of
        float16)."""

    async def save_vectors(self, embedder: str, vectors: Mapping[tuple[str, int], bytes]) -> None:
        """Store vectors; one that is there already stays as it is."""

    async def papers_without_vector(self, embedder: str, since: date, limit: int) -> list[Paper]:
        """Papers (their stored version) that have no vector: those announced on that day or later as new or
        cross-listed, newest day first; then those with a vote."""

    async def vector_counts(self, embedder: str, since: date) -> tuple[int, int]:
        """How many papers announced on that day or later as new or cross-listed have a vector (of their stored
        version), and how many there are."""

    async def forget_vectors(self, before: date) -> int:
        """Delete the vectors that were stored before the listings of that day, except those of papers that were
        announced since, or that have a vote; returns how many."""
