"""A digest that somebody asks for by date: its days, and why it may be empty."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.decisions import requested_digest
from bot.model import Window
from bot.topics import parse

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
NOTHING = "arXiv announced no papers in the categories of this topic then."
FRIDAY, SUNDAY = date(2026, 6, 5), date(2026, 6, 7)


@pytest.mark.parametrize(
    ("day", "days", "first"),
    [(FRIDAY, 1, FRIDAY), (SUNDAY, 1, FRIDAY), (SUNDAY, 5, date(2026, 6, 1)), (FRIDAY, 6, date(2026, 5, 29))],
)
def test_the_window_ends_with_the_latest_listing_day(day: date, days: int, first: date) -> None:
    assert requested_digest.window_upto(day, days) == Window(first, FRIDAY)


def test_an_empty_digest_says_whether_nothing_was_announced_or_nothing_matched() -> None:
    window = Window(FRIDAY, FRIDAY)
    topic, interest = parse("cs.CV"), parse("about: lip sync of heads")
    for announced, asked, sentence in (
        (7, topic, "None of the 7 papers announced then matches this topic."),
        (1, topic, "The one paper announced then does not match this topic."),
        (7, interest, "None of the 7 papers announced then is close to this interest."),
        (1, interest, "The one paper announced then is not close to this interest."),
        (7, None, "None of the 7 papers announced then is like the liked papers."),
        (0, topic, NOTHING),
    ):
        assert requested_digest.reason_for_empty(window, announced, NOW, asked) == sentence
    before = datetime(2026, 6, 4, 12, tzinfo=UTC)
    assert "comes out at 20:00" in requested_digest.reason_for_empty(window, 0, before, topic)
