"""Times of day and hours from one to another, as people write them in several languages. Pure."""

from __future__ import annotations

import re
from datetime import time

from bot.conversation.day_words import phrases
from bot.conversation.number_words import number, with_digits
from bot.conversation.time_zones import plain

_NOON = phrases("noon|midday|at noon|mediodia|полдень|в полдень|中午|正午|mittag|mittags|midi")
_MIDNIGHT = phrases("midnight|at midnight|medianoche|полночь|в полночь|半夜|零点|零點|真夜中|mitternacht|minuit|午夜")
_MORNING = (
    r"a\.?\s?m\.?|in the morning|de la manana|de la madrugada|утра|ночи|早上|上午|凌晨|清晨|早晨|午前|朝|morgens|"
    r"du matin"
)
_EVENING = (
    r"p\.?\s?m\.?|in the (?:evening|afternoon)|at night|de la (?:tarde|noche)|вечера|дня|下午|晚上|傍晚|午後|夜|夕方|"
    r"abends|nachmittags|du soir"
)
_HALF_DAY = re.compile(rf"\s*(?:(?P<morning>{_MORNING})|(?P<evening>{_EVENING}))\s*")
_BEFORE_HOUR = re.compile(r"^(?:at|um|gegen|a las|a la|las|la|в|к|a|à|alle|as|ab|from|about|around)\s+")
_AFTER_HOUR = re.compile(r"\s*(?:o[’']clock|uhr|hours?|hrs?|horas?|часов|часа|час|ч|h|heures?|en punto|分|整|頃)\.?$")
_PAST = (
    (re.compile(r"half past (.+)|(.+) y media|(.+) et demie"), 0, 30),
    (re.compile(r"quarter past (.+)|(.+) y cuarto|viertel nach (.+)|(.+) et quart"), 0, 15),
    (re.compile(r"quarter to (.+)|(.+) menos cuarto|viertel vor (.+)|(.+) moins le quart"), -1, 45),
    (re.compile(r"halb (.+)"), -1, 30),
)
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:\s*[:.h点點時时]\s*(?P<minute>\d{1,2}|半)?)?(?::\d{2})?")
_COMPACT = re.compile(r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)")


def time_of_day(text: str) -> time | None:
    """A time such as "9", "21h15", "half past eight", "早上8点半" or "8 вечера"; None if it is none."""
    text = plain(text).strip(" .!")
    if text in _NOON or text in _MIDNIGHT:
        return time(12) if text in _NOON else time(0)
    half = _HALF_DAY.search(text)
    text = _HALF_DAY.sub(" ", text).strip()
    text = _AFTER_HOUR.sub("", _BEFORE_HOUR.sub("", text)).strip()
    for pattern, hours, minutes in _PAST:
        if match := pattern.fullmatch(text):
            hour = number(next(group for group in match.groups() if group))
            return _at(None if hour is None else (hour + hours) % 24, minutes, half)
    text = with_digits(text)
    text = text if text.isdecimal() else str(number(text) or text)
    # "0930" first: the other pattern takes two digits for the hour, and a separator before the minutes.
    if match := _COMPACT.fullmatch(text) or _CLOCK.fullmatch(text):
        minute = match["minute"] or "0"
        return _at(int(match["hour"]), 30 if minute == "半" else int(minute), half)
    return None


def _at(hour: int | None, minute: int, half: re.Match[str] | None) -> time | None:
    if hour is None or minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    if half is not None:
        if not 0 <= hour <= 12:
            return time(hour % 24, minute) if half["evening"] and hour > 12 else None
        # 12 am is midnight and 12 pm is noon.
        hour = hour % 12 + (12 if half["evening"] else 0)
    return time(hour % 24, minute)


_BETWEEN_HOURS = re.compile(r"\s+(?:to|until|till|bis|a|hasta|до|and|y|и|à)\s+|\s*[-–—~〜]\s*|到|至|から")
_TO_END = re.compile(f"{plain('まで')}$")
_BEFORE_HOURS = re.compile(r"^(?:from|between|de|desde|entre|с|von|zwischen|从|從)\s+")


def hours_from_to(text: str) -> tuple[time, time] | None:
    """Two times such as "22:00-07:00", "10 pm to 7 am" or "22点到7点"; None if it is not two."""
    text = _TO_END.sub("", _BEFORE_HOURS.sub("", plain(text)))
    parts = _BETWEEN_HOURS.split(text)
    if len(parts) != 2:
        return None
    begin, end = (time_of_day(part) for part in parts)
    return None if begin is None or end is None else (begin, end)
