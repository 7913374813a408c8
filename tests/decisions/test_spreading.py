"""Digests that are due together are spread over the minutes that a platform needs for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.decisions import due_times, spreading
from bot.decisions.spreading import Crowd, Load
from bot.model import ChatRef, Platform

NINE = datetime(2026, 6, 2, 9, tzinfo=UTC)
EARLY = NINE - timedelta(minutes=30)
LOAD = Load(rate=30.0, parts=4.0)
"""4,500 digests in ten minutes."""


def chat(number: int) -> ChatRef:
    return ChatRef(Platform.TELEGRAM, str(number))


def test_what_is_sent_within_ten_minutes_is_no_crowd() -> None:
    assert spreading.crowds({NINE: 4500}, LOAD, 0, EARLY) == []


def test_a_crowd_gets_the_minutes_that_it_needs() -> None:
    assert spreading.crowds({NINE: 9000}, LOAD, 0, EARLY) == [Crowd(NINE, NINE, NINE + timedelta(minutes=20))]


def test_a_crowd_goes_out_after_an_earlier_one_and_after_what_waits_already() -> None:
    later = NINE + timedelta(minutes=5)
    first, second = spreading.crowds({later: 4500, NINE: 9000}, LOAD, 0, EARLY)
    assert first == Crowd(NINE, NINE, NINE + timedelta(minutes=20))
    assert second == Crowd(later, NINE + timedelta(minutes=20), NINE + timedelta(minutes=30))
    [crowd] = spreading.crowds({NINE: 1}, LOAD, 90 * 60 * 30, EARLY)
    assert crowd.begin == NINE + timedelta(minutes=60)


def test_nobody_is_moved_to_the_next_morning() -> None:
    [crowd] = spreading.crowds({NINE: 10_000_000}, LOAD, 0, EARLY)
    assert crowd.end == NINE + due_times.MOST_MOVED


def test_the_minutes_of_a_spread_crowd_are_no_crowd_again() -> None:
    [crowd] = spreading.crowds({NINE: 50_000}, LOAD, 0, EARLY)
    due = Counter(spreading.minute_of(chat(number), crowd) for number in range(50_000))
    assert max(due.values()) < 600
    assert spreading.crowds(due, LOAD, 0, EARLY) == []


@given(st.integers(), st.integers(0, 700), st.integers(0, 700))
def test_a_chats_minute_is_stable_whole_and_never_before_its_time(number: int, first: int, length: int) -> None:
    begin = NINE + timedelta(minutes=first)
    crowd = Crowd(NINE, begin, begin + timedelta(minutes=length))
    minute = spreading.minute_of(chat(number), crowd)
    assert minute == spreading.minute_of(chat(number), crowd)
    assert NINE <= minute <= crowd.end
    assert minute.second == 0


def test_new_chats_get_default_times_within_ten_minutes_of_nine() -> None:
    times = {spreading.time_of_new_chat(chat(number), time(9)) for number in range(300)}
    assert times == {time(9, minute) for minute in range(10)}


def test_a_time_that_somebody_chose_is_kept() -> None:
    assert {spreading.time_of_new_chat(chat(number), time(8, 30)) for number in range(300)} == {time(8, 30)}


def test_a_forecast_counts_what_waits_and_what_is_due() -> None:
    by_bot = {"one": {NINE: 450}, "two": {NINE: 450}}
    found = spreading.forecast(Platform.TELEGRAM, 1800, by_bot, replace(LOAD, senders=2), NINE - timedelta(minutes=1))
    assert found.messages == 1800 + 3600
    # 1,800 messages take two bots half a minute, which is over by nine; 3,600 more take them a minute.
    assert found.lasting == timedelta(minutes=1.5)
    assert found.done_at == NINE + timedelta(minutes=1)


def test_a_forecast_is_that_of_the_busiest_bot() -> None:
    found = spreading.forecast(Platform.TELEGRAM, 0, {"one": {NINE: 900}, "two": {NINE: 1}}, LOAD, NINE)
    assert found.done_at == NINE + timedelta(minutes=2)


def test_what_waits_is_sent_by_all_bots_that_have_a_token() -> None:
    found = spreading.forecast(Platform.TELEGRAM, 5400, {}, replace(LOAD, senders=3), NINE)
    assert (found.until, found.done_at) == (NINE, NINE + timedelta(minutes=1))
