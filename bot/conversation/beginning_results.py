"""The outcomes of the first minute: what somebody works on, where they are, and what comes when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from bot.conversation.areas import Area
from bot.model import Backtest, Card, Chat, ChatRef


@dataclass(frozen=True, slots=True)
class AskTopic:
    """The question what somebody works on. `may_type`: the next message is read, as in a private chat."""

    chat: Chat
    may_type: bool


@dataclass(frozen=True, slots=True)
class AreaOffer:
    """What an area brings. `examples` are papers of the last week, with their summaries if they are stored."""

    area: Area
    backtest: Backtest
    examples: tuple[Card, ...]
    may_type: bool


@dataclass(frozen=True, slots=True)
class AskPlace:
    """The question where the chat's people are, after the first topic. `zones` are IANA names, the likeliest first.

    `topic` is what is followed; `at` is the time that a digest comes. `backtest` is what the topic would have brought,
    None if the person has just seen it. `undo` takes back what was changed last, the topic or the hour; "" if nothing
    was.
    """

    chat: Chat
    topic: str
    zones: tuple[str, ...]
    at: time
    may_type: bool
    backtest: Backtest | None = None
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """Everything is chosen. `first_due` is in the chat's own time zone, as `now`. `undo` takes place and time back."""

    chat: Chat
    first_due: datetime
    now: datetime
    undo: str = ""


@dataclass(frozen=True, slots=True)
class GroupWelcome:
    """What a bot says in a group or on a server that it was added to; `following` topics were kept from before."""

    chat: Chat
    following: int


@dataclass(frozen=True, slots=True)
class Shared:
    """Topics (normalized) with their `topic_key`, to be given on to others. `bot_name` is the bot's @name without the
    sign, "" where there are no links to it."""

    topics: tuple[tuple[str, str], ...]
    bot_name: str


@dataclass(frozen=True, slots=True)
class LinkDamaged:
    """A link whose topic cannot be read: it was cut, changed, or is too old."""


@dataclass(frozen=True, slots=True)
class WhichChat:
    """Several chats may be meant: (chat, title), with "" for the chat that was asked in. Buttons carry `key`."""

    chats: tuple[tuple[ChatRef, str], ...]
    key: str
