"""How fast after a 429: about what was measured, one more at a time near what was too fast, all of it when calm."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handlers.telegram.send_rate import GROW_SECONDS, MAX_PROBE_SECONDS, PROBE_SECONDS, SendRate


class Telegram:
    """Takes `limit` messages in any second; a 429 halts everything for three."""

    def __init__(self, limit: int) -> None:
        self.limit, self.halts, self.taken = limit, list[float](), 0

    def run(self, pace: SendRate, since: float, seconds: float) -> float:
        """Send as fast as the pace allows; returns the time then."""
        now = since
        while now < since + seconds:
            pace.grow(now)
            for number in range(min(pace.rate, self.limit)):
                pace.accepted(now + number / pace.rate)
            self.taken += min(pace.rate, self.limit)
            if pace.rate > self.limit:
                first = now + self.limit / pace.rate
                pace.refused(first, first + 0.1, first + 3)
                self.halts.append(first)
                now = first + 3
            else:
                now += 1.0
        return now


def test_with_half_the_limit_one_halt_finds_the_rate() -> None:
    pace, telegram = SendRate(30), Telegram(15)
    telegram.run(pace, 0.0, 8.0)
    assert len(telegram.halts) == 1
    assert 12 <= pace.rate <= 15


def test_a_lower_limit_that_lasts_is_met_ever_more_seldom_and_most_of_it_is_used() -> None:
    pace, telegram = SendRate(30), Telegram(15)
    telegram.run(pace, 0.0, 3600.0)
    assert len(telegram.halts) <= 7
    assert telegram.taken >= 0.97 * 15 * 3600
    assert telegram.halts[-1] - telegram.halts[-2] >= MAX_PROBE_SECONDS / 2


def test_a_failed_attempt_goes_back_to_the_rate_before_it() -> None:
    pace, telegram = SendRate(30), Telegram(15)
    now = telegram.run(pace, 0.0, 200.0)
    assert len(telegram.halts) >= 2
    assert pace.rate >= 14
    telegram.run(pace, now, 5.0)
    assert pace.rate <= 15


def test_a_limit_that_was_low_for_a_moment_is_forgotten_soon() -> None:
    pace = SendRate(30)
    now = Telegram(10).run(pace, 0.0, 20.0)
    Telegram(30).run(pace, now, 3 * PROBE_SECONDS + 7 * GROW_SECONDS)
    assert pace.rate == 30


def test_429s_while_hardly_anything_is_sent_leave_a_third_of_the_rate() -> None:
    pace = SendRate(30)
    pace.refused(5.0, 5.1, 8.0)
    assert pace.rate == 10


def test_one_chats_429_puts_growth_off_for_a_while_and_no_longer() -> None:
    pace = SendRate(30)
    pace.refused(5.0, 5.1, 8.0)
    pace.hold(17.0)
    pace.grow(20.0)
    assert pace.rate == 10
    pace.grow(50.0)
    assert pace.rate > 10


@given(st.lists(st.tuples(st.sampled_from(["accepted", "refused", "hold", "grow"]), st.floats(0, 400)), max_size=60))
def test_the_rate_is_never_below_one_nor_above_what_telegram_says(events: list[tuple[str, float]]) -> None:
    pace, now = SendRate(30), 0.0
    for what, later in events:
        now += later
        match what:
            case "accepted":
                pace.accepted(now)
            case "refused":
                pace.refused(now - 0.1, now, now + 3)
            case "hold":
                pace.hold(now)
            case _:
                pace.grow(now)
        assert 1 <= pace.rate <= 30
