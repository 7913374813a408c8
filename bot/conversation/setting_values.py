"""Parses the values that people write for settings: times, languages, time zones, sizes. Pure."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, cast

from bot.conversation import time_zones
from bot.conversation.setting_results import (
    Choices,
    NotAccepted,
)
from bot.model import Chat, ChatChanges, Depth, Style
from bot.model.languages import LANGUAGES, language_code, language_name

NAMES = ("language", "time", "timezone", "size", "style", "depth")
"""The settings of a chat, as commands name them."""

MIN_SIZE, MAX_SIZE = 1, 50
"""Papers that a digest may show in full."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of `Chat` and its new value; `shown` is that value as people read it."""

    name: str
    field: str
    value: Any
    shown: str

    @property
    def fields(self) -> ChatChanges:
        """The change as `Store.change_chat` takes it."""
        # From then on the chat is answered in its language, whoever asks.
        chosen = {"has_own_language": True} if self.field == "language" else {}
        return cast(ChatChanges, {self.field: self.value, **chosen})

    def apply(self, chat: Chat) -> Chat:
        return replace(chat, **self.fields)


def read(name: str, given: str, now: datetime) -> Change | NotAccepted:
    """What `given` means for the setting `name`. `now` decides what places an offset like +02:00 may mean."""
    given = " ".join(given.split())
    match name.strip().casefold():
        case "language" | "lang":
            return _language(given)
        case "time":
            return _time(given)
        case "timezone" | "zone" | "tz":
            return _timezone(given, now)
        case "size":
            return _size(given)
        case "style":
            return _word("style", Style, given)
        case "depth":
            return _word("depth", Depth, given)
        case other:
            return NotAccepted(other, given, "There is no such setting.", NAMES)


def current(chat: Chat, name: str) -> tuple[str, str]:
    """A setting's value as `read` takes it, and as people read it. Raises KeyError for a name not in `NAMES`."""
    match name:
        case "language":
            return chat.language, language_name(chat.language)
        case "time":
            return f"{chat.digest_time:%H:%M}", f"{chat.digest_time:%H:%M}"
        case "timezone":
            return chat.timezone, chat.timezone.replace("_", " ")
        case "size":
            return str(chat.size), f"{chat.size} {'paper' if chat.size == 1 else 'papers'}"
        case "style":
            return chat.style.value, chat.style.value
        case "depth":
            return chat.depth.value, chat.depth.value
    raise KeyError(name)


# The values that buttons offer; few enough for one screen of a phone.
_COMMON_LANGUAGES = ("en", "zh", "es", "fr", "de", "ja", "ko", "pt", "ru", "it", "ar", "hi")
_COMMON_TIMES = ("06:00", "07:00", "08:00", "09:00", "10:00", "12:00", "15:00", "18:00", "20:00", "22:00")
_COMMON_SIZES = ("3", "5", "10", "20", "30", "50")


def choices(chat: Chat, name: str) -> Choices | NotAccepted:
    """The values that buttons offer for a setting, and how to give any other."""
    if name not in NAMES:
        return NotAccepted(name, "", "There is no such setting.", NAMES)
    options: tuple[tuple[str, str], ...]
    match name:
        case "language":
            options = tuple((code, LANGUAGES[code][1]) for code in _COMMON_LANGUAGES)
            hint = "or any other language by name"
        case "time":
            options = tuple((clock, clock) for clock in _COMMON_TIMES)
            hint = "or any other time, like 7:45 or 9 pm"
        case "timezone":
            options = time_zones.COMMON
            hint = "or any city, like Zurich or San Francisco"
        case "size":
            options = tuple((size, size) for size in _COMMON_SIZES)
            hint = f"or any number from {MIN_SIZE} to {MAX_SIZE}"
        case "style":
            options = (("cards", "cards: takeaways and links"), ("titles", "titles: title and one line"))
            hint = "how much of each paper a digest shows"
        case _:
            options = (("brief", "brief: from the abstract"), ("deep", "deep: from the whole paper"))
            hint = "how closely papers are read"
    return Choices(name, current(chat, name)[0], options, hint)


def _language(given: str) -> Change | NotAccepted:
    code = language_code(given)
    if code is None:
        # Each language has its English and its own name; either may be misspelt.
        names = {name.casefold(): name for pair in LANGUAGES.values() for name in pair}
        close = difflib.get_close_matches(given.casefold(), names, n=3, cutoff=0.6)
        examples = tuple(names[name] for name in close) or ("English", "中文", "de")
        return NotAccepted("language", given, "I do not know a language with that name.", examples)
    return Change("language", "language", code, language_name(code))


# "9", "9:30", "21.15", "21h15", "9 pm", "at 9 o'clock"; and "0930" without a separator.
_CLOCK = re.compile(
    r"(?:at\s+)?(?P<hour>\d{1,2})(?:\s*[:.h]\s*(?P<minute>\d{2}))?\s*(?:h|uhr|o'clock)?\s*(?P<half>[ap]\.?\s?m\.?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)")


def _time(given: str) -> Change | NotAccepted:
    words = {"noon": time(12), "midday": time(12), "midnight": time(0)}
    clock = words.get(given.casefold()) or _clock(given)
    if clock is None:
        return NotAccepted("time", given, "That is not a time of day.", ("9", "9:30", "21:15", "9 pm"))
    return Change("time", "digest_time", clock, f"{clock:%H:%M}")


def _clock(given: str) -> time | None:
    # "0930" first: the other pattern takes two digits for the hour, and a separator before the minutes.
    match = _COMPACT.fullmatch(given) or _CLOCK.fullmatch(given)
    if match is None:
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match.groupdict().get("half") or "")[:1].casefold()
    if half:
        if not 1 <= hour <= 12:
            return None
        # 12 am is midnight and 12 pm is noon.
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _timezone(given: str, now: datetime) -> Change | NotAccepted:
    zone = time_zones.find(given)
    if zone is not None:
        return Change("timezone", "timezone", zone, zone.replace("_", " "))
    if (at_offset := time_zones.with_offset(given, now)) is not None:
        # Where clocks change in summer, a fixed offset would shift the digest by an hour.
        reason = "An offset changes with the season, so name a place."
        return NotAccepted("timezone", given, reason, at_offset)
    reason = "I do not know a time zone or city with that name."
    return NotAccepted("timezone", given, reason, time_zones.close_to(given))


def _size(given: str) -> Change | NotAccepted:
    # The length comes before int(), which refuses thousands of digits with an error.
    digits = given.casefold().removesuffix("papers").removesuffix("paper").strip()
    if not (digits.isdecimal() and len(digits) <= 6 and MIN_SIZE <= int(digits) <= MAX_SIZE):
        reason = f"A digest can show {MIN_SIZE} to {MAX_SIZE} papers."
        return NotAccepted("size", given, reason, ("5", "10", "20"))
    number = int(digits)
    return Change("size", "size", number, f"{number} {'paper' if number == 1 else 'papers'}")


def _word(name: str, values: type[Style] | type[Depth], given: str) -> Change | NotAccepted:
    allowed = tuple(value.value for value in values)
    word = given.casefold()
    if word not in allowed:
        return NotAccepted(name, given, f"It is one of {' and '.join(allowed)}.", allowed)
    return Change(name, name, values(word), word)
