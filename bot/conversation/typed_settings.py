"""Which messages in words name a setting with its value: a time of day, days of the week, or a pause. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

from bot.conversation import clock_words, day_words, setting_values
from bot.conversation.number_words import number
from bot.conversation.setting_results import NotAccepted
from bot.conversation.setting_values import Change
from bot.conversation.time_zones import plain
from bot.locales import cldr_names
from bot.model import Chat

_LONGEST = 60
_NAMED = ("time", "days", "pause")
_AMBIGUOUS = day_words.phrases("all|todos|все|среда|среды")
"""Days of the week to `day_words`, but also other words, which a topic may consist of."""

_WHOLE = day_words.phrases(
    "daily|everyday|weekdays|workdays|weekly|weekends|diario|semanal|semanalmente|laborables|ежедневно|еженедельно|будни|"
    "выходные|taglich|wochentlich|werktags"
)
_EVERY = re.compile(r"[每毎]|星期|礼拜|禮拜|曜日|[周週][一二三四五六日末]")
_LONG_WORD = re.compile(r"[^\W\d_]{5,}")
_BARE_CLOCK = re.compile(r"\d{1,2}:\d\d")
_A_LETTER_FIRST = re.compile(r"^[^\W\d_]\s+\d+$")


def change(text: str, chat: Chat, now: datetime) -> Change | None:
    """The change of a setting that a whole message asks for, such as "7:30", "weekly on Friday" or "pause for two
    weeks"; None for a message that may be about papers, as a number alone or "time series" may be."""
    text = " ".join(text.split()).strip(" .!。！")
    if not text or len(text) > _LONGEST:
        return None
    if _is_time(text):
        return _read("time", text, chat, now)
    if _are_days(text):
        return _read("days", text, chat, now)
    # Only names that are written exactly: "paused" may be a word of a topic.
    name, value = setting_values.split_line(_spaced(text))
    return _read(name, value, chat, now) if name in _NAMED and value else None


def _is_time(text: str) -> bool:
    if clock_words.time_of_day(text) is None or number(plain(text)) is not None or _A_LETTER_FIRST.search(text):
        return False
    # "2.5" and "4:3" are numbers and ratios too.
    return any(char.isalpha() for char in text) or _BARE_CLOCK.fullmatch(text) is not None


def _are_days(text: str) -> bool:
    if day_words.days_of_week(text) is None or plain(text) in _AMBIGUOUS:
        return False
    if _EVERY.search(text):
        return True
    # Shorter names are also other words: "sun", "SAT", "mar"; and so is what only begins as one: "dominance".
    words = plain(text).split()
    if len(words) == 1 and words[0] not in _WHOLE and words[0].removesuffix("s") not in _weekdays():
        return False
    return _LONG_WORD.search(text) is not None


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(plain(name) for name, _ in cldr_names.weekdays())


def _spaced(text: str) -> str:
    """Chinese and Japanese write no space between a setting and its value."""
    return re.sub(r"^(暂停|暫停|一時停止|休止)(?=\S)", r"\1 ", text)


def _read(name: str, value: str, chat: Chat, now: datetime) -> Change | None:
    read = setting_values.read(name, value, chat, now)
    return None if isinstance(read, NotAccepted) else read
