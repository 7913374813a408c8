"""Which listing days are incomplete, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.decisions import health
from bot.decisions.health import Cause, Gap
from bot.decisions.polling import PollState, after_failed_poll
from bot.model import ListingRecord

NOW = datetime(2026, 9, 10, 9, 0, tzinfo=UTC)


CS = frozenset({"cs", "math"})


THURSDAY = date(2026, 9, 10)


LISTING_DAYS = [date(2026, 9, day) for day in (3, 4, 7, 9, 10)]
"""8 September has no listing because of Labor Day."""


def line(day: date, archive: str = "cs", **fields: Any) -> ListingRecord:
    had = ListingRecord(day, archive, "feed", 12, 0, True, NOW)
    return replace(had, **fields)


def week(*instead: ListingRecord, without: date | None = None) -> list[ListingRecord]:
    """All records of the last week except these."""
    lines = {(day, archive): line(day, archive) for day in LISTING_DAYS for archive in CS if day != without}
    return list((lines | {(each.day, each.archive): each for each in instead}).values())


def causes(found: list[Gap]) -> dict[date, Cause]:
    return {gap.day: gap.cause for gap in found}


ASKED = PollState(THURSDAY, 1, 0, NOW)


HOLIDAY = {date(2026, 9, 8): Cause.LEFT_OUT}


def test_a_complete_week_has_only_the_holiday_as_a_gap() -> None:
    (gap,) = health.gaps(week(), CS, ASKED, NOW)
    assert (gap.day, gap.cause) == (date(2026, 9, 8), Cause.LEFT_OUT)
    assert "Labor Day" in gap.why


def test_a_day_that_arxiv_did_not_serve_has_the_reason_and_the_time_of_the_retry() -> None:
    failed = after_failed_poll(ASKED, None, NOW, "feed: arXiv answered with status 503.")
    found = health.gaps(week(without=THURSDAY), CS, failed, NOW)
    assert causes(found) == HOLIDAY | {THURSDAY: Cause.NOT_SERVED}
    assert "status 503" in found[-1].why
    assert f"again at {failed.retry_at:%H:%M} UTC" in found[-1].why


def test_a_feed_that_still_shows_yesterday_is_called_stale() -> None:
    found = health.gaps(week(without=THURSDAY), CS, PollState(date(2026, 9, 9), 2, 3, NOW), NOW)
    assert causes(found) == HOLIDAY | {THURSDAY: Cause.STALE}
    assert "10 Sep 09:00 UTC" in found[-1].why


def test_days_not_asked_for_are_each_listed_with_the_day_of_the_last_poll() -> None:
    asked = datetime(2025, 6, 3, 12, 0, tzinfo=UTC)
    found = health.gaps([], CS, PollState(date(2025, 6, 3), 1, 0, asked), NOW, running=False)
    assert causes(found) == HOLIDAY | dict.fromkeys(LISTING_DAYS, Cause.NOT_ASKED)
    assert found[-1].why == "Not asked since 3 June 2025 (no service was running)."


def test_a_retry_time_in_the_past_is_not_shown() -> None:
    failed = after_failed_poll(ASKED, None, NOW, "feed: arXiv answered with status 503.")
    found = health.gaps(week(without=THURSDAY), CS, failed, NOW + timedelta(hours=5))
    assert found[-1].cause is Cause.NOT_SERVED
    assert "again at" not in found[-1].why


def test_an_archive_never_asked_for_is_named() -> None:
    (gap,) = health.gaps([], CS, PollState(), NOW)
    assert (gap.day, gap.cause) == (THURSDAY, Cause.NOT_ASKED)
    assert "cs, math" in gap.why


def test_an_incomplete_record_is_a_gap_of_its_archive_alone() -> None:
    found = health.gaps(week(line(THURSDAY, "math", complete=False)), CS, ASKED, NOW)
    assert causes(found) == HOLIDAY | {THURSDAY: Cause.STALE}
    assert "math" in found[-1].why
    assert "cs" not in found[-1].why


def test_a_day_on_which_arxiv_announced_nothing_is_no_fault() -> None:
    empty = [line(date(2026, 9, 9), archive, announced=0, why=None) for archive in CS]
    found = health.gaps(week(*empty), CS, ASKED, NOW)
    assert causes(found) == HOLIDAY | {date(2026, 9, 9): Cause.LEFT_OUT}


def test_unread_entries_count_once_though_every_archive_has_them() -> None:
    found = health.gaps(week(*(line(THURSDAY, archive, malformed=2) for archive in CS)), CS, ASKED, NOW)
    assert found[-1] == Gap(THURSDAY, Cause.UNREADABLE, "2 entries could not be read and were set aside.")


def test_a_day_with_an_unreadable_feed_has_no_other_gap() -> None:
    unread = [line(THURSDAY, archive, announced=0, malformed=2, complete=False) for archive in CS]
    found = health.gaps(week(*unread), CS, PollState(date(2026, 9, 9), 2, 3, NOW), NOW)
    assert causes(found) == HOLIDAY | {THURSDAY: Cause.UNREADABLE}
    assert len(found) == 2
    assert "Nothing of its feed could be read (2 entries set aside)" in found[-1].why


def test_a_ledger_record_of_a_future_day_hides_no_gap() -> None:
    (gap,) = health.gaps([line(date(2036, 6, 2), archive) for archive in CS], CS, ASKED, NOW)
    assert (gap.day, gap.cause) == (THURSDAY, Cause.STALE)


def test_papers_that_the_api_does_not_have_yet_are_counted() -> None:
    found = health.gaps(week(), CS, ASKED, NOW, behind=1)
    assert found[-1].cause is Cause.BEHIND
    assert "1 announced paper yet" in found[-1].why
