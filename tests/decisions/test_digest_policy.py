"""When a digest waits, which deliveries it offers again, and what is said of one that has to wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.decisions import digest_policy
from bot.model import (
    Chat,
    ChatRef,
    Delivery,
    DeliveryState,
    Depth,
    Part,
    Platform,
    SummaryKey,
    UncertainDelivery,
    WantedSummary,
)
from tests.decisions.test_due_times import HERE, NOW

S = DeliveryState
KEY, OTHER = (SummaryKey(f"2606.0000{n}", 1, "en", Depth.BRIEF) for n in (1, 2))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def delivery(ident: int, slot: str = "2026-06-03", state: DeliveryState = S.WAITING) -> Delivery:
    part = Part({}, (f"2606.0000{ident}",))
    ref = ChatRef(Platform.TELEGRAM, "7")
    return Delivery(ident, ref, slot, date.fromisoformat(slot), ident, 9, part, state, 1, NOW, written_at=NOW)


def postponed(key: SummaryKey, until: timedelta) -> WantedSummary:
    return WantedSummary(key, 1, NOW, 1, "the model is down", NOW + until)


def test_only_a_due_time_in_the_future_is_wrong() -> None:
    assert digest_policy.is_due_time_wrong(Chat(HERE, next_due_at=NOW + minutes(1)), NOW)
    assert not digest_policy.is_due_time_wrong(Chat(HERE, next_due_at=NOW), NOW)
    assert not digest_policy.is_due_time_wrong(Chat(HERE), NOW)


def test_an_empty_digest_waits_three_hours_for_a_listing_that_arxiv_owes() -> None:
    assert digest_policy.empty_digest_waits(NOW, NOW + minutes(179), listing_owed=True)
    assert not digest_policy.empty_digest_waits(NOW, NOW + minutes(180), listing_owed=True)
    assert not digest_policy.empty_digest_waits(NOW, NOW, listing_owed=False)


def test_a_digest_waits_for_summaries_that_may_come_within_the_hour_and_for_no_others() -> None:
    assert not digest_policy.digest_waits(NOW, NOW, [], [])
    assert digest_policy.digest_waits(NOW, NOW, [KEY], [])
    assert digest_policy.digest_waits(NOW, NOW, [KEY], [postponed(KEY, minutes(59))])
    too_late = postponed(KEY, minutes(61))
    assert not digest_policy.digest_waits(NOW, NOW, [KEY], [too_late])
    assert digest_policy.digest_waits(NOW, NOW, [KEY, OTHER], [too_late])
    assert not digest_policy.digest_waits(NOW, NOW + minutes(60), [KEY], [])


def test_the_last_digests_deliveries_in_doubt_are_offered_in_order_and_no_older_ones() -> None:
    older = delivery(1, "2026-06-02", S.IN_DOUBT)
    first, second, offer = (delivery(n, state=S.IN_DOUBT) for n in (2, 3, 4))
    offer = replace(offer, part=Part({}))
    found = digest_policy.uncertain_deliveries(delivery(5), [offer, second, first, older])
    assert found == (UncertainDelivery(2, date(2026, 6, 3)), UncertainDelivery(3, date(2026, 6, 3)))
    assert digest_policy.uncertain_deliveries(delivery(5, "2026-06-04"), [second, first, older]) == ()


def test_what_waits_blocks_before_what_is_verified_and_what_is_due_blocks_nothing() -> None:
    later = NOW + minutes(5)
    to_verify = replace(delivery(1, state=S.VERIFY_FIRST), next_attempt_at=later)
    waits, follows = (replace(delivery(n), next_attempt_at=later) for n in (2, 3))
    assert digest_policy.blocking_delivery([follows, waits, to_verify], NOW) == waits
    assert digest_policy.blocking_delivery([to_verify, delivery(4)], NOW) == to_verify
    assert digest_policy.blocking_delivery([delivery(4)], NOW) is None
    assert digest_policy.blocking_delivery([waits], later) is None


@pytest.mark.parametrize(
    ("wait", "time"),
    [(minutes(0.2), "06:01"), (timedelta(days=1), "Thursday 4 June, 06:00")],
)
def test_the_time_of_the_next_attempt_is_told(wait: timedelta, time: str) -> None:
    waiting = replace(delivery(1), next_attempt_at=NOW + wait)
    said = f"Your digest waits, because it could not be sent; it is tried again at {time} UTC."
    assert digest_policy.put_off_sentence(waiting, NOW) == said
