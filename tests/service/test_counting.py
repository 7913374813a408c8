"""Counters of the process: outcomes by cause, rate-limit responses, and requests to models."""

from __future__ import annotations

from datetime import date

import httpx
import pytest
from telegram.error import InvalidToken, NetworkError, RetryAfter

from bot.errors import RetryLater, StoreUnavailable
from bot.model import (
    ChatGone,
    ChatMoved,
    NotSent,
    NotSentCause,
    Outcome,
    Part,
    Platform,
    Rejected,
    Reservation,
    Sent,
    Unknown,
)
from bot.pipeline import DeliveryWorker
from bot.providers.process_usage import ProcessUsage
from bot.service import metrics, status
from bot.service.counting import (
    DELIVERIES,
    MODEL_REQUESTS,
    MODEL_TOKENS,
    RATE_LIMITED,
    CountingSender,
    CountingUsage,
    Counts,
    labels_of,
)
from bot.storage.store import SqlStore
from handlers.telegram.outcomes import outcome_of
from tests.contracts.samples import ANN, digest, with_chats
from tests.fakes.clock import FakeClock
from tests.fakes.senders import FakePlatform

PART = Part({"text": "paper"})


async def test_every_outcome_is_counted_once_by_platform_outcome_and_cause() -> None:
    counts, fake = Counts(), FakePlatform()
    sender = CountingSender(fake, counts)
    assert counts.of(RATE_LIMITED) == {("telegram",): 0}, "a rate can only be computed from a first value"
    fake.fails(
        Sent("1"),
        NotSent("slow down, chat 17", 4.0, cause=NotSentCause.LIMIT),
        NotSent("slow down, chat 18", 5.0, cause=NotSentCause.LIMIT),
        NotSent("no route", whole_platform=True, cause=NotSentCause.AWAY),
        NotSent("something"),
        Unknown("no answer"),
        Rejected("too long"),
        ChatGone("blocked"),
        ChatMoved(ANN),
    )
    for n in range(9):
        await sender.send(ANN, PART, f"key|{n}")
    fake.no_turn.append(NotSent("not now", 3.0, cause=NotSentCause.LIMIT))
    async with sender.turn(ANN, PART) as wait:
        assert wait is not None
    assert counts.of(DELIVERIES) == {
        ("telegram", "sent", "none"): 1,
        ("telegram", "not_sent", "rate_limited"): 3,
        ("telegram", "not_sent", "unreachable"): 1,
        ("telegram", "not_sent", "other"): 1,
        ("telegram", "unknown", "no_answer"): 1,
        ("telegram", "rejected", "message_refused"): 1,
        ("telegram", "chat_gone", "chat_refused"): 1,
        ("telegram", "chat_moved", "none"): 1,
    }
    assert counts.of(RATE_LIMITED) == {("telegram",): 2}, "waiting for a turn is no 429"


async def test_a_message_that_is_found_later_counts_as_sent() -> None:
    counts, fake = Counts(), FakePlatform(Platform.DISCORD, knows_keys=True)
    sender = CountingSender(fake, counts)
    await fake.send(ANN, PART, "key|1")
    since = FakeClock().now()
    assert await sender.find(ANN, PART, "key|1", since) is not None
    assert await sender.find(ANN, PART, "key|2", since) is None
    fake.hides = 1
    with pytest.raises(RetryLater):
        await sender.find(ANN, PART, "key|1", since)
    found = counts.of(DELIVERIES)
    assert found["discord", "sent", "found"] == found["discord", "not_sent", "not_looked_up"] == 1
    assert sum(found.values()) == 2


def of_httpx(cause: httpx.HTTPError) -> NetworkError:
    error = NetworkError("failed")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [
        (outcome_of(RetryAfter(7), ANN), "rate_limited"),
        (outcome_of(NetworkError("Too Many Requests: retry after 7"), ANN), "rate_limited"),
        (outcome_of(of_httpx(httpx.ConnectError("no")), ANN), "unreachable"),
        (outcome_of(InvalidToken(), ANN), "bot_refused"),
        (outcome_of(of_httpx(httpx.PoolTimeout("no")), ANN), "other"),
    ],
)
def test_telegram_errors_have_the_cause_for_which_nothing_was_sent(outcome: Outcome, cause: str) -> None:
    assert labels_of(outcome) == ("not_sent", cause)


async def test_deliveries_are_counted_by_their_senders_and_shown_in_the_metrics(store: SqlStore) -> None:
    clock, counts, fake = FakeClock(), Counts(), FakePlatform()
    await with_chats(store, ANN)
    await store.write_digest(digest(ANN, parts=2), clock.now())
    fake.fails(NotSent("slow down", 4.0, cause=NotSentCause.LIMIT))
    courier = DeliveryWorker(store, {Platform.TELEGRAM: CountingSender(fake, counts)}, clock, "me")
    await courier.deliver()
    clock.advance(5)
    await courier.deliver()
    usage = CountingUsage(store, counts)
    await usage.settle_usage(Reservation("openai:x", date(2026, 6, 2)), 2, 300)
    await usage.settle_usage(Reservation("openai:x", date(2026, 6, 3)), 1, 50)
    assert [(each.requests, each.tokens) for each in await usage.usage(date(2026, 6, 2))] == [(2, 300)]
    lines = metrics.render(await status.gather(store, clock), counts).decode().splitlines()
    for line in (
        "# TYPE paperboy_deliveries_total counter",
        'paperboy_deliveries_total{cause="none",outcome="sent",platform="telegram"} 2.0',
        'paperboy_deliveries_total{cause="rate_limited",outcome="not_sent",platform="telegram"} 1.0',
        'paperboy_rate_limited_total{platform="telegram"} 1.0',
        'paperboy_model_requests_total{model="openai:x"} 3.0',
        'paperboy_model_tokens_total{model="openai:x"} 350.0',
    ):
        assert line in lines
    families = [line.split()[2].removesuffix("_total") for line in lines if line.startswith("# TYPE ")]
    assert len(families) == len(set(families)), "OpenMetrics takes a gauge x and a counter x_total for one family"


class FailingUsage(ProcessUsage):
    """A usage store whose database does not answer while `is_down`."""

    is_down = True

    async def settle_usage(self, reservation: Reservation, requests: int, tokens: int) -> None:
        if self.is_down:
            raise StoreUnavailable("The database is locked.")
        await super().settle_usage(reservation, requests, tokens)


async def test_usage_that_is_recorded_again_after_a_database_error_is_counted_once() -> None:
    counts, reserved, failing = Counts(), Reservation("openai:x", date(2026, 6, 2)), FailingUsage()
    usage = CountingUsage(failing, counts)
    with pytest.raises(StoreUnavailable):
        await usage.settle_usage(reserved, 2, 300)
    failing.is_down = False
    await usage.settle_usage(reserved, 2, 300)
    assert counts.of(MODEL_REQUESTS) == {("openai:x",): 2}
    assert counts.of(MODEL_TOKENS) == {("openai:x",): 300}
