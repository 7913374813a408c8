"""Parses XML from arXiv safely: complete documents only, no entities, no network access."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from lxml import etree

from bot.errors import SourceUnavailable
from bot.model import Malformed
from bot.tex.invisible import without_invisible

ATOM = "http://www.w3.org/2005/Atom"
NS = {
    "atom": ATOM,
    "arxiv": "http://arxiv.org/schemas/atom",
    "opensearch": "http://a9.com/-/spec/opensearch/1.1/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "oai": "http://www.openarchives.org/OAI/2.0/",
    "meta": "http://arxiv.org/OAI/arXiv/",
}
MAX_RAW_LENGTH = 20_000
"""Characters of an unreadable entry that are stored."""

# Only at the beginning of a sentence: "the claim that this paper was withdrawn" is about something else.
_WITHDRAWN = re.compile(
    r"(?:^|[.;:!?(\[]\s*|\n)\W*this\s+(?:paper|article|submission|manuscript|preprint|work)\s+(?:has\s+been|have\s+been|was|is)\s+"
    r"(?:temporarily\s+)?(?:withdrawn|retracted)\b",
    re.IGNORECASE,
)


class NotWellFormed(ValueError):
    """An entry that cannot be parsed; the message says why."""


def parse(body: bytes, root_tag: str) -> etree._Element:
    """Parse a document and return its root.

    Raises `SourceUnavailable` if it is incomplete or has another root than `root_tag`, as an error page or a
    maintenance page has.
    """
    # Entities and external documents could read local files or expand without limit.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False, remove_comments=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceUnavailable("arXiv sent something that is not a complete XML document.") from error
    # Without a doctype a document can declare no entities at all.
    if root.getroottree().docinfo.doctype:
        raise SourceUnavailable("arXiv sent a document with a doctype, which its responses never have.")
    if root.tag != root_tag:
        raise SourceUnavailable("arXiv sent a document of another kind than expected.")
    return root


def text(element: etree._Element, path: str) -> str:
    """Return the text of a child as `readable_line` makes it; "" if there is none."""
    return readable_line(element.findtext(path, default="", namespaces=NS))


def readable_line(text: str | None) -> str:
    """The text on one line, without characters that nobody sees, which could divide the words that filters look for."""
    return " ".join(without_invisible(text or "").split())


def raw(element: etree._Element) -> str:
    """Return the element's source, cut to the length that is stored."""
    return etree.tostring(element, encoding="unicode", with_tail=False)[:MAX_RAW_LENGTH]


def malformed(source: str, element: etree._Element, error: Exception, day: date | None) -> Malformed:
    """Return what is stored of an entry that could not be parsed because of `error`."""
    return Malformed(source=source, raw=raw(element), why=str(error) or type(error).__name__, day=day)


def moment(stamp: str) -> datetime:
    """Parse an RFC 3339 time, keeping its offset (UTC if it has none). Raises `NotWellFormed`."""
    try:
        when = datetime.fromisoformat(stamp.strip())
    except ValueError as error:
        raise NotWellFormed(f"“{stamp[:40]}” is not a time") from error
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def is_withdrawn(comment: str | None, abstract: str) -> bool:
    """Whether the authors withdrew the paper, judged by their words: arXiv has no field for it."""
    text = (comment or "").strip()
    # A comment may consist of these words alone; in an abstract they could begin any sentence.
    is_stated = text.lstrip("[(*").lower().startswith(("withdrawn", "paper withdrawn", "paper has been withdrawn"))
    return is_stated or bool(_WITHDRAWN.search(text) or _WITHDRAWN.search(abstract))
