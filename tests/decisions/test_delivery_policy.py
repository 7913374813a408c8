"""What becomes of a delivery after each outcome of a try."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.decisions import delivery_policy
from bot.decisions.delivery_policy import Move, Settle, Suspend
from bot.model import (
    ChatGone,
    ChatMoved,
    ChatRef,
    Delivery,
    DeliveryState,
    NotSent,
    Outcome,
    Part,
    Platform,
    Priority,
    Rejected,
    Sent,
    Settlement,
    Unknown,
)
from tests.decisions.test_due_times import NOW


def tried(attempts: int = 1, failures: int = 0, age: timedelta = timedelta()) -> Delivery:
    return Delivery(
        1,
        ChatRef(Platform.TELEGRAM, "1"),
        "2026-06-02",
        NOW.date(),
        1,
        1,
        Part({}),
        DeliveryState.SENDING,
        attempts,
        NOW,
        written_at=NOW - age,
        failures=failures,
    )


def settled(outcome: Outcome, delivery: Delivery, *, may_repeat: bool = False, begun: bool = True) -> Settlement:
    decision = delivery_policy.after_sending(outcome, delivery, NOW, may_repeat=may_repeat, begun=begun)
    assert isinstance(decision, Settle)
    return decision.settlement


OLD = timedelta(days=3)


def test_what_was_accepted_is_sent_with_its_message_id() -> None:
    assert settled(Sent("41"), tried()) == Settlement(DeliveryState.SENT, message_id="41")


def test_a_wait_that_the_platform_names_is_obeyed_and_never_gives_up() -> None:
    decision = settled(NotSent("slow down", 17.0), tried(attempts=500, failures=500, age=OLD))
    assert decision == Settlement(
        DeliveryState.WAITING, "slow down", next_attempt_at=NOW + timedelta(seconds=17), failed=True
    )


@pytest.mark.parametrize("seconds", [math.inf, math.nan, 1e300, -5.0])
def test_an_absurd_wait_is_bounded(seconds: float) -> None:
    then = settled(NotSent("slow down", seconds), tried()).next_attempt_at
    assert then is not None
    assert NOW <= then <= NOW + delivery_policy.LONGEST_WAIT


def test_a_limit_on_the_whole_platform_holds_every_chat() -> None:
    limited = NotSent("flood", 30.0, whole_platform=True)
    decision = delivery_policy.after_sending(limited, tried(), NOW, may_repeat=False)
    assert isinstance(decision, Settle)
    assert decision.hold_until == NOW + timedelta(seconds=30)
    assert not decision.settlement.failed


def test_without_a_named_time_the_waits_grow_and_end() -> None:
    waits = [settled(NotSent("odd"), tried(failures=failures)).next_attempt_at for failures in (0, 7)]
    assert NOW < waits[0] < waits[1]  # type: ignore[operator]
    last = tried(failures=delivery_policy.MIN_FAILURES - 1, age=OLD)
    assert settled(NotSent("odd"), last) == Settlement(DeliveryState.GIVEN_UP, "odd (after 12 tries)")


def test_nothing_is_given_up_because_the_platform_was_away_for_days() -> None:
    after_an_outage = tried(attempts=400, failures=0, age=OLD)
    assert settled(NotSent("odd"), after_an_outage).state is DeliveryState.WAITING
    away = settled(NotSent("no route", whole_platform=True), after_an_outage)
    assert away.state is DeliveryState.WAITING
    assert away.next_attempt_at is not None
    assert away.next_attempt_at <= NOW + timedelta(seconds=delivery_policy.LONGEST_OUTAGE_WAIT), (
        "back soon after it is back"
    )


def test_an_outage_of_thousands_of_attempts_still_has_a_next_one() -> None:
    after_weeks = tried(attempts=5_000, age=OLD)
    then = settled(NotSent("no route", whole_platform=True), after_weeks).next_attempt_at
    assert then is not None
    assert NOW < then <= NOW + timedelta(seconds=delivery_policy.LONGEST_OUTAGE_WAIT)


def test_a_young_message_is_not_given_up_however_often_it_failed() -> None:
    assert settled(NotSent("odd"), tried(failures=40)).state is DeliveryState.WAITING


def test_an_unknown_outcome_that_may_not_be_repeated_leaves_the_delivery_in_doubt() -> None:
    assert settled(Unknown("time-out"), tried()) == Settlement(DeliveryState.IN_DOUBT, "time-out")


def test_an_unknown_outcome_that_may_be_repeated_is_verified_first_and_ends_in_doubt() -> None:
    settlement = settled(Unknown("time-out"), tried(), may_repeat=True)
    assert settlement.state is DeliveryState.VERIFY_FIRST
    assert settlement.next_attempt_at is not None
    assert settlement.next_attempt_at > NOW
    last = tried(failures=delivery_policy.MIN_FAILURES, age=OLD)
    assert settled(Unknown("time-out"), last, may_repeat=True).state is DeliveryState.IN_DOUBT


def test_a_delivery_that_nobody_can_ever_verify_is_not_sent_again_by_itself() -> None:
    settlement = settled(Unknown("no right to look", final=True), tried(), may_repeat=True)
    assert settlement == Settlement(DeliveryState.IN_DOUBT, "no right to look")


@pytest.mark.parametrize("forced", [True, False])
def test_without_a_request_an_earlier_attempt_that_may_have_arrived_still_may_have(forced: bool) -> None:
    delivery = replace(tried(), state=DeliveryState.LEASED_TO_VERIFY, forced=forced)
    settlement = settled(NotSent("busy"), delivery, begun=False)
    assert (settlement.state, settlement.forced, settlement.failed) == (DeliveryState.VERIFY_FIRST, forced, True)
    old = replace(delivery, failures=delivery_policy.MIN_FAILURES, written_at=NOW - OLD)
    assert settled(NotSent("busy"), old, begun=False).state is DeliveryState.IN_DOUBT


def test_a_request_that_was_surely_refused_needs_no_verifying() -> None:
    delivery = replace(tried(), state=DeliveryState.LEASED_TO_VERIFY, forced=True)
    settlement = settled(NotSent("busy"), delivery)
    assert (settlement.state, settlement.forced) == (DeliveryState.WAITING, False)


def test_a_process_that_ended_while_sending_leaves_a_delivery_to_verify_or_in_doubt() -> None:
    assert delivery_policy.after_interruption(may_repeat=True).state is DeliveryState.VERIFY_FIRST
    assert delivery_policy.after_interruption(may_repeat=False).state is DeliveryState.IN_DOUBT


def test_refused_gone_and_moved_are_told_apart() -> None:
    new = ChatRef(Platform.TELEGRAM, "-1009")
    assert settled(Rejected("bad"), tried()) == Settlement(DeliveryState.GIVEN_UP, "bad")
    assert delivery_policy.after_sending(ChatGone("blocked"), tried(), NOW, may_repeat=False) == Suspend("blocked")
    assert delivery_policy.after_sending(ChatMoved(new), tried(), NOW, may_repeat=False) == Move(new)


# ── sound ──

NIGHT = (time(22, 0), time(8, 0))


def test_the_first_part_of_a_morning_rings_and_no_other() -> None:
    first = tried()
    assert not delivery_policy.is_silent(first, NOW)
    assert delivery_policy.is_silent(replace(first, number=2, of=2), NOW)
    assert delivery_policy.is_silent(replace(first, priority=Priority.PERSON_WAITING), NOW), (
        "somebody looks at the chat"
    )


@pytest.mark.parametrize(
    ("at", "zone", "is_silent"),
    [
        (datetime(2026, 6, 2, 21, 59, tzinfo=UTC), "UTC", False),
        (datetime(2026, 6, 2, 22, 0, tzinfo=UTC), "UTC", True),
        (datetime(2026, 6, 3, 7, 59, tzinfo=UTC), "UTC", True),
        (datetime(2026, 6, 3, 8, 0, tzinfo=UTC), "UTC", False),
        (datetime(2026, 6, 3, 11, 59, tzinfo=UTC), "America/New_York", True),
        (datetime(2026, 6, 3, 12, 0, tzinfo=UTC), "America/New_York", False),
        # The clock of New York went back that night: eight o'clock is an hour later in UTC than the day before.
        (datetime(2026, 11, 1, 12, 59, tzinfo=UTC), "America/New_York", True),
        (datetime(2026, 11, 1, 13, 0, tzinfo=UTC), "America/New_York", False),
    ],
)
def test_quiet_hours_are_those_of_the_chats_clock_when_it_is_sent(at: datetime, zone: str, is_silent: bool) -> None:
    assert delivery_policy.is_silent(replace(tried(), quiet=NIGHT, timezone=zone), at) is is_silent


def test_quiet_hours_of_one_day_and_of_all_day() -> None:
    noon, dinner = (time(12, 0), time(14, 0)), time(19, 0)
    assert delivery_policy.is_within(noon, time(12, 0))
    assert not delivery_policy.is_within(noon, time(14, 0))
    assert delivery_policy.is_within((dinner, dinner), time(3, 0))
