"""When arXiv announces: listing days, their hours, holidays, and why a day has no listing. Pure; New York time.

The listing of day D (Monday to Friday) is announced at 20:00 on the evening before D, for Monday on Sunday. Its feed is
published at midnight of D. It contains what was submitted by 14:00 (the freeze) of the working day before D. On a
holiday there is no freeze, so there is no announcement that evening and no listing on the next day.

The calendar explains why nothing was announced; it never keeps us from asking, because arXiv also skips days without
notice.

The schedule: https://info.arxiv.org/help/availability.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
_DAY = timedelta(days=1)
_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY, _SUNDAY = 0, 3, 4, 5, 6
_FREEZE = time(14)
_ANNOUNCED = time(20)

_PUBLISHED_HOLIDAYS = {
    2020: "01-01 01-20 06-09 11-26 12-25 12-29 12-30",
    2021: "01-01 10-20 11-25 12-24 12-28 12-30",
    2022: "01-17 06-20 09-05 11-24 12-27 12-29",
    2023: "01-16 06-14 06-19 07-04 08-17 09-04 11-23 12-25 12-27",
    2024: "01-15 05-22 06-19 07-04 09-02 10-08 11-28 12-25 12-26 12-31",
    2025: "01-01 01-20 06-19 07-04 09-01 11-27 12-25 12-30",
    2026: "01-01 01-19 06-19 07-03 09-07 11-26 12-25 12-29 12-31",
}
"""Days without a freeze in the years for which arXiv has published them; for other years see `_by_rule`."""


@cache
def holidays(year: int) -> Mapping[date, str]:
    """Return the working days of a year without a freeze, and so without an announcement that evening, with names."""
    rule = _by_rule(year)
    if year not in _PUBLISHED_HOLIDAYS:
        return MappingProxyType(rule)
    # The table has dates only; the rule names the usual ones.
    days = [date.fromisoformat(f"{year}-{day}") for day in _PUBLISHED_HOLIDAYS[year].split()]
    return MappingProxyType({day: rule.get(day) or _name(day) for day in days})


def is_listing_day(day: date) -> bool:
    """Whether arXiv publishes a listing of that date."""
    return day.weekday() < _SATURDAY and holiday_before(day) is None


def holiday_before(day: date) -> str | None:
    """Return the name of the holiday because of which the weekday `day` has no listing; None if it has one."""
    # Monday's listing contains what was submitted by the freeze of Friday.
    freeze = day - (3 * _DAY if day.weekday() == _MONDAY else _DAY)
    return holidays(freeze.year).get(freeze)


def released_at(day: date) -> datetime:
    """Return when the listing of `day` is announced: 20:00 in New York on the evening before."""
    return datetime.combine(day - _DAY, _ANNOUNCED, NEW_YORK)


def feed_at(day: date) -> datetime:
    """Return when the feed begins to show the listing of `day`: midnight in New York."""
    return datetime.combine(day, time(0), NEW_YORK)


def listing_day(now: datetime) -> date:
    """Return the latest listing day that has been announced at `now` (aware)."""
    day = newest_day(now)
    return day if is_listing_day(day) else previous_day(day)


def fed_day(now: datetime) -> date:
    """Return the latest listing day that the feed should show at `now` (aware)."""
    day = listing_day(now)
    return day if feed_at(day) <= now else previous_day(day)


def newest_day(now: datetime) -> date:
    """Return the latest date that an announced listing can have at `now` (aware), whether it is a listing day or not.

    A later date is a mistake, or the sign of a wrong clock.
    """
    local = now.astimezone(NEW_YORK)
    # From 20:00 on, the listing that is announced has the date of the next day.
    return local.date() + _DAY if local.time() >= _ANNOUNCED else local.date()


def listing_days(first: date, last: date) -> list[date]:
    """Return the listing days from `first` to `last`, both included."""
    days = (first + n * _DAY for n in range((last - first).days + 1))
    return [day for day in days if is_listing_day(day)]


def previous_day(day: date) -> date:
    """Return the last listing day before `day`."""
    day -= _DAY
    while not is_listing_day(day):
        day -= _DAY
    return day


def next_day(day: date) -> date:
    """Return the first listing day after `day`."""
    day += _DAY
    while not is_listing_day(day):
        day += _DAY
    return day


def listings_upto(day: date, count: int) -> list[date]:
    """Return the last `count` listing days up to `day`, oldest first."""
    found: list[date] = []
    day += _DAY
    for _ in range(count):
        day = previous_day(day)
        found.append(day)
    return found[::-1]


def submitted_since(day: date) -> date:
    """Return the earliest date (New York) on which a paper of the listing of `day` was submitted, unless held back."""
    # The listing before was frozen on the working day before its own date; what came later that day is in this one.
    first = previous_day(day) - _DAY
    while first.weekday() >= _SATURDAY or first in holidays(first.year):
        first -= _DAY
    return first


def announced_after(submitted: datetime) -> date:
    """Return the listing day of a paper submitted at that time (aware), unless moderators hold it back."""
    local = submitted.astimezone(NEW_YORK)
    freeze = local.date() + _DAY if local.time() >= _FREEZE else local.date()
    while freeze.weekday() >= _SATURDAY or freeze in holidays(freeze.year):
        freeze += _DAY
    return freeze + (3 * _DAY if freeze.weekday() == _FRIDAY else _DAY)


def why_no_listing(day: date, now: datetime) -> str | None:
    """Return a sentence on why there is no listing of `day` at `now`; None if there should be one."""
    if day.weekday() >= _SATURDAY:
        return f"arXiv has no listing on {day:%A}s; the next one is that of {_dated(next_day(day))}."
    if reason := _why_left_out(day):
        return f"{reason}; the next listing is that of {_dated(next_day(day))}."
    if now < released_at(day):
        return f"The listing of {_dated(day)} comes out at 20:00 New York time on {day - _DAY:%A}."
    if now < feed_at(day):
        return f"The listing of {_dated(day)} is announced; its feed comes out at midnight New York time."
    return None


def why_earlier_listing(day: date, days: int = 1) -> str | None:
    """Return a sentence on why a digest of the `days` listings up to `day` ends earlier; None for a listing day."""
    if is_listing_day(day):
        return None
    latest = _dated(previous_day(day))
    shown = f"this is the listing of {latest}" if days == 1 else f"these are the {days} listings up to that of {latest}"
    if day.weekday() < _SATURDAY:
        return f"{_why_left_out(day)}; {shown}."
    saturday = day - (day.weekday() - _SATURDAY) * _DAY
    sunday = saturday + _DAY
    weekend = f"{saturday.day}–{_plain(sunday)}"
    if saturday.month != sunday.month:
        weekend = f"{_plain(saturday)} – {_plain(sunday)}"
    return f"{weekend} is a weekend: arXiv announces nothing; {shown}."


def _why_left_out(day: date) -> str | None:
    """Say why a weekday has no listing, without a full stop; None if it has one."""
    holiday = holiday_before(day)
    if holiday is None:
        return None
    evening = day - _DAY
    return f"arXiv did not announce on the evening of {evening:%A}, {_plain(evening)}, because of {holiday}"


def _dated(day: date) -> str:
    return f"{day:%A} {_plain(day)}"


def _plain(day: date) -> str:
    return f"{day.day} {day:%B}"


def _by_rule(year: int) -> dict[date, str]:
    """Return the holidays that arXiv kept in most years; one on a weekend moves to the Friday or Monday next to it."""
    fixed = {
        date(year, 1, 1): "New Year's Day",
        date(year, 6, 19): "Juneteenth",
        date(year, 7, 4): "Independence Day",
        date(year, 12, 25): "Christmas Day",
    }
    found = {_observed(day): name for day, name in fixed.items()}
    found[_nth_weekday(year, 1, _MONDAY, 3)] = "Martin Luther King Day"
    found[_nth_weekday(year, 9, _MONDAY, 1)] = "Labor Day"
    found[_nth_weekday(year, 11, _THURSDAY, 4)] = "Thanksgiving Day"
    # A New Year's Day on a Saturday would move to 31 December, which arXiv did not keep in 2021.
    return {day: name for day, name in sorted(found.items()) if day.year == year}


def _observed(day: date) -> date:
    return day + {_SATURDAY: -1, _SUNDAY: 1}.get(day.weekday(), 0) * _DAY


def _nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    """Return the n-th Monday (0), Tuesday (1), … of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _name(day: date) -> str:
    return "the winter holidays" if day.month == 12 and day.day >= 24 else "a day off at arXiv"
