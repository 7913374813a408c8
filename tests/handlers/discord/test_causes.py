"""What kept a message from being sent, for those who count."""

from __future__ import annotations

import discord
import pytest

from bot.model import Outcome
from bot.service.counting import labels_of
from handlers.discord.http_trace import InvalidRequests, Trail
from handlers.discord.outcomes import outcome_of, stopped
from tests.fakes.clock import FakeClock


@pytest.mark.parametrize("error", [discord.RateLimited(7.0), TimeoutError()])
def test_limits_are_counted_as_such(error: Exception) -> None:
    assert labels_of(outcome_of(error, Trail(2))) == ("not_sent", "rate_limited")


def test_a_bot_that_must_not_ask_any_more_is_counted_as_refused() -> None:
    invalid = InvalidRequests(FakeClock().now, limit=1)
    invalid.note()
    found: Outcome | None = stopped(invalid)
    assert found is not None
    assert labels_of(found) == ("not_sent", "bot_refused")
