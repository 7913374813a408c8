"""Days, times, numbers, lists and names as the language of the context writes them, by CLDR (through Babel)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo

from babel import dates, lists, numbers

from bot.locales.catalogues import cldr_name
from bot.locales.speaking import locale
from bot.model.languages import LANGUAGES, canonical

MONDAY = date(2024, 1, 1)
"""Any Monday: days of the week are named by way of a date."""


def day(on: date) -> str:
    """A day of this year with its weekday: "Wednesday 3 June", "6月3日星期三"."""
    return dates.format_date(on, _pattern_with_weekday(), locale())


def short_day(on: date) -> str:
    """A day of this year: "3 June", "3 de junio", "6月3日"."""
    return dates.format_skeleton("MMMMd", on, locale=locale())


def short_days(first: date, last: date) -> str:
    """The days from one to another, without their year: "2 – 5 June"; a single one as `short_day`."""
    return dates.format_interval(first, last, "MMMMd", locale=locale()) if first != last else short_day(first)


def full_day(on: date) -> str:
    """A day with its year: "3 June 2026"."""
    return dates.format_date(on, "long", locale())


def weekday(of: date | int, *, is_short: bool = False) -> str:
    """The day of the week of a date, or by its number (0 is Monday): "Wednesday"; short "Wed"."""
    number = of if isinstance(of, int) else of.weekday()
    pattern = "ccc" if is_short else "cccc"  # the form that stands alone, not inside a date
    return dates.format_date(MONDAY + timedelta(days=number), pattern, locale())


def clock(at: time | datetime) -> str:
    """Hours and minutes of 24: "08:30"."""
    # Any date: the skeleton has none, and `format_skeleton` wants a `datetime` to keep the given hour.
    moment_of_day = at if isinstance(at, datetime) else datetime.combine(MONDAY, at.replace(tzinfo=None))
    return dates.format_skeleton("Hm", moment_of_day, tzinfo=moment_of_day.tzinfo, locale=locale())


def moment(at: datetime) -> str:
    """A day and a time, in the time zone of `at`: "Wednesday 3 June, 08:30"."""
    between = str(locale().datetime_formats["full"])
    return between.replace("{1}", day(at.date())).replace("{0}", clock(at))


def duration(seconds: float) -> str:
    """A length of time in one unit: "40 seconds", "3 minutes", "2 hours"; at least one second."""
    # From one and a half of a unit on, so that a rounded "1 minutes" or "1 hours" never hides half of it.
    return dates.format_timedelta(timedelta(seconds=max(1, round(seconds))), threshold=1.5, locale=locale())


def number(value: float) -> str:
    """A number with its separators: "21,000", "21 000"."""
    return numbers.format_decimal(value, locale=locale())


def percent(share: float) -> str:
    """A share between 0 and 1: "53%"."""
    return numbers.format_percent(share, locale=locale())


def listing(items: Iterable[str]) -> str:
    """Items of one sentence: "a, b and c"; "" for none."""
    return lists.format_list(list(items), "standard", locale())


def alternatives(items: Iterable[str]) -> str:
    """Items to choose from: "a, b or c"; "" for none."""
    return lists.format_list(list(items), "or", locale())


def city(zone: tzinfo | str | None) -> str:
    """The city that a time zone is named after ("Buenos Aires"); "UTC" and other zones without one by their names."""
    # `timezone.utc` has no `key`.
    name = zone if isinstance(zone, str) else getattr(zone, "key", "UTC")
    return str(dates.get_timezone_location(name, locale=locale(), return_city=True))


def language(code: str) -> str:
    """A language of `bot.model.languages` in the language of the context, with its own name: "German (Deutsch)"."""
    known = LANGUAGES.get(canonical(code))
    names = locale().languages
    name = names.get(cldr_name(canonical(code))) or (known.english if known else code)
    own = known.own if known else name
    return name if name.casefold() == own.casefold() else f"{name} ({own})"


def _pattern_with_weekday() -> str:
    skeletons = locale().datetime_skeletons
    if "MMMMEEEEd" in skeletons:
        return str(skeletons["MMMMEEEEd"].pattern)
    # CLDR: where a language has no pattern for a field's length, the nearest one is taken and the field widened.
    return re.sub(r"(?<![Ec])[Ec]+", "EEEE", str(skeletons["MMMMEd"].pattern))
