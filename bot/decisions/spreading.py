"""Spreads digests that are due together over the minutes that a platform needs to take them. Pure.

A chat's place in a crowd is a hash of its id: the same every day, whoever joins or leaves, and never before its time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.decisions import due_times
from bot.model import ChatRef, Platform

CARRIED_IN = timedelta(minutes=10)
"""Digests that are all sent within this time after they are due need no spreading."""

RATES = {Platform.TELEGRAM: 30.0, Platform.DISCORD: 40.0}
"""Messages a second that one bot may send on each platform, where no setting says another number."""

PARTS_A_DIGEST = 4.0
"""Messages of one digest in the mean, measured on a real day with digests of ten papers."""

DEFAULT_MINUTES = 10
"""New chats get a digest time within this many minutes from the default one, so that it is not one instant for all."""

COMPOSED_AHEAD = timedelta(minutes=2)
"""How long before its minute a digest is written. What a chat changes after that counts from the next digest on."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one sender (a platform's bot) carries: messages a second, and how many messages a digest has."""

    rate: float
    parts: float = PARTS_A_DIGEST

    def seconds(self, digests: int) -> float:
        """How long it takes to send that many digests."""
        return digests * self.parts / self.rate


@dataclass(frozen=True, slots=True)
class SendingForecast:
    """How long a platform's waiting messages and those of digests that are due until `until` take to be sent.

    `messages` counts those of `senders` bots together; `done_at` is when the last one is expected to be sent.
    """

    platform: Platform
    messages: int
    senders: int
    until: datetime
    done_at: datetime


@dataclass(frozen=True, slots=True)
class Crowd:
    """Digests of one sender that are due at `due_at`, more than it can send soon: they go out from `begin` to `end`."""

    due_at: datetime
    begin: datetime
    end: datetime


def crowds(due: Mapping[datetime, int], load: Load, waiting: int, now: datetime) -> list[Crowd]:
    """The due times at which more is due than the sender has sent within `CARRIED_IN`; earlier due times go first.

    `due` counts the sender's digests by due time, `waiting` the messages that it is to send already.
    """
    found = []
    free_at = now + timedelta(seconds=waiting / load.rate)
    for due_at, digests in sorted(due.items()):
        begin = max(due_at, free_at)
        free_at = begin + timedelta(seconds=load.seconds(digests))
        if free_at - due_at > CARRIED_IN:
            latest = due_at + due_times.MOST_MOVED
            found.append(Crowd(due_at, min(begin, latest), min(free_at, latest)))
    return found


def minute_of(chat: ChatRef, crowd: Crowd) -> datetime:
    """When a chat of a crowd gets its digest: a whole minute after the crowd's due time, never before it."""
    place = (crowd.begin - crowd.due_at) + _place(chat) * (crowd.end - crowd.begin)
    return crowd.due_at + timedelta(minutes=place // timedelta(minutes=1))


def default_time(chat: ChatRef, base: time) -> time:
    """The digest time that a new chat gets where nobody chose one: up to `DEFAULT_MINUTES` after `base`."""
    minutes = base.hour * 60 + base.minute + int(_place(chat) * DEFAULT_MINUTES)
    return base.replace(hour=minutes // 60 % 24, minute=minutes % 60)


def forecast(
    platform: Platform, waiting: int, due: Mapping[datetime, int], load: Load, senders: int, now: datetime
) -> SendingForecast:
    """How long it takes to send `waiting` messages and the digests that are due at these times."""
    rate = load.rate * max(senders, 1)
    free_at, messages = now + timedelta(seconds=waiting / rate), float(waiting)
    for due_at, digests in sorted(due.items()):
        messages += digests * load.parts
        free_at = max(free_at, due_at) + timedelta(seconds=digests * load.parts / rate)
    return SendingForecast(platform, round(messages), max(senders, 1), max([now, *due]), free_at)


def _place(chat: ChatRef) -> float:
    """A number from 0 up to 1 that looks random and is always the same for a chat."""
    digest = hashlib.blake2b(str(chat).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
