"""The ledger of listings: which days were read for which archive, which are missing, and what to record. Pure.

The ledger has one record for each listing day and archive. A day counts as read for an archive when its record is
complete.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.arxiv import calendar
from bot.arxiv.categories import archive_of
from bot.decisions import unread_entries
from bot.model import Announced, Listing, ListingRecord

LOOK_BACK = timedelta(days=7)
"""Every poll checks the listing days of this period for gaps."""

LONGEST_ABSENCE = timedelta(days=30)
"""Days older than this are not fetched after an absence: a month of papers is more than a chat can read."""

ARXIV_BEGAN = date(1991, 8, 14)
"""Earlier than every listing day."""


def since(latest: date | None) -> date:
    """Return the day from which a new subscription counts: the latest stored listing, or any if none is stored."""
    return latest or ARXIV_BEGAN


class Ledger:
    """Answers questions about the ledger's records by archive."""

    def __init__(self, records: Iterable[ListingRecord]) -> None:
        self._read: dict[str, set[date]] = {}
        self._first: dict[str, date] = {}
        # An incomplete record counts as first day too: the archive was asked for on it, so the day is missing.
        for record in records:
            self._first[record.archive] = min(record.day, self._first.get(record.archive, record.day))
            if record.complete:
                self._read.setdefault(record.archive, set()).add(record.day)

    def has(self, archives: Collection[str], day: date) -> bool:
        """Whether the listing of `day` was read for all of these archives."""
        return all(day in self._read.get(archive, ()) for archive in archives)

    def missing_of(self, archives: Collection[str], days: Iterable[date]) -> list[date]:
        """Return those of these days that were not read for all of these archives."""
        return [day for day in days if not self.has(archives, day)]

    def missed(self, archives: Collection[str], expected: date) -> list[date]:
        """Return the listing days up to `expected` that are missing for some archive, oldest first.

        For an archive that was never asked for, only the latest listing is missing.
        """
        days: set[date] = set()
        for archive in archives:
            days.update(self._missed_of(archive, expected))
        return sorted(days)

    def _missed_of(self, archive: str, expected: date) -> list[date]:
        first, read = self._first.get(archive), self._read.get(archive, set())
        if first is None:
            return [expected]
        last_read = max((day for day in read if day <= expected), default=first)
        # Back to the last day that was read, at least a week, at most a month, and never before the first day.
        begin = max(first, expected - LONGEST_ABSENCE, min(expected - LOOK_BACK, last_read))
        return [day for day in calendar.listing_days(begin, expected) if day not in read]

    def should_have(self, archives: Collection[str], day: date) -> bool:
        """Whether a paper of these archives announced on `day` must have been in a listing that was read.

        The first listing ever read of an archive does not count: a paper of an earlier listing, which was never asked
        for, may be dated to that day by mistake.
        """
        return any(day in self._read.get(archive, ()) and day > self._first[archive] for archive in archives)


def credible(records: Iterable[ListingRecord], feed_day: date | None, now: datetime) -> list[ListingRecord]:
    """Return the records without those of days in the future, which a clock that ran ahead may have written.

    The day that arXiv's feed names is never in the future, even if our slow clock says so.
    """
    newest = calendar.newest_day(now)
    return [record for record in records if record.day <= newest or record.day == feed_day]


def unreadable_days(records: Iterable[ListingRecord]) -> set[date]:
    """Return the days whose feed had entries of which none could be read, and that are still missing."""
    return {record.day for record in records if record.malformed and not record.complete}


def is_readable(listing: Listing) -> bool:
    """Whether the content of a listing is known at least in part: not if every entry is malformed."""
    return bool(listing.entries) or not listing.malformed


def records_of(
    listing: Listing, days: Sequence[date], archives: Collection[str], source: str, now: datetime
) -> list[ListingRecord]:
    """Return the records to write after `source` ("feed" or "oai") was read for these days and archives.

    From the feed, a listing that is not readable leaves its day incomplete, so that it is asked for again.
    """
    complete = source != "feed" or is_readable(listing)
    records: list[ListingRecord] = []
    for day in days:
        entries = [entry for entry in listing.entries if entry.announcement.day == day]
        malformed = _count_malformed(listing, day, archives)
        reason = calendar.why_no_listing(day, now) if complete else "Nothing of its feed could be read."
        # Not the number of papers that count for the archive: its papers may all count for another of their archives.
        with_papers = {archive_of(name) for entry in entries for name in entry.paper.categories}
        records += [
            ListingRecord(
                day=day,
                archive=archive,
                source=source,
                announced=_count(entries, archive, archives),
                malformed=malformed,
                complete=complete,
                checked_at=now,
                why=None if archive in with_papers else reason,
            )
            for archive in sorted(archives)
        ]
    return records


def _count_malformed(listing: Listing, day: date, archives: Collection[str]) -> int:
    # An entry without a day may belong to any of the listing's days, and one without categories to any archive.
    return sum(entry.day in (None, day) and unread_entries.may_concern(entry, archives) for entry in listing.malformed)


def with_recovered(record: ListingRecord, entries: Sequence[Announced], archives: Collection[str]) -> ListingRecord:
    """Return the record after these of its malformed entries were recovered; it is complete when none is left."""
    # More may be recovered than the record counts, if more archives are asked for since it was written.
    left = max(0, record.malformed - len(entries))
    return replace(
        record,
        announced=record.announced + _count(entries, record.archive, archives),
        malformed=left,
        complete=record.complete or not left,
        why=record.why if left else None,
    )


def _count(entries: Iterable[Announced], archive: str, archives: Collection[str]) -> int:
    """Count the papers that belong to `archive`.

    A paper belongs to the first of its own archives that was asked for, and to no other, so that the sum over a day's
    records counts every paper once.
    """
    return len({entry.paper.id for entry in entries if _home_archive(entry, archives) == archive})


def _home_archive(entry: Announced, archives: Collection[str]) -> str | None:
    # In the order of the categories: the primary one comes first.
    own = (archive_of(category) for category in entry.paper.categories)
    return next((name for name in own if name in archives), None)
