"""What was announced, ingested, matched, summarized and delivered; what waits, and why. Gathered from the store."""

from __future__ import annotations

import asyncio
import enum
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.arxiv import calendar
from bot.decisions.cadence import PollState
from bot.decisions.ledger import ARXIV_BEGAN
from bot.errors import StoreUnavailable
from bot.model import ARCHIVE, JSON, Delivery, DeliveryState, Malformed, Platform
from bot.pipeline.poll import needed_archives
from bot.ports import Clock, LedgerLine, ListingRecord, Store, Usage

DAYS = 7
LATE_OUTBOX = timedelta(minutes=15)
"""A delivery that is due for longer than this makes the service not ready."""

WRITE_WITHIN = 3.0
"""Seconds that the database gets to take the small write that shows that it takes any."""

GRACE = timedelta(minutes=5)
"""A platform that is not connected for longer than this makes the service not ready."""

SILENT = timedelta(minutes=3)
"""A service that has said nothing of itself for longer than this does not run."""

REMEMBERED = "service"
"""The small value of the store by which the service says how it is."""

FRESH = timedelta(seconds=5)
"""For how long the state that a page shows is good."""

_CHAT = re.compile(rf"\b(?:{'|'.join(Platform)}):[-\w@/]+|(?<!\w)@[\w/]+|(?<![\w.-])-?\d{{6,}}\b(?!\.\d)")
"""What names a chat: `telegram:-100123/45`, `@its_name`, or a number as long as theirs."""

UNSETTLED = (DeliveryState.UNKNOWN, DeliveryState.GIVEN_UP)


class Cause(enum.StrEnum):
    """Why a listing day is not whole. A day that arXiv left out is no fault of anybody's."""

    LEFT_OUT = "left out by arXiv"
    NOT_SERVED = "not served"
    STALE = "feed stale"
    NOT_ASKED = "not asked yet"
    BEHIND = "API behind"
    UNREADABLE = "parse failure"


@dataclass(frozen=True, slots=True)
class Gap:
    """A weekday that has no whole listing, and its cause in a sentence."""

    day: date
    cause: Cause
    why: str


@dataclass(frozen=True, slots=True)
class Connection:
    """A platform that has a token: `problem` says why commands are not answered there, None while all is well; `since`
    is when it became so."""

    problem: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Service:
    """What the running service said of itself, last at `at`; another process reads it from the store."""

    at: datetime
    platforms: Mapping[Platform, Connection]

    def now(self, problems: Mapping[Platform, str | None], at: datetime) -> Service:
        """The state after a look at `at` has found these problems."""
        return Service(at, {each: self._after(each, problem, at) for each, problem in problems.items()})

    def _after(self, platform: Platform, problem: str | None, at: datetime) -> Connection:
        before = self.platforms.get(platform)
        same = before is not None and (before.problem is None) == (problem is None)
        return Connection(problem, before.since if before is not None and same else at)

    def as_json(self) -> JSON:
        platforms = {
            str(platform): {"problem": each.problem, "since": each.since.isoformat()}
            for platform, each in self.platforms.items()
        }
        return {"at": self.at.isoformat(), "platforms": platforms}

    @classmethod
    def from_json(cls, data: JSON | None) -> Service | None:
        if not data:
            return None
        platforms = {
            Platform(name): Connection(each["problem"], datetime.fromisoformat(each["since"]))
            for name, each in data["platforms"].items()
        }
        return cls(datetime.fromisoformat(data["at"]), platforms)


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the service at `at`. `troubles` are deliveries whose fate is unknown or that were given up.

    `set_aside` are the last week's malformed entries; `unfinished` counts what waits by its reason: summaries by why
    no model made them, deliveries by why they were not sent. `unwritable` says why the database takes no writes.
    `following` of the `chats` follow a topic; the archive is one of them where it does.
    """

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
    set_aside: tuple[Malformed, ...] = ()
    unfinished: Mapping[str, int] | None = None
    unwritable: StoreUnavailable | None = None
    service: Service | None = None
    following: int = 0

    @property
    def silent(self) -> bool:
        """Whether the service, which says how it is every minute, has not done so for a while."""
        return self.service is not None and not _runs(self.service, self.at)

    @property
    def connections(self) -> Mapping[Platform, Connection]:
        """The platforms that have a token."""
        return self.service.platforms if self.service else {}

    @property
    def outbox_age(self) -> timedelta:
        """For how long the delivery that waits longest has been due."""
        waiting = self.oldest_waiting
        return max(self.at - waiting, timedelta()) if waiting else timedelta()

    @property
    def ready(self) -> bool:
        down = any(each.problem and self.at - each.since >= GRACE for each in self.connections.values())
        return self.outbox_age < LATE_OUTBOX and self.unwritable is None and not down

    @property
    def faults(self) -> tuple[Gap, ...]:
        """The gaps that something went wrong with."""
        return tuple(gap for gap in self.gaps if gap.cause is not Cause.LEFT_OUT)


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
    running = service is not None and _runs(service, now)
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


def _runs(service: Service, now: datetime) -> bool:
    return abs(now - service.at) <= SILENT


async def _listings(store: Store, since: date) -> list[ListingRecord]:
    """The listings from `since` on; where those begin late, all of them: the first one tells which days are missing."""
    found = await store.listings(since)
    begin = calendar.next_day(since - timedelta(days=1))
    return found if any(line.day <= begin for line in found) else await store.listings(ARXIV_BEGAN)


async def _unfinished(store: Store, now: datetime) -> Mapping[str, int]:
    summaries = (f"summaries: {wanted.why or 'tried and not made'}" for wanted in await store.postponed(now))
    waiting = await store.deliveries(states=[DeliveryState.WAITING], limit=1_000)
    messages = (f"messages: {delivery.why}" for delivery in waiting if delivery.why)
    return dict(Counter([*summaries, *messages]).most_common(20))


async def _unwritable(store: Store, now: datetime) -> StoreUnavailable | None:
    """A disk that is full or read-only lets everything be read, and nothing be delivered: only a write shows it."""
    try:
        await store.check_writable(now, WRITE_WITHIN)
    except StoreUnavailable as error:
        return error
    return None


class Latest:
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


# ── gaps ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def gaps(
    listings: Sequence[ListingRecord],
    archives: frozenset[str],
    poll: PollState,
    now: datetime,
    behind: int = 0,
    *,
    running: bool = True,
) -> list[Gap]:
    """Every weekday of the last week without a whole listing, with its cause. Pure.

    Days count from the first listing that was ever had. `behind` is how many announced papers the API has not described
    yet; `running` says whether a service asks by itself.
    """
    today = calendar.fed_day(now)
    had = [line.day for line in listings] + ([poll.day] if poll.day else [])
    begun = min((day for day in had if day <= today), default=today)
    first = max(begun, today - timedelta(days=DAYS))
    last = max(today, now.astimezone(calendar.NEW_YORK).date())
    found: list[Gap] = []
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        if day <= today or calendar.holiday_before(day):
            found += _gaps_of(day, [line for line in listings if line.day == day], archives, poll, now, running)
    if behind:
        why = f"arXiv's API does not have {_count(behind, 'announced paper')} yet; they are asked for at every poll."
        found.append(Gap(today, Cause.BEHIND, why))
    return found


def _gaps_of(
    day: date, lines: Sequence[ListingRecord], archives: frozenset[str], poll: PollState, now: datetime, running: bool
) -> Iterable[Gap]:
    if not calendar.is_listing_day(day):
        if calendar.holiday_before(day) and not any(line.announced for line in lines):
            yield Gap(day, Cause.LEFT_OUT, calendar.why_quiet(day, now) or "arXiv announced nothing.")
        return
    # A listing is read once for all its archives: each of their lines counts the same entries.
    broken = max((line.malformed for line in lines), default=0)
    unread = {line.archive for line in lines if line.malformed and not line.complete}
    missing = archives - unread - {line.archive for line in lines if line.complete}
    if missing:
        yield Gap(day, *_why_missing(day, missing, poll, now, running))
    elif not unread and not any(line.announced for line in lines):
        said = next((line.why for line in lines if line.why), "arXiv announced nothing.")
        yield Gap(day, Cause.LEFT_OUT, said)
    if unread:
        aside = f"{_count(broken, 'entry')} set aside"
        said = f"Nothing of its feed could be read ({aside}); OAI and the API are asked for the day at every poll."
        yield Gap(day, Cause.UNREADABLE, said)
    elif broken:
        verb = "was" if broken == 1 else "were"
        yield Gap(day, Cause.UNREADABLE, f"{_count(broken, 'entry')} could not be read and {verb} set aside.")


def _why_missing(
    day: date, missing: frozenset[str], poll: PollState, now: datetime, running: bool
) -> tuple[Cause, str]:
    names = ", ".join(sorted(missing)[:6]) + (" …" if len(missing) > 6 else "")
    if poll.asked_at is None:
        return Cause.NOT_ASKED, f"arXiv has not been asked for {names} yet."
    if poll.asked_at < calendar.feed_at(day):
        nobody = "" if running else " (no service was running)"
        return Cause.NOT_ASKED, f"Not asked since {poll.asked_at.day} {poll.asked_at:%B %Y}{nobody}."
    if poll.failures:
        ahead = poll.retry_at is not None and poll.retry_at > now
        again = f"; it is asked again at {poll.retry_at:%H:%M} UTC" if ahead else ""
        said = f"arXiv did not serve the listing of {names} ({_count(poll.failures, 'failure')} in a row{again})."
        return Cause.NOT_SERVED, f"{said} {poll.why}".strip() if poll.why else said
    asked = f"asked last at {_stamp(poll.asked_at, now)}, it did not have this day"
    return Cause.STALE, f"The feed of {names} is stale: {asked}."


def _stamp(at: datetime, now: datetime) -> str:
    """An hour as "03 Jun 12:00 UTC", with its year where that is not this one."""
    return f"{_date(at, now)} {at:%H:%M} UTC"


def _date(day: date, now: datetime) -> str:
    return f"{day:%d %b}" if day.year == now.year else f"{day:%d %b %Y}"


def _count(number: int, what: str) -> str:
    many = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"1 {what}" if number == 1 else f"{number} {many}"


# ── shown ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def sentences(status: Status) -> list[str]:
    """The state beside the ledger's table, a sentence a line; the worst first. Pure."""
    said = [str(status.unwritable)] if status.unwritable else []
    said += list(_of_service(status))
    said += [f"{gap.day:%a} {_date(gap.day, status.at)}: {gap.why}" for gap in status.gaps]
    if status.set_aside:
        last = status.set_aside[0]
        aside = _count(len(status.set_aside), "malformed entry")
        said.append(f"{aside} set aside with the raw text; the latest from the {last.source}: {last.why}.")
    wait = "waits" if status.wanted == 1 else "wait"
    follow = who_follows(status.chats, status.following, status.topics)
    said.append(f"{follow}; {_count(status.wanted, 'summary')} {wait}.")
    said += [_unfinished_ones(count, why) for why, count in (status.unfinished or {}).items()]
    said += [f"{ref} gets nothing: {why}" for ref, why in status.suspended.items()]
    said += [f"{platform}: {count} {state}" for (platform, state), count in sorted(status.deliveries.items())]
    if minutes := status.outbox_age // timedelta(minutes=1):
        said.append(f"The oldest digest that is not wholly sent was written {_count(minutes, 'minute')} ago.")
    said += list(_troubles(status))
    return said + [f"{each.model}: {each.requests} requests, {each.tokens} tokens today" for each in status.usage]


def who_follows(chats: int, following: int, topics: int) -> str:
    """How many of these chats follow how many topics, in a few words."""
    if not following:
        return "No chat follows a topic"
    whole = following == chats
    who = _count(chats, "chat") if whole else f"{following} of {_count(chats, 'chat')}"
    return f"{who} {'follows' if following == 1 else 'follow'} {_count(topics, 'topic')}"


def _unfinished_ones(count: int, why: str) -> str:
    what, colon, rest = why.partition(": ")
    return f"{_count(count, {'summaries': 'summary', 'messages': 'message'}.get(what, what))}{colon}{rest}"


def _troubles(status: Status) -> Iterable[str]:
    for each in status.troubles:
        part = f"{each.slot}, part {each.number} of {each.of}"
        yield f"delivery {each.id} to {each.chat} ({part}) is {each.state}: {each.why}"
    count = sum(count for (_, state), count in status.deliveries.items() if state in UNSETTLED)
    if more := count - len(status.troubles):
        yield f"… and {more} more like these."
    if status.troubles:
        yield "`paperboy replay NUMBER`, or --given-up or --unknown for all of a kind, sends them again."


def _of_service(status: Status) -> Iterable[str]:
    if status.service is None:
        return
    if status.silent:
        yield f"No service has been running since {_stamp(status.service.at, status.at)}; `paperboy run` starts it."
        return
    for platform, each in sorted(status.connections.items()):
        if each.problem:
            since = _stamp(each.since, status.at)
            yield f"{platform} has not been connected since {since}: {_sentence(each.problem)}"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def health(status: Status) -> JSON:
    """What /healthz says: `ok` while the store answers, `ready` while it can be written and the outbox is worked off
    in time, with every platform that has a token connected. It names no chat and not where the database is: health
    pages are read by anybody. Pure."""
    platforms = {
        str(platform): _sentence(each.problem) if each.problem else "ok"
        for platform, each in sorted(status.connections.items())
    }
    return {
        "ok": True,
        "ready": status.ready,
        "database": status.unwritable.public if status.unwritable else "writable",
        "platforms": platforms,
        "outbox_age_seconds": round(status.outbox_age.total_seconds()),
        "latest_listing": status.poll.day.isoformat() if status.poll.day else None,
        "asked_arxiv_at": status.poll.asked_at.isoformat() if status.poll.asked_at else None,
        "arxiv_failures": status.poll.failures,
        "summaries_waiting": status.wanted,
        "set_aside": len(status.set_aside),
        "unfinished": _nameless(status.unfinished or {}),
        "deliveries": {f"{platform}:{state}": n for (platform, state), n in sorted(status.deliveries.items())},
        "gaps": [{"day": gap.day.isoformat(), "cause": str(gap.cause), "why": gap.why} for gap in status.gaps],
    }


def _nameless(unfinished: Mapping[str, int]) -> dict[str, int]:
    """What waits, by its reason, without the names of chats."""
    counted: Counter[str] = Counter()
    for why, count in unfinished.items():
        counted[_CHAT.sub("another chat", why)] += count
    return dict(counted.most_common())
