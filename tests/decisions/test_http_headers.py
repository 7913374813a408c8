"""What a server asks for by Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.decisions.http_headers import parse_http_date, retry_after_seconds

NOW = datetime(2026, 6, 2, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5", 5),
        (" 120 ", 120),
        ("1.5", 1.5),
        ("Tue, 02 Jun 2026 04:31:00 GMT", 60),
        ("Tue, 02 Jun 2026 04:00:00 GMT", 0),
        ("Tue, 02 Jun 2026 00:31:00 -0400", 60),
        ("99999999999", 3600),
        ("Tue, 02 Jun 2037 04:31:00 GMT", 3600),
        ("soon", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("٥", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOW, at_most=3600) == seconds


@pytest.mark.parametrize("text", ["Fri, 31 Dec 9999 23:59:59 -1400", "yesterday"])
def test_a_date_that_cannot_be_calculated_with_is_none(text: str) -> None:
    assert parse_http_date(text) is None
