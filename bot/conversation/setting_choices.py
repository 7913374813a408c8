"""The values of settings as people read them, and those that buttons and completion offer. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.conversation import day_words, time_zones
from bot.conversation.results import Suggestion
from bot.conversation.setting_results import Choices, NotAccepted
from bot.conversation.setting_values import ALWAYS, MAX_SIZE, MIN_SIZE, NAMES, OFF, TOLD, name_of
from bot.conversation.time_zones import plain
from bot.locales import _, cldr_names, formats, ngettext
from bot.locales.catalogues import cldr_name
from bot.model import EVERY_DAY, FOREVER, Chat, Depth, OpensIn, Style
from bot.model.languages import LANGUAGES

# Few enough for one screen of a phone.
_COMMON_LANGUAGES = ("en", "zh", "zh-Hant", "es", "ja", "ru", "fr", "de", "ko", "pt", "it", "ar")
_COMMON_TIMES = ("06:00", "07:00", "08:00", "09:00", "10:00", "12:00", "15:00", "18:00", "20:00", "22:00")
_COMMON_SIZES = ("3", "5", "10", "20", "30", "50")
_COMMON_DAYS = (EVERY_DAY, day_words.WEEKDAYS, day_words.FRIDAY)
_COMMON_HOURS = ("22:00-07:00", "23:00-08:00", "20:00-09:00")
_COMMON_PAUSES = ("1d", "7d", "14d", "30d")

PAGE = 15
"""Languages on one page."""

MAX_SUGGESTIONS = 25
"""Lines of a completion."""


def shown(chat: Chat, name: str) -> str:
    """The value of a setting as people read it. Raises KeyError for a name not in `NAMES`."""
    match name:
        case "language":
            return formats.language(chat.language)
        case "time":
            return formats.clock(chat.digest_time)
        case "timezone":
            return time_zones.label(chat.timezone)
        case "days":
            return days_shown(chat.days)
        case "size":
            return formats.number(chat.size)
        case "style":
            return _style(chat.style)
        case "depth":
            return _depth(chat.depth)
        case "quiet":
            return _hours(chat.quiet)
        case "pause":
            return _pause(chat)
        case "opens":
            return _opens(chat.opens_in)
    raise KeyError(name)


def value(chat: Chat, name: str) -> str:
    """The value of a setting as `setting_values.read` takes it. Raises KeyError for a name not in `NAMES`."""
    match name:
        case "language":
            return chat.language
        case "time":
            return f"{chat.digest_time:%H:%M}"
        case "timezone":
            return chat.timezone
        case "days":
            return _days_value(chat.days)
        case "size":
            return str(chat.size)
        case "style":
            return chat.style.value
        case "depth":
            return chat.depth.value
        case "quiet":
            return _hours_value(chat.quiet)
        case "pause":
            return _pause_value(chat)
        case "opens":
            return chat.opens_in.value
    raise KeyError(name)


def choices(chat: Chat, name: str, page: int = 0) -> Choices | NotAccepted:
    """The values that buttons offer for a setting, and how to give any other."""
    known = name_of(name)
    if known is None:
        return NotAccepted(name, "", _("There is no such setting."), NAMES)
    options, hint = _offered(known)
    if known != "language":
        days = chat.days if known == "days" else None
        return Choices(known, value(chat, known), options, hint, days=days)
    pages = (len(options) + PAGE - 1) // PAGE
    page = min(max(page, 0), pages - 1)
    return Choices(known, chat.language, options[page * PAGE : (page + 1) * PAGE], hint, page, pages)


def _offered(name: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """The values of a setting with their labels, and a hint."""
    match name:
        case "language":
            codes = dict.fromkeys([*_COMMON_LANGUAGES, *LANGUAGES])
            return tuple((code, LANGUAGES[code].own) for code in codes), _("or any other language by name")
        case "time":
            hint = _("or any other time, like 7:45 or 9 pm")
            return tuple((clock, formats.clock(time.fromisoformat(clock))) for clock in _COMMON_TIMES), hint
        case "timezone":
            hint = _("or any city or country, like Zurich or San Francisco")
            return tuple((zone, time_zones.label(zone)) for zone in time_zones.COMMON), hint
        case "days":
            hint = _("or any days, like Monday, Thursday")
            return tuple((_days_value(days), days_shown(days)) for days in _COMMON_DAYS), hint
        case "size":
            hint = _("or any number from {first} to {last}").format(first=MIN_SIZE, last=MAX_SIZE)
            return tuple((size, formats.number(int(size))) for size in _COMMON_SIZES), hint
        case "style":
            return tuple((style.value, _style(style)) for style in Style), _("how much of each paper a digest shows")
        case "depth":
            return tuple((depth.value, _depth(depth)) for depth in Depth), _("how closely papers are read")
        case "quiet":
            hours = tuple((each, each.replace("-", "–")) for each in _COMMON_HOURS)
            return ((OFF, _("off")), *hours, (ALWAYS, _("always"))), _("or any hours, like 22:30-6:00")
        case "pause":
            lengths = tuple((each, _length(int(each[:-1]))) for each in _COMMON_PAUSES)
            hint = _("or any time, like 10 days or until 24 December")
            return ((OFF, _("off")), *lengths, (TOLD, _("until I resume"))), hint
        case _:
            return tuple((each.value, _opens(each)) for each in OpensIn), _("where a paper opens for who taps it")


def _length(days: int) -> str:
    if days == 30:
        return _("a month")
    if days % 7 == 0:
        return ngettext("{n} week", "{n} weeks", days // 7).format(n=days // 7)
    return ngettext("{n} day", "{n} days", days).format(n=days)


def days_shown(days: frozenset[int]) -> str:
    """Days of the week as people read them: "every day", "Monday to Friday", "Monday and Thursday"."""
    if days == EVERY_DAY:
        return _("every day")
    if days == day_words.WEEKDAYS:
        return _("{first} to {last}").format(first=formats.weekday(0), last=formats.weekday(4))
    if len(days) == 1:
        return _("weekly, on {weekday}").format(weekday=formats.weekday(min(days)))
    return formats.listing(formats.weekday(day) for day in sorted(days))


def _days_value(days: frozenset[int]) -> str:
    return "d" + "".join(map(str, sorted(days)))


def _style(style: Style) -> str:
    match style:
        case Style.LIST:
            return _("list: one message with a sentence for each paper")
        case Style.CARDS:
            return _("cards: takeaways and links of each paper")
        case Style.TITLES:
            return _("titles: only the title of each paper")


def _depth(depth: Depth) -> str:
    return _("brief: from the abstract") if depth is Depth.BRIEF else _("deep: from the whole paper")


def _opens(place: OpensIn) -> str:
    return _("private: in the chat with me") if place is OpensIn.PRIVATE else _("here: as a reply in the group")


def _hours(hours: tuple[time, time] | None) -> str:
    if hours is None:
        return _("off")
    return _("always") if hours[0] == hours[1] else f"{formats.clock(hours[0])}–{formats.clock(hours[1])}"


def _hours_value(hours: tuple[time, time] | None) -> str:
    if hours is None:
        return OFF
    return ALWAYS if hours[0] == hours[1] else f"{hours[0]:%H:%M}-{hours[1]:%H:%M}"


def _pause(chat: Chat) -> str:
    if chat.paused_until is None:
        return _("off")
    if chat.paused_until >= FOREVER:
        return _("until you resume")
    return _("until {day}").format(day=formats.day(chat.paused_until.astimezone(ZoneInfo(chat.timezone)).date()))


def _pause_value(chat: Chat) -> str:
    if chat.paused_until is None:
        return OFF
    if chat.paused_until >= FOREVER:
        return TOLD
    return chat.paused_until.astimezone(ZoneInfo(chat.timezone)).date().isoformat()


def suggestions(name: str, typed: str) -> list[Suggestion]:
    """Values of a setting with a name that begins with what was typed, or that hold it, for completion; of languages
    and time zones all there are, in English and in the language of the context."""
    wanted, known = plain(typed), name_of(name)
    if known == "timezone" and wanted:
        zones = time_zones.beginning_with(typed, MAX_SUGGESTIONS)
        return [Suggestion(zone, f"{city} ({zone})" if zone != city else zone) for zone, city in zones]
    if known == "language" and wanted:
        return list(_languages(wanted))[:MAX_SUGGESTIONS]
    options = _offered(known)[0] if known else ()
    held = [(each, label) for each, label in options if wanted in plain(label)]
    return [Suggestion(each, label) for each, label in held[:MAX_SUGGESTIONS]]


def _languages(wanted: str) -> Iterator[Suggestion]:
    here = cldr_names.languages_here()
    names = {
        code: [plain(each) for each in (code, language.english, language.own, here.get(cldr_name(code), ""))]
        for code, language in LANGUAGES.items()
    }
    begins = [code for code, known in names.items() if any(name.startswith(wanted) for name in known)]
    holds = [code for code, known in names.items() if any(wanted in name for name in known)]
    for code in dict.fromkeys([*begins, *holds]):
        yield Suggestion(code, formats.language(code))


def ended(chat: Chat, now: datetime) -> Chat:
    """The chat without a pause that is over, for showing."""
    is_over = chat.paused_until is not None and chat.paused_until <= now
    return replace(chat, paused_until=None) if is_over else chat
