"""What was announced, ingested, matched, summarized and delivered; what waits, and why. Gathered from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot import calendar
from bot.cadence import PollState
from bot.model import JSON, Delivery, DeliveryState, Platform
from bot.pipeline.poll import needed_archives
from bot.ports import Clock, LedgerLine, ListingRecord, Store, Usage

DAYS = 7
LATE_OUTBOX = timedelta(minutes=15)
"""A delivery that is due for longer than this makes the service not ready."""

UNSETTLED = (DeliveryState.UNKNOWN, DeliveryState.GIVEN_UP)


@dataclass(frozen=True, slots=True)
class Gap:
    """A listing day that is not whole, and its cause in a sentence."""

    day: date
    why: str


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the service at `at`. `troubles` are deliveries whose fate is unknown or that were given up."""

    at: datetime
    ledger: tuple[LedgerLine, ...]
    gaps: tuple[Gap, ...]
    chats: int
    suspended: Mapping[str, str]
    topics: int
    deliveries: Mapping[tuple[Platform, DeliveryState], int]
    troubles: tuple[Delivery, ...]
    wanted: int
    oldest_waiting: datetime | None
    poll: PollState
    usage: tuple[Usage, ...]

    @property
    def outbox_age(self) -> timedelta:
        """For how long the delivery that waits longest has been due."""
        waiting = self.oldest_waiting
        return max(self.at - waiting, timedelta()) if waiting else timedelta()


async def gather(store: Store, clock: Clock) -> Status:
    """Read the state. Raises `StoreUnavailable`."""
    now = clock.now()
    today = calendar.fed_day(now)
    since = today - timedelta(days=DAYS)
    chats = await store.chats()
    archives = await needed_archives(store)
    listings = await store.listings(since)
    poll = PollState.from_json(await store.value("poll"))
    return Status(
        at=now,
        ledger=tuple(await store.ledger(since)),
        gaps=tuple(gaps(listings, archives, poll, now)) if archives else (),
        chats=len(chats),
        suspended={str(chat.ref): chat.suspended for chat in chats if chat.suspended},
        topics=len(await store.topics()),
        deliveries=await store.outbox_counts(),
        troubles=tuple(await store.deliveries(states=UNSETTLED, limit=20)),
        wanted=len(await store.wanted(now + timedelta(days=1), 10_000)),
        oldest_waiting=await store.oldest_waiting(),
        poll=poll,
        usage=tuple(await store.usage(now.date())),
    )


def gaps(listings: Sequence[ListingRecord], archives: frozenset[str], poll: PollState, now: datetime) -> list[Gap]:
    """Every listing day of the last week that is missing or not whole, with its cause. Pure."""
    today = calendar.fed_day(now)
    found = []
    begun = min((line.day for line in listings), default=today)
    for day in calendar.listing_days(max(begun, today - timedelta(days=DAYS)), today):
        lines = {line.archive: line for line in listings if line.day == day}
        broken = sum(line.malformed for line in lines.values())
        missing = archives - {archive for archive, line in lines.items() if line.complete}
        if missing:
            found.append(Gap(day, _why_missing(day, missing, poll, now)))
        elif not any(line.announced for line in lines.values()):
            found.append(Gap(day, next((line.why for line in lines.values() if line.why), "arXiv announced nothing.")))
        if broken:
            found.append(Gap(day, f"{broken} entries could not be read and were set aside."))
    return found


def _why_missing(day: date, missing: frozenset[str], poll: PollState, now: datetime) -> str:
    names = ", ".join(sorted(missing))
    if poll.failures:
        again = f"; it is asked again at {poll.retry_at:%H:%M} UTC" if poll.retry_at else ""
        return f"arXiv did not serve the listing of {names} ({poll.failures} tries in a row failed{again})."
    if quiet := calendar.why_quiet(day, now):
        return quiet
    if poll.asked_at is None:
        return f"arXiv has not been asked for {names} yet."
    return f"The feed of {names} is stale: asked last at {poll.asked_at:%d %b %H:%M} UTC, it did not have this day."


def health(status: Status) -> JSON:
    """What /healthz says: `ok` while the store answers, `ready` while the outbox is worked off in time. Pure."""
    return {
        "ok": True,
        "ready": status.outbox_age < LATE_OUTBOX,
        "outbox_age_seconds": round(status.outbox_age.total_seconds()),
        "latest_listing": status.poll.day.isoformat() if status.poll.day else None,
        "asked_arxiv_at": status.poll.asked_at.isoformat() if status.poll.asked_at else None,
        "arxiv_failures": status.poll.failures,
        "summaries_waiting": status.wanted,
        "deliveries": {f"{platform}:{state}": n for (platform, state), n in sorted(status.deliveries.items())},
        "gaps": [{"day": gap.day.isoformat(), "why": gap.why} for gap in status.gaps],
    }
