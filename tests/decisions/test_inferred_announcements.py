"""What was announced where no feed says so: kinds that are inferred, papers that the listings did not name."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.decisions import inferred_announcements
from bot.model import Kind, Listing, ListingRecord, Malformed
from tests.fakes.arxiv import made_up

DAY = date(2026, 6, 2)
ENTRY = made_up("2606.00001", DAY, categories=("math.CO", "cs.CV"))
NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)


def unread(paper_id: str, version: int = 1) -> Malformed:
    return Malformed("feed", f"<entry><id>oai:arXiv.org:{paper_id}v{version}</id></entry>", "it has no title", DAY)


def test_the_kind_is_inferred_if_the_entry_does_not_say_it() -> None:
    entry = unread("2606.00001")
    paper = ENTRY.paper
    assert inferred_announcements.as_announced(entry, paper, {}).announcement.kind is Kind.NEW
    second = made_up("2606.00001", DAY, version=2).paper
    assert inferred_announcements.as_announced(entry, second, {}).announcement.kind is Kind.REPLACE
    one = made_up("2606.00001", DAY, categories=("math.CO",)).paper
    found = inferred_announcements.as_announced(entry, paper, {paper.id: one}).announcement
    assert (found.kind, found.day, found.inferred) == (Kind.CROSS, DAY, True)


def test_an_entry_without_a_day_announces_nothing() -> None:
    with pytest.raises(ValueError, match="without a day"):
        inferred_announcements.as_announced(Malformed("api", "<entry/>", "no id"), ENTRY.paper, {})


@pytest.mark.parametrize(
    ("was_announced", "known_categories", "kind"),
    [
        (False, None, Kind.NEW),
        (True, None, Kind.REPLACE),
        (True, ("math.CO", "cs.CV"), Kind.REPLACE),
        (True, ("math.CO",), Kind.CROSS),
    ],
)
def test_a_record_of_a_missed_day_is_a_cross_list_if_its_paper_gained_a_category(
    was_announced: bool, known_categories: tuple[str, ...] | None, kind: Kind
) -> None:
    known = made_up("2606.00001", DAY, categories=known_categories).paper if known_categories else None
    assert inferred_announcements.with_inferred_kind(ENTRY, was_announced, known).announcement.kind is kind


def test_an_unread_entry_counts_as_read_once_its_paper_is_announced() -> None:
    listing = Listing(DAY, (made_up("2606.00002", DAY),), (unread("2606.00001"), unread("2606.00003")))
    read = inferred_announcements.with_announced(listing, {"2606.00001": ENTRY.paper})
    assert [entry.paper.id for entry in read.entries] == ["2606.00002", "2606.00001"]
    assert read.malformed == (unread("2606.00003"),)


def test_a_feed_of_which_nothing_else_could_be_read_stays_unread() -> None:
    listing = Listing(DAY, (), (unread("2606.00001"), unread("2606.00003")))
    assert inferred_announcements.with_announced(listing, {"2606.00001": ENTRY.paper}) == listing


def record(day: date, *, malformed: int = 0, complete: bool = True) -> ListingRecord:
    return ListingRecord(day, "cs", "feed", 3, malformed, complete, NOW)


def test_oai_without_records_of_a_day_whose_feed_had_entries_leaves_the_day_unread() -> None:
    days = [date(2026, 6, 1), DAY]
    records = [record(DAY, malformed=2, complete=False)]
    assert inferred_announcements.days_to_record(days, [], records) == days[:1]
    assert inferred_announcements.days_to_record(days, [ENTRY], records) == days


def test_a_paper_is_unlisted_if_the_listing_of_its_day_was_read_without_it() -> None:
    submitted = datetime(2026, 6, 1, 12, tzinfo=UTC)
    paper = made_up("2606.00009", DAY, published=submitted).paper
    records = [record(date(2026, 6, 1)), record(DAY)]
    [found] = inferred_announcements.unlisted([paper], set(), records)
    assert (found.announcement.day, found.announcement.kind, found.announcement.inferred) == (DAY, Kind.NEW, True)
    assert inferred_announcements.unlisted([paper], {paper.id}, records) == []
    assert inferred_announcements.unlisted([paper], set(), [record(DAY)]) == [], "the first listing ever read"


def test_a_paper_of_a_day_whose_feed_could_not_be_read_is_unlisted() -> None:
    paper = made_up("2606.00009", DAY, published=datetime(2026, 6, 1, 12, tzinfo=UTC)).paper
    assert len(inferred_announcements.unlisted([paper], set(), [record(DAY, malformed=3, complete=False)])) == 1
