"""Which listing days were missed: what must hold of the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bot.decisions.ledger import Ledger
from bot.model import ListingRecord

NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)
MON, TUE, WED, THU, FRI = (date(2026, 6, day) for day in range(1, 6))


def weekdays(first: date, last: date) -> list[date]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5]


def line(day: date, archive: str = "cs", *, complete: bool = True) -> ListingRecord:
    return ListingRecord(day, archive, "feed", 3, 0, complete, NOW)


def test_an_archive_never_asked_for_owes_only_the_latest_listing() -> None:
    assert Ledger([]).missed({"cs"}, FRI, weekdays) == [FRI]
    assert Ledger([line(MON), line(TUE), line(WED), line(THU)]).missed({"math"}, FRI, weekdays) == [FRI]


def test_days_between_two_listings_that_were_had_are_missed() -> None:
    assert Ledger([line(MON), line(THU), line(FRI)]).missed({"cs"}, FRI, weekdays) == [TUE, WED]


def test_a_day_that_is_not_complete_is_missed() -> None:
    assert Ledger([line(MON), line(TUE, complete=False), line(WED)]).missed({"cs"}, WED, weekdays) == [TUE]


def test_one_archive_s_day_is_missed_though_another_s_was_had() -> None:
    ledger = Ledger([line(MON), line(TUE), line(MON, "math")])
    assert ledger.missed({"cs", "math"}, TUE, weekdays) == [TUE]
    assert ledger.has({"cs"}, TUE)
    assert not ledger.has({"cs", "math"}, TUE)


def test_a_long_absence_is_caught_up_for_a_month_at_most() -> None:
    missed = Ledger([line(date(2025, 12, 1))]).missed({"cs"}, FRI, weekdays)
    assert missed[0] >= FRI - timedelta(days=30)
    assert missed[-1] == FRI


def test_two_weeks_away_come_back_whole() -> None:
    missed = Ledger([line(date(2026, 5, 20))]).missed({"cs"}, FRI, weekdays)
    assert missed == weekdays(date(2026, 5, 21), FRI)


def test_a_paper_should_have_been_in_a_listing_that_was_had_but_not_in_the_first_ever() -> None:
    ledger = Ledger([line(MON), line(TUE)])
    assert ledger.should_have({"cs", "math"}, TUE)
    assert not ledger.should_have({"cs"}, MON)
    assert not ledger.should_have({"math"}, TUE)
    assert not ledger.should_have({"cs"}, WED)
