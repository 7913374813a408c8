"""Days of the week, dates and lengths of time, as people write them in several languages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from bot.conversation.number_words import number, with_digits
from bot.conversation.time_zones import plain
from bot.locales import cldr_names
from bot.model import EVERY_DAY


def phrases(text: str) -> frozenset[str]:
    """Phrases separated by "|", as `plain` writes them."""
    return frozenset(plain(phrase) for phrase in text.split("|"))


WEEKDAYS, WEEKEND, FRIDAY = frozenset(range(5)), frozenset({5, 6}), frozenset({4})

_WORD = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")

_EVERY_DAY = """every day|daily|all|all days|everyday|each day|7 days|todos los dias|diario|a diario|cada dia|todos|
каждый день|ежедневно|все дни|все|每天|每日|天天|毎日|taglich|jeden tag|tous les jours|tutti i giorni|todos os dias"""
_WEEKDAYS = """weekdays|weekday|workdays|working days|business days|on weekdays|entre semana|dias laborables|laborables|
будни|по будням|в будни|рабочие дни|по рабочим дням|工作日|平日|werktags|jours ouvrables|jours ouvres|giorni feriali|
dias uteis"""
_WEEKEND = "weekend|weekends|on weekends|fin de semana|fines de semana|выходные|по выходным|周末|週末"
_WEEKLY = """weekly|once a week|every week|one day a week|semanal|semanalmente|una vez a la semana|una vez por semana|
еженедельно|раз в неделю|каждую неделю|每周|每週|每周一次|每週一次|毎週|週1回|週一回|wochentlich|einmal pro woche|
hebdomadaire|chaque semaine|settimanale"""
_JOINING = phrases(
    "and|y|e|und|et|и|on|every|cada|los|las|el|la|por|en|de|le|les|a|am|an|jeden|feira|по|в|во|с|каждый|каждую|каждое|"
    "каждые|только|only|solo|nur|den|der|from|von|和|与|及|と|,|.|;|&|+|/"
)
_RANGE = ("to", "through", "thru", "till", "until", "bis", "a", "al", "hasta", "по", "до", "-", "–", "—", "~")
_ENGLISH_SHORT = {"mo": 0, "tu": 1, "we": 2, "th": 3, "fr": 4, "sa": 5, "su": 6}

_CJK_DAYS = {char: day % 7 for day, char in enumerate("一二三四五六日")} | {"天": 6}
_CJK_DAYS |= {char: day for day, char in enumerate("月火水木金土日")}
_CJK_WEEK = re.compile(r"星期|礼拜|禮拜|周|週|曜日|曜|と|和|及|、|,|・|\s")

_UNITS = {
    1: "day days d dia dias день дня дней tag tage tagen jour jours giorno giorni 天 日 日間 日间",
    7: "week weeks w wk semana semanas неделя недели недель неделю woche wochen semaine semaines settimana settimane "
    "周 週 週間 星期 礼拜 禮拜 个星期 個星期",
    14: "fortnight quincena",
    365: "year years y ano anos год года лет jahr jahre an ans anno anni 年 年間",
    30: "month months mes meses месяц месяца месяцев monat monate mois mese mesi 个月 個月 月 か月 ヶ月 ヵ月 カ月 ケ月",
}
_UNIT_DAYS = {plain(unit): days for days, units in _UNITS.items() for unit in units.split()}
_FILLERS = phrases("for|during|durante|por|para|на|fur|pendant|per|the|next|de|from|now")
_UNTIL = re.compile(
    r"^(?:(?:until|till|til|up to|to|before|hasta|до|по|bis|jusqu[’']?(?:au|a|en)?|fino al?|ate)\s+|直到|到)"
)
_UNTIL_END = re.compile(rf"\s*(?:{plain('まで')}|为止|為止|之前|以前)$")


_TOMORROW = phrases("tomorrow|manana|завтра|明天|明日|あした|morgen|demain|domani|amanha|내일")
_AFTER_TOMORROW = phrases("day after tomorrow|pasado manana|послезавтра|后天|後天|明後日|ubermorgen|apres-demain")
_NEXT_WEEK = phrases("next week|la proxima semana|proxima semana|на следующей неделе|下周|下週|来週|nachste woche")
_NEXT_MONTH = phrases("next month|el proximo mes|proximo mes|в следующем месяце|下个月|下個月|来月|nachsten monat")
_DAY_PHRASES = (
    (phrases(_EVERY_DAY), EVERY_DAY),
    (phrases(_WEEKDAYS), WEEKDAYS),
    (phrases(_WEEKEND), WEEKEND),
    (phrases(_WEEKLY), FRIDAY),
)


def days_of_week(text: str) -> frozenset[int] | None:
    """The days of the week that are named, one by one or as ranges; None if something else stands there."""
    text = plain(text).rstrip(".")
    for phrases, days in _DAY_PHRASES:
        if text in phrases:
            return days
    text = _weekly_on().sub("", text)
    return _cjk_days(text) or _listed_days(text)


@cache
def _weekly_on() -> re.Pattern[str]:
    """What may stand before a day: "weekly, on Friday", "每周一次，星期五"."""
    longest_first = sorted(phrases(_WEEKLY), key=len, reverse=True)
    return re.compile(rf"^(?:{'|'.join(map(re.escape, longest_first))})[\s,，、:：]+(?=\S)")


def _listed_days(text: str) -> frozenset[int] | None:
    found: set[int] = set()
    last: int | None = None
    is_range = False
    for token in _WORD.findall(text):
        day = _ENGLISH_SHORT[token] if token in _ENGLISH_SHORT else _named(token, _weekday_names())
        if day is not None:
            found |= set(_from_to(last, day)) if is_range and last is not None else {day}
            last, is_range = day, False
        elif token in _RANGE and last is not None:
            is_range = True
        elif token not in _JOINING:
            return None
    return frozenset(found) if found and not is_range else None


def _cjk_days(text: str) -> frozenset[int] | None:
    bare = re.sub(
        r"每|毎|到|至|から|[-–—~〜]", lambda match: "" if match[0] in "每毎" else "-", _CJK_WEEK.sub("", text)
    )
    if bare == text and len(bare) < 2 and bare not in _CJK_DAYS:
        return None
    if not re.fullmatch(rf"[{''.join(_CJK_DAYS)}](?:-?[{''.join(_CJK_DAYS)}])*", bare):
        return None
    found: set[int] = set()
    for first, last in re.findall(r"(.)(?:-(.))?", bare):
        found |= set(_from_to(_CJK_DAYS[first], _CJK_DAYS[last])) if last else {_CJK_DAYS[first]}
    return frozenset(found)


def _from_to(first: int, last: int) -> Iterator[int]:
    return ((first + step) % 7 for step in range((last - first) % 7 + 1))


def length_in_days(text: str) -> int | None:
    """A length of time such as "2 weeks", "неделю" or "10天", in days; None if it is none."""
    text = with_digits(plain(text), " ")
    amount, days = None, None
    for token in re.findall(r"\d+|[^\W\d_]+", text):
        if (unit := _UNIT_DAYS.get(token)) is not None and days is None:
            days = unit
        elif (count := number(token)) is not None and amount is None:
            amount = count
        elif token not in _FILLERS:
            return None
    return None if days is None else days * (1 if amount is None else amount)


def begins_with_until(text: str) -> bool:
    """Whether a text says until when something lasts."""
    return bool(_UNTIL.match(plain(text)) or _UNTIL_END.search(plain(text)))


def future_days(text: str, today: date) -> tuple[date, ...]:
    """The days after today that a date may mean: one if it is clear, several for "5/6", none if it is no date."""
    text = _UNTIL_END.sub("", _UNTIL.sub("", plain(text).strip(" .")))
    for read in (_relative_day, _written_date, _named_date, _next_weekday):
        if found := tuple(day for day in dict.fromkeys(read(text, today)) if day > today):
            return found
    return ()


def _relative_day(text: str, today: date) -> Iterator[date]:
    if text in _TOMORROW:
        yield today + timedelta(days=1)
    if text in _AFTER_TOMORROW:
        yield today + timedelta(days=2)
    if text in _NEXT_WEEK:
        yield today + timedelta(days=7 - today.weekday())
    if text in _NEXT_MONTH:
        yield (today.replace(day=1) + timedelta(days=32)).replace(day=1)


_ISO = re.compile(r"(?P<year>\d{4})[-/.年]\s*(?P<month>\d{1,2})[-/.月]\s*(?P<day>\d{1,2})[日号號]?")
_EAST = re.compile(r"(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号號]?")
_SHORT = re.compile(r"(?P<first>\d{1,2})(?P<between>[./-])(?P<second>\d{1,2})(?:[./-](?P<year>\d{2,4})?)?")


def _written_date(text: str, today: date) -> Iterator[date]:
    if match := _ISO.fullmatch(text):
        yield from _day(today, int(match["day"]), int(match["month"]), int(match["year"]))
    elif match := _EAST.fullmatch(text):
        yield from _day(today, int(match["day"]), int(match["month"]))
    elif match := _SHORT.fullmatch(text):
        first, second = int(match["first"]), int(match["second"])
        year = int(match["year"]) if match["year"] else None
        yield from _day(today, first, second, year)
        # Only Americans write the month first, and only with slashes.
        if match["between"] == "/":
            yield from _day(today, second, first, year)


def _named_date(text: str, today: date) -> Iterator[date]:
    tokens = re.findall(r"\d+|[^\W\d_]+", text)
    months = [month for token in tokens if (month := _named(token, _month_names())) is not None]
    numbers = [int(token) for token in tokens if token.isdecimal() and len(token) <= 4]
    if len(months) == 1 and numbers:
        year = next((each for each in numbers[1:] if each > 31), None)
        yield from _day(today, numbers[0], months[0], year)
    elif not months and len(numbers) == 1 and set(tokens) - {str(numbers[0])} in ({"the", "th"}, {"el"}, {"el", "dia"}):
        dates = (day for month in (today.month, today.month % 12 + 1) for day in _day(today, numbers[0], month))
        yield from sorted(dates)[:1]


def _next_weekday(text: str, today: date) -> Iterator[date]:
    days = days_of_week(re.sub(r"^(?:next|the|el|la|proximo|в|во|下)\s*", "", text))
    if days is not None and len(days) == 1:
        yield today + timedelta(days=(min(days) - today.weekday() - 1) % 7 + 1)


def _day(today: date, day: int, month: int, year: int | None = None) -> Iterator[date]:
    """The date, if there is such a day; without a year the next one."""
    years = [today.year, today.year + 1] if year is None else [year + 2000 if year < 100 else year]
    for each in years:
        try:
            found = date(each, month, day)
        except ValueError:
            continue
        if found > today:
            yield found
            return


@cache
def _weekday_names() -> dict[str, int]:
    return {plain(name).rstrip("."): day for name, day in cldr_names.weekdays()}


@cache
def _month_names() -> dict[str, int]:
    # Numbers with "月" are read as such.
    names = {plain(name).rstrip("."): month for name, month in cldr_names.months()}
    return {
        name: month
        for name, month in names.items()
        if not name[0].isdecimal() and name[0] not in "一二三四五六七八九十"
    }


def _named(word: str, names: dict[str, int]) -> int | None:
    """What a word names, also shortened or with another ending ("thurs", "пятницам"); None if that is not clear."""
    if word in names:
        return names[word]
    if len(word) < 3 or not word.isalpha():
        return None
    close = {
        value
        for name, value in names.items()
        if name.startswith(word) or (len(name) >= 5 and word.startswith(name[: max(3, len(name) - 2)]))
    }
    return close.pop() if len(close) == 1 else None
