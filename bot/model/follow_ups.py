"""What became of papers that people liked or saved."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from bot.model.papers import Paper
from bot.model.platforms import ChatRef


class NewsKind(enum.StrEnum):
    """What is new about a paper since somebody liked or saved it."""

    WITHDRAWN = "withdrawn"
    VERSION = "version"
    """It has a newer version; `News.detail` is its number."""
    ACCEPTED = "accepted"
    """The comment names where it was accepted (`News.detail`)."""
    PUBLISHED = "published"
    """It has a journal reference or a DOI (`News.detail`)."""
    CODE = "code"
    """A link to code appeared (`News.detail`)."""


@dataclass(frozen=True, slots=True)
class News:
    kind: NewsKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PaperState:
    """Those fields of a paper that news are found in, as they were at some time."""

    version: int
    title: str
    abstract: str
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    withdrawn: bool = False

    @classmethod
    def of(cls, paper: Paper) -> PaperState:
        return cls(
            paper.version,
            paper.title,
            paper.abstract,
            paper.comment,
            paper.journal_ref,
            paper.doi,
            paper.withdrawn,
        )


@dataclass(frozen=True, slots=True)
class WatchedPaper:
    """A paper that somebody liked or saved, as it is now, and as it was when chats were last told of it; None if it is
    not watched yet."""

    paper: Paper
    before: PaperState | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A paper of which a chat is to be told that something is new. `before` is what the chat knows of it."""

    id: int
    chat: ChatRef
    paper: Paper
    before: PaperState
    found_at: datetime


@dataclass(frozen=True, slots=True)
class NewsOfPaper:
    """A paper and what is new about it, the most important first."""

    paper: Paper
    news: tuple[News, ...]


@dataclass(frozen=True, slots=True)
class WordChange:
    """A place where two texts differ: the words before and after, either may be empty, with a few words around."""

    left: str
    removed: str
    added: str
    right: str
