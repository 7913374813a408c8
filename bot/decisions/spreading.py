"""Spreads digests that are due together over the minutes that a platform needs to take them. Pure.

A chat's place in a crowd is a hash of its id: the same every day, whoever joins or leaves, and never before its time.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.model import ChatRef, Platform

CARRIED_IN = timedelta(minutes=10)
"""Digests that are all sent within this time after they are due need no spreading."""

PARTS_A_DIGEST = 4.0
"""Messages of one digest, as long as none was counted."""

DEFAULT_MINUTES = 10
"""New chats get a digest time within this many minutes from the default one, so that it is not one instant for all."""

COMPOSED_AHEAD = timedelta(minutes=2)
"""How long before its minute a digest is written. What a chat changes after that counts from the next digest on."""

LONGEST = timedelta(hours=12)
"""No digest is moved farther: then the next morning would meet this one. Status says that the senders are too few."""


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


def crowds(due: Mapping[datetime, int], load: Load) -> dict[datetime, timedelta]:
    """The due times of one sender at which more is due than it sends within `CARRIED_IN`, with the window that it
    needs, in whole minutes. `due` counts digests by due time.
    """
    found = {}
    free_at: datetime | None = None
    for due_at, digests in sorted(due.items()):
        begin = due_at if free_at is None else max(due_at, free_at)
        free_at = begin + timedelta(seconds=load.seconds(digests))
        if free_at - due_at > CARRIED_IN:
            minutes = math.ceil((free_at - due_at) / timedelta(minutes=1))
            found[due_at] = min(timedelta(minutes=minutes), LONGEST)
    return found


def minute_of(chat: ChatRef, due_at: datetime, window: timedelta) -> datetime:
    """The chat's minute in a crowd that is due at `due_at` and is sent within `window`; never before `due_at`."""
    minutes = window // timedelta(minutes=1)
    return due_at + timedelta(minutes=int(_place(chat) * minutes))


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


def slot_day(local_due: datetime, digest_time: time) -> date:
    """The date of the digest that is due at this local time: that of the digest time before, if it was spread from
    there over midnight."""
    if local_due.time() < digest_time:
        before = local_due - timedelta(days=1)
        scheduled = datetime.combine(before.date(), digest_time, local_due.tzinfo)
        if local_due - scheduled <= LONGEST:
            return before.date()
    return local_due.date()
