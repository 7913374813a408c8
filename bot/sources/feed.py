"""arXiv's announcement feed (Atom): what is new, cross-listed or replaced on one listing day. Pure.

The feed: https://info.arxiv.org/help/atom_specifications.html
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
from bot.sources.xml_document import ATOM, NS, NotWellFormed, is_withdrawn, malformed, moment, parse, text

CAP = 2000
"""A feed never has more entries than this; one that has as many may have left some out."""

_MIDNIGHT = timedelta(hours=4)
"""From midnight in UTC to midnight in New York, in summer."""
_LONG_AGO = timedelta(days=7)
"""An entry that is older than its feed by more than this bears a wrong date: a feed shows one listing."""
_ID = re.compile(r"oai:arXiv\.org:(\S+)v(\d+)")
_ABSTRACT = re.compile(r"\bAbstract:\s?", re.IGNORECASE)
_TYPE = re.compile(r"Announce Type:\s*([a-z-]+)", re.IGNORECASE)
_STRENGTH = (Kind.NEW, Kind.CROSS, Kind.REPLACE, Kind.REPLACE_CROSS)


def read_feed(body: bytes, answered: datetime | None = None) -> Listing:
    """What a feed announces; `day` is None where it is empty. Raises `SourceUnavailable` for a broken document.

    A feed shows one listing, whose day most of its entries name. No entry may be dated later than a listing that was
    out when the feed was built; that is told by arXiv's clock (the feed's own stamp, else `answered`, when it was
    sent), never by ours, which may be slow. Without either, the day that most entries name is the latest one.
    """
    root = parse(body, f"{{{ATOM}}}feed")
    elements = root.findall("atom:entry", NS)
    if not elements:
        return Listing(None)
    built = _time(text(root, "atom:updated"))
    told = built or answered
    newest = calendar.newest_day(told) if told else None
    feed_day = _most_named(elements, newest) or _built_on(built)
    entries: list[Announced] = []
    aside: list[Malformed] = []
    for element in elements:
        try:
            entries.append(_entry(element, feed_day, newest or feed_day))
        except (NotWellFormed, ValueError) as error:
            aside.append(malformed("feed", element, error, feed_day))
    return merged([Listing(feed_day, tuple(entries), tuple(aside))])


def count_entries(body: bytes) -> int:
    """How many entries a feed has. Raises `SourceUnavailable` for a broken document."""
    return len(parse(body, f"{{{ATOM}}}feed").findall("atom:entry", NS))


def merged(listings: Iterable[Listing]) -> Listing:
    """Several feeds of one day as one. A paper that stands in two of them counts by its strongest kind: new, cross, …

    The feed of `math` calls a paper a cross-list that the feed of `cs` calls new.
    """
    best: dict[tuple[str, int], Announced] = {}
    aside: dict[Malformed, None] = {}
    day: date | None = None
    for listing in listings:
        day = max((d for d in (day, listing.day) if d), default=None)
        aside.update(dict.fromkeys(listing.malformed))
        for entry in listing.entries:
            key = (entry.paper.id, entry.paper.version)
            if key not in best or _rank(entry) < _rank(best[key]):
                best[key] = entry
    return Listing(day, tuple(best.values()), tuple(aside))


def _rank(entry: Announced) -> int:
    return _STRENGTH.index(entry.announcement.kind)


def _entry(element: etree._Element, feed_day: date | None, newest: date | None) -> Announced:
    match = _ID.fullmatch(text(element, "atom:id"))
    ref = parse_id(match[1]) if match else None
    if match is None or ref is None:
        raise NotWellFormed("it has no arXiv id with a version")
    title = text(element, "atom:title")
    if not title:
        raise NotWellFormed("it has no title")
    summary = element.findtext("atom:summary", default="", namespaces=NS) or ""
    abstract = _abstract(summary)
    authors = split_authors(text(element, "dc:creator"))
    if not authors:
        raise NotWellFormed("it has no authors")
    categories = tuple(dict.fromkeys(filter(None, (c.get("term") for c in element.iterfind("atom:category", NS)))))
    if not categories:
        raise NotWellFormed("it has no category")
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
    """The text behind "Abstract:", which follows id and type in the summary."""
    head, *rest = _ABSTRACT.split(summary, maxsplit=1)
    abstract = " ".join((rest[0] if rest else "" if _TYPE.search(head) else head).split())
    if not abstract:
        raise NotWellFormed("it has no abstract")
    return abstract


def _kind(element: etree._Element, summary: str) -> Kind:
    named = text(element, "arxiv:announce_type").lower()
    if not named and (told := _TYPE.search(summary)):
        named = told[1].lower()
    try:
        return Kind(named)
    except ValueError:
        raise NotWellFormed(f"its announce type is “{named[:30]}”") from None


def _day(element: etree._Element, feed_day: date | None, newest: date | None) -> date:
    """The listing day that an entry names; a day or two off its feed's, it is what an older part of the feed had."""
    published = text(element, "atom:published")
    day = moment(published).date() if published else feed_day
    if day is None:
        raise NotWellFormed("it has no date")
    if newest is not None and day > newest:
        raise NotWellFormed(f"it is dated {day}, which was still to come")
    if feed_day is not None and day < feed_day - _LONG_AGO:
        raise NotWellFormed(f"it is dated {day}, long before its feed")
    return day


def _most_named(elements: Iterable[etree._Element], newest: date | None) -> date | None:
    """The day, up to `newest`, that most entries name."""
    stamps = (_time(text(element, "atom:published")) for element in elements)
    named = Counter(stamp.date() for stamp in stamps if stamp and (newest is None or stamp.date() <= newest))
    return max(named, key=lambda day: (named[day], day), default=None)


def _built_on(built: datetime | None) -> date | None:
    """The day of a feed that says when it was built, which is at midnight in New York or up to a day later."""
    return (built.astimezone(UTC) - _MIDNIGHT).date() if built else None


def _time(stamp: str) -> datetime | None:
    """A time in its own offset; None for none, and for one that cannot be read or reckoned with."""
    try:
        when = moment(stamp)
        return when if 1 < when.astimezone(UTC).year < 9999 else None
    except (NotWellFormed, OverflowError):
        return None
