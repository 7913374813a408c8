"""Names that people type in many languages, by CLDR (through Babel): cities of time zones, territories, languages, days
and months. Reading them all takes a moment, so each is read once, when it is first needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from bot.locales.catalogues import INTERFACE_LANGUAGES, cldr_name
from bot.locales.speaking import locale

if TYPE_CHECKING:
    from babel import Locale

_OTHERS = ("de", "fr", "it", "pt", "ko")
"""Languages without a catalogue whose speakers type names of their own too."""

Names = tuple[tuple[str, str], ...]
"""Pairs of a name and what it names; a name may stand there several times."""


@cache
def _locales() -> tuple[Locale, ...]:
    from babel import Locale

    return tuple(Locale.parse(cldr_name(code)) for code in (*INTERFACE_LANGUAGES, *_OTHERS))


@cache
def cities() -> Names:
    """Cities, and the time zone that has each as its example."""
    return tuple(
        (fields["city"], zone)
        for each in _locales()
        for zone, fields in each.time_zones.items()
        if fields.get("city") and "/" in zone and not zone.startswith("Etc/")
    )


def city_here(zone: str) -> str | None:
    """The city of a time zone in the language of the context; None if CLDR has none."""
    name = locale().time_zones.get(zone, {}).get("city")
    return str(name) if name else None


@cache
def territories() -> Names:
    """Countries and other territories, with their codes of two letters."""
    return tuple(
        (name, code)
        for each in _locales()
        for code, name in each.territories.items()
        if len(code) == 2 and code != "ZZ"  # an unknown region
    )


@cache
def languages() -> Names:
    """Languages, and their codes as CLDR writes them ("zh_Hant")."""
    return tuple((name, code) for each in _locales() for code, name in each.languages.items())


def languages_here() -> Mapping[str, str]:
    """The name of each language in the language of the context, by its code as CLDR writes it."""
    return {code: str(name) for code, name in locale().languages.items()}


@cache
def weekdays() -> tuple[tuple[str, int], ...]:
    """Days of the week, in full and short, with their numbers (0 is Monday)."""
    return tuple((name, day) for each in _locales() for name, day in _calendar_names(each.days))


@cache
def months() -> tuple[tuple[str, int], ...]:
    """Months, in full and short, with their numbers (1 is January)."""
    return tuple((name, month) for each in _locales() for name, month in _calendar_names(each.months))


def _calendar_names(tree: Mapping[str, Mapping[str, Mapping[int, str]]]) -> Iterator[tuple[str, int]]:
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            yield from ((name, number) for number, name in tree[form][width].items())


@cache
def zones_by_territory() -> Mapping[str, tuple[str, ...]]:
    """The time zones of each territory by its code of two letters, in no useful order."""
    from babel.core import get_global

    return {code: tuple(zones) for code, zones in get_global("territory_zones").items()}


@cache
def present_zone_names() -> Mapping[str, str]:
    """Old names of time zones ("Poland", "Asia/Calcutta"), and the ones that replaced them."""
    from babel.core import get_global

    return dict(get_global("zone_aliases"))
