"""Time zones by the names that people use, in many languages: cities, countries, abbreviations, offsets. Pure."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.conversation.place_names import ABBREVIATIONS, OF_TERRITORY, PLACES, WITHOUT_CLDR_NAME
from bot.locales import cldr_names, formats

COMMON = (
    "UTC",
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Moscow",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
)
"""Zones that buttons offer."""

MOST_ASKED = 9
"""Zones between which a question lets people choose."""

_LEAST_MISSPELT = 5
"""Characters of a text that may be a misspelt name."""

# Old names and offsets of the tz database, which people do not mean by a place.
_HIDDEN = ("Etc/", "posix/", "right/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")
_OFFSET = re.compile(r"(?:utc|gmt)?\s*(?P<sign>[+\-−])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?", re.IGNORECASE)
# "Berlin time", "hora de Madrid", "по времени Москвы", "北京时间".
_BEFORE = re.compile(
    r"^(?:time (?:in|of|zone)|hora (?:de|del|local de)|zona horaria de|(?:по )?врем(?:я|ени)|по|in)\s+", re.IGNORECASE
)
_AFTER = re.compile(r"\s*(?:local )?(?:time(?: zone)?|时间|時間|时区|時區)$", re.IGNORECASE)


def label(zone: str) -> str:
    """A zone as people read it: the city that it is named after, in the language of the context."""
    return "UTC" if zone == "UTC" else formats.city(zone)


def find(given: str) -> tuple[str, ...]:
    """The zones that may be meant, the likeliest first: one if it is clear, none if the name is not known."""
    for name in _spellings(given):
        if found := _names().get(name):
            return found[:MOST_ASKED]
    return ()


def with_offset(given: str, now: datetime) -> tuple[str, ...] | None:
    """Some zones with an offset like "+02:00" or "UTC-5" now; None if `given` is not an offset."""
    match = _OFFSET.fullmatch(given.strip())
    if match is None:
        return None
    # Places first that people are likely to mean, then all others that have this offset today.
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    offset = offset if match["sign"] == "+" else -offset
    zones = dict.fromkeys([*COMMON, *PLACES, *sorted(set(_cities().values()))])
    return tuple(zone for zone in zones if now.astimezone(ZoneInfo(zone)).utcoffset() == offset)[:4]


def close_to(given: str) -> tuple[str, ...]:
    """At most three zones whose name resembles what was given."""
    close = difflib.get_close_matches(plain(given), _names(), n=5, cutoff=0.75)
    # More names than three, because several may belong to one zone.
    return tuple(dict.fromkeys(zone for name in close for zone in _names()[name][:1]))[:3]


def resembles_one(given: str) -> bool:
    """Whether somebody may have meant a time zone: an offset, or nearly the name of a place."""
    if _OFFSET.fullmatch(given.strip()) or find(given):
        return True
    name = plain(given)
    # Among the names of all languages there is one like almost any shorter word: "GAN" is nearly "Gana".
    return len(name) >= _LEAST_MISSPELT and bool(difflib.get_close_matches(name, _names(), n=1, cutoff=0.8))


def beginning_with(typed: str, limit: int) -> list[tuple[str, str]]:
    """Zones with a name that begins with `typed`, or has a word that does, and that name, for completion.

    The name is as people of the context's language write it where that is the one that was typed.
    """
    wanted = plain(typed)
    by_zone: dict[str, str] = {}
    # A city's own name before the names of other places in its zone, and beginnings before words inside.
    for begins in (True, False):
        for names in (_here(), _shown_cities(), _shown_places()):
            for name, (shown, zone) in sorted(names.items()):
                if name.startswith(wanted) if begins else f" {wanted}" in name:
                    by_zone.setdefault(zone, shown)
    return list(by_zone.items())[:limit]


def plain(name: str) -> str:
    """Letters without case and accents, words with one space between them."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    # NFKD splits Hangul syllables; NFC joins them again.
    return " ".join(unicodedata.normalize("NFC", bare).casefold().replace("_", " ").split())


def _spellings(given: str) -> Iterable[str]:
    """What was given in the ways in which it may stand among the names: whole first, then without what surrounds it."""
    whole = plain(given)
    bare = plain(_AFTER.sub("", _BEFORE.sub("", given.strip())).strip(" .!?"))
    first = plain(given.partition(",")[0])
    for name in (whole, bare, first):
        yield name
        # German umlauts are also written with an e.
        yield re.sub(r"([aou])e", r"\1", name)


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Every name of a zone, as `plain` writes it, and the zones that it may mean."""
    names: dict[str, tuple[str, ...]] = {plain(name): (zone,) for name, zone in _zones().items()}
    # Of two zones with the same city, the first in the alphabet; a full name is never replaced by a city.
    for city, zone in sorted(_cities().items(), key=lambda pair: pair[1]):
        names.setdefault(city, (zone,))
    for name, code in (*cldr_names.territories(), *WITHOUT_CLDR_NAME.items()):
        if zones := _of_territory(code):
            names[plain(name)] = zones
    # Last, so that a place in the tables wins over a zone or a country of that name.
    for zone, places in PLACES.items():
        names.update({plain(place): (zone,) for place in places.split(", ")})
    return {**names, **ABBREVIATIONS}


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())  # reads folders of the machine


@cache
def _zones() -> dict[str, str]:
    """The zones by name, also by their old names, without those that only stand for an offset."""
    renamed, known = cldr_names.present_zone_names(), _known()
    usual = {zone: renamed.get(zone, zone) for zone in known if "/" in zone and not zone.startswith(_HIDDEN)}
    countries = {name: zone for name, zone in renamed.items() if name in known and "/" not in name and len(name) > 3}
    return {name: zone for name, zone in {**usual, **countries}.items() if zone in known}


@cache
def _cities() -> dict[str, str]:
    """The city of each zone, as `plain` writes it, in every language, and the zone."""
    known = _known()
    cities = {plain(zone.rpartition("/")[2]): present for zone, present in sorted(_zones().items()) if "/" in zone}
    for city, zone in cldr_names.cities():
        present = cldr_names.present_zone_names().get(zone, zone)
        if present in known:
            cities.setdefault(plain(city), present)
    return cities


def _of_territory(code: str) -> tuple[str, ...]:
    """The zones of a territory, one for each clock that differs from the others."""
    if code in OF_TERRITORY:
        return OF_TERRITORY[code]
    by_clock: dict[tuple[timedelta | None, ...], str] = {}
    for zone in sorted(cldr_names.zones_by_territory().get(code, ())):
        if zone in _known():
            by_clock.setdefault(_clock(zone), zone)
    return tuple(by_clock.values())


def _clock(zone: str) -> tuple[timedelta | None, ...]:
    """What tells the clocks of two zones apart: the offsets in winter and in summer."""
    return tuple(datetime(2026, month, 15, 12, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))


@cache
def _shown_places() -> dict[str, tuple[str, str]]:
    """The places of the table by `plain` name, as people read them, with their zones."""
    return {place: (place.title(), zone) for zone, listed in PLACES.items() for place in listed.split(", ")}


@cache
def _shown_cities() -> dict[str, tuple[str, str]]:
    """The cities of zones in English, likewise."""
    cities = {zone: zone.rpartition("/")[2].replace("_", " ") for zone in {*_zones().values(), "UTC"}}
    return {plain(city): (city, zone) for zone, city in sorted(cities.items())}


def _here() -> dict[str, tuple[str, str]]:
    """The cities in the language of the context, by `plain` name."""
    here = ((cldr_names.city_here(zone), zone) for zone in set(_zones().values()))
    return {plain(city): (city, zone) for city, zone in here if city}
