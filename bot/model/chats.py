"""Chats with their settings, and the topics that they follow."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypedDict

from bot.model.papers import Announced
from bot.model.platforms import ChatRef
from bot.model.relevance import Reason
from bot.model.summaries import Depth


class Style(enum.StrEnum):
    """How much of each paper a digest shows."""

    LIST = "list"
    """One message: a title and a sentence of each paper, with a button that opens its card."""
    CARDS = "cards"
    """Headline, takeaways and links of each paper."""
    TITLES = "titles"
    """The title of each paper, with a button that opens its card."""


class ChatKind(enum.StrEnum):
    """What kind of place a chat is, on any platform."""

    UNKNOWN = ""
    """Nobody has used the bot there since kinds are stored."""
    PRIVATE = "private"
    GROUP = "group"
    """Members write: a group, a forum topic, a channel or thread of a Discord server."""
    CHANNEL = "channel"
    """Only admins post, and readers may be thousands: a channel of Telegram, an announcement channel of Discord."""
    FORUM = "forum"
    """A forum channel of Discord, where each digest is a post."""


class OpensIn(enum.StrEnum):
    """Where a paper of a group's digest opens for the one who taps it."""

    PRIVATE = "private"
    """In the person's private chat with the bot."""
    HERE = "here"
    """As a reply in the group."""


EVERY_DAY = frozenset(range(7))
"""All days of the week; 0 is Monday."""

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""`Chat.paused_until` of a chat that is paused until somebody resumes it."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat with its settings. `digest_time` is local time in `timezone`; `next_due_at` is UTC.

    `suspended` is the reason why nothing is sent there ("blocked by the user"), None while the chat receives. `bot` is
    the id of the bot that serves the chat; "" if none is named, so that the platform's first one serves it.

    `days` are the days of the week on which a digest comes (0 is Monday); one day makes it weekly. No digest is due
    before `paused_until` (UTC); `FOREVER` ends only when somebody resumes the chat. During `quiet`, from one local time
    to another, messages make no sound. `has_own_language`: somebody chose the language for this chat, so that answers
    come in it whoever asks.
    """

    ref: ChatRef
    title: str = ""
    language: str = "en"
    timezone: str = "UTC"
    digest_time: time = time(9, 0)
    size: int = 10
    style: Style = Style.LIST
    depth: Depth = Depth.BRIEF
    next_due_at: datetime | None = None
    suspended: str | None = None
    created_at: datetime | None = None
    bot: str = ""
    kind: ChatKind = ChatKind.UNKNOWN
    days: frozenset[int] = EVERY_DAY
    paused_until: datetime | None = None
    quiet: tuple[time, time] | None = None
    opens_in: OpensIn = OpensIn.PRIVATE
    has_own_language: bool = False


class ChatChanges(TypedDict, total=False):
    """Fields of a `Chat` that its users can change, as keyword arguments."""

    title: str
    language: str
    timezone: str
    digest_time: time
    size: int
    style: Style
    depth: Depth
    kind: ChatKind
    days: frozenset[int]
    paused_until: datetime | None
    quiet: tuple[time, time] | None
    opens_in: OpensIn
    has_own_language: bool


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
    """How many chats there are, how many follow a topic, how many topics are followed, how many chats are
    suspended, and how many others are paused.

    The archive counts as a chat if it follows a topic.
    """

    chats: int = 0
    following: int = 0
    topics: int = 0
    suspended: int = 0
    paused: int = 0


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
