"""Judges the state of the service: which listing days are not whole and why, and whether it is ready. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.arxiv import calendar
from bot.decisions.polling import PollState
from bot.errors import StoreUnavailable
from bot.model import JSON, Delivery, DeliveryState, LedgerLine, ListingRecord, Malformed, Platform, Usage

DAYS = 7


LATE_OUTBOX = timedelta(minutes=15)
"""A delivery that is due for longer than this makes the service not ready."""


GRACE = timedelta(minutes=5)
"""A platform that is not connected for longer than this makes the service not ready."""


SILENT = timedelta(minutes=3)
"""A service that has said nothing of itself for longer than this does not run."""


UNSETTLED = (DeliveryState.IN_DOUBT, DeliveryState.GIVEN_UP)


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
        return self.service is not None and not is_running(self.service, self.at)

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


def is_running(service: Service, now: datetime) -> bool:
    return abs(now - service.at) <= SILENT


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
        why = f"arXiv's API does not have {counted(behind, 'announced paper')} yet; they are asked for at every poll."
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
        aside = f"{counted(broken, 'entry')} set aside"
        said = f"Nothing of its feed could be read ({aside}); OAI and the API are asked for the day at every poll."
        yield Gap(day, Cause.UNREADABLE, said)
    elif broken:
        verb = "was" if broken == 1 else "were"
        yield Gap(day, Cause.UNREADABLE, f"{counted(broken, 'entry')} could not be read and {verb} set aside.")


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
        said = f"arXiv did not serve the listing of {names} ({counted(poll.failures, 'failure')} in a row{again})."
        return Cause.NOT_SERVED, f"{said} {poll.why}".strip() if poll.why else said
    asked = f"asked last at {timestamp(poll.asked_at, now)}, it did not have this day"
    return Cause.STALE, f"The feed of {names} is stale: {asked}."


def timestamp(at: datetime, now: datetime) -> str:
    """An hour as "03 Jun 12:00 UTC", with its year where that is not this one."""
    return f"{short_date(at, now)} {at:%H:%M} UTC"


def short_date(day: date, now: datetime) -> str:
    return f"{day:%d %b}" if day.year == now.year else f"{day:%d %b %Y}"


def counted(number: int, what: str) -> str:
    many = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"1 {what}" if number == 1 else f"{number} {many}"
