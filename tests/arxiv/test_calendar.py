"""arXiv's calendar: which days have a listing, when it is published, and why a day has none."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.calendar import (
    NEW_YORK,
    announced_after,
    feed_at,
    holidays,
    is_listing_day,
    listing_day,
    listing_days,
    listings_upto,
    newest_day,
    next_day,
    previous_day,
    released_at,
    submitted_since,
    why_earlier_listing,
    why_no_listing,
)

JUNE = date(2026, 6, 1)  # a Monday


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-05-31T19:59", date(2026, 5, 29)),
        ("2026-05-31T20:00", JUNE),
        ("2026-06-01T19:59", JUNE),
        ("2026-06-01T20:00", date(2026, 6, 2)),
        ("2026-06-05T12:00", date(2026, 6, 5)),
        ("2026-06-05T23:00", date(2026, 6, 5)),
        ("2026-06-06T23:00", date(2026, 6, 5)),
        ("2026-06-07T19:00", date(2026, 6, 5)),
        ("2026-06-07T20:00", date(2026, 6, 8)),
        ("2026-11-26T21:00", date(2026, 11, 26)),
        ("2026-11-29T21:00", date(2026, 11, 30)),
        ("2026-06-21T21:00", date(2026, 6, 19)),
    ],
)
def test_the_latest_listing_is_the_one_last_announced_at_20_00(now: str, day: date) -> None:
    assert listing_day(new_york(now)) == day
    assert listing_day(new_york(now).astimezone(UTC)) == day


def test_times_follow_new_york_through_the_year() -> None:
    assert released_at(JUNE).astimezone(UTC) == datetime(2026, 6, 1, 0, tzinfo=UTC)
    assert released_at(date(2026, 1, 6)).astimezone(UTC) == datetime(2026, 1, 6, 1, tzinfo=UTC)
    assert feed_at(JUNE).astimezone(UTC) == datetime(2026, 6, 1, 4, tzinfo=UTC)
    assert feed_at(date(2026, 1, 6)).astimezone(UTC) == datetime(2026, 1, 6, 5, tzinfo=UTC)


def test_the_clock_change_moves_no_listing() -> None:
    # Summer time began on Sunday 8 March 2026 and ends on Sunday 1 November 2026.
    assert released_at(date(2026, 3, 9)).astimezone(UTC).hour == 0
    assert released_at(date(2026, 3, 6)).astimezone(UTC).hour == 1
    assert listing_day(datetime(2026, 3, 9, 0, 30, tzinfo=UTC)) == date(2026, 3, 9)
    assert listing_day(datetime(2026, 11, 2, 0, 30, tzinfo=UTC)) == date(2026, 10, 30)
    assert listing_day(datetime(2026, 11, 2, 1, 0, tzinfo=UTC)) == date(2026, 11, 2)


def test_a_week_has_five_listings() -> None:
    assert listing_days(JUNE, date(2026, 6, 7)) == [JUNE + timedelta(days=n) for n in range(5)]
    assert listing_days(JUNE, date(2026, 5, 31)) == []


def test_no_listing_has_a_later_date_than_tomorrow_and_that_only_from_20_00_on() -> None:
    assert newest_day(new_york("2026-06-02T19:59")) == date(2026, 6, 2)
    assert newest_day(new_york("2026-06-02T20:00").astimezone(UTC)) == date(2026, 6, 3)
    assert newest_day(new_york("2026-11-26T21:00")) == date(2026, 11, 27)  # whatever the calendar leaves out


def test_the_last_seven_listings_skip_weekends_and_holidays() -> None:
    found = listings_upto(date(2026, 11, 30), 7)
    assert [day.day for day in found] == [19, 20, 23, 24, 25, 26, 30]
    assert listings_upto(date(2026, 11, 29), 1) == [date(2026, 11, 26)]


def test_the_day_after_a_holiday_has_no_listing() -> None:
    assert is_listing_day(date(2026, 11, 26))  # Thanksgiving itself: announced on Wednesday evening
    assert not is_listing_day(date(2026, 11, 27))
    assert not is_listing_day(date(2026, 6, 22))  # Juneteenth was a Friday: nothing on Sunday evening
    assert next_day(date(2026, 11, 26)) == date(2026, 11, 30)
    assert previous_day(date(2026, 11, 30)) == date(2026, 11, 26)


def test_published_holidays_are_used_exactly() -> None:
    assert [f"{day:%d.%m.}" for day in holidays(2023)] == [
        "16.01.", "14.06.", "19.06.", "04.07.", "17.08.", "04.09.", "23.11.", "25.12.", "27.12."
    ]  # fmt: skip
    assert holidays(2023)[date(2023, 11, 23)] == "Thanksgiving Day"


def test_years_without_published_holidays_follow_the_rule() -> None:
    assert dict(holidays(2027)) == {
        date(2027, 1, 1): "New Year's Day",
        date(2027, 1, 18): "Martin Luther King Day",
        date(2027, 6, 18): "Juneteenth",
        date(2027, 7, 5): "Independence Day",
        date(2027, 9, 6): "Labor Day",
        date(2027, 11, 25): "Thanksgiving Day",
        date(2027, 12, 24): "Christmas Day",
    }


@pytest.mark.parametrize("year", range(2020, 2060))
def test_holidays_are_working_days(year: int) -> None:
    assert all(day.year == year and day.weekday() < 5 for day in holidays(year))


@pytest.mark.parametrize(
    ("day", "now", "sentence"),
    [
        (
            date(2026, 5, 30),
            "2026-05-30T12:00",
            "arXiv has no listing on Saturdays; the next one is that of Monday 1 June.",
        ),
        (
            date(2026, 5, 31),
            "2026-05-31T12:00",
            "arXiv has no listing on Sundays; the next one is that of Monday 1 June.",
        ),
        (JUNE, "2026-05-31T12:00", "The listing of Monday 1 June comes out at 20:00 New York time on Sunday."),
        (
            JUNE,
            "2026-05-31T21:00",
            "The listing of Monday 1 June is announced; its feed comes out at midnight New York time.",
        ),
        (JUNE, "2026-06-01T00:00", None),
        (
            date(2026, 11, 27),
            "2026-11-27T12:00",
            "arXiv did not announce on the evening of Thursday, 26 November, because of Thanksgiving Day; "
            "the next listing is that of Monday 30 November.",
        ),
    ],
)
def test_a_day_without_a_listing_has_a_reason(day: date, now: str, sentence: str | None) -> None:
    assert why_no_listing(day, new_york(now)) == sentence


@pytest.mark.parametrize(
    ("day", "days", "sentence"),
    [
        (date(2026, 6, 5), 1, None),
        (
            date(2026, 6, 7),
            1,
            "6–7 June is a weekend: arXiv announces nothing; this is the listing of Friday 5 June.",
        ),
        (
            date(2026, 6, 6),
            3,
            "6–7 June is a weekend: arXiv announces nothing; these are the 3 listings up to that of Friday 5 June.",
        ),
        (
            date(2026, 1, 31),
            1,
            "31 January – 1 February is a weekend: arXiv announces nothing; this is the listing of Friday 30 January.",
        ),
        (
            date(2026, 6, 22),
            1,
            "arXiv did not announce on the evening of Sunday, 21 June, because of Juneteenth; "
            "this is the listing of Friday 19 June.",
        ),
    ],
)
def test_a_day_without_a_listing_says_which_one_is_shown_instead(day: date, days: int, sentence: str | None) -> None:
    assert why_earlier_listing(day, days) == sentence


@pytest.mark.parametrize(
    ("submitted", "day"),
    [
        ("2026-06-01T13:59", date(2026, 6, 2)),
        ("2026-06-01T14:00", date(2026, 6, 3)),
        ("2026-06-04T13:00", date(2026, 6, 5)),
        ("2026-06-04T15:00", date(2026, 6, 8)),
        ("2026-06-05T13:00", date(2026, 6, 8)),
        ("2026-06-05T15:00", date(2026, 6, 9)),
        ("2026-06-06T15:00", date(2026, 6, 9)),
        ("2026-11-26T10:00", date(2026, 11, 30)),
        ("2026-11-25T15:00", date(2026, 11, 30)),
    ],
)
def test_a_submission_is_announced_after_the_next_freeze(submitted: str, day: date) -> None:
    assert announced_after(new_york(submitted)) == day


@given(st.datetimes(datetime(2020, 1, 2), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis adds the zone
def test_the_calendar_agrees_with_itself(now: datetime) -> None:
    day = listing_day(now)
    assert is_listing_day(day)
    assert released_at(day) <= now < released_at(next_day(day))
    assert previous_day(next_day(day)) == day
    assert is_listing_day(announced_after(now))
    assert released_at(announced_after(now)) > now
    assert submitted_since(announced_after(now)) <= now.astimezone(NEW_YORK).date()
    assert announced_after(datetime.combine(submitted_since(day), time(13, 59), NEW_YORK)) < day
