"""Days, dates, lengths and times are understood as people write them, in the languages of the interface."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import clock_words, day_words, time_zones
from bot.locales import using

TUESDAY = date(2026, 6, 2)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        *((each, {0, 1, 2, 3, 4, 5, 6}) for each in ("daily", "every day", "cada día", "каждый день", "每天", "毎日")),
        *((each, {0, 1, 2, 3, 4}) for each in ("weekdays", "Mon-Fri", "monday to friday", "entre semana")),
        *(
            (each, {0, 1, 2, 3, 4})
            for each in ("de lunes a viernes", "по будням", "с понедельника по пятницу", "пн-пт")
        ),
        *((each, {0, 1, 2, 3, 4}) for each in ("周一到周五", "工作日", "平日", "月曜から金曜", "Mo-Fr")),
        *(
            (each, {4})
            for each in ("friday", "Fridays", "weekly", "viernes", "по пятницам", "周五", "星期五", "毎週金曜日")
        ),
        *((each, {0, 2, 4}) for each in ("mon, wed, fri", "пн, ср, пт", "周一、三、五", "月水金", "月・水・金")),
        ("lunes y jueves", {0, 3}),
        *((each, {4}) for each in ("weekly, on Friday", "weekly on Fridays", "每周一次，星期五", "еженедельно, пт")),
        ("fri-mon", {4, 5, 6, 0}),
        ("tues & thurs", {1, 3}),
    ],
)
def test_days_of_the_week_are_read(written: str, days: set[int]) -> None:
    assert day_words.days_of_week(written) == frozenset(days)


@pytest.mark.parametrize("written", ["", "9", "soon", "monday to", "m", "a", "12月24日", "- friday -"])
def test_what_names_no_days_is_not_guessed(written: str) -> None:
    assert day_words.days_of_week(written) in (None, frozenset({4}))


@pytest.mark.parametrize(
    ("written", "days"),
    [
        *((each, 7) for each in ("a week", "1 week", "1w", "una semana", "неделю", "на неделю", "一周", "1週間")),
        *((each, 14) for each in ("2 weeks", "two weeks", "fortnight", "2 semanas", "2 недели", "两周", "2週間")),
        *((each, 10) for each in ("10 days", "ten days", "10d", "10 días", "10 дней", "10天", "十天", "10日間")),
        *((each, 30) for each in ("a month", "un mes", "месяц", "一个月", "1か月")),
        *((each, None) for each in ("10", "monday", "12月24日", "until friday", "", "2 weeks ago")),
    ],
)
def test_lengths_are_read(written: str, days: int | None) -> None:
    assert day_words.length_in_days(written) == days


@pytest.mark.parametrize(
    ("written", "day"),
    [
        *((each, date(2026, 12, 24)) for each in ("until 24 December", "24 Dec", "December 24th", "24.12.", "24/12")),
        *((each, date(2026, 12, 24)) for each in ("12/24", "2026-12-24", "24.12.2026", "hasta el 24 de diciembre")),
        *((each, date(2026, 12, 24)) for each in ("до 24 декабря", "12月24日", "12月24日まで", "到12月24日")),
        *((each, date(2026, 6, 3)) for each in ("tomorrow", "mañana", "завтра", "明天", "明日")),
        *(
            (each, date(2026, 6, 8))
            for each in ("monday", "until monday", "lunes", "до понедельника", "next week", "来週")
        ),
        ("the 24th", date(2026, 6, 24)),
        ("1 June", date(2027, 6, 1)),
        ("29 February", date(2028, 2, 29)),
    ],
)
def test_dates_are_read_as_days_to_come(written: str, day: date) -> None:
    found = day_words.future_days(written, TUESDAY)
    # The next leap day is more than a year away, and is not offered.
    assert found == (day,) if day.year < 2028 else found == ()


def test_a_date_with_two_readings_has_both() -> None:
    assert day_words.future_days("5/6", TUESDAY) == (date(2026, 6, 5), date(2027, 5, 6))
    assert day_words.future_days("5.6.", TUESDAY) == (date(2026, 6, 5),)


@pytest.mark.parametrize("written", ["", "30 Feb", "2 weeks", "yesterday", "2020-01-01", "24"])
def test_what_is_no_day_to_come_is_not_guessed(written: str) -> None:
    assert day_words.future_days(written, TUESDAY) == ()


@pytest.mark.parametrize(
    ("written", "at"),
    [
        *((each, time(8)) for each in ("8", "8:00", "8 am", "8h", "at 8", "8 Uhr", "a las 8", "8 утра", "в 8 часов")),
        *((each, time(8)) for each in ("早上8点", "八点", "8時", "午前8時", "８：００", "ocho", "0800", "eight")),
        *(
            (each, time(8, 30))
            for each in ("half past eight", "las ocho y media", "8点半", "halb neun", "8h30", "8.30")
        ),
        *((each, time(20)) for each in ("8 pm", "8 p.m.", "20:00", "晚上8点", "午後8時", "8 вечера", "8 de la tarde")),
        *((each, time(12)) for each in ("noon", "12 pm", "mediodía", "полдень", "中午", "正午")),
        *((each, time(0)) for each in ("midnight", "12 am", "24:00", "medianoche", "полночь", "真夜中")),
        ("quarter to nine", time(8, 45)),
        *((each, None) for each in ("", "25", "9:75", "soon", "-3", "٣x", "9 papers")),
    ],
)
def test_times_are_read(written: str, at: time | None) -> None:
    assert clock_words.time_of_day(written) == at


@pytest.mark.parametrize(
    "written",
    ["22-7", "22:00–07:00", "10 pm to 7 am", "from 22 to 7", "с 22 до 7", "de 22 a 7", "22点到7点", "22時から7時まで"],
)
def test_hours_from_one_to_another_are_read(written: str) -> None:
    assert clock_words.hours_from_to(written) == (time(22), time(7))


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        *(
            (each, "Europe/Berlin")
            for each in ("Berlin", "Köln", "Koeln", "Muenchen", "Германия", "ドイツ", "Alemania")
        ),
        *((each, "America/New_York") for each in ("EST", "New York", "Нью-Йорк", "纽约", "Nueva York", "boston")),
        *((each, "America/Mexico_City") for each in ("Ciudad de México", "CDMX", "墨西哥城", "mexico city")),
        *((each, "Asia/Shanghai") for each in ("北京", "上海", "China", "中国", "北京时间", "Пекин", "Beijing, China")),
        *((each, "Asia/Tokyo") for each in ("東京", "东京", "大阪", "Japan", "Токио", "JST", "日本")),
        *((each, "Europe/Moscow") for each in ("Москва", "по Москве", "мск", "Санкт-Петербург", "莫斯科")),
        *((each, "America/Sao_Paulo") for each in ("Rio", "São Paulo", "里约热内卢")),
        *((each, "Europe/Madrid") for each in ("España", "hora de Madrid", "Barcelona", "Испания", "スペイン")),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Poland", "Europe/Warsaw"),
        ("GMT", "UTC"),
    ],
)
def test_places_name_their_zone_in_many_languages(written: str, zone: str) -> None:
    assert time_zones.find(written) == (zone,)


@pytest.mark.parametrize("written", ["USA", "Estados Unidos", "США", "美国", "アメリカ"])
def test_a_country_with_several_clocks_is_a_question(written: str) -> None:
    four = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
    assert time_zones.find(written)[:4] == four


@pytest.mark.parametrize("written", ["México", "Canada", "Россия", "Brasil", "CST", "IST", "CET", "Australia"])
def test_other_names_with_several_clocks_are_questions_too(written: str) -> None:
    assert 1 < len(time_zones.find(written)) <= time_zones.MOST_ASKED


def test_zones_are_completed_in_english_and_in_the_language_of_the_person() -> None:
    assert ("Europe/Zurich", "Zurich") in time_zones.beginning_with("zur", 25)
    with using("ja"):
        assert ("Asia/Tokyo", "東京") in time_zones.beginning_with("東", 25)
        assert ("Asia/Tokyo", "Tokyo") in time_zones.beginning_with("tok", 25)
    with using("ru"):
        assert ("Europe/Moscow", "Москва") in time_zones.beginning_with("моск", 25)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    day_words.days_of_week(text)
    day_words.length_in_days(text)
    assert all(day > TUESDAY for day in day_words.future_days(text, TUESDAY))
    clock_words.time_of_day(text)
    clock_words.hours_from_to(text)
    time_zones.find(text)
