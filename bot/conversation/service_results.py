"""The outcomes of waiting for a digest, of too many readings, of looking at news, and of writing to all chats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.model import Awaited, News, Paper, Platform, WordChange


@dataclass(frozen=True, slots=True)
class DigestPromised:
    """The digest is sent as soon as what it waits for is there."""

    awaited: Awaited


@dataclass(frozen=True, slots=True)
class TooManyReadings:
    """The person has asked for `most` papers in an hour; the next may be asked for at `again_in`. `is_deep`: the limit
    is that of whole papers, and readings of abstracts go on."""

    most: int
    again_in: timedelta
    is_deep: bool


@dataclass(frozen=True, slots=True)
class PaperNews:
    """`since` is the version that the chat knew. The changes are those of the title and of the abstract."""

    paper: Paper
    since: int
    news: tuple[News, ...]
    title: tuple[WordChange, ...]
    abstract: tuple[WordChange, ...]


@dataclass(frozen=True, slots=True)
class BroadcastPlan:
    """What would be sent, and to how many chats of each platform. `key` is that of the button that sends it."""

    paragraphs: tuple[str, ...]
    chats: Mapping[Platform, int]
    key: str


@dataclass(frozen=True, slots=True)
class BroadcastTooLong:
    """The text has `length` characters of at most `most`."""

    length: int
    most: int


@dataclass(frozen=True, slots=True)
class BroadcastSent:
    """The message is on its way to so many chats; `before` chats had it already."""

    chats: int
    before: int
