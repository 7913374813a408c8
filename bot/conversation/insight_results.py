"""The outcomes of looking ahead and behind: the next digest, what became of a paper, and what was learned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.model import Chat, Digest, Taste, Whereabouts


@dataclass(frozen=True, slots=True)
class Preview:
    """The chat's next digest as it stands; `first_due` is when it comes, in the chat's own time zone,
    None while the chat is paused until told."""

    digest: Digest
    first_due: datetime | None


@dataclass(frozen=True, slots=True)
class Explained:
    """What became of a paper in this chat."""

    chat: Chat
    found: Whereabouts


@dataclass(frozen=True, slots=True)
class Learned:
    """What a chat's model has learned from votes on `papers` papers, the first of them cast on the day `since`.

    `is_behind`: votes were cast or taken back after it was trained.
    """

    taste: Taste
    papers: int
    since: date
    is_behind: bool = False


@dataclass(frozen=True, slots=True)
class NothingLearned:
    """The chat has no model; `votes` may have been cast that are not learned from yet."""

    votes: int


@dataclass(frozen=True, slots=True)
class ConfirmUnlearn:
    """The question before a chat's votes and its model are deleted."""

    votes: int


@dataclass(frozen=True, slots=True)
class Unlearned:
    """The chat's votes, so many, and its model are deleted."""

    votes: int
