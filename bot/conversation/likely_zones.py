"""The time zones that buttons offer first, guessed from the language that a platform names for a person. Pure."""

from __future__ import annotations

from bot.conversation import time_zones

MOST = 9
"""Zones that are offered; any other place is written."""

_BY_LANGUAGE = {
    "zh": ("Asia/Shanghai", "Asia/Taipei", "Asia/Hong_Kong", "Asia/Singapore"),
    "zh-hant": ("Asia/Taipei", "Asia/Hong_Kong", "Asia/Shanghai"),
    "zh-tw": ("Asia/Taipei", "Asia/Hong_Kong", "Asia/Shanghai"),
    "zh-hk": ("Asia/Hong_Kong", "Asia/Taipei", "Asia/Shanghai"),
    "ja": ("Asia/Tokyo",),
    "ko": ("Asia/Seoul",),
    "ru": ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Asia/Vladivostok"),
    "uk": ("Europe/Kyiv",),
    "es": ("Europe/Madrid", "America/Mexico_City", "America/Bogota", "America/Argentina/Buenos_Aires"),
    "es-419": ("America/Mexico_City", "America/Bogota", "America/Argentina/Buenos_Aires", "America/Santiago"),
    "es-mx": ("America/Mexico_City",),
    "pt": ("Europe/Lisbon", "America/Sao_Paulo"),
    "pt-br": ("America/Sao_Paulo", "America/Manaus"),
    "de": ("Europe/Berlin", "Europe/Zurich", "Europe/Vienna"),
    "fr": ("Europe/Paris", "Europe/Brussels", "America/Montreal"),
    "it": ("Europe/Rome",),
    "nl": ("Europe/Amsterdam", "Europe/Brussels"),
    "pl": ("Europe/Warsaw",),
    "tr": ("Europe/Istanbul",),
    "fa": ("Asia/Tehran",),
    "he": ("Asia/Jerusalem",),
    "hi": ("Asia/Kolkata",),
    "vi": ("Asia/Ho_Chi_Minh",),
    "id": ("Asia/Jakarta",),
    "ar": ("Asia/Riyadh", "Africa/Cairo"),
    "en-gb": ("Europe/London",),
    "en-in": ("Asia/Kolkata",),
    "en-au": ("Australia/Sydney",),
    "en-us": ("America/New_York", "America/Chicago", "America/Los_Angeles"),
    "en": ("America/New_York", "America/Los_Angeles", "Europe/London", "America/Chicago"),
}
"""By the code that platforms name for a person, in lower case; the part before the hyphen stands for the others."""


def likely_zones(language: str, present: str) -> tuple[str, ...]:
    """Zones to offer, the likeliest first. `present` is the zone that the chat has: the operator may have chosen it."""
    code = language.casefold().replace("_", "-")
    guessed = _BY_LANGUAGE.get(code) or _BY_LANGUAGE.get(_without_region(code), ())
    # UTC is where an operator has chosen nothing, and hardly anybody lives there.
    chosen = () if present == "UTC" else (present,)
    common = tuple(zone for zone in time_zones.COMMON if zone != "UTC")
    return tuple(dict.fromkeys((*chosen, *guessed, *common)))[:MOST]


def _without_region(code: str) -> str:
    # "zh-hant-hk" is written in the same characters as "zh-hant".
    before = code.rpartition("-")[0] if code.count("-") > 1 else code.partition("-")[0]
    return before if before in _BY_LANGUAGE else code.partition("-")[0]
