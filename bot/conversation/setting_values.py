"""Reads what people write for settings: names of settings, and their values, in several languages. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from bot.conversation import clock_words, day_words, time_zones
from bot.conversation.number_words import number
from bot.conversation.setting_results import NotAccepted
from bot.conversation.time_zones import plain
from bot.locales import _, cldr_names, formats
from bot.model import FOREVER, Chat, ChatChanges, ChatKind, Depth, OpensIn, Style
from bot.model.languages import LANGUAGES, language_code

NAMES = ("language", "time", "timezone", "days", "size", "style", "depth", "quiet", "pause", "opens")
"""The settings of a chat, as commands name them."""

_OTHER_NAMES = {
    "language": "lang|idioma|lengua|язык|语言|語言|言語|sprache|langue",
    "time": "digest time|hour|clock|at|hora|время|час|时间|時間|時刻|zeit|heure",
    "timezone": "time zone|zone|tz|place|city|country|zona horaria|huso horario|zona|часовой пояс|пояс|город|时区|時區|"
    "タイムゾーン|zeitzone|fuseau horaire",
    "days": "day|schedule|frequency|dias|frecuencia|дни|расписание|日子|天|星期|曜日|日程|tage|jours",
    "size": "papers|count|number|papers a digest|tamano|articulos|размер|количество|数量|數量|件数|anzahl|taille",
    "style": "format|layout|estilo|formato|стиль|вид|样式|樣式|格式|スタイル|stil",
    "depth": "reading|profundidad|глубина|深度|深さ|tiefe|profondeur",
    "quiet": "quiet hours|silent|silence|mute|sound|silencio|тишина|тихие часы|без звука|静音|靜音|免打扰|通知|ruhe",
    "pause": "paused|pausa|suspender|пауза|приостановить|暂停|暫停|一時停止|休止",
    "opens": "open|open in|opens in|abrir|открывать|打开|開啟|開く",
}
_BY_NAME = {plain(other): name for name, others in _OTHER_NAMES.items() for other in [name, *others.split("|")]}

MIN_SIZE, MAX_SIZE = 1, 50
"""Papers that a digest may show in full."""

LONGEST_PAUSE_DAYS = 366
"""Days that a pause with an end may last; a longer one is one until told."""

TOLD, OFF, ALWAYS = "told", "off", "always"
"""Values of buttons: paused until told, not paused or never quiet, always quiet."""

_OFF = day_words.phrases(
    "off|no|none|resume|never|stop|end|nothing|0|false|quitar|reanudar|nunca|desactivar|apagado|нет|выкл|выключить|"
    "возобновить|продолжить|никогда|关闭|關閉|恢复|恢復|否|不|关|無し|なし|再開|オフ|aus|nein|keine|non|jamais"
)
_TOLD = day_words.phrases(
    "told|until told|until i resume|until resumed|until further notice|forever|indefinitely|always|on|yes|pause|"
    "hasta nuevo aviso|indefinidamente|siempre|si|hasta que lo diga|бессрочно|навсегда|до отмены|да|вкл|无限期|無限期|"
    "一直|直到恢复|是|开|ずっと|再開するまで|はい|unbegrenzt|ja|oui"
)
_ALWAYS = day_words.phrases(
    "always|all day|on|yes|silent|siempre|todo el dia|si|всегда|весь день|да|вкл|总是|總是|全天|一直|是|开|常に|終日|"
    "はい|immer|ja"
)
_STYLES = {
    Style.LIST: "list|one message|short list|lista|список|列表|清單|リスト|一覧|liste",
    Style.CARDS: "cards|card|full|tarjetas|fichas|карточки|卡片|カード|karten|cartes",
    Style.TITLES: "titles|title|compact|only titles|titulos|заголовки|названия|标题|標題|タイトル|titel|titres",
}
_DEPTHS = {
    Depth.BRIEF: "brief|short|abstract|quick|breve|corto|resumen|кратко|краткий|коротко|简要|簡要|摘要|简短|簡単|要約|"
    "kurz",
    Depth.DEEP: "deep|full|long|whole|whole paper|detailed|profundo|profunda|completo|detallado|подробно|глубоко|"
    "полностью|深入|详细|詳細|全文|深い|詳しく|tief|ausfuhrlich",
}
_PLACES_TO_OPEN = {
    OpensIn.PRIVATE: "private|privately|in private|dm|privado|en privado|лично|в личке|личные|私聊|私下|個別|"
    "プライベート",
    OpensIn.HERE: "here|group|in the group|chat|aqui|en el grupo|здесь|тут|в группе|这里|這裡|群里|群組|ここ|グループ",
}


@dataclass(frozen=True, slots=True)
class Change:
    """Fields of `Chat` with their new values."""

    name: str
    fields: ChatChanges

    def apply(self, chat: Chat) -> Chat:
        return replace(chat, **self.fields)


def names_of(chat: Chat) -> tuple[str, ...]:
    """The settings that mean something in this chat."""
    # On Discord what somebody opens is always for them alone.
    is_group = chat.ref.is_group and chat.kind in (ChatKind.GROUP, ChatKind.UNKNOWN)
    return NAMES if is_group else tuple(name for name in NAMES if name != "opens")


def name_of(given: str) -> str | None:
    """The setting that a word names, also in other languages or misspelt; None if none is near."""
    word = plain(given)
    if word in _BY_NAME:
        return _BY_NAME[word]
    # Still shorter words resemble too much.
    close = difflib.get_close_matches(word, [name for name in _BY_NAME if len(name) > 3], n=1, cutoff=0.75)
    return _BY_NAME[close[0]] if close and len(word) > 3 else None


def split_line(line: str) -> tuple[str | None, str]:
    """The setting and the value of a line such as "time 9:00", "time=9:00" or "zona horaria: Madrid".

    The setting is None if the line does not begin with one; then all of it may be a value.
    """
    line = " ".join(line.split())
    words = line.replace("=", " = ").replace("：", ":").split()
    for count in (3, 2, 1):
        first = " ".join(words[:count]).rstrip(":=")
        is_exact = plain(first) in _BY_NAME
        # A single word may be a value that resembles a setting.
        is_near = count == 1 and len(words) > 1 and name_of(first) is not None
        if len(words) >= count and (is_exact or is_near):
            return name_of(first), " ".join(words[count:]).lstrip(":= ")
    before, colon, after = line.partition(":")
    if colon and (name := name_of(before)):
        return name, after.strip()
    return None, line


def read(name: str, given: str, chat: Chat, now: datetime) -> Change | NotAccepted:
    """What `given` means for the setting `name` of a chat. `now` decides what places an offset like +02:00 may mean,
    and when a pause ends."""
    given, known = " ".join(given.split()), name_of(name)
    if known is None:
        return NotAccepted(name, given, _("There is no such setting."), NAMES)
    return _READERS[known](given, chat, now)


def guesses(given: str, chat: Chat, now: datetime) -> list[Change]:
    """The changes that a value may mean whose setting is not named, at most one of each setting."""
    # A pause, hours and places are only meant by words that say so.
    is_pause = day_words.length_in_days(given) is not None or day_words.begins_with_until(given)
    others = ("quiet", "opens", "pause")
    names = ("pause",) if is_pause and number(given) is None else tuple(name for name in NAMES if name not in others)
    found = [read(name, given, chat, now) for name in names]
    return [each for each in found if isinstance(each, Change)]


def _language(given: str, _chat: Chat, _now: datetime) -> Change | NotAccepted:
    code = language_code(given) or _languages().get(plain(given))
    if code is None:
        names = _languages()
        close = difflib.get_close_matches(plain(given), names, n=5, cutoff=0.65)
        codes = tuple(dict.fromkeys(names[name] for name in close))[:3]
        why = _("Did you mean one of these languages?") if codes else _("I do not know a language with that name.")
        examples = () if codes else ("English", "中文", "de")
        return NotAccepted("language", given, why, examples, tuple((each, formats.language(each)) for each in codes))
    # From then on the chat is answered in its language, whoever asks.
    return Change("language", {"language": code, "has_own_language": True})


def _languages() -> dict[str, str]:
    """The languages of the table by every name, as `plain` writes it."""
    named = {name: language_code(code.replace("_", "-")) for name, code in cldr_names.languages()}
    own = {name: code for code, language in LANGUAGES.items() for name in language}
    return {plain(name): code for name, code in (*named.items(), *own.items()) if code is not None}


def _time(given: str, _chat: Chat, _now: datetime) -> Change | NotAccepted:
    clock = clock_words.time_of_day(given)
    if clock is None:
        return NotAccepted("time", given, _("That is not a time of day."), ("9", "9:30", "21:15", "9 pm"))
    return Change("time", {"digest_time": clock})


def _timezone(given: str, _chat: Chat, now: datetime) -> Change | NotAccepted:
    zones = time_zones.find(given)
    if len(zones) == 1:
        return Change("timezone", {"timezone": zones[0]})
    at_offset = time_zones.with_offset(given, now)
    if zones:
        why = _("{place} has several time zones. Which one is yours?").format(place=given)
    elif at_offset is not None:
        # Where clocks change in summer, a fixed offset would shift the digest by an hour.
        why = _("An offset changes with the season, so name a place.")
    else:
        why = _("I do not know a time zone or a city with that name.")
    meant = zones or at_offset or time_zones.close_to(given)
    options = tuple((zone, time_zones.label(zone)) for zone in meant)
    return NotAccepted("timezone", given, why, () if options else ("Berlin", "New York", "上海"), options)


def _days(given: str, _chat: Chat, _now: datetime) -> Change | NotAccepted:
    # "d04" is the value of a button: Monday and Friday.
    is_value = re.fullmatch("d[0-6]{1,7}", given)
    days = frozenset(map(int, given[1:])) if is_value else day_words.days_of_week(given)
    if not days:
        examples = (_("every day"), _("weekdays"), _("Monday, Thursday"))
        return NotAccepted("days", given, _("Name the days on which a digest should come."), examples)
    return Change("days", {"days": days})


def _size(given: str, _chat: Chat, _now: datetime) -> Change | NotAccepted:
    bare = re.sub(r"\s*(?:papers?|articulos?|стат(?:ей|ьи|ья)|篇|件|本|artikel|articles?)$", "", plain(given))
    papers = number(bare)
    if papers is None or not MIN_SIZE <= papers <= MAX_SIZE:
        why = _("A digest can show {first} to {last} papers.").format(first=MIN_SIZE, last=MAX_SIZE)
        return NotAccepted("size", given, why, ("5", "10", "20"))
    return Change("size", {"size": papers})


def _style(given: str, _chat: Chat, _now: datetime) -> Change | NotAccepted:
    return _one_of("style", "style", _STYLES, given)


def _depth(given: str, _chat: Chat, _now: datetime) -> Change | NotAccepted:
    return _one_of("depth", "depth", _DEPTHS, given)


def _opens(given: str, chat: Chat, _now: datetime) -> Change | NotAccepted:
    if "opens" not in names_of(chat):
        return NotAccepted("opens", given, _("Only groups choose where papers open."), names_of(chat))
    return _one_of("opens", "opens_in", _PLACES_TO_OPEN, given)


def _one_of(
    name: str, field: str, words: Mapping[Style, str] | Mapping[Depth, str] | Mapping[OpensIn, str], given: str
) -> Change | NotAccepted:
    by_word = {plain(word): value for value, listed in words.items() for word in listed.split("|")}
    value = by_word.get(plain(given))
    if value is not None:
        return Change(name, cast(ChatChanges, {field: value}))
    allowed = tuple(each.value for each in words)
    if close := difflib.get_close_matches(plain(given), by_word, n=1, cutoff=0.6):
        meant = by_word[close[0]].value
        why = _("Did you mean {value}?").format(value=meant)
        return NotAccepted(name, given, why, (), ((meant, meant),))
    return NotAccepted(name, given, _("It can be {values}.").format(values=formats.alternatives(allowed)), allowed)


def _quiet(given: str, _chat: Chat, _now: datetime) -> Change | NotAccepted:
    if plain(given) in _OFF:
        return Change("quiet", {"quiet": None})
    # The same time twice is a whole day.
    hours = (time(0), time(0)) if plain(given) in _ALWAYS else clock_words.hours_from_to(given)
    if hours is None:
        why = _("Say from when to when messages should make no sound.")
        return NotAccepted("quiet", given, why, ("22-7", "23:00-06:30", ALWAYS, OFF))
    return Change("quiet", {"quiet": hours})


def _pause(given: str, chat: Chat, now: datetime) -> Change | NotAccepted:
    if plain(given) in _OFF:
        return Change("pause", {"paused_until": None})
    # Also in the words in which buttons and answers say it.
    if plain(given) in {*_TOLD, plain(_("until I resume")), plain(_("until you resume"))}:
        return Change("pause", {"paused_until": FOREVER})
    here = now.astimezone(ZoneInfo(chat.timezone))
    length = day_words.length_in_days(given)
    days = day_words.future_days(given, here.date()) if length is None else ()
    latest = here.date() + timedelta(days=LONGEST_PAUSE_DAYS)
    if len(days) > 1:
        why = _("Which of these days do you mean?")
        return NotAccepted("pause", given, why, (), tuple((day.isoformat(), formats.full_day(day)) for day in days))
    if (length is not None and not 1 <= length <= LONGEST_PAUSE_DAYS) or (days and days[0] > latest):
        why = _("A pause lasts a day to a year. A longer one can last until you resume it.")
        return NotAccepted("pause", given, why, (), ((TOLD, _("until I resume")),))
    if length is None and not days:
        why = _("Say how long, or until which day.")
        return NotAccepted("pause", given, why, ("2 weeks", "until 24 December", OFF))
    end = datetime.combine(days[0], time(), here.tzinfo) if days else here + timedelta(days=length or 0)
    return Change("pause", {"paused_until": end.astimezone(UTC)})


_READERS: dict[str, Callable[[str, Chat, datetime], Change | NotAccepted]] = {
    "language": _language,
    "time": _time,
    "timezone": _timezone,
    "days": _days,
    "size": _size,
    "style": _style,
    "depth": _depth,
    "quiet": _quiet,
    "pause": _pause,
    "opens": _opens,
}
