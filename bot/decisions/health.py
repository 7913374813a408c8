"""Judges the state of the service: which listing days are incomplete and why, and whether it is ready. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from bot.arxiv import calendar
from bot.decisions.embedding import Similarity
from bot.decisions.polling import PollState
from bot.decisions.spreading import SendingForecast
from bot.errors import StoreUnavailable
from bot.model import (
    JSON,
    Delivery,
    DeliveryState,
    FollowCounts,
    LedgerLine,
    ListingRecord,
    Malformed,
    Platform,
    SendingProgress,
    Usage,
    VectorsOrigin,
)

DAYS = 7
"""The number of past days whose listings are shown and judged."""


STALLED_AFTER = timedelta(minutes=15)
"""The service is not ready if messages are late and none has been sent for longer than this."""


MAX_DISCONNECTED = timedelta(minutes=5)
"""The service is not ready if a platform has been disconnected for longer than this; a reconnect takes less."""


MAX_SILENCE = timedelta(minutes=3)
"""A service that has not reported its state for longer than this is not running; it reports every minute."""


UNSETTLED = (DeliveryState.IN_DOUBT, DeliveryState.GIVEN_UP)


class Cause(enum.StrEnum):
    """Why a listing day is incomplete. `LEFT_OUT`, a day without a listing, is no fault."""

    LEFT_OUT = "left out by arXiv"
    NOT_SERVED = "not served"
    STALE = "feed stale"
    NOT_ASKED = "not asked yet"
    BEHIND = "API behind"
    UNREADABLE = "parse failure"


@dataclass(frozen=True, slots=True)
class Gap:
    """A weekday without a complete listing; `why` says the cause in a sentence."""

    day: date
    cause: Cause
    why: str


@dataclass(frozen=True, slots=True)
class Connection:
    """A platform that has a token.

    `problem` says why commands are not answered there, None while they are; `since` is when that began.
    """

    problem: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Service:
    """The state that the running service reported last, at `at`; other processes read it from the store."""

    at: datetime
    platforms: Mapping[Platform, Connection]

    def updated(self, problems: Mapping[Platform, str | None], at: datetime) -> Service:
        """Return the state after these problems (None: no problem) were seen at `at`."""
        platforms = {platform: self._connection(platform, problem, at) for platform, problem in problems.items()}
        return Service(at, platforms)

    def _connection(self, platform: Platform, problem: str | None, at: datetime) -> Connection:
        before = self.platforms.get(platform)
        # A change from one problem to another does not end the time of being disconnected.
        if before is not None and (before.problem is None) == (problem is None):
            return Connection(problem, before.since)
        return Connection(problem, at)

    def as_json(self) -> JSON:
        platforms = {
            str(platform): {"problem": connection.problem, "since": connection.since.isoformat()}
            for platform, connection in self.platforms.items()
        }
        return {"at": self.at.isoformat(), "platforms": platforms}

    @classmethod
    def from_json(cls, data: JSON | None) -> Service | None:
        if not data:
            return None
        platforms = {
            Platform(name): Connection(row["problem"], datetime.fromisoformat(row["since"]))
            for name, row in data["platforms"].items()
        }
        return cls(datetime.fromisoformat(data["at"]), platforms)


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """The tasks that the service saw in its queues at `at`: by queue, how many waited and how many were being done."""

    at: datetime
    queues: Mapping[str, tuple[int, int]]

    def as_json(self) -> JSON:
        return {"at": self.at.isoformat(), "queues": {name: list(counts) for name, counts in self.queues.items()}}

    @classmethod
    def from_json(cls, data: JSON | None) -> TaskCounts | None:
        if not data:
            return None
        queues = {name: (waiting, doing) for name, (waiting, doing) in data["queues"].items()}
        return cls(datetime.fromisoformat(data["at"]), queues)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """How many summaries or messages ("summary", "message") wait for the same reason."""

    what: Literal["summary", "message"]
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the service at `at`.

    `suspended` has the reasons of some suspended chats by chat. `troubles` are deliveries whose outcome is unknown or
    that were given up. `wanted` counts the summaries that are wanted and not made. `oldest_waiting` is when the oldest
    digest was written that is not completely sent. `workers` describes the worker processes that are alive, and `tasks`
    is None if the service hands nothing over. `set_aside` are the malformed entries of the last week. `unfinished` has
    what waits by its reason. `unwritable` is the error of a write to the database, None if it succeeded. `service` is
    None if no service ever ran. `sending` says for each platform with a token how far its messages are; `held` are
    those that asked us to wait. `unserved` counts the chats, by platform and bot, that wait for a bot without a token.
    `forecasts` say how long the messages of the next hours take. `similarity` is None if no embedder is set.
    """

    at: datetime
    ledger: tuple[LedgerLine, ...]
    gaps: tuple[Gap, ...]
    counts: FollowCounts
    suspended: Mapping[str, str]
    deliveries: Mapping[tuple[Platform, DeliveryState], int]
    troubles: tuple[Delivery, ...]
    wanted: int
    oldest_waiting: datetime | None
    poll: PollState
    usage: tuple[Usage, ...]
    set_aside: tuple[Malformed, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()
    unwritable: StoreUnavailable | None = None
    service: Service | None = None
    workers: tuple[str, ...] = ()
    tasks: TaskCounts | None = None
    unserved: Mapping[tuple[Platform, str], int] = field(default_factory=dict)
    sending: Mapping[Platform, SendingProgress] = field(default_factory=dict)
    held: frozenset[Platform] = frozenset()
    forecasts: tuple[SendingForecast, ...] = ()
    similarity: Similarity | None = None
    vectors: VectorsOrigin | None = None
    """Of the store's vectors of terms; None if the bundled ones are used."""

    @property
    def silent(self) -> bool:
        """Whether the service has stopped reporting its state."""
        return self.service is not None and not is_running(self.service, self.at)

    @property
    def waiting_tasks(self) -> int:
        """How many tasks wait for a worker; 0 if the service no longer says."""
        if self.tasks is None or abs(self.at - self.tasks.at) > MAX_SILENCE:
            return 0
        return sum(waiting for waiting, _ in self.tasks.queues.values())

    @property
    def connections(self) -> Mapping[Platform, Connection]:
        """The platforms that have a token."""
        return self.service.platforms if self.service else {}

    @property
    def outbox_age(self) -> timedelta:
        """How long the delivery that waits longest has been due."""
        waiting = self.oldest_waiting
        return max(self.at - waiting, timedelta()) if waiting else timedelta()

    @property
    def stalled(self) -> tuple[Platform, ...]:
        """The platforms on which messages are late and none has been sent for a while, though nothing asks us to wait.

        A long queue is no fault: a morning of many chats takes as long as the platform's limits say.
        """
        return tuple(
            platform
            for platform, progress in self.sending.items()
            if progress.late
            and platform not in self.held
            and (progress.sent_at is None or self.at - progress.sent_at >= STALLED_AFTER)
        )

    @property
    def ready(self) -> bool:
        """Whether the database can be written, sending goes on, and all platforms are connected."""
        is_disconnected = any(
            connection.problem and self.at - connection.since >= MAX_DISCONNECTED
            for connection in self.connections.values()
        )
        return not self.stalled and self.unwritable is None and not is_disconnected

    @property
    def faults(self) -> tuple[Gap, ...]:
        """The gaps that are faults."""
        return tuple(gap for gap in self.gaps if gap.cause is not Cause.LEFT_OUT)


def is_running(service: Service, now: datetime) -> bool:
    """Whether the service has reported its state lately."""
    # In both directions: a report from the future comes from a clock that was set back since.
    return abs(now - service.at) <= MAX_SILENCE


def gaps(
    listings: Sequence[ListingRecord],
    archives: frozenset[str],
    poll: PollState,
    now: datetime,
    behind: int = 0,
    *,
    running: bool = True,
) -> list[Gap]:
    """Return every weekday of the last week without a complete listing, with its cause.

    Days count from the first listing that was ever read. `behind` is the number of announced papers that the API has
    not described yet; `running` says whether a service is running that asks by itself.
    """
    # The newest day whose feed should be out, which need not be today's date.
    today = calendar.fed_day(now)
    first = max(_first_read(listings, poll, today), today - timedelta(days=DAYS))
    last = max(today, now.astimezone(calendar.NEW_YORK).date())
    found: list[Gap] = []
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        # Of days whose feed is not due yet, only a holiday is known already.
        if day <= today or calendar.holiday_before(day):
            records = [record for record in listings if record.day == day]
            found += _gaps_of(day, records, archives, poll, now, running)
    if behind:
        reason = (
            f"arXiv's API does not have {counted(behind, 'announced paper')} yet; they are asked for at every poll."
        )
        found.append(Gap(today, Cause.BEHIND, reason))
    return found


def _first_read(listings: Sequence[ListingRecord], poll: PollState, today: date) -> date:
    read = [record.day for record in listings] + ([poll.day] if poll.day else [])
    # A day after today was written by a clock that ran ahead.
    return min((day for day in read if day <= today), default=today)


def _gaps_of(
    day: date,
    records: Sequence[ListingRecord],
    archives: frozenset[str],
    poll: PollState,
    now: datetime,
    running: bool,
) -> Iterable[Gap]:
    if not calendar.is_listing_day(day):
        if calendar.holiday_before(day) and not any(record.announced for record in records):
            yield Gap(day, Cause.LEFT_OUT, calendar.why_no_listing(day, now) or "arXiv announced nothing.")
        return
    # A listing is read once for all its archives: each of their records counts the same malformed entries.
    malformed = max((record.malformed for record in records), default=0)
    unread = {record.archive for record in records if record.malformed and not record.complete}
    missing = archives - unread - {record.archive for record in records if record.complete}
    if missing:
        yield Gap(day, *_why_missing(day, missing, poll, now, running))
    elif not unread and not any(record.announced for record in records):
        reason = next((record.why for record in records if record.why), "arXiv announced nothing.")
        yield Gap(day, Cause.LEFT_OUT, reason)
    if unread:
        aside = f"{counted(malformed, 'entry')} set aside"
        reason = f"Nothing of its feed could be read ({aside}); OAI and the API are asked for the day at every poll."
        yield Gap(day, Cause.UNREADABLE, reason)
    elif malformed:
        verb = "was" if malformed == 1 else "were"
        yield Gap(day, Cause.UNREADABLE, f"{counted(malformed, 'entry')} could not be read and {verb} set aside.")


def _why_missing(
    day: date, missing: frozenset[str], poll: PollState, now: datetime, running: bool
) -> tuple[Cause, str]:
    names = ", ".join(sorted(missing)[:6]) + (" …" if len(missing) > 6 else "")
    if poll.asked_at is None:
        return Cause.NOT_ASKED, f"arXiv has not been asked for {names} yet."
    # The causes are in the order in which one hides the next: a poll that was not made cannot have failed.
    if poll.asked_at < calendar.feed_at(day):
        no_service = "" if running else " (no service was running)"
        return Cause.NOT_ASKED, f"Not asked since {poll.asked_at.day} {poll.asked_at:%B %Y}{no_service}."
    if poll.failures:
        has_retry = poll.retry_at is not None and poll.retry_at > now
        retry = f"; it is asked again at {poll.retry_at:%H:%M} UTC" if has_retry else ""
        reason = f"arXiv did not serve the listing of {names} ({counted(poll.failures, 'failure')} in a row{retry})."
        return Cause.NOT_SERVED, f"{reason} {poll.why}".strip() if poll.why else reason
    asked = f"asked last at {timestamp(poll.asked_at, now)}, it did not have this day"
    return Cause.STALE, f"The feed of {names} is stale: {asked}."


def timestamp(at: datetime, now: datetime) -> str:
    """Format a time as "03 Jun 12:00 UTC", with the year if it is not this year."""
    return f"{short_date(at, now)} {at:%H:%M} UTC"


def short_date(day: date, now: datetime) -> str:
    """Format a date as "03 Jun", with the year if it is not this year."""
    return f"{day:%d %b}" if day.year == now.year else f"{day:%d %b %Y}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in the singular or plural: "1 entry", "2 entries"."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"1 {noun}" if number == 1 else f"{number} {plural}"
