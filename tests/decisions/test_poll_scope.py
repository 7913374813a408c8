"""What one poll asks for: archives, missed days, and the window of the API."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bot import topics
from bot.arxiv import calendar
from bot.arxiv.categories import ALL_ARCHIVES
from bot.decisions import poll_scope
from bot.model import Listing, ListingRecord

MON, TUE, WED = (date(2026, 6, day) for day in (1, 2, 3))
NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
BEFORE_THE_FEED = datetime(2026, 6, 3, 9, tzinfo=UTC)


def record(day: date, archive: str = "cs", *, malformed: int = 0, complete: bool = True) -> ListingRecord:
    return ListingRecord(day, archive, "feed", 3, malformed, complete, NOON)


def test_topics_need_the_archives_of_their_categories_and_all_of_them_if_one_names_none() -> None:
    assert poll_scope.needed_archives([]) == set()
    assert poll_scope.needed_archives(["cat:cs.CV", "cat:math.CO", "no topic ("]) == {"cs", "math"}
    assert poll_scope.needed_archives(["cat:cs.CV", "transformer"]) == set(ALL_ARCHIVES)


def test_an_interest_alone_needs_all_archives_or_those_that_its_text_names() -> None:
    assert poll_scope.needed_archives(["about: talking heads in cs.CV and eess.IV"]) == {"cs", "eess"}
    assert poll_scope.needed_archives(["cat:cs.CL about: good evaluation"]) == {"cs"}
    assert poll_scope.needed_archives(["about: talking heads; not cs.RO"]) == set(ALL_ARCHIVES)
    assert poll_scope.archives_of_topic(topics.parse("about: talking heads")) == set(ALL_ARCHIVES)


def test_the_newest_day_is_left_to_the_feed_while_it_may_still_be_filled() -> None:
    records = [record(MON)]
    assert poll_scope.days_to_catch_up(records, {"cs"}, WED, NOON) == [TUE, WED]
    assert poll_scope.days_to_catch_up(records, {"cs"}, WED, BEFORE_THE_FEED) == [TUE]
    assert poll_scope.days_to_catch_up(records, {"cs"}, WED, NOON, has_feed_failed=True) == [TUE]


def test_a_newest_day_whose_feed_could_not_be_read_is_asked_for_at_once() -> None:
    records = [record(MON), record(TUE), record(WED, malformed=3, complete=False)]
    assert poll_scope.days_to_catch_up(records, {"cs"}, WED, BEFORE_THE_FEED) == [WED]


def test_wanted_days_are_asked_for_if_they_are_missing_and_no_others() -> None:
    records = [record(MON), record(WED)]
    assert poll_scope.days_to_catch_up(records, {"cs"}, WED, NOON, wanted=[MON, TUE]) == [TUE]


def test_a_day_has_come_when_arxivs_own_clock_says_so() -> None:
    assert poll_scope.published_days([MON, TUE, WED], Listing(TUE)) == [MON, TUE]
    assert poll_scope.published_days([MON], Listing(None)) == []


def test_a_compared_week_reaches_back_over_seven_listings_and_every_missed_day() -> None:
    oldest = calendar.listings_upto(WED, poll_scope.COMPARED_LISTINGS)[0]
    assert poll_scope.submitted_from(WED, [], is_week_compared=True) == calendar.submitted_since(oldest)
    missed = [date(2026, 5, 1), MON]
    begin = date(2026, 5, 1) - timedelta(days=5)
    assert poll_scope.submitted_from(WED, [], missed=missed, is_week_compared=True) == begin
    assert poll_scope.submitted_from(WED, [], missed=missed, is_week_compared=False) == begin


def test_between_two_comparisons_a_range_of_dates_is_asked_for_only_where_no_entry_could_be_read() -> None:
    read = [record(MON), record(TUE, malformed=2), record(WED)]
    assert poll_scope.submitted_from(WED, read, is_week_compared=False) is None
    assert poll_scope.submitted_from(TUE, read, is_week_compared=False) == calendar.submitted_since(TUE)
    unread = [*read[:1], record(TUE, malformed=3, complete=False)]
    assert poll_scope.submitted_from(WED, unread, is_week_compared=False) == calendar.submitted_since(TUE)
    long_ago = [record(MON - timedelta(days=30), malformed=3, complete=False)]
    assert poll_scope.submitted_from(WED, long_ago, is_week_compared=False) is None
