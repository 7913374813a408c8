"""Answers of the query API, checked and mended before the `arxiv` package sees them; its results as papers. Pure.

The package takes an empty page for the end, half a document for a whole one, and drops an entry that lacks a date. So
a page is believed only if it is whole and has as many entries as it says, and its entries are made complete first.
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
from bot.sources.xml_document import ATOM, NS, NotWellFormed, is_withdrawn, malformed, moment, parse, text

if TYPE_CHECKING:
    import arxiv

PAGE = 2000
"""Entries that the API gives at most in one answer."""
REACH = 30_000
"""Results that the API gives at most of one query."""

_UNKNOWN_TIME = datetime(1, 1, 1, tzinfo=UTC)
_BAD_ID = re.compile(r"incorrect id format for (\S+)", re.IGNORECASE)
_ENTRY_ID = re.compile(r"/abs/(\S+?)(?:v(\d+))?$")


@dataclass(frozen=True, slots=True)
class ApiPage:
    """One page, fit for the package: `body` calls itself the last page, `total` is what arXiv said."""

    body: bytes
    total: int
    count: int
    malformed: tuple[Malformed, ...]


def read_page(body: bytes, start: int, size: int) -> ApiPage:
    """The page that was asked for with `start` and `max_results=size`.

    Raises `SourceUnavailable` for an answer that must not be believed, `NoSuchPaper` or `TellUser` where arXiv found
    fault with the question.
    """
    root = parse(body, f"{{{ATOM}}}feed")
    entries = root.findall("atom:entry", NS)
    _raise_error_entry(entries)
    total, begins = _number(root, "totalResults"), _number(root, "startIndex")
    if total is None or begins not in (None, start):
        raise SourceUnavailable("arXiv answered with another page than was asked for.")
    size = min(size, _number(root, "itemsPerPage") or size)
    expected = max(0, min(size, total - start))
    if len(entries) < expected:
        raise SourceUnavailable(f"arXiv sent {len(entries)} of the {expected} papers that this page should have.")
    aside: list[Malformed] = []
    for entry in entries:
        try:
            _mend(entry)
        except (NotWellFormed, ValueError) as error:
            aside.append(malformed("api", entry, error, None))
            root.remove(entry)
    last = root.find("opensearch:totalResults", NS)
    assert last is not None  # noqa: S101 - it has just been read
    last.text = str(start + len(entries) - len(aside))
    return ApiPage(etree.tostring(root), total, len(entries), tuple(aside))


def read_error(body: bytes) -> None:
    """Raise what a 400 answer says as `NoSuchPaper` or `TellUser`; return if it says nothing that can be read."""
    try:
        root = parse(body, f"{{{ATOM}}}feed")
    except SourceUnavailable:
        return
    _raise_error_entry(root.findall("atom:entry", NS))


def to_paper(result: arxiv.Result) -> Paper:
    """A result of the package as a paper."""
    match = _ENTRY_ID.search(result.entry_id)
    ref = parse_id(match[1]) if match else None
    if match is None or ref is None:
        raise NotWellFormed("it has no arXiv id")
    categories = dict.fromkeys(filter(None, (result.primary_category, *result.categories)))
    abstract = " ".join(result.summary.split())
    comment = " ".join((result.comment or "").split()) or None
    return Paper(
        id=ref.id,
        version=int(match[2] or 1),
        title=" ".join(result.title.split()),
        authors=tuple(filter(None, (" ".join(author.name.split()) for author in result.authors))),
        abstract=abstract,
        categories=tuple(categories),
        comment=comment,
        published=None if result.published == _UNKNOWN_TIME else result.published,
        updated=None if result.updated == _UNKNOWN_TIME else result.updated,
        doi=(result.doi or "").strip() or None,
        journal_ref=" ".join((result.journal_ref or "").split()) or None,
        withdrawn=is_withdrawn(comment, abstract),
    )


def _raise_error_entry(entries: list[etree._Element]) -> None:
    """arXiv tells its errors as an entry, sometimes with status 200."""
    for entry in entries:
        if "/api/errors" not in text(entry, "atom:id"):
            continue
        said = text(entry, "atom:summary") or "nothing more"
        if bad := _BAD_ID.search(said):
            raise NoSuchPaper(bad[1], f"“{bad[1]}” is not an arXiv id; one looks like 2406.14272 or hep-th/9901001.")
        raise TellUser(f"arXiv did not accept the question; it says: {said.rstrip('.')}.")


def _number(root: etree._Element, name: str) -> int | None:
    digits = text(root, f"opensearch:{name}")
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _mend(entry: etree._Element) -> None:
    """Give an entry the dates that the package insists on. Raises `NotWellFormed` where it names no paper."""
    match = _ENTRY_ID.search(text(entry, "atom:id"))
    if match is None or parse_id(match[1]) is None:
        raise NotWellFormed("it has no arXiv id")
    stamps = {name: _time(text(entry, f"atom:{name}")) for name in ("published", "updated")}
    for name, stamp in stamps.items():
        if stamp is None:
            for old in entry.findall(f"atom:{name}", NS):
                entry.remove(old)
            known = next(filter(None, stamps.values()), _UNKNOWN_TIME)
            etree.SubElement(entry, f"{{{ATOM}}}{name}").text = known.isoformat()


def _time(stamp: str) -> datetime | None:
    try:
        return moment(stamp).astimezone(UTC) if stamp else None
    except (NotWellFormed, OverflowError):
        return None
