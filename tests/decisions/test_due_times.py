"""A chat's digest is due at its own hour, once a day, whatever its clock does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.decisions import due_times
from bot.model import FOREVER, Chat, ChatRef, Platform

HERE = ChatRef(Platform.TELEGRAM, "7")


NOW = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def chat(zone: str = "UTC", at: time = time(9, 0)) -> Chat:
    return Chat(HERE, timezone=zone, digest_time=at)


def following(chat: Chat, now: datetime) -> datetime:
    """The next due time of a chat that is not paused until told."""
    due = due_times.next_due(chat, now)
    assert due is not None
    return due


@pytest.mark.parametrize(
    ("zone", "now", "due"),
    [
        ("UTC", "2026-06-03T08:59", "2026-06-03T09:00"),
        ("UTC", "2026-06-03T09:00", "2026-06-04T09:00"),
        ("Asia/Tokyo", "2026-06-03T06:00", "2026-06-04T00:00"),
        ("America/New_York", "2026-06-03T06:00", "2026-06-03T13:00"),
        ("Europe/Berlin", "2026-03-28T10:00", "2026-03-29T07:00"),
        ("Europe/Berlin", "2026-10-24T10:00", "2026-10-25T08:00"),
    ],
)
def test_a_digest_is_due_at_the_chats_own_hour_also_across_clock_changes(zone: str, now: str, due: str) -> None:
    assert due_times.next_due(chat(zone), datetime.fromisoformat(now + "+00:00")) == datetime.fromisoformat(
        due + "+00:00"
    )


def test_an_hour_that_the_clock_skips_still_comes_once() -> None:
    skipped = chat("Europe/Berlin", time(2, 30))
    first = following(skipped, datetime(2026, 3, 28, 12, tzinfo=UTC))
    second = following(skipped, first)
    assert first.astimezone(ZoneInfo("Europe/Berlin")).date() == date(2026, 3, 29)
    assert second.astimezone(ZoneInfo("Europe/Berlin")).date() == date(2026, 3, 30)


ZONES = [
    "UTC",
    "Asia/Kathmandu",
    "America/New_York",
    "Europe/Lisbon",
    "America/St_Johns",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "America/Nuuk",
    "Africa/Cairo",
    "Atlantic/Azores",
    "Pacific/Kiritimati",
]
MOMENTS = st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: utc("2024-01-01") + timedelta(minutes=minutes))
TIMES = st.integers(0, 24 * 60 - 1).map(lambda minutes: time(minutes // 60, minutes % 60))
DAYS = st.frozensets(st.integers(0, 6), min_size=1)


@given(zone=st.sampled_from(ZONES), at=TIMES, now=MOMENTS)
@example(zone="UTC", at=time(9), now=utc("2026-06-05T09:00"))  # before a weekend
@example(zone="UTC", at=time(9), now=utc("2026-06-06T09:00"))  # before a Sunday
def test_the_next_digest_is_always_later_and_never_so_far_away_that_it_counts_as_wrong(
    zone: str, at: time, now: datetime
) -> None:
    due = following(chat(zone, at), now)
    # The store may read the time on a machine whose clock is behind.
    assert now < due <= now + due_times.AHEAD - due_times.SKEW


@given(zone=st.sampled_from(ZONES), at=TIMES, days=DAYS, now=MOMENTS)
def test_no_chosen_day_is_skipped_or_has_two_digests_whatever_the_clock_does(
    zone: str, at: time, days: frozenset[int], now: datetime
) -> None:
    some_days = replace(chat(zone, at), days=days)
    due, slots = now, []
    for _ in range(12):
        due, before = following(some_days, due), due
        assert before < due <= before + due_times.AHEAD_ON_SOME_DAYS - due_times.SKEW
        slots.append(due_times.slot_day(some_days, due))
    first = slots[0]
    everything = [first + timedelta(days=n) for n in range((slots[-1] - first).days + 1)]
    assert slots == [day for day in everything if day.weekday() in days]


@given(zone=st.sampled_from(ZONES), at=TIMES, day=st.integers(0, 6), now=MOMENTS, moved=st.integers(0, 12 * 60))
def test_a_weekly_digest_comes_once_in_each_week_also_where_it_is_moved_by_minutes(
    zone: str, at: time, day: int, now: datetime, moved: int
) -> None:
    weekly = replace(chat(zone, at), days=frozenset({day}))
    due = following(weekly, now)
    later = replace(weekly, next_due_at=due + timedelta(minutes=moved))
    assert later.next_due_at is not None
    assert due_times.scheduled_at(later, later.next_due_at) == due
    slot = due_times.slot_day(later, later.next_due_at)
    assert slot.weekday() == day
    after = following(later, later.next_due_at)
    assert due_times.slot_day(later, after) == slot + timedelta(days=7)


@given(zone=st.sampled_from(ZONES), at=TIMES, now=MOMENTS, days=st.integers(1, 60))
def test_a_pause_of_some_days_leaves_out_that_many_digests(zone: str, at: time, now: datetime, days: int) -> None:
    """Within an hour of the digest time, a clock change may make it one more or less."""
    usual, here = chat(zone, at), ZoneInfo(zone)
    until = (now.astimezone(here) + timedelta(days=days)).astimezone(UTC)
    resumed = following(replace(usual, paused_until=until), now)
    assert resumed >= until
    skipped, due = 0, following(usual, now)
    while due < resumed:
        skipped, due = skipped + 1, following(usual, due)
    assert due == resumed
    assert abs(skipped - days) <= 1


def test_a_chat_that_is_paused_until_told_has_no_next_digest() -> None:
    assert due_times.next_due(replace(chat(), paused_until=FOREVER), NOW) is None


def test_a_digest_that_waits_for_its_minute_goes_where_its_day_or_the_chat_is_left_out() -> None:
    before, now = moved_chat(TEN_PAST), TEN_PAST - timedelta(minutes=5)  # a Tuesday
    fridays = replace(before, days=frozenset({4}))
    assert due_times.rescheduled(before, fridays, now) == datetime(2026, 6, 5, 9, tzinfo=UTC)
    paused = replace(before, paused_until=now + timedelta(days=7))
    assert due_times.rescheduled(before, paused, now) == datetime(2026, 6, 10, 9, tzinfo=UTC)
    assert due_times.rescheduled(before, replace(before, days=frozenset({1})), now) == TEN_PAST


def test_a_moment_has_the_date_of_the_chats_own_time_zone() -> None:
    assert due_times.local_date(chat("Asia/Tokyo"), datetime(2026, 6, 3, 23, tzinfo=UTC)) == date(2026, 6, 4)


def test_a_digest_waits_an_hour_for_summaries_and_no_longer() -> None:
    assert due_times.may_wait(NOW, NOW + timedelta(minutes=59))
    assert not due_times.may_wait(NOW, NOW + timedelta(minutes=60))


# ── digests that were moved because many were due ──

TEN_PAST = datetime(2026, 6, 2, 9, 10, tzinfo=UTC)


def moved_chat(due_at: datetime, at: time = time(9)) -> Chat:
    return Chat(ChatRef(Platform.TELEGRAM, "1"), digest_time=at, next_due_at=due_at)


def test_a_moved_digest_is_that_of_its_digest_time_even_past_midnight() -> None:
    assert due_times.slot_day(moved_chat(TEN_PAST), TEN_PAST) == date(2026, 6, 2)
    assert due_times.is_moved(moved_chat(TEN_PAST))
    late = moved_chat(datetime(2026, 6, 3, 1, 30, tzinfo=UTC), time(23, 30))
    assert late.next_due_at is not None
    assert due_times.slot_day(late, late.next_due_at) == date(2026, 6, 2)


def test_a_digest_at_its_own_time_was_not_moved() -> None:
    nine = datetime(2026, 6, 2, 9, tzinfo=UTC)
    assert not due_times.is_moved(moved_chat(nine))
    assert due_times.slot_day(moved_chat(nine), nine) == date(2026, 6, 2)


def test_an_hour_that_is_changed_while_the_digest_waits_for_its_minute_puts_it_off_to_no_other_day() -> None:
    before, now = moved_chat(TEN_PAST), TEN_PAST - timedelta(minutes=5)
    earlier, later = replace(before, digest_time=time(8)), replace(before, digest_time=time(12))
    assert due_times.rescheduled(before, earlier, now) == TEN_PAST
    assert due_times.rescheduled(before, later, now) == datetime(2026, 6, 2, 12, tzinfo=UTC)
    # Before its own time, a moved digest follows the new hour like any other.
    assert due_times.rescheduled(before, earlier, TEN_PAST - timedelta(hours=2)) == datetime(2026, 6, 2, 8, tzinfo=UTC)
