"""Decides what one poll asks arXiv for: archives, missed days and submission dates. Pure; takes `now`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from bot import topics as topic_language
from bot.arxiv import calendar
from bot.arxiv.categories import ALL_ARCHIVES
from bot.decisions.ledger import LOOK_BACK, Ledger, unreadable_days
from bot.model import Listing, ListingRecord
from bot.topics.compiled import followed

COMPARED_LISTINGS = 7
"""Listings that are compared with the API once a day, for papers that the feed lacked when it was read."""

OVERLAP = timedelta(days=5)
"""The API's window begins at least this long before a missed day: a paper may be submitted before a long weekend."""

FEED_DELAY = timedelta(hours=6)
"""An empty feed may still be filled until this long after its regular time."""


def needed_archives(queries: Iterable[str]) -> frozenset[str]:
    """Return the archives that these topics need: all of arXiv if one names no category, none without topics."""
    needed: set[str] = set()
    for query in queries:
        archives = followed.archives(query)
        needed.update(ALL_ARCHIVES if archives is None else archives)
        if len(needed) == len(ALL_ARCHIVES):  # the rest can add nothing
            break
    return frozenset(needed)


def archives_of_topic(topic: topic_language.Topic) -> frozenset[str]:
    """Return the archives that a topic needs; all of arXiv if it names no category."""
    archives = topic_language.archives(topic)
    return frozenset(ALL_ARCHIVES) if archives is None else archives


def days_to_catch_up(
    records: Sequence[ListingRecord],
    archives: Collection[str],
    expected: date,
    now: datetime,
    *,
    wanted: Sequence[date] = (),
    has_feed_failed: bool = False,
) -> list[date]:
    """Return the days to ask OAI for: those of `wanted` that are missing, else all that were missed up to `expected`.

    The newest day is left to the feed, which has kinds and licences, if the feed could not be asked or may not be
    filled yet. If the feed was there and could not be read, the day is asked for at once.
    """
    ledger = Ledger(records)
    days = ledger.missing_of(archives, wanted) if wanted else ledger.missed(archives, expected)
    may_feed_still_come = has_feed_failed or now < calendar.feed_at(expected) + FEED_DELAY
    if may_feed_still_come and expected not in unreadable_days(records):
        days = [day for day in days if day != expected]
    return days


def published_days(days: Iterable[date], listing: Listing) -> list[date]:
    """Return those of the days that are not in the future by arXiv's own clock, which an OAI response contains.

    If our clock runs ahead, it must not write future days into the ledger.
    """
    return [day for day in days if listing.day is not None and day <= listing.day]


def submitted_from(
    newest: date, records: Sequence[ListingRecord], *, missed: Sequence[date] = (), is_week_compared: bool
) -> date | None:
    """Return the first submission date to ask the API for; None if no range of dates is needed.

    A compared week reaches back over the last `COMPARED_LISTINGS` listings up to `newest`. The days of `missed` came
    from OAI, whose records lack versions: with many days to complete, a range takes fewer requests than ids. Entries
    that could not be read may have no ids to ask for: their day is asked for while it is the newest, or until one of
    its entries can be read.
    """
    unread = {record.day for record in records if record.malformed and record.day == newest} | unreadable_days(records)
    begins = [day - OVERLAP for day in missed]
    begins += [calendar.submitted_since(day) for day in unread if newest - LOOK_BACK <= day]
    if is_week_compared:
        begins.append(calendar.submitted_since(calendar.listings_upto(newest, COMPARED_LISTINGS)[0]))
    return min(begins, default=None)
