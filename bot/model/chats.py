"""Chats with their settings, and the topics that they follow."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypedDict

from bot.model.papers import Announced
from bot.model.platforms import ChatRef
from bot.model.relevance import Reason
from bot.model.summaries import Depth


class Style(enum.StrEnum):
    """How much of each paper a digest shows."""

    CARDS = "cards"
    """Headline, takeaways and links of each paper."""
    COMPACT = "compact"
    """Title, headline and link."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat with its settings. `digest_time` is local time in `timezone`; `next_due_at` is UTC.

    `suspended` is the reason why nothing is sent there ("blocked by the user"), None while the chat receives. `bot` is
    the id of the bot that serves the chat; "" if none is named, so that the platform's first one serves it.
    """

    ref: ChatRef
    title: str = ""
    language: str = "en"
    timezone: str = "UTC"
    digest_time: time = time(9, 0)
    size: int = 10
    style: Style = Style.CARDS
    depth: Depth = Depth.BRIEF
    next_due_at: datetime | None = None
    suspended: str | None = None
    created_at: datetime | None = None
    bot: str = ""


class ChatChanges(TypedDict, total=False):
    """Fields of a `Chat` that its users can change, as keyword arguments."""

    title: str
    language: str
    timezone: str
    digest_time: time
    size: int
    style: Style
    depth: Depth


MOST_MANAGERS = 5
"""Managers that are stored for one chat: the latest who set it up."""


MOST_MANAGED_CHATS = 20
"""Chats that are offered to one person in their private chat: the latest they set up."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chat following a topic (its normalized query), from listing day `since` on."""

    chat: ChatRef
    topic: str
    since: date
    created_at: datetime


class SubscribeResult(enum.Enum):
    """The result of a request to follow a topic."""

    SUBSCRIBED = enum.auto()
    ALREADY_SUBSCRIBED = enum.auto()
    TOO_MANY = enum.auto()
    """The chat follows as many topics as it may."""


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic and how far it has been matched: up to the announcement with sequence number `matched_seq`."""

    id: int
    query: str
    matched_seq: int


@dataclass(frozen=True, slots=True)
class FollowCounts:
    """How many chats there are, how many follow a topic, how many topics are followed, how many chats are suspended.

    The archive counts as a chat if it follows a topic.
    """

    chats: int = 0
    following: int = 0
    topics: int = 0
    suspended: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """A topic (its normalized query) that an announced paper matches, and the terms that matched."""

    topic: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An announced paper that a chat's topics match and that no digest of the chat has taken, and the reasons for its
    place among the others."""

    announced: Announced
    matches: tuple[Match, ...]
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicStep:
    """From where to where a digest brings a chat in one topic: ids of the topic's batches of matches."""

    topic_id: int
    since: date
    seen_match: int
    next_match: int


@dataclass(frozen=True, slots=True)
class ChatPosition:
    """How far a digest of everything in an `Unseen` brings its chat in the log of announcements.

    Made and understood by the store alone; whoever writes the digest passes it on. `version` is the chat's version as
    it was read: a position of an older version is refused, because some other digest was written meanwhile. 0 stands
    for a digest that was not made of an `Unseen`, and takes the papers that it shows. `chat_key` is the chat's key: a
    chat that was forgotten and came back has another one, and counts its versions anew.
    """

    version: int = 0
    chat_key: int = 0
    papers: tuple[str, ...] = ()
    """All papers of the `Unseen`."""
    steps: tuple[TopicStep, ...] = ()
    last_seq: int = 0
    """No batch up to the steps' ends names a greater sequence number."""
    kept: tuple[str, ...] = ()
    """Those of the papers that the steps do not cover."""
    dropped: tuple[str, ...] = ()
    """Papers that were stored singly before, and that the steps cover."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a chat's topics match and no digest of it has taken.

    `found` has one entry for each paper, oldest first: the sequence number of its first announcement among them, and
    the ids of the chat's topics that match it, ascending.
    """

    found: tuple[tuple[int, tuple[int, ...]], ...] = ()
    position: ChatPosition = ChatPosition()
