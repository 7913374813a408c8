"""XML from arXiv, read with distrust: whole documents only, no entities, no network."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from lxml import etree

from bot.errors import SourceUnavailable
from bot.model import Malformed

ATOM = "http://www.w3.org/2005/Atom"
NS = {
    "atom": ATOM,
    "arxiv": "http://arxiv.org/schemas/atom",
    "opensearch": "http://a9.com/-/spec/opensearch/1.1/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "oai": "http://www.openarchives.org/OAI/2.0/",
    "meta": "http://arxiv.org/OAI/arXiv/",
}
LONGEST_RAW = 20_000
_WITHDRAWN = re.compile(
    r"(?:^|[.;:!?(\[]\s*|\n)\W*this\s+(?:paper|article|submission|manuscript|preprint|work)\s+(?:has\s+been|have\s+been|was|is)\s+"
    r"(?:temporarily\s+)?(?:withdrawn|retracted)\b",
    re.IGNORECASE,
)


class NotWellFormed(ValueError):
    """An entry that cannot be read; the message says why."""


def parse(body: bytes, root_tag: str) -> etree._Element:
    """The root of a whole document. Raises `SourceUnavailable` for half a one, or another than was asked for."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False, remove_comments=True
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceUnavailable("arXiv sent something that is not a whole XML document.") from error
    if root.getroottree().docinfo.doctype:
        raise SourceUnavailable("arXiv sent a document with a doctype, which its answers never have.")
    if root.tag != root_tag:
        raise SourceUnavailable("arXiv sent another kind of document than was asked for.")
    return root


def text(element: etree._Element, path: str) -> str:
    """The text of a child with its white space made single; "" where there is none."""
    return " ".join((element.findtext(path, default="", namespaces=NS) or "").split())


def raw(element: etree._Element) -> str:
    """The element as it came, cut to a length that may be kept."""
    return etree.tostring(element, encoding="unicode", with_tail=False)[:LONGEST_RAW]


def malformed(source: str, element: etree._Element, error: Exception, day: date | None) -> Malformed:
    return Malformed(source=source, raw=raw(element), why=str(error) or type(error).__name__, day=day)


def moment(stamp: str) -> datetime:
    """An RFC 3339 time in its own offset (UTC where it names none). Raises `NotWellFormed`."""
    try:
        when = datetime.fromisoformat(stamp.strip())
    except ValueError as error:
        raise NotWellFormed(f"“{stamp[:40]}” is no time") from error
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def is_withdrawn(comment: str | None, abstract: str) -> bool:
    """Whether the authors withdrew the paper: arXiv has no field for it, only what they write."""
    said = (comment or "").strip()
    begins = said.lstrip("[(*").lower().startswith(("withdrawn", "paper withdrawn", "paper has been withdrawn"))
    return begins or bool(_WITHDRAWN.search(said) or _WITHDRAWN.search(abstract))
