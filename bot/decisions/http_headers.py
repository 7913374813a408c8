"""Parses the HTTP headers that tell a client when to retry. Pure; takes `now`.

The rules: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


def retry_after_seconds(header: str | None, now: datetime, *, at_most: float) -> float | None:
    """Parse a Retry-After header, which is a number of seconds or an HTTP date.

    Returns seconds from `now`, from 0 to `at_most`; None if there is no such header or it is neither. The RFC allows
    whole seconds only, but Discord and some model servers send fractions.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), at_most)
    date = parse_http_date(text)
    return None if date is None else min(max((date - now).total_seconds(), 0.0), at_most)


def parse_http_date(text: str) -> datetime | None:
    """Parse an HTTP date to an aware time; None if it is not one, or in the first or last year of the calendar."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    # In the first and last year, converting to another time zone can overflow.
    if not 1 < date.year < 9999:
        return None
    # The zone “-0000” gives a time without a zone; HTTP dates are always in UTC.
    return date if date.tzinfo else date.replace(tzinfo=UTC)
