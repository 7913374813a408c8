"""Parses arXiv's announcement feed (Atom): what is new, cross-listed or replaced on one listing day. Pure.

The format: https://info.arxiv.org/help/atom_specifications.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from lxml import etree

from bot.arxiv import calendar
from bot.arxiv.ids import parse_id
from bot.model import Announced, Announcement, Kind, Listing, Malformed, Paper
from bot.sources.authors import split_authors
from bot.sources.xml_document import (
    ATOM,
    NS,
    NotWellFormed,
    is_withdrawn,
    malformed,
    moment,
    parse,
    readable_line,
    text,
)

MAX_ENTRIES = 2000
"""arXiv cuts a feed off at this many entries; one that has as many may lack some."""

# In winter it is five: then the result is 01:00 instead of midnight, which is still the same day.
_NEW_YORK_SUMMER_OFFSET = timedelta(hours=4)
_MAX_AGE = timedelta(days=7)
"""An entry that is older than its feed by more than this has a wrong date: a feed shows one listing."""
_ID = re.compile(r"oai:arXiv\.org:(\S+)v(\d+)")
_ABSTRACT = re.compile(r"\bAbstract:\s?", re.IGNORECASE)
_TYPE = re.compile(r"Announce Type:\s*([a-z-]+)", re.IGNORECASE)
_STRONGEST_FIRST = (Kind.NEW, Kind.CROSS, Kind.REPLACE, Kind.REPLACE_CROSS)


def read_feed(body: bytes, sent_at: datetime | None = None) -> Listing:
    """Return what a feed announces; the listing's `day` is None if it is empty.

    A feed shows one listing, whose day is the one that most of its entries have. An entry with a later date than any
    listing that was out when the feed was built is malformed. What was out is judged by arXiv's clock (the feed's own
    time, else `sent_at`, when the response was sent), not by ours, which may be slow. Without either, the day that most
    entries have is taken for the latest one.

    Raises `SourceUnavailable` for an incomplete document.
    """
    root = parse(body, f"{{{ATOM}}}feed")
    elements = root.findall("atom:entry", NS)
    if not elements:
        return Listing(None)
    built = _time(text(root, "atom:updated"))
    arxiv_time = built or sent_at
    newest = calendar.newest_day(arxiv_time) if arxiv_time else None
    feed_day = _most_frequent_day(elements, newest) or _built_on(built)
    entries: list[Announced] = []
    unreadable: list[Malformed] = []
    for element in elements:
        try:
            entries.append(_entry(element, feed_day, newest or feed_day))
        except (NotWellFormed, ValueError) as error:
            unreadable.append(malformed("feed", element, error, feed_day))
    # One feed of several archives may have a paper twice, once for each archive.
    return merged([Listing(feed_day, tuple(entries), tuple(unreadable))])


def count_entries(body: bytes) -> int:
    """Count the entries of a feed. Raises `SourceUnavailable` for an incomplete document."""
    return len(parse(body, f"{{{ATOM}}}feed").findall("atom:entry", NS))


def merged(listings: Iterable[Listing]) -> Listing:
    """Merge several feeds of one day. A paper that is in two of them keeps the first kind of new, cross, replace, ….

    A paper that the feed of `cs` calls new is a cross-list in the feed of `math`.
    """
    best: dict[tuple[str, int], Announced] = {}
    unreadable: dict[Malformed, None] = {}
    day: date | None = None
    for listing in listings:
        # Feeds that are requested around midnight may show two days; the entries have their own.
        day = max((known for known in (day, listing.day) if known), default=None)
        unreadable.update(dict.fromkeys(listing.malformed))
        for entry in listing.entries:
            # Two versions of one paper are two announcements.
            key = (entry.paper.id, entry.paper.version)
            if key not in best or _rank(entry) < _rank(best[key]):
                best[key] = entry
    return Listing(day, tuple(best.values()), tuple(unreadable))


def _rank(entry: Announced) -> int:
    return _STRONGEST_FIRST.index(entry.announcement.kind)


def _entry(element: etree._Element, feed_day: date | None, newest: date | None) -> Announced:
    match = _ID.fullmatch(text(element, "atom:id"))
    ref = parse_id(match[1]) if match else None
    if match is None or ref is None:
        raise NotWellFormed("it has no arXiv id with a version")
    summary = element.findtext("atom:summary", default="", namespaces=NS) or ""
    title, abstract = text(element, "atom:title"), _abstract(summary)
    authors = split_authors(text(element, "dc:creator"))
    terms = (item.get("term") for item in element.iterfind("atom:category", NS))
    categories = tuple(dict.fromkeys(filter(None, terms)))
    for name, value in (("title", title), ("abstract", abstract), ("authors", authors), ("category", categories)):
        if not value:
            raise NotWellFormed(f"it has no {name}")
    day = _day(element, feed_day, newest)
    paper = Paper(
        id=ref.id,
        version=int(match[2]),
        title=title,
        authors=authors,
        abstract=abstract,
        categories=categories,
        license=text(element, "dc:rights") or None,
        doi=text(element, "arxiv:DOI") or None,
        journal_ref=text(element, "arxiv:journal_reference") or None,
        withdrawn=is_withdrawn(None, abstract),
    )
    return Announced(paper, Announcement(paper.id, paper.version, day, _kind(element, summary)))


def _abstract(summary: str) -> str:
    """Return the text after "Abstract:" in the summary, which begins with id and announce type; "" if there is none."""
    head, *rest = _ABSTRACT.split(summary, maxsplit=1)
    # A summary with neither announce type nor label is all abstract.
    return readable_line(rest[0] if rest else "" if _TYPE.search(head) else head)


def _kind(element: etree._Element, summary: str) -> Kind:
    kind = text(element, "arxiv:announce_type").lower()
    if not kind and (match := _TYPE.search(summary)):
        kind = match[1].lower()
    try:
        return Kind(kind)
    except ValueError:
        raise NotWellFormed(f"its announce type is “{kind[:30]}”") from None


def _day(element: etree._Element, feed_day: date | None, newest: date | None) -> date:
    """Return the listing day of an entry; a feed may still have some entries of the listing before."""
    published = text(element, "atom:published")
    day = moment(published).date() if published else feed_day
    if day is None:
        raise NotWellFormed("it has no date")
    if newest is not None and day > newest:
        raise NotWellFormed(f"it is dated {day}, which is in the future")
    if feed_day is not None and day < feed_day - _MAX_AGE:
        raise NotWellFormed(f"it is dated {day}, long before its feed")
    return day


def _most_frequent_day(elements: Iterable[etree._Element], newest: date | None) -> date | None:
    """Return the day, up to `newest`, that most entries have; of two as frequent days, the later."""
    times = (_time(text(element, "atom:published")) for element in elements)
    counts = Counter(time.date() for time in times if time and (newest is None or time.date() <= newest))
    return max(counts, key=lambda day: (counts[day], day), default=None)


def _built_on(built: datetime | None) -> date | None:
    """Return the day of a feed from the time it was built: midnight in New York, or up to a day later."""
    return (built.astimezone(UTC) - _NEW_YORK_SUMMER_OFFSET).date() if built else None


def _time(stamp: str) -> datetime | None:
    """Parse a time, keeping its offset; None if there is none, or none that can be calculated with."""
    # In the first and last year of `datetime`, adding an offset or a few days would overflow.
    try:
        when = moment(stamp)
        return when if 1 < when.astimezone(UTC).year < 9999 else None
    except (NotWellFormed, OverflowError):
        return None
