"""Gathers the state of the service from the store: what was announced, ingested, matched, summarized and delivered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from bot.arxiv import calendar
from bot.decisions.health import DAYS, UNSETTLED, Service, Status, gaps, is_running
from bot.decisions.ledger import ARXIV_BEGAN
from bot.decisions.polling import PollState
from bot.errors import StoreUnavailable
from bot.model import ARCHIVE, DeliveryState, ListingRecord
from bot.pipeline.poll import needed_archives
from bot.ports import Clock, Store

WRITE_WITHIN = 3.0
"""Seconds that the database gets to take the small write that shows that it takes any."""


REMEMBERED = "service"
"""The small value of the store by which the service says how it is."""


FRESH = timedelta(seconds=5)
"""For how long the state that a page shows is good."""


async def gather(store: Store, clock: Clock) -> Status:
    """Read the state. Raises `StoreUnavailable` where it cannot be read."""
    now = clock.now()
    since = calendar.fed_day(now) - timedelta(days=DAYS)
    followers = {subscription.chat for subscription in await store.subscriptions()}
    chats = [chat for chat in await store.chats() if chat.ref != ARCHIVE or chat.ref in followers]
    archives = await needed_archives(store)
    poll = PollState.from_json(await store.value("poll"))
    service = Service.from_json(await store.value(REMEMBERED))
    behind = len(await store.incomplete(since)) if archives else 0
    running = service is not None and is_running(service, now)
    return Status(
        at=now,
        ledger=tuple(await store.ledger(since)),
        gaps=tuple(gaps(await _listings(store, since), archives, poll, now, behind, running=running))
        if archives
        else (),
        chats=len(chats),
        suspended={str(chat.ref): chat.suspended for chat in chats if chat.suspended},
        topics=len(await store.topics()),
        deliveries=await store.outbox_counts(),
        troubles=tuple(await store.deliveries(states=UNSETTLED, limit=20)),
        wanted=len(await store.wanted(now + timedelta(days=1), 10_000)),
        # What waits for a platform without a token is no delay.
        oldest_waiting=await store.oldest_waiting(tuple(service.platforms) if service else None),
        poll=poll,
        usage=tuple(await store.usage(now.date())),
        set_aside=tuple(entry for entry in await store.malformed() if entry.day is None or entry.day >= since),
        unfinished=await _unfinished(store, now),
        unwritable=await _unwritable(store, now),
        service=service,
        following=len(followers),
    )


async def _listings(store: Store, since: date) -> list[ListingRecord]:
    """The listings from `since` on; where those begin late, all of them: the first one tells which days are missing."""
    found = await store.listings(since)
    begin = calendar.next_day(since - timedelta(days=1))
    return found if any(line.day <= begin for line in found) else await store.listings(ARXIV_BEGAN)


async def _unfinished(store: Store, now: datetime) -> Mapping[str, int]:
    summaries = (f"summaries: {wanted.why or 'tried and not made'}" for wanted in await store.postponed(now))
    waiting = await store.deliveries(states=[DeliveryState.WAITING, DeliveryState.VERIFY_FIRST], limit=1_000)
    messages = (f"messages: {delivery.why}" for delivery in waiting if delivery.why)
    return dict(Counter([*summaries, *messages]).most_common(20))


async def _unwritable(store: Store, now: datetime) -> StoreUnavailable | None:
    """A disk that is full or read-only lets everything be read, and nothing be delivered: only a write shows it."""
    try:
        await store.check_writable(now, WRITE_WITHIN)
    except StoreUnavailable as error:
        return error
    return None


class CachedStatus:
    """The state as it was at most `FRESH` ago: whoever asks meanwhile shares one gathering, so that pages which
    strangers may load cost no more than their bytes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._gathering: asyncio.Task[Status] | None = None
        self._begun_at: datetime | None = None

    async def get(self) -> Status:
        """Raises `StoreUnavailable` where the state cannot be read."""
        now = self._clock.now()
        fresh = self._begun_at is not None and abs(now - self._begun_at) < FRESH
        if self._gathering is None or (self._gathering.done() and not fresh):
            self._gathering = asyncio.create_task(gather(self._store, self._clock), name="status")
            self._begun_at = now
        # Somebody who does not wait for the answer must not take it from the others.
        return await asyncio.shield(self._gathering)

    async def stop(self) -> None:
        """Let go of a gathering under way."""
        if self._gathering is not None:
            self._gathering.cancel()
            await asyncio.gather(self._gathering, return_exceptions=True)
