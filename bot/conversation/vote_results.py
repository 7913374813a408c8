"""The outcomes of voting on a paper."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Paper, VoteKind


@dataclass(frozen=True, slots=True)
class Voted:
    """A person's vote was stored, or, with `is_taken_back`, deleted. `votes` are the person's on this paper now."""

    paper: Paper
    kind: VoteKind
    is_taken_back: bool = False
    votes: frozenset[VoteKind] = frozenset()


@dataclass(frozen=True, slots=True)
class VoteOptions:
    """How one may vote on this paper."""

    paper: Paper


@dataclass(frozen=True, slots=True)
class VoteNotKept:
    """Nothing was stored: no digests go to the chat, so that nothing could be learned for it."""


@dataclass(frozen=True, slots=True)
class PaperNotKept:
    """The store has no such paper (any more), so that nobody can vote on it."""

    paper_id: str
