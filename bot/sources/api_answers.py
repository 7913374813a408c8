"""Checks and completes responses of the query API before the `arxiv` package parses them; its results as papers. Pure.

The package takes an empty page for the last one and half a document for a whole one, and it drops an entry that has no
date. Therefore a page is accepted only if it is complete and has as many entries as it says, and missing dates are
added. The API: https://info.arxiv.org/help/api/user-manual.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lxml import etree

from bot.arxiv.ids import parse_id
from bot.errors import NoSuchPaper, SourceUnavailable, TellUser
from bot.model import Malformed, Paper
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

if TYPE_CHECKING:
    import arxiv

MAX_PER_PAGE = 2000
"""The most entries that the API returns in one response."""

MAX_RESULTS = 30_000
"""The most results that the API returns of one query, over all its pages."""

_UNKNOWN_TIME = datetime(1, 1, 1, tzinfo=UTC)
"""Stands for a missing time in a completed entry; `to_paper` removes it again."""

_BAD_ID = re.compile(r"incorrect id format for (\S+)", re.IGNORECASE)
_ENTRY_ID = re.compile(r"/abs/(\S+?)(?:v(\d+))?$")


@dataclass(frozen=True, slots=True)
class ApiPage:
    """One page as the package needs it.

    `body` says that it is the last page, so that the package asks for no other by itself; `total` is arXiv's number of
    results, `count` the entries of the page including the `malformed` ones, which are left out of `body`.
    """

    body: bytes
    total: int
    count: int
    malformed: tuple[Malformed, ...]


def read_page(body: bytes, start: int, size: int) -> ApiPage:
    """Check the page that was requested with `start` and `max_results=size`.

    Raises `SourceUnavailable` for an incomplete or wrong response, `NoSuchPaper` or `TellUser` if arXiv refused the
    request.
    """
    root = parse(body, f"{{{ATOM}}}feed")
    entries = root.findall("atom:entry", NS)
    _raise_error_entry(entries)
    total, begins = _number(root, "totalResults"), _number(root, "startIndex")
    if total is None or begins not in (None, start):
        raise SourceUnavailable("arXiv sent another page than the requested one.")
    size = min(size, _number(root, "itemsPerPage") or size)  # arXiv may return smaller pages than requested
    expected = max(0, min(size, total - start))
    if len(entries) < expected:
        raise SourceUnavailable(f"arXiv sent only {len(entries)} of the {expected} papers of this page.")
    unreadable: list[Malformed] = []
    for entry in entries:
        try:
            _complete(entry)
        except (NotWellFormed, ValueError) as error:
            unreadable.append(malformed("api", entry, error, None))
            # The package would drop the entry too, but with a log line only.
            root.remove(entry)
    # The package asks for another page as long as it has seen fewer entries than the total.
    total_results = root.find("opensearch:totalResults", NS)
    assert total_results is not None  # noqa: S101 - it has just been read
    total_results.text = str(start + len(entries) - len(unreadable))
    return ApiPage(etree.tostring(root), total, len(entries), tuple(unreadable))


def read_error(body: bytes) -> None:
    """Raise the message of a response of status 400 as `NoSuchPaper` or `TellUser`; return if it has no message."""
    try:
        root = parse(body, f"{{{ATOM}}}feed")
    except SourceUnavailable:  # an error page of a proxy, for one; the caller reports the status
        return
    _raise_error_entry(root.findall("atom:entry", NS))


def to_paper(result: arxiv.Result) -> Paper:
    """Convert a result of the package to a paper."""
    match = _ENTRY_ID.search(result.entry_id)
    ref = parse_id(match[1]) if match else None
    if match is None or ref is None:
        raise NotWellFormed("it has no arXiv id")
    categories = dict.fromkeys(filter(None, (result.primary_category, *result.categories)))
    abstract = readable_line(result.summary)
    comment = readable_line(result.comment) or None
    return Paper(
        id=ref.id,
        version=int(match[2] or 1),
        title=readable_line(result.title),
        authors=tuple(filter(None, (readable_line(author.name) for author in result.authors))),
        abstract=abstract,
        categories=tuple(categories),
        comment=comment,
        published=None if result.published == _UNKNOWN_TIME else result.published,
        updated=None if result.updated == _UNKNOWN_TIME else result.updated,
        doi=(result.doi or "").strip() or None,
        journal_ref=readable_line(result.journal_ref) or None,
        withdrawn=is_withdrawn(comment, abstract),
    )


def _raise_error_entry(entries: list[etree._Element]) -> None:
    """Raise the error that arXiv reports as an entry of the feed, sometimes with status 200."""
    for entry in entries:
        if "/api/errors" not in text(entry, "atom:id"):
            continue
        message = text(entry, "atom:summary") or "nothing more"
        if bad := _BAD_ID.search(message):
            raise NoSuchPaper(bad[1], f"“{bad[1]}” is not an arXiv id; one looks like 2406.14272 or hep-th/9901001.")
        raise TellUser(f"arXiv did not accept the request; it says: {message.rstrip('.')}.")


def _number(root: etree._Element, name: str) -> int | None:
    digits = text(root, f"opensearch:{name}")
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _complete(entry: etree._Element) -> None:
    """Add the dates that the package requires to an entry. Raises `NotWellFormed` if it has no arXiv id."""
    match = _ENTRY_ID.search(text(entry, "atom:id"))
    if match is None or parse_id(match[1]) is None:
        raise NotWellFormed("it has no arXiv id")
    # A missing time is the other one, which is near enough; one that cannot be parsed counts as missing.
    times = {name: _time(text(entry, f"atom:{name}")) for name in ("published", "updated")}
    for name, time in times.items():
        if time is None:
            for old in entry.findall(f"atom:{name}", NS):
                entry.remove(old)
            known = next(filter(None, times.values()), _UNKNOWN_TIME)
            etree.SubElement(entry, f"{{{ATOM}}}{name}").text = known.isoformat()


def _time(stamp: str) -> datetime | None:
    try:
        return moment(stamp).astimezone(UTC) if stamp else None
    except (NotWellFormed, OverflowError):
        return None
