"""Days, times, numbers, lists and names in each language of the interface."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot import locales
from bot.locales import formats

DAY = date(2026, 6, 3)


@pytest.mark.parametrize(
    ("language", "day", "short", "full", "moment"),
    [
        ("en", "Wednesday 3 June", "3 June", "3 June 2026", "Wednesday 3 June, 08:30"),
        ("zh", "6月3日星期三", "6月3日", "2026年6月3日", "6月3日星期三 08:30"),
        ("zh-Hant", "6月3日星期三", "6月3日", "2026年6月3日", "6月3日星期三 08:30"),
        ("es", "miércoles, 3 de junio", "3 de junio", "3 de junio de 2026", "miércoles, 3 de junio, 8:30"),
        ("ja", "6月3日(水曜日)", "6月3日", "2026年6月3日", "6月3日(水曜日) 8:30"),
        ("ru", "среда, 3 июня", "3 июня", "3 июня 2026 г.", "среда, 3 июня, 08:30"),
    ],
)
def test_days_and_times_are_written_as_a_language_writes_them(
    language: str, day: str, short: str, full: str, moment: str
) -> None:
    with locales.using(language):
        shown = (formats.day(DAY), formats.short_day(DAY), formats.full_day(DAY))
        assert tuple(text.replace("\u202f", " ") for text in shown) == (day, short, full)
        assert formats.moment(datetime(2026, 6, 3, 8, 30, tzinfo=ZoneInfo("Europe/Berlin"))) == moment


def test_a_time_is_shown_in_its_own_time_zone() -> None:
    assert formats.clock(datetime(2026, 6, 3, 23, 5, tzinfo=ZoneInfo("Asia/Tokyo"))) == "23:05"
    assert formats.clock(time(8, 0)) == "08:00"


def test_weekdays_are_named_by_date_and_by_number() -> None:
    assert (formats.weekday(DAY), formats.weekday(0), formats.weekday(6, is_short=True)) == (
        "Wednesday",
        "Monday",
        "Sun",
    )
    with locales.using("ru"):
        assert formats.weekday(DAY) == "среда"


def test_numbers_and_lists_have_the_signs_of_the_language() -> None:
    assert (formats.number(21000), formats.percent(0.53)) == ("21,000", "53%")
    assert formats.listing(["a", "b", "c"]) == "a, b and c"
    assert formats.alternatives(["a", "b"]) == "a or b"
    assert formats.listing([]) == ""
    with locales.using("zh"):
        assert formats.listing(["a", "b", "c"]) == "a、b和c"
    with locales.using("es"):
        assert formats.number(21000) == "21.000"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.2, "1 second"), (40, "40 seconds"), (89, "89 seconds"), (90, "2 minutes"), (7200, "2 hours")],
)
def test_a_duration_has_one_unit_and_its_plural(seconds: float, shown: str) -> None:
    assert formats.duration(seconds) == shown


def test_a_duration_has_the_plural_forms_of_russian() -> None:
    with locales.using("ru"):
        assert (formats.duration(120), formats.duration(300)) == ("2 минуты", "5 минут")


def test_a_time_zone_is_named_by_its_city() -> None:
    assert formats.city(ZoneInfo("America/Argentina/Buenos_Aires")) == "Buenos Aires"
    assert (formats.city(UTC), formats.city("UTC"), formats.city(None)) == ("UTC", "UTC", "UTC")
    with locales.using("zh"):
        assert formats.city("Europe/Berlin") == "柏林"


def test_a_language_is_named_in_the_language_of_the_answer_and_in_its_own() -> None:
    assert formats.language("de") == "German (Deutsch)"
    assert formats.language("en") == "English"
    assert formats.language("zh") == "Simplified Chinese (中文)"
    with locales.using("ja"):
        assert formats.language("ru") == "ロシア語 (Русский)"
        assert formats.language("ja") == "日本語"
