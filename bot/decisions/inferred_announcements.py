"""Infers announcements that no feed contained: from unread entries, OAI records and the API. Pure.

An inferred announcement is marked so. Where its source does not say how the paper was announced, that follows from
earlier announcements, versions and categories.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date

from bot.arxiv import calendar
from bot.arxiv.categories import archive_of, is_in_archives
from bot.decisions.ledger import Ledger, unreadable_days
from bot.decisions.unread_entries import by_paper, kind_of, paper_of
from bot.model import Announced, Announcement, Kind, Listing, ListingRecord, Malformed, Paper


def as_announced(entry: Malformed, paper: Paper, before: Mapping[str, Paper]) -> Announced:
    """Return the announcement that an unread entry made of a paper.

    The kind is inferred if the entry does not say it; `before` are the papers announced before the entry's day, as they
    were stored then. Raises ValueError for an entry without a day.
    """
    if entry.day is None:
        raise ValueError("An entry without a day announces nothing.")
    # An entry that cannot be parsed as a whole may still have its kind in a field of its own.
    named_kind = kind_of(entry)
    kind = named_kind or (Kind.NEW if paper.version == 1 else Kind.REPLACE)
    announced = Announced(paper, Announcement(paper.id, paper.version, entry.day, kind, inferred=True))
    return announced if named_kind else with_inferred_kind(announced, paper.id in before, before.get(paper.id))


def with_inferred_kind(entry: Announced, was_announced: bool, known: Paper | None) -> Announced:
    """Return an OAI record's announcement with its most likely kind.

    A paper that was announced before was cross-listed if it has more categories than the `known` one, and replaced
    otherwise.
    """
    if not was_announced:
        return entry
    has_new_category = known is not None and bool(set(entry.paper.categories) - set(known.categories))
    kind = Kind.CROSS if has_new_category else Kind.REPLACE
    return replace(entry, announcement=replace(entry.announcement, kind=kind, inferred=True))


def with_announced(listing: Listing, announced: Mapping[str, Paper]) -> Listing:
    """Return a feed's listing in which malformed entries count as read if their papers were `announced` meanwhile.

    A listing of which nothing else could be read stays as it is: what its other entries announced remains unknown.
    """
    refs = ((entry, paper_of(entry)) for entry in listing.malformed)
    left = tuple(entry for entry, ref in refs if ref is None or ref.id not in announced)
    if not announced or (left and not listing.entries):
        return listing
    entries = by_paper(listing.malformed)
    read = (as_announced(entries[paper_id], paper, {}) for paper_id, paper in announced.items())
    return replace(listing, entries=(*listing.entries, *read), malformed=left)


def changed_on(listing: Listing, day: date, archives: Collection[str]) -> list[Announced]:
    """Return the records of these archives that OAI says changed on `day`."""
    return [
        entry
        for entry in listing.entries
        if entry.announcement.day == day and is_in_archives(entry.paper.categories, archives)
    ]


def days_to_record(days: Iterable[date], entries: Iterable[Announced], records: Iterable[ListingRecord]) -> list[date]:
    """Return those of the days asked from OAI that count as read now.

    If the feed of a day had entries, though none could be read, OAI without records of that day does not have them yet.
    """
    # A day without records on which the feed had no entries either was a holiday, and counts as read.
    missing = unreadable_days(records) - {entry.announcement.day for entry in entries}
    return [day for day in days if day not in missing]


def unlisted(papers: Iterable[Paper], announced: Collection[str], records: Iterable[ListingRecord]) -> list[Announced]:
    """Return the papers of the API that the listings read so far should have named and did not.

    `announced` are the ids that some listing named. Each paper counts as announced on the day that follows from its
    submission.
    """
    records = list(records)  # read twice below
    ledger, unreadable = Ledger(records), unreadable_days(records)
    found = []
    for paper in papers:
        # Without its submission time, the day on which a paper was announced cannot be inferred.
        if paper.id in announced or paper.published is None:
            continue
        day = calendar.announced_after(paper.published)
        archives = {archive_of(category) for category in paper.categories}
        if day in unreadable or ledger.should_have(archives, day):
            found.append(Announced(paper, Announcement(paper.id, paper.version, day, Kind.NEW, inferred=True)))
    return found
