"""What becomes of a delivery after each outcome of a try."""

from __future__ import annotations

import math
from datetime import timedelta

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
    Rejected,
    Sent,
    Unknown,
)
from tests.decisions.test_due_times import NOW


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
    decision = delivery_policy.after_sending(outcome, delivery, NOW, **options)
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
    assert NOW <= then <= NOW + delivery_policy.LONGEST_WAIT


def test_a_limit_on_the_whole_platform_holds_every_chat() -> None:
    decision = settled(NotSent("flood", 30.0, whole_platform=True), tried())
    assert decision.hold == NOW + timedelta(seconds=30)
    assert not decision.failed


def test_without_a_named_time_the_waits_grow_and_end() -> None:
    waits = [settled(NotSent("odd"), tried(failures=failures)).next_attempt_at for failures in (0, 7)]
    assert NOW < waits[0] < waits[1]  # type: ignore[operator]
    last = tried(failures=delivery_policy.MIN_FAILURES - 1, age=OLD)
    assert settled(NotSent("odd"), last) == Settle(DeliveryState.GIVEN_UP, "odd (after 12 tries)")


def test_nothing_is_given_up_because_the_platform_was_away_for_days() -> None:
    after_an_outage = tried(attempts=400, failures=0, age=OLD)
    assert settled(NotSent("odd"), after_an_outage).state is DeliveryState.WAITING
    away = settled(NotSent("no route", whole_platform=True), after_an_outage)
    assert away.state is DeliveryState.WAITING
    assert away.next_attempt_at is not None
    assert away.next_attempt_at <= NOW + timedelta(seconds=delivery_policy.LONGEST_OUTAGE_WAIT), (
        "back soon after it is back"
    )


def test_a_young_message_is_not_given_up_however_often_it_failed() -> None:
    assert settled(NotSent("odd"), tried(failures=40)).state is DeliveryState.WAITING


def test_an_unknown_fate_stays_unknown_on_telegram() -> None:
    assert settled(Unknown("time-out"), tried()) == Settle(DeliveryState.UNKNOWN, "time-out")


def test_an_unknown_fate_is_tried_again_on_discord_where_the_nonce_makes_it_safe() -> None:
    decision = settled(Unknown("time-out"), tried(Platform.DISCORD))
    assert (decision.state, decision.again) == (DeliveryState.UNKNOWN, True)
    assert decision.next_attempt_at is not None
    assert decision.next_attempt_at > NOW
    last = settled(Unknown("time-out"), tried(Platform.DISCORD, failures=delivery_policy.MIN_FAILURES, age=OLD))
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
    assert delivery_policy.after_sending(ChatGone("blocked"), tried(), NOW) == Suspend("blocked")
    assert delivery_policy.after_sending(ChatMoved(new), tried(), NOW) == Move(new)
