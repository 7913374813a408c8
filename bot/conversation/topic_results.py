"""What commands about topics answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime

from bot import topics
from bot.errors import BadTopic
from bot.model import Backtest, Chat, ChatRef

MAX_SUBSCRIPTIONS = 50
"""Topics that one chat may follow."""


def topic_key(topic: str) -> str:
    """A short stable id of a normalized topic (12 hexadecimal digits), since buttons carry few bytes."""
    # 48 bits: among the 50 topics that a chat may follow, two equal keys are practically impossible.
    return hashlib.blake2s(topic.encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Followed:
    """One line of a chat's list: the normalized topic, its meaning in words, and its `topic_key`."""

    topic: str
    explained: str
    key: str
    since: date


@dataclass(frozen=True, slots=True)
class Subscribed:
    """`first_due` is when the next digest comes, in the chat's own time zone, None while it is paused.
    `following` counts the new one.

    `backtest` says what the topic would have brought. `undo` is the key that `Undo.undo` takes, here and in the other
    results; "" if nothing can be taken back.
    """

    chat: Chat
    topic: str
    explained: str
    since: date
    first_due: datetime | None
    following: int
    backtest: Backtest
    undo: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AlreadySubscribed:
    """The chat follows this topic, or one with the same meaning, already."""

    topic: str
    explained: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A topic that does not parse: `why` is a sentence, `position` the 0-based offset of the mistake in `query`.

    `pointer` shows the place in two monospaced lines.
    """

    query: str
    why: str
    position: int
    pointer: str

    @classmethod
    def of(cls, error: BadTopic) -> NotUnderstood:
        return cls(error.query, str(error), error.position, topics.pointer(error))


@dataclass(frozen=True, slots=True)
class OfferExpired:
    """A button of an offer, whose text is kept for an hour, that was pressed too late."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """The chat follows as many topics as a chat can."""

    limit: int


@dataclass(frozen=True, slots=True)
class Unsubscribed:
    """`following` is how many topics are left."""

    topic: str
    following: int
    undo: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class NotSubscribed:
    """The chat does not follow what was `asked` for; `following` are its topics, the closest first."""

    asked: str
    following: tuple[Followed, ...]


@dataclass(frozen=True, slots=True)
class OtherChat:
    """A chat that a person manages from their private chat, and how many topics it follows."""

    ref: ChatRef
    title: str
    following: int


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The chat's topics in the order they were subscribed; /unsubscribe takes their numbers, from 1.

    `others` are the chats that a person manages, in the list of their private chat.
    """

    chat: Chat
    topics: tuple[Followed, ...]
    page: int = 0
    """The page of the list to show, from 0."""
    others: tuple[OtherChat, ...] = ()
