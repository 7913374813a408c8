"""The ledger: which listing days were missed, and what is recorded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bot.arxiv.calendar import listing_days
from bot.decisions import ledger
from bot.decisions.ledger import Ledger
from bot.model import Announced, Listing, ListingRecord, Malformed
from tests.fakes.arxiv import made_up

NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)
MON, TUE, WED, THU, FRI = (date(2026, 6, day) for day in range(1, 6))


def record_of(day: date, archive: str = "cs", *, complete: bool = True) -> ListingRecord:
    return ListingRecord(day, archive, "feed", 3, 0, complete, NOW)


def test_of_an_archive_never_asked_for_only_the_latest_listing_is_missing() -> None:
    assert Ledger([]).missed({"cs"}, FRI) == [FRI]
    assert Ledger([record_of(MON), record_of(TUE), record_of(WED), record_of(THU)]).missed({"math"}, FRI) == [FRI]


def test_days_between_two_listings_that_were_read_are_missed() -> None:
    assert Ledger([record_of(MON), record_of(THU), record_of(FRI)]).missed({"cs"}, FRI) == [TUE, WED]


def test_a_day_that_is_not_complete_is_missed() -> None:
    assert Ledger([record_of(MON), record_of(TUE, complete=False), record_of(WED)]).missed({"cs"}, WED) == [TUE]


def test_a_day_is_missed_for_one_archive_though_it_was_read_for_another() -> None:
    stored = Ledger([record_of(MON), record_of(TUE), record_of(MON, "math")])
    assert stored.missed({"cs", "math"}, TUE) == [TUE]
    assert stored.has({"cs"}, TUE)
    assert not stored.has({"cs", "math"}, TUE)


def test_a_long_absence_is_caught_up_for_a_month_at_most() -> None:
    missed = Ledger([record_of(date(2025, 12, 1))]).missed({"cs"}, FRI)
    assert missed[0] >= FRI - timedelta(days=30)
    assert missed[-1] == FRI


def test_two_weeks_of_absence_are_caught_up_completely() -> None:
    missed = Ledger([record_of(date(2026, 5, 20))]).missed({"cs"}, FRI)
    assert missed == listing_days(date(2026, 5, 21), FRI)


def test_a_paper_should_have_been_in_a_listing_that_was_read_except_in_the_first_one() -> None:
    stored = Ledger([record_of(MON), record_of(TUE)])
    assert stored.should_have({"cs", "math"}, TUE)
    assert not stored.should_have({"cs"}, MON)
    assert not stored.should_have({"math"}, TUE)
    assert not stored.should_have({"cs"}, WED)


def test_records_of_days_that_cannot_have_come_are_not_credible_unless_the_feed_names_the_day() -> None:
    future = date(2036, 6, 2)
    records = [record_of(FRI), record_of(future)]
    assert ledger.credible(records, None, NOW) == [record_of(FRI)]
    assert ledger.credible(records, future, NOW) == records


def entries_of(day: date, *categories: tuple[str, ...]) -> tuple[Announced, ...]:
    return tuple(made_up(f"2606.0000{n}", day, categories=names) for n, names in enumerate(categories))


def test_every_paper_counts_for_one_archive_in_the_records_of_its_day() -> None:
    listing = Listing(FRI, entries_of(FRI, ("cs.CV", "math.CO"), ("econ.TH", "math.CO", "cs.CV")))
    records = ledger.records_of(listing, [FRI], {"cs", "math", "stat"}, "feed", NOW)
    assert {record.archive: record.announced for record in records} == {"cs": 1, "math": 1, "stat": 0}
    assert all(record.complete for record in records)


def test_a_feed_of_which_nothing_could_be_read_leaves_its_day_incomplete() -> None:
    broken = Malformed("feed", "<entry/>", "it has no title", FRI)
    listing = Listing(FRI, (), (broken, broken))
    [record] = ledger.records_of(listing, [FRI], {"cs"}, "feed", NOW)
    assert (record.complete, record.malformed, record.why) == (False, 2, "Nothing of its feed could be read.")
    assert ledger.unreadable_days([record]) == {FRI}
    [record] = ledger.records_of(listing, [FRI], {"cs"}, "oai", NOW)
    assert record.complete, "an OAI answer without records is an answer"


def test_a_record_is_complete_once_its_last_unread_entry_is_recovered() -> None:
    entries = entries_of(FRI, ("cs.CV",), ("cs.CL",))
    record = ListingRecord(FRI, "cs", "feed", 0, 3, False, NOW, "Nothing of its feed could be read.")
    one_left = ledger.with_recovered(record, entries, {"cs"})
    assert (one_left.announced, one_left.malformed, one_left.complete, one_left.why) == (2, 1, False, record.why)
    none_left = ledger.with_recovered(one_left, entries[:1], {"cs"})
    assert (none_left.malformed, none_left.complete, none_left.why) == (0, True, None)
