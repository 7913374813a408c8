"""When the daily upkeep is done, and which readings leave the cache."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.decisions.upkeep import RECENT, UPKEEP_EVERY, WAIT_AT_MOST, KeptReading, is_upkeep_due, readings_to_drop
from tests.decisions.test_due_times import NOW


def reading(number: int, size: int, days: float) -> KeptReading:
    return KeptReading(f"2606.{number:05}v1", f"2606.{number:05}", size, NOW - timedelta(days=days))


def test_the_upkeep_is_done_once_a_day_and_waits_a_while_for_a_quiet_hour() -> None:
    assert is_upkeep_due(None, NOW, is_sending=True)
    last = NOW - UPKEEP_EVERY
    assert is_upkeep_due(last, NOW, is_sending=False)
    assert not is_upkeep_due(last, NOW, is_sending=True)
    assert is_upkeep_due(last - WAIT_AT_MOST, NOW, is_sending=True)
    assert not is_upkeep_due(NOW - timedelta(hours=22), NOW, is_sending=False)


def test_a_clock_that_was_set_back_does_not_put_the_upkeep_off() -> None:
    assert is_upkeep_due(NOW + timedelta(days=400), NOW, is_sending=False)


def test_the_longest_unused_readings_go_first_and_no_more_than_necessary() -> None:
    kept = [reading(1, 40, 10), reading(2, 40, 30), reading(3, 40, 20), reading(4, 40, 5)]
    assert [each.name for each in readings_to_drop(kept, (), 100, NOW)] == ["2606.00002v1", "2606.00003v1"]
    assert readings_to_drop(kept, (), 160, NOW) == []


def test_needed_and_recent_readings_stay_whatever_room_they_take() -> None:
    kept = [reading(1, 40, 30), reading(2, 40, 2), reading(3, 40, 20)]
    assert [each.name for each in readings_to_drop(kept, {"2606.00001"}, 10, NOW)] == ["2606.00003v1"]


@given(
    st.lists(st.tuples(st.integers(0, 100), st.floats(0, 60)), max_size=30),
    st.sets(st.integers(0, 29)),
    st.integers(0, 2000),
)
def test_what_stays_fits_or_is_needed_or_recent(
    rows: list[tuple[int, float]], needed_numbers: set[int], most: int
) -> None:
    kept = [reading(number, size, days) for number, (size, days) in enumerate(rows)]
    needed = {f"2606.{number:05}" for number in needed_numbers}
    dropped = readings_to_drop(kept, needed, most, NOW)
    stays = [each for each in kept if each not in dropped]
    assert not any(each.paper_id in needed for each in dropped)
    free = [each for each in stays if each.paper_id not in needed and NOW - each.used_at >= RECENT]
    assert sum(each.size for each in stays) <= most or not free
