"""Parses arXiv's OAI-PMH records: what changed on days whose feed was missed, and licences. Pure.

The protocol: https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from lxml import etree

from bot.arxiv.ids import parse_id
from bot.errors import SourceUnavailable
from bot.model import Announced, Announcement, Kind, Malformed, Paper
from bot.sources.xml_document import NS, NotWellFormed, is_withdrawn, malformed, parse, text

_ROOT = "{http://www.openarchives.org/OAI/2.0/}OAI-PMH"
_MAX_AGE_OF_NEW = timedelta(days=180)
"""A record that changed longer than this after its submission is not new, even if it names no later version.

arXiv also changes records for journal references and other corrections. Moderators hold papers back for weeks, but not
for half a year.
"""


@dataclass(frozen=True, slots=True)
class OaiPage:
    """One page of records.

    `token` requests the next page and is None on the last one. `expired` means that the token is no longer valid and
    the list has to be requested again from its first page. `today` is the date by arXiv's own clock, None if the page
    does not give it.
    """

    entries: tuple[Announced, ...] = ()
    malformed: tuple[Malformed, ...] = ()
    token: str | None = None
    expired: bool = False
    today: date | None = None


def list_url(base: str, first: date, last: date, token: str | None) -> str:
    """Return the address of the first page of changes from `first` to `last`, or of the page that `token` requests."""
    # The protocol calls the token an exclusive argument: with it any other one is an error.
    parameters = (
        {"verb": "ListRecords", "resumptionToken": token}
        if token
        else {"verb": "ListRecords", "metadataPrefix": "arXiv", "from": first.isoformat(), "until": last.isoformat()}
    )
    return f"{base}?{urlencode(parameters)}"


def record_url(base: str, paper_id: str) -> str:
    """Return the address of one paper's record."""
    parameters = {"verb": "GetRecord", "identifier": f"oai:arXiv.org:{paper_id}", "metadataPrefix": "arXiv"}
    return f"{base}?{urlencode(parameters)}"


def read_page(body: bytes) -> OaiPage:
    """Parse a page of ListRecords.

    Raises `SourceUnavailable` for an incomplete document and for an error of the interface.
    """
    root = parse(body, _ROOT)
    today = _today(root)
    match _error_code(root):
        case "noRecordsMatch":
            return OaiPage(today=today)
        case "badResumptionToken":
            return OaiPage(expired=True)
        case str(code):
            raise SourceUnavailable(f"arXiv's OAI interface answered with “{code}”.")
        case None:
            pass
    records = root.findall("oai:ListRecords/oai:record", NS)
    # OAI reports an empty list as an error (noRecordsMatch), so a page without records is a fault.
    if not records:
        raise SourceUnavailable("arXiv's OAI interface sent a page without records.")
    entries: list[Announced] = []
    unreadable: list[Malformed] = []
    for record in records:
        # A record that arXiv deleted has a header only: there is no paper to announce, and nothing is malformed.
        header = record.find("oai:header", NS)
        if header is not None and header.get("status") == "deleted":
            continue
        try:
            entries.append(_announced(record))
        except (NotWellFormed, ValueError) as error:
            unreadable.append(malformed("oai", record, error, _datestamp(record)))
    token = text(root, "oai:ListRecords/oai:resumptionToken")
    return OaiPage(tuple(entries), tuple(unreadable), token or None, today=today)


def read_license(body: bytes) -> str | None:
    """Return the licence of a GetRecord response; None if it has none, or if the record does not exist.

    Raises `SourceUnavailable` for an incomplete document and for any other error of the interface.
    """
    root = parse(body, _ROOT)
    match _error_code(root):
        case None:
            if root.find("oai:GetRecord/oai:record", NS) is None:
                raise SourceUnavailable("arXiv's OAI interface sent no record.")
            return text(root, "oai:GetRecord/oai:record/oai:metadata/meta:arXiv/meta:license") or None
        case "idDoesNotExist" | "cannotDisseminateFormat":
            return None
        case code:
            raise SourceUnavailable(f"arXiv's OAI interface answered with “{code}”.")


def _error_code(root: etree._Element) -> str | None:
    error = root.find("oai:error", NS)
    return None if error is None else (error.get("code") or "error")


def _today(root: etree._Element) -> date | None:
    try:
        return _date(text(root, "oai:responseDate"))
    except ValueError:
        return None


def _datestamp(record: etree._Element) -> date | None:
    """Return the day on which a record changed; None if that cannot be parsed."""
    try:
        return _date(text(record, "oai:header/oai:datestamp"))
    except ValueError:
        return None


def _announced(record: etree._Element) -> Announced:
    day = _date(text(record, "oai:header/oai:datestamp"))
    if day is None:
        raise NotWellFormed("it has no datestamp")
    meta = record.find("oai:metadata/meta:arXiv", NS)
    if meta is None:
        raise NotWellFormed("it has no metadata")
    paper = _paper(meta)
    created, updated = _date(text(meta, "meta:created")), _date(text(meta, "meta:updated"))
    kind = kind_of(created, updated, day)
    return Announced(paper, Announcement(paper.id, paper.version, day, kind, inferred=True))


def kind_of(created: date | None, updated: date | None, day: date) -> Kind:
    """Infer what a change on `day` was: a paper with one version is new, unless that version is old."""
    # `updated` is the date of the latest version; it is missing or equal while there is one version only.
    if created is None or (updated is not None and updated > created):
        return Kind.REPLACE
    return Kind.NEW if day - created <= _MAX_AGE_OF_NEW else Kind.REPLACE


def _paper(meta: etree._Element) -> Paper:
    ref = parse_id(text(meta, "meta:id"))
    if ref is None:
        raise NotWellFormed("it has no arXiv id")
    title, abstract = text(meta, "meta:title"), text(meta, "meta:abstract")
    authors = tuple(filter(None, (_name(author) for author in meta.iterfind("meta:authors/meta:author", NS))))
    categories = tuple(dict.fromkeys(text(meta, "meta:categories").split()))
    for name, value in (("title", title), ("abstract", abstract), ("authors", authors), ("category", categories)):
        if not value:
            raise NotWellFormed(f"it has no {name}")
    comment = text(meta, "meta:comments") or None
    return Paper(
        id=ref.id,
        version=1,  # OAI does not give the version; the query API completes it later
        title=title,
        authors=authors,
        abstract=abstract,
        categories=categories,
        comment=comment,
        published=_midnight(_date(text(meta, "meta:created"))),
        updated=_midnight(_date(text(meta, "meta:updated")) or _date(text(meta, "meta:created"))),
        license=text(meta, "meta:license") or None,
        doi=text(meta, "meta:doi") or None,
        journal_ref=text(meta, "meta:journal-ref") or None,
        withdrawn=is_withdrawn(comment, abstract),
    )


def _name(author: etree._Element) -> str:
    parts = (text(author, f"meta:{part}") for part in ("forenames", "keyname", "suffix"))
    return " ".join(filter(None, parts))


def _date(stamp: str) -> date | None:
    """Parse a date or the date of a time stamp; None if it is empty. Raises ValueError for anything else."""
    return date.fromisoformat(stamp[:10]) if stamp else None


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
