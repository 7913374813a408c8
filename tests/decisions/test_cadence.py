"""Due times, retries and polls: what must hold of the decisions."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decisions import cadence
from bot.decisions.cadence import Move, PollState, Settle, Suspend
from bot.model import (
    Chat,
    ChatGone,
    ChatMoved,
    ChatRef,
    Delivery,
    DeliveryState,
    NotSent,
    Outcome,
    Part,
    Platform,
    Rejected,
    Sent,
    Unknown,
)

HERE = ChatRef(Platform.TELEGRAM, "7")
NOW = datetime(2026, 6, 3, 6, 0, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def chat(zone: str = "UTC", at: time = time(9, 0)) -> Chat:
    return Chat(HERE, timezone=zone, digest_time=at)


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
    assert cadence.next_due(chat(zone), datetime.fromisoformat(now + "+00:00")) == datetime.fromisoformat(
        due + "+00:00"
    )


def test_an_hour_that_the_clock_skips_still_comes_once() -> None:
    skipped = chat("Europe/Berlin", time(2, 30))
    first = cadence.next_due(skipped, datetime(2026, 3, 28, 12, tzinfo=UTC))
    second = cadence.next_due(skipped, first)
    assert first.astimezone(ZoneInfo("Europe/Berlin")).date() == date(2026, 3, 29)
    assert second.astimezone(ZoneInfo("Europe/Berlin")).date() == date(2026, 3, 30)


@given(
    zone=st.sampled_from(["UTC", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"]),
    at=st.times(),
    now=st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: utc("2024-01-01") + timedelta(minutes=minutes)),
)
def test_the_next_digest_is_always_later_and_at_most_two_days_away(zone: str, at: time, now: datetime) -> None:
    due = cadence.next_due(chat(zone, at.replace(microsecond=0, tzinfo=None)), now)
    assert now < due <= now + timedelta(days=2)


def test_a_slot_is_the_chats_own_date() -> None:
    assert cadence.slot_of(chat("Asia/Tokyo"), datetime(2026, 6, 3, 23, tzinfo=UTC)) == "2026-06-04"


def test_a_digest_waits_an_hour_for_summaries_and_no_longer() -> None:
    assert cadence.may_wait(NOW, NOW + timedelta(minutes=59))
    assert not cadence.may_wait(NOW, NOW + timedelta(minutes=60))


def tried(
    platform: Platform = Platform.TELEGRAM, attempts: int = 1, failures: int = 0, age: timedelta = timedelta()
) -> Delivery:
    return Delivery(
        1,
        ChatRef(platform, "1"),
        "2026-06-02",
        1,
        1,
        Part({}),
        DeliveryState.SENDING,
        attempts,
        NOW,
        written_at=NOW - age,
        failures=failures,
    )


def settled(outcome: Outcome, delivery: Delivery, **options: bool) -> Settle:
    decision = cadence.after_sending(outcome, delivery, NOW, **options)
    assert isinstance(decision, Settle)
    return decision


OLD = timedelta(days=3)


def test_what_was_accepted_is_sent_with_its_message_id() -> None:
    assert settled(Sent("41"), tried()) == Settle(DeliveryState.SENT, message_id="41")


def test_a_wait_that_the_platform_names_is_obeyed_and_never_gives_up() -> None:
    decision = settled(NotSent("slow down", 17.0), tried(attempts=500, failures=500, age=OLD))
    assert decision == Settle(
        DeliveryState.WAITING, "slow down", next_attempt_at=NOW + timedelta(seconds=17), failed=True
    )


@pytest.mark.parametrize("seconds", [math.inf, math.nan, 1e300, -5.0])
def test_a_wait_that_cannot_be_meant_is_bounded(seconds: float) -> None:
    then = settled(NotSent("slow down", seconds), tried()).next_attempt_at
    assert then is not None
    assert NOW <= then <= NOW + cadence.LONGEST_WAIT


def test_a_limit_on_the_whole_platform_holds_every_chat() -> None:
    decision = settled(NotSent("flood", 30.0, whole_platform=True), tried())
    assert decision.hold == NOW + timedelta(seconds=30)
    assert not decision.failed


def test_without_a_named_time_the_waits_grow_and_end() -> None:
    waits = [settled(NotSent("odd"), tried(failures=failures)).next_attempt_at for failures in (0, 7)]
    assert NOW < waits[0] < waits[1]  # type: ignore[operator]
    last = tried(failures=cadence.MIN_FAILURES - 1, age=OLD)
    assert settled(NotSent("odd"), last) == Settle(DeliveryState.GIVEN_UP, "odd (after 12 tries)")


def test_nothing_is_given_up_because_the_platform_was_away_for_days() -> None:
    after_an_outage = tried(attempts=400, failures=0, age=OLD)
    assert settled(NotSent("odd"), after_an_outage).state is DeliveryState.WAITING
    away = settled(NotSent("no route", whole_platform=True), after_an_outage)
    assert away.state is DeliveryState.WAITING
    assert away.next_attempt_at is not None
    assert away.next_attempt_at <= NOW + timedelta(seconds=cadence.LONGEST_OUTAGE_WAIT), "back soon after it is back"


def test_a_young_message_is_not_given_up_however_often_it_failed() -> None:
    assert settled(NotSent("odd"), tried(failures=40)).state is DeliveryState.WAITING


def test_an_unknown_fate_stays_unknown_on_telegram() -> None:
    assert settled(Unknown("time-out"), tried()) == Settle(DeliveryState.UNKNOWN, "time-out")


def test_an_unknown_fate_is_tried_again_on_discord_where_the_nonce_makes_it_safe() -> None:
    decision = settled(Unknown("time-out"), tried(Platform.DISCORD))
    assert (decision.state, decision.again) == (DeliveryState.UNKNOWN, True)
    assert decision.next_attempt_at is not None
    assert decision.next_attempt_at > NOW
    last = settled(Unknown("time-out"), tried(Platform.DISCORD, failures=cadence.MIN_FAILURES, age=OLD))
    assert (last.state, last.again) == (DeliveryState.UNKNOWN, False)


def test_what_nobody_will_ever_know_is_not_sent_again_by_itself() -> None:
    for platform in (Platform.DISCORD, Platform.TELEGRAM):
        decision = settled(Unknown("no right to look", final=True), tried(platform), resend_unknown=True)
        assert decision == Settle(DeliveryState.UNKNOWN, "no right to look")


def test_an_operator_may_prefer_a_repeat_to_a_doubt() -> None:
    decision = settled(Unknown("time-out"), tried(), resend_unknown=True)
    assert (decision.state, decision.again) == (DeliveryState.UNKNOWN, True)


def test_refused_gone_and_moved_are_told_apart() -> None:
    new = ChatRef(Platform.TELEGRAM, "-1009")
    assert settled(Rejected("bad"), tried()) == Settle(DeliveryState.GIVEN_UP, "bad")
    assert cadence.after_sending(ChatGone("blocked"), tried(), NOW) == Suspend("blocked")
    assert cadence.after_sending(ChatMoved(new), tried(), NOW) == Move(new)


# ── asking arXiv ──────────────────────────────────────────────────────────────────────────────────────────────────

DAY = date(2026, 6, 3)


def test_arxiv_is_asked_at_once_the_first_time() -> None:
    assert cadence.poll_due(PollState(), DAY, NOW)


def test_a_listing_that_is_there_is_asked_for_once_more_later_and_then_left_alone() -> None:
    had = cadence.after_poll(PollState(), DAY, NOW)
    assert not cadence.poll_due(had, DAY, NOW + timedelta(hours=5))
    assert cadence.poll_due(had, DAY, NOW + timedelta(hours=6))
    again = cadence.after_poll(had, DAY, NOW + timedelta(hours=6))
    assert not cadence.poll_due(again, DAY, NOW + timedelta(hours=23))
    assert cadence.poll_due(again, DAY + timedelta(days=1), NOW + timedelta(hours=23))


def test_on_an_unforeseen_holiday_arxiv_is_asked_less_often_but_a_late_feed_is_seen_the_same_morning() -> None:
    state, now, asked = PollState(DAY - timedelta(days=1), 2, 0, NOW - timedelta(hours=9)), NOW, []
    for _ in range(24 * 60):
        if cadence.poll_due(state, DAY, now):
            state = cadence.after_poll(state, None, now)
            asked.append(now)
        now += timedelta(minutes=1)
    assert 4 <= len(asked) <= 20
    assert max(later - earlier for earlier, later in itertools.pairwise(asked)) <= timedelta(minutes=90)


def test_an_archive_that_nobody_followed_before_is_asked_for_at_once() -> None:
    had = cadence.after_poll(PollState(), DAY, NOW)
    assert cadence.poll_due(had, DAY, NOW + timedelta(minutes=1), unasked=True)


def test_after_a_failure_arxiv_is_left_alone_for_as_long_as_it_asked() -> None:
    failed = cadence.after_failed_poll(PollState(), 600.0, NOW)
    assert not cadence.poll_due(failed, DAY, NOW + timedelta(seconds=599))
    assert cadence.poll_due(failed, DAY, NOW + timedelta(seconds=600))


def test_a_clock_that_went_back_does_not_stop_the_polls() -> None:
    had = cadence.after_poll(PollState(), DAY, NOW + timedelta(days=400))
    assert cadence.poll_due(had, DAY, NOW)


def test_a_day_to_come_that_is_remembered_as_had_does_not_stop_the_polls_and_is_forgotten() -> None:
    wrong = PollState(date(2036, 6, 2), 2, 0, NOW)
    assert not cadence.poll_due(wrong, DAY, NOW + timedelta(minutes=19))
    assert cadence.poll_due(wrong, DAY, NOW + timedelta(minutes=20))
    later = NOW + timedelta(minutes=20)
    assert cadence.after_poll(wrong, DAY, later) == PollState(DAY, 1, 0, later)
    assert cadence.after_poll(wrong, None, later).day is None


def test_under_a_slow_clock_arxiv_is_asked_on_and_less_often() -> None:
    slow = NOW - timedelta(days=30)
    state = cadence.after_poll(PollState(), DAY, slow)
    asked = []
    for minute in range(24 * 60):
        now = slow + timedelta(minutes=minute)
        if cadence.poll_due(state, DAY - timedelta(days=30), now):
            state = cadence.after_poll(state, DAY, now)
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
    )
)
def test_what_is_remembered_of_a_poll_comes_back_whole(state: PollState) -> None:
    assert PollState.from_json(state.as_json()) == state
