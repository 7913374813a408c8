"""Time zones by the names that people use: IANA names, cities and countries; offsets lead to suggestions. Pure."""

from __future__ import annotations

import difflib
import re
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

COMMON = (
    ("UTC", "UTC"),
    ("America/Los_Angeles", "Los Angeles"),
    ("America/New_York", "New York"),
    ("America/Sao_Paulo", "São Paulo"),
    ("Europe/London", "London"),
    ("Europe/Berlin", "Berlin"),
    ("Europe/Moscow", "Moscow"),
    ("Asia/Kolkata", "India"),
    ("Asia/Shanghai", "Shanghai"),
    ("Asia/Tokyo", "Tokyo"),
    ("Australia/Sydney", "Sydney"),
)
"""Zones that buttons offer, with their labels."""

_PLACES = {
    "Europe/Berlin": "germany, munich, hamburg, frankfurt, cologne, stuttgart, heidelberg, tubingen, "
    "karlsruhe, dresden, bonn, aachen, darmstadt, gottingen, freiburg, leipzig",
    "Europe/Zurich": "switzerland, geneva, lausanne, basel, bern",
    "Europe/Paris": "france, lyon, grenoble, toulouse, nice, marseille, strasbourg",
    "Europe/London": "uk, england, britain, scotland, oxford, cambridge, edinburgh, manchester, bristol, glasgow",
    "Europe/Madrid": "spain, barcelona, valencia, seville",
    "Europe/Rome": "italy, milan, turin, pisa, bologna, trieste, padua, florence, naples",
    "Europe/Amsterdam": "netherlands, holland, delft, leiden, utrecht, eindhoven, groningen, nijmegen",
    "Europe/Brussels": "belgium, leuven, ghent",
    "Europe/Vienna": "austria, graz, linz, innsbruck",
    "Europe/Stockholm": "sweden, gothenburg, uppsala, lund, linkoping",
    "Europe/Copenhagen": "denmark, aarhus",
    "Europe/Oslo": "norway, trondheim, bergen",
    "Europe/Helsinki": "finland, espoo, tampere, oulu",
    "Europe/Warsaw": "poland, krakow, wroclaw, poznan",
    "Europe/Prague": "czechia, brno",
    "Europe/Lisbon": "portugal, porto",
    "Europe/Athens": "greece, thessaloniki, heraklion",
    "Europe/Dublin": "ireland, galway, cork",
    "Europe/Kyiv": "ukraine, kiev, lviv, kharkiv",
    "Europe/Moscow": "saint petersburg, st petersburg",
    "Europe/Istanbul": "turkey, ankara, izmir",
    "America/New_York": "boston, philadelphia, washington, washington dc, atlanta, pittsburgh, princeton, "
    "miami, ithaca, baltimore, new york city, nyc, ann arbor, cambridge ma, eastern, "
    "et, edt",
    "America/Chicago": "austin, dallas, houston, madison, minneapolis, st louis, champaign, urbana, "
    "central, ct, cst, cdt",
    "America/Denver": "boulder, salt lake city, albuquerque, mountain, mdt",
    "America/Los_Angeles": "california, seattle, san francisco, san jose, san diego, palo alto, stanford, "
    "berkeley, pasadena, portland, bay area, la, mountain view, pacific, pt, pst, pdt",
    "America/Toronto": "ottawa, waterloo",
    "America/Montreal": "quebec",
    "America/Mexico_City": "mexico",
    "America/Sao_Paulo": "campinas, rio de janeiro, brasilia, belo horizonte",
    "America/Argentina/Buenos_Aires": "argentina",
    "Asia/Shanghai": "china, beijing, shenzhen, guangzhou, hangzhou, nanjing, wuhan, chengdu, hefei, "
    "xi'an, xian, tianjin, 北京, 上海, 深圳, 中国",
    "Asia/Hong_Kong": "香港",
    "Asia/Taipei": "taiwan, hsinchu, 台北",
    "Asia/Tokyo": "japan, kyoto, osaka, nagoya, tsukuba, sapporo, fukuoka, sendai, 東京, 日本",
    "Asia/Seoul": "korea, south korea, daejeon, pohang, busan, 서울",
    "Asia/Kolkata": "india, mumbai, delhi, new delhi, bangalore, bengaluru, chennai, hyderabad, pune, kanpur, ist",
    "Asia/Karachi": "pakistan, lahore, islamabad",
    "Asia/Jerusalem": "israel, haifa, tel aviv, rehovot",
    "Asia/Tehran": "iran, isfahan",
    "Asia/Dubai": "abu dhabi, uae",
    "Asia/Riyadh": "saudi arabia, thuwal, jeddah",
    "Asia/Ho_Chi_Minh": "vietnam, hanoi, saigon",
    "Asia/Jakarta": "indonesia, bandung",
    "Asia/Bangkok": "thailand",
    "Australia/Sydney": "canberra, newcastle",
    "Pacific/Auckland": "wellington, christchurch, dunedin",
    "Africa/Johannesburg": "cape town, pretoria, south africa",
    "Africa/Cairo": "alexandria",
    "Africa/Lagos": "nigeria, abuja",
    "Africa/Nairobi": "kenya",
    "UTC": "gmt, z, greenwich, universal",
}
"""Places and abbreviations that are not IANA names, as `_plain` writes them, by zone."""

# Old names and offsets of the tz database, which people do not mean by a place.
_HIDDEN = ("Etc/", "posix/", "right/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")
_OFFSET = re.compile(r"(?:utc|gmt)?\s*(?P<sign>[+\-−])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?", re.IGNORECASE)


def find(given: str) -> str | None:
    """The zone with this name; None if there is no exact match."""
    return _names().get(_plain(given))


def with_offset(given: str, now: datetime) -> tuple[str, ...] | None:
    """At most three zones with an offset like "+02:00" or "UTC-5" now; None if `given` is not an offset."""
    match = _OFFSET.fullmatch(given.strip())
    if match is None:
        return None
    # Places first that people are likely to mean, then all others that have this offset today.
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    offset = offset if match["sign"] == "+" else -offset
    known = [zone for zone, _ in COMMON] + list(_PLACES)
    rest = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(_HIDDEN))
    at_offset = [zone for zone in dict.fromkeys(known + rest) if now.astimezone(ZoneInfo(zone)).utcoffset() == offset]
    # No place has an offset like +02:07; the examples still show how a zone is named.
    return tuple(at_offset[:3]) or ("UTC", "Europe/Berlin", "Asia/Tokyo")


def close_to(given: str) -> tuple[str, ...]:
    """At most three zones whose name resembles what was given, else three examples of a name."""
    close = difflib.get_close_matches(_plain(given), _names(), n=5, cutoff=0.7)
    # More names than three, because several may belong to one zone.
    zones = tuple(dict.fromkeys(_names()[name] for name in close))[:3]
    return zones or ("Europe/Berlin", "America/New_York", "Shanghai")


def resembles_one(given: str) -> bool:
    """Whether somebody may have meant a time zone: an offset, or nearly the name of a place."""
    return bool(_OFFSET.fullmatch(given.strip()) or difflib.get_close_matches(_plain(given), _names(), cutoff=0.8))


@cache
def _names() -> dict[str, str]:
    """Every name of a zone, as `_plain` writes it: its full name, its city, and the places in it."""
    names: dict[str, str] = {}
    for zone in sorted(available_timezones()):
        if zone.startswith(_HIDDEN) and zone != "Etc/UTC":
            continue
        names[_plain(zone)] = zone
        if "/" in zone:
            # Of two zones with the same city, the first in the alphabet; a full name is never replaced by a city.
            names.setdefault(_plain(zone.rpartition("/")[2]), zone)
    # Last, so that a place in the table wins over a zone of that name.
    for zone, places in _PLACES.items():
        names.update({_plain(place): zone for place in places.split(", ")})
    names["utc"] = "UTC"
    return names


def _plain(name: str) -> str:
    """Letters without case and accents, words with one space between them."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    # NFKD splits Hangul syllables; NFC joins them again.
    return " ".join(unicodedata.normalize("NFC", bare).casefold().replace("_", " ").split())
