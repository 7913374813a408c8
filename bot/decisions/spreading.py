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

DEFAULT_TIME, DEFAULT_MINUTES = time(9, 0), 10
"""Where nobody chose a digest time, new chats get one within this many minutes, not all at one instant."""

COMPOSED_AHEAD = timedelta(minutes=2)
"""How long before its minute a digest is written. What a chat changes after that counts from the next digest on."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one sender (a platform's bot) carries: messages a second, and how many messages a digest has. The platform
    has `senders` of them."""

    rate: float
    parts: float = PARTS_A_DIGEST
    senders: int = 1

    def seconds(self, digests: int) -> float:
        """How long it takes to send that many digests."""
        return digests * self.parts / self.rate


@dataclass(frozen=True, slots=True)
class SendingForecast:
    """How long a platform's waiting messages and those of digests that are due until `until` take to be sent.

    `messages` counts those of all its bots, each of which sends `rate` a second. Sending takes the busiest bot
    `lasting`, and the last message is expected to be sent at `done_at`.
    """

    platform: Platform
    messages: int
    rate: float
    until: datetime
    lasting: timedelta
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


def time_of_new_chat(chat: ChatRef, base: time) -> time:
    """The digest time that a new chat gets: `base`, and up to `DEFAULT_MINUTES` after it if that is `DEFAULT_TIME`.

    Any other time was chosen by a person, and is kept to the minute.
    """
    if base != DEFAULT_TIME:
        return base
    minutes = base.hour * 60 + base.minute + int(_place(chat) * DEFAULT_MINUTES)
    return time(minutes // 60, minutes % 60)


def forecast(
    platform: Platform, waiting: int, due: Mapping[str, Mapping[datetime, int]], load: Load, now: datetime
) -> SendingForecast:
    """How long it takes to send `waiting` messages and the digests that are due at these times, by bot.

    What waits is taken as spread evenly over the bots: whose it is would have to be counted message by message.
    """
    lasting, done_at, messages = timedelta(), now, float(waiting)
    for times in (due or {"": {}}).values():
        busy = timedelta(seconds=waiting / max(load.senders, len(due)) / load.rate)
        free_at = now + busy
        for due_at, digests in sorted(times.items()):
            messages += digests * load.parts
            busy += timedelta(seconds=load.seconds(digests))
            free_at = max(free_at, due_at) + timedelta(seconds=load.seconds(digests))
        lasting, done_at = max(lasting, busy), max(done_at, free_at)
    until = max([now, *(due_at for times in due.values() for due_at in times)])
    return SendingForecast(platform, round(messages), load.rate, until, lasting, done_at)


def _place(chat: ChatRef) -> float:
    """A number from 0 up to 1 that looks random and is always the same for a chat."""
    digest = hashlib.blake2b(str(chat).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
