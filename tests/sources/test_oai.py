"""OAI records: what changed on missed days, of what kind, and under which licence."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.errors import SourceUnavailable
from bot.model import Kind
from bot.sources.oai import kind_of, list_url, read_license, read_page, record_url

META = {
    "id": "<id>2606.00001</id>",
    "created": "<created>2026-06-01</created>",
    "authors": "<authors><author><keyname>Größe</keyname><forenames>Jürgen</forenames><suffix>Jr.</suffix>"
    "<affiliation>Somewhere</affiliation></author><author><keyname>Plato</keyname></author></authors>",
    "title": "<title>Folding\n  paper</title>",
    "categories": "<categories>cs.CV cs.LG</categories>",
    "comments": "<comments>12 pages</comments>",
    "license": "<license>http://creativecommons.org/licenses/by/4.0/</license>",
    "abstract": "<abstract>  We fold\n  paper.</abstract>",
}
STAMP = "<header><identifier>oai:arXiv.org:2606.00001</identifier><datestamp>2026-06-02</datestamp></header>"


def record(header: str = STAMP, **changes: str) -> str:
    meta = "".join((META | changes).values())
    return f'<record>{header}<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/">{meta}</arXiv></metadata></record>'


def answer(inner: str) -> bytes:
    return f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{inner}</OAI-PMH>'.encode()


def page(*records: str, token: str = "") -> bytes:
    return answer(f"<ListRecords>{''.join(records)}{token}</ListRecords>")


def test_a_record_is_parsed_with_all_its_fields() -> None:
    (entry,) = read_page(page(record())).entries
    paper = entry.paper
    assert (paper.id, paper.version, paper.title, paper.abstract) == (
        "2606.00001",
        1,
        "Folding paper",
        "We fold paper.",
    )
    assert paper.authors == ("Jürgen Größe Jr.", "Plato")
    assert paper.categories == ("cs.CV", "cs.LG")
    assert (paper.comment, paper.license) == ("12 pages", "http://creativecommons.org/licenses/by/4.0/")
    assert paper.published == datetime(2026, 6, 1, tzinfo=UTC)
    assert (entry.announcement.day, entry.announcement.kind) == (date(2026, 6, 2), Kind.NEW)
    assert entry.announcement.inferred


@pytest.mark.parametrize(
    ("created", "updated", "kind"),
    [
        (date(2026, 6, 1), None, Kind.NEW),
        (date(2026, 6, 1), date(2026, 6, 1), Kind.NEW),
        (date(2026, 4, 1), None, Kind.NEW),
        (date(2026, 5, 1), date(2026, 6, 1), Kind.REPLACE),
        (date(2019, 5, 1), None, Kind.REPLACE),
        (None, None, Kind.REPLACE),
    ],
)
def test_the_kind_follows_from_the_dates(created: date | None, updated: date | None, kind: Kind) -> None:
    assert kind_of(created, updated, date(2026, 6, 2)) is kind


def test_every_page_but_the_last_has_a_token_for_the_next() -> None:
    assert read_page(page(record(), token="<resumptionToken cursor='0'>abc|1</resumptionToken>")).token == "abc|1"
    assert read_page(page(record(), token="<resumptionToken/>")).token is None
    assert read_page(page(record())).token is None


def test_no_changes_are_a_valid_response() -> None:
    empty = read_page(answer('<error code="noRecordsMatch">none</error>'))
    assert (empty.entries, empty.token, empty.expired) == ((), None, False)


def test_an_expired_token_says_to_begin_again() -> None:
    assert read_page(answer('<error code="badResumptionToken"/>')).expired


@pytest.mark.parametrize("code", ["badArgument", "badVerb", "cannotDisseminateFormat"])
def test_another_error_of_the_interface_is_a_fault(code: str) -> None:
    with pytest.raises(SourceUnavailable, match=code):
        read_page(answer(f'<error code="{code}"/>'))


def test_deleted_records_are_left_out() -> None:
    deleted = '<record><header status="deleted"><datestamp>2026-06-02</datestamp></header></record>'
    assert len(read_page(page(deleted, record())).entries) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": "<id>nonsense</id>"}, "id"),
        ({"title": ""}, "title"),
        ({"abstract": ""}, "abstract"),
        ({"authors": "<authors/>"}, "authors"),
        ({"categories": ""}, "category"),
        ({"created": "<created>then</created>"}, "then"),
        ({"header": "<header/>"}, "datestamp"),
        ({"header": "<header><datestamp>2026-13-45</datestamp></header>"}, ""),
    ],
)
def test_a_record_that_cannot_be_read_is_set_aside_and_the_others_stay(changes: dict[str, str], why: str) -> None:
    read = read_page(page(record(**changes), record()))
    assert len(read.entries) == 1
    (aside,) = read.malformed
    assert why in aside.why
    assert "<record" in aside.raw


@pytest.mark.parametrize("body", [b"", b"<html/>", page(record())[:300], answer("<ListRecords/>"), answer("")])
def test_an_incomplete_response_is_a_temporary_fault(body: bytes) -> None:
    with pytest.raises(SourceUnavailable):
        read_page(body)


def test_a_licence_is_read_and_may_be_missing() -> None:
    def single(**changes: str) -> bytes:
        return answer(f"<GetRecord>{record(**changes)}</GetRecord>")

    assert read_license(single()) == "http://creativecommons.org/licenses/by/4.0/"
    assert read_license(single(license="")) is None
    assert read_license(answer('<error code="idDoesNotExist"/>')) is None
    with pytest.raises(SourceUnavailable):
        read_license(answer(""))


def test_addresses_follow_the_protocol() -> None:
    first = parse_qs(urlsplit(list_url("http://x/oai", date(2026, 6, 1), date(2026, 6, 3), None)).query)
    assert first == {
        "verb": ["ListRecords"], "metadataPrefix": ["arXiv"], "from": ["2026-06-01"], "until": ["2026-06-03"]
    }  # fmt: skip
    more = parse_qs(urlsplit(list_url("http://x/oai", date(2026, 6, 1), date(2026, 6, 3), "a|b&c")).query)
    assert more == {"verb": ["ListRecords"], "resumptionToken": ["a|b&c"]}
    one = parse_qs(urlsplit(record_url("http://x/oai", "hep-th/9901001")).query)
    assert one["identifier"] == ["oai:arXiv.org:hep-th/9901001"]
