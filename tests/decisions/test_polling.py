"""When arXiv is asked next."""

from __future__ import annotations

import itertools
from datetime import UTC, date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.decisions import polling
from bot.decisions.polling import PollState
from bot.model import ListingRecord
from tests.decisions.test_due_times import NOW

DAY = date(2026, 6, 3)


def read_on(day: date) -> ListingRecord:
    return ListingRecord(day, "cs", "feed", 3, 0, True, NOW)


def test_arxiv_is_asked_at_once_the_first_time() -> None:
    assert polling.poll_due(PollState(), DAY, NOW)


def test_a_listing_that_was_read_is_asked_for_once_more_and_then_no_longer() -> None:
    read = polling.after_poll(PollState(), DAY, NOW)
    assert not polling.poll_due(read, DAY, NOW + timedelta(hours=5))
    assert polling.poll_due(read, DAY, NOW + timedelta(hours=6))
    rechecked = polling.after_poll(read, DAY, NOW + timedelta(hours=6))
    assert not polling.poll_due(rechecked, DAY, NOW + timedelta(hours=23))
    assert polling.poll_due(rechecked, DAY + timedelta(days=1), NOW + timedelta(hours=23))


def test_on_an_unknown_holiday_arxiv_is_asked_less_often_but_a_late_feed_is_seen_the_same_morning() -> None:
    state, now, asked = PollState(DAY - timedelta(days=1), 2, 0, NOW - timedelta(hours=9)), NOW, []
    for _ in range(24 * 60):
        if polling.poll_due(state, DAY, now):
            state = polling.after_poll(state, None, now)
            asked.append(now)
        now += timedelta(minutes=1)
    assert 4 <= len(asked) <= 20
    assert max(later - earlier for earlier, later in itertools.pairwise(asked)) <= timedelta(minutes=90)


def test_an_archive_that_nobody_followed_before_is_asked_for_at_once() -> None:
    read = polling.after_poll(PollState(), DAY, NOW)
    assert polling.poll_due(read, DAY, NOW + timedelta(minutes=1), is_new_archive=True)


def test_the_week_is_compared_once_a_day_as_soon_as_there_are_two_listings() -> None:
    one, two = [read_on(DAY)], [read_on(DAY), read_on(DAY - timedelta(days=1))]
    assert not polling.is_week_due(PollState(), one, NOW)
    assert polling.is_week_due(PollState(), two, NOW)
    compared = PollState(DAY, 1, 0, NOW, compared_at=NOW)
    assert not polling.is_week_due(compared, two, NOW + timedelta(hours=19))
    assert polling.is_week_due(compared, two, NOW + timedelta(hours=20))
    assert polling.is_week_due(compared, two, NOW - timedelta(days=2))


def test_a_comparison_is_remembered_after_every_kind_of_poll() -> None:
    compared = PollState(DAY, 1, 0, NOW, compared_at=NOW)
    later = NOW + timedelta(hours=1)
    for day in (None, DAY, DAY + timedelta(days=1)):
        assert polling.after_poll(compared, day, later).compared_at == NOW
    assert polling.after_failed_poll(compared, None, later).compared_at == NOW


def test_after_a_failure_arxiv_is_not_asked_before_the_time_it_named() -> None:
    failed = polling.after_failed_poll(PollState(), 600.0, NOW)
    assert not polling.poll_due(failed, DAY, NOW + timedelta(seconds=599))
    assert polling.poll_due(failed, DAY, NOW + timedelta(seconds=600))


def test_a_clock_that_was_set_back_does_not_stop_the_polls() -> None:
    read = polling.after_poll(PollState(), DAY, NOW + timedelta(days=400))
    assert polling.poll_due(read, DAY, NOW)


def test_a_future_day_remembered_as_read_does_not_stop_the_polls_and_is_forgotten() -> None:
    wrong = PollState(date(2036, 6, 2), 2, 0, NOW)
    assert not polling.poll_due(wrong, DAY, NOW + timedelta(minutes=19))
    assert polling.poll_due(wrong, DAY, NOW + timedelta(minutes=20))
    later = NOW + timedelta(minutes=20)
    assert polling.after_poll(wrong, DAY, later) == PollState(DAY, 1, 0, later)
    assert polling.after_poll(wrong, None, later).day is None


def test_with_a_slow_clock_polling_goes_on_less_often() -> None:
    slow = NOW - timedelta(days=30)
    state = polling.after_poll(PollState(), DAY, slow)
    asked = []
    for minute in range(24 * 60):
        now = slow + timedelta(minutes=minute)
        if polling.poll_due(state, DAY - timedelta(days=30), now):
            state = polling.after_poll(state, DAY, now)
            asked.append(now)
    assert state.day == DAY
    assert 12 <= len(asked) <= 20


@given(
    st.builds(
        PollState,
        st.none() | st.dates(date(2024, 1, 1), date(2030, 1, 1)),
        st.integers(0, 5),
        st.integers(0, 5),
        st.none() | st.datetimes(timezones=st.just(UTC)),
        st.integers(0, 9),
        st.none() | st.datetimes(timezones=st.just(UTC)),
        st.none() | st.text(min_size=1),
        st.none() | st.datetimes(timezones=st.just(UTC)),
    )
)
def test_the_state_survives_json(state: PollState) -> None:
    assert PollState.from_json(state.as_json()) == state


def test_a_listing_is_missing_from_the_hour_of_its_feed_until_it_is_read() -> None:
    assert polling.is_listing_missing(PollState(), NOW)
    read = polling.after_poll(PollState(), DAY, NOW)
    assert not polling.is_listing_missing(read, NOW)
    assert polling.is_listing_missing(read, NOW + timedelta(days=1))
