"""The announcement feed: every entry is parsed or set aside with a reason; an incomplete feed is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.errors import SourceUnavailable
from bot.model import Kind, Listing
from bot.sources.feed import count_entries, merged, read_feed
from tests.fakes.arxiv import made_up

DAY = date(2026, 6, 2)
HEAD = (
    '<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns="http://www.w3.org/2005/Atom"><updated>2026-06-02T04:00:19+00:00</updated>'
)
PARTS = {
    "id": "<id>oai:arXiv.org:2606.00001v2</id>",
    "title": "<title>Folding\n  paper</title>",
    "summary": "<summary>arXiv:2606.00001v2 Announce Type: replace \n"
    "Abstract: We fold\npaper. Abstract: twice.</summary>",
    "category": '<category term="cs.CV"/><category term="cs.LG"/><category term="cs.CV"/>',
    "published": "<published>2026-06-02T00:00:00-04:00</published>",
    "type": "<arxiv:announce_type>replace</arxiv:announce_type>",
    "rights": "<dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>",
    "creator": r"<dc:creator>J\"urgen M\"uller (Somewhere, There), Ada Example</dc:creator>",
    "doi": "<arxiv:DOI>10.1234/5</arxiv:DOI>",
    "journal": "<arxiv:journal_reference>J. Paper 1 (2026)</arxiv:journal_reference>",
}


def a_feed(*entries: dict[str, str]) -> bytes:
    return (HEAD + "".join(f"<entry>{''.join(parts.values())}</entry>" for parts in entries) + "</feed>").encode()


def test_characters_that_nobody_sees_are_removed_from_titles_and_abstracts() -> None:
    cut = PARTS | {
        "title": "<title>Fol\u200bding \u202epaper\u202c</title>",
        "summary": PARTS["summary"].replace("fold", "fo\u00ad\u2060ld\U000e0041"),
    }
    (entry,) = read_feed(a_feed(cut)).entries
    assert (entry.paper.title, entry.paper.abstract) == ("Folding paper", "We fold paper. Abstract: twice.")


def test_an_entry_is_parsed_with_all_its_fields() -> None:
    listing = read_feed(a_feed(PARTS))
    assert listing.day == DAY
    (entry,) = listing.entries
    assert entry.announcement.kind is Kind.REPLACE
    assert (entry.announcement.day, entry.announcement.version, entry.announcement.inferred) == (DAY, 2, False)
    paper = entry.paper
    assert paper.versioned_id == "2606.00001v2"
    assert paper.title == "Folding paper"
    assert paper.authors == ("Jürgen Müller", "Ada Example")
    assert paper.abstract == "We fold paper. Abstract: twice."
    assert paper.categories == ("cs.CV", "cs.LG")
    assert paper.license == "http://creativecommons.org/licenses/by/4.0/"
    assert (paper.doi, paper.journal_ref) == ("10.1234/5", "J. Paper 1 (2026)")


def test_an_old_id_is_read() -> None:
    listing = read_feed(a_feed(PARTS | {"id": "<id>oai:arXiv.org:hep-th/9901001v12</id>"}))
    assert listing.entries[0].paper.versioned_id == "hep-th/9901001v12"


@pytest.mark.parametrize("kind", list(Kind))
def test_all_four_kinds_are_distinguished(kind: Kind) -> None:
    listing = read_feed(a_feed(PARTS | {"type": f"<arxiv:announce_type>{kind}</arxiv:announce_type>"}))
    assert listing.entries[0].announcement.kind is kind


def test_the_kind_is_taken_from_the_summary_where_its_element_is_missing() -> None:
    assert read_feed(a_feed(PARTS | {"type": ""})).entries[0].announcement.kind is Kind.REPLACE


def test_the_day_is_taken_from_the_feed_where_an_entry_has_none() -> None:
    assert read_feed(a_feed(PARTS | {"published": ""})).entries[0].announcement.day == DAY


@pytest.mark.parametrize(
    "built", ["2026-01-07T05:00:19+00:00", "2026-01-07T04:00:19+00:00", "2026-01-08T03:59:00+00:00"]
)
def test_a_feed_without_dates_has_the_day_on_which_it_was_built(built: str) -> None:
    body = a_feed(PARTS | {"published": ""}).replace(b"2026-06-02T04:00:19+00:00", built.encode())
    assert read_feed(body).day == date(2026, 1, 7)


@pytest.mark.parametrize("offset", ["-04:00", "-05:00"])
def test_an_entry_has_its_own_day(offset: str) -> None:
    entry = PARTS | {"published": f"<published>2026-01-07T00:00:00{offset}</published>"}
    assert read_feed(a_feed(entry)).day == date(2026, 1, 7)


@pytest.mark.parametrize(
    ("part", "instead", "why"),
    [
        ("id", "", "id"),
        ("id", "<id>oai:arXiv.org:2606.00001</id>", "id"),
        ("id", "<id>oai:arXiv.org:2613.00001v1</id>", "id"),
        ("id", "<id>http://example.com/</id>", "id"),
        ("title", "", "title"),
        ("title", "<title> </title>", "title"),
        ("summary", "", "abstract"),
        ("summary", "<summary>arXiv:2606.00001v2 Announce Type: new</summary>", "abstract"),
        ("category", "<category/>", "category"),
        ("creator", "<dc:creator> </dc:creator>", "authors"),
        ("type", "<arxiv:announce_type>renewed</arxiv:announce_type>", "renewed"),
        ("published", "<published>yesterday</published>", "yesterday"),
    ],
)
def test_an_entry_that_cannot_be_read_is_set_aside_and_the_others_stay(part: str, instead: str, why: str) -> None:
    other = PARTS | {"id": "<id>oai:arXiv.org:2606.00009v1</id>"}
    listing = read_feed(a_feed(PARTS | {part: instead}, other))
    assert [entry.paper.id for entry in listing.entries] == ["2606.00009"]
    (aside,) = listing.malformed
    assert why in aside.why
    assert aside.raw.startswith("<entry")
    assert (aside.source, aside.day) == ("feed", DAY)


def dated(*days: str) -> list[dict[str, str]]:
    """Entries of different papers with these dates."""
    stamps = (f"<published>{day}T00:00:00-04:00</published>" for day in days)
    ids = (f"<id>oai:arXiv.org:2606.{n:05}v1</id>" for n in range(1, 100))
    return [PARTS | {"id": ident, "published": stamp} for ident, stamp in zip(ids, stamps, strict=False)]


def test_an_entry_dated_in_the_future_is_set_aside_and_changes_no_day() -> None:
    listing = read_feed(a_feed(*dated("2036-06-02", "2026-06-02", "2026-06-03")))
    assert listing.day == DAY
    assert [entry.announcement.day for entry in listing.entries] == [DAY]
    assert [(entry.day, entry.why) for entry in listing.malformed] == [
        (DAY, "it is dated 2036-06-02, which is in the future"),
        (DAY, "it is dated 2026-06-03, which is in the future"),
    ]
    assert "2036-06-02" in listing.malformed[0].raw


def test_entries_dated_in_the_future_are_set_aside_even_if_they_are_the_majority() -> None:
    listing = read_feed(a_feed(*dated("2036-06-02", "2036-06-02", "2026-06-02")))
    assert (listing.day, len(listing.entries), len(listing.malformed)) == (DAY, 1, 2)
    alone = read_feed(a_feed(*dated("2036-06-02", "2036-06-02")))
    assert (alone.day, len(alone.entries), len(alone.malformed)) == (DAY, 0, 2)


def test_a_feed_has_the_day_of_most_entries_and_the_others_keep_theirs() -> None:
    listing = read_feed(a_feed(*dated("2026-06-02", "2026-06-01", "2026-06-02", "2016-06-02")))
    assert listing.day == DAY
    assert [entry.announcement.day.day for entry in listing.entries] == [2, 1, 2]
    assert [entry.why for entry in listing.malformed] == ["it is dated 2016-06-02, long before its feed"]


@pytest.mark.parametrize("stamp", ["", "yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59+00:00"])
def test_without_a_readable_time_in_the_feed_the_response_date_decides_what_is_in_the_future(stamp: str) -> None:
    body = a_feed(*dated("2036-06-02", "2036-06-02", "2026-06-02")).replace(
        b"2026-06-02T04:00:19+00:00", stamp.encode()
    )
    listing = read_feed(body, datetime(2026, 6, 2, 9, tzinfo=UTC))
    assert (listing.day, len(listing.entries), len(listing.malformed)) == (DAY, 1, 2)
    assert read_feed(body).day == date(2036, 6, 2)  # nothing tells better


def test_without_any_clock_the_day_of_most_entries_is_the_latest() -> None:
    body = a_feed(*dated("2026-06-02", "2036-06-02", "2026-06-02")).replace(b"2026-06-02T04:00:19+00:00", b"")
    listing = read_feed(body)
    assert (listing.day, len(listing.entries), len(listing.malformed)) == (DAY, 2, 1)


def test_a_title_that_is_zero_is_a_title() -> None:
    assert read_feed(a_feed(PARTS | {"title": "<title>0</title>"})).entries[0].paper.title == "0"


def test_an_empty_feed_has_no_day() -> None:
    assert read_feed(a_feed()) == Listing(None)


def test_an_incomplete_feed_is_refused_wherever_it_ends() -> None:
    whole = a_feed(PARTS, PARTS)
    for length in range(0, len(whole) - 1, 37):
        with pytest.raises(SourceUnavailable):
            read_feed(whole[:length])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Rate exceeded.",
        b"<html><body>down for maintenance</body></html>",
        b'<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed xmlns="http://www.w3.org/2005/Atom">&x;</feed>',
        b'<!DOCTYPE feed [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><feed xmlns="http://www.w3.org/2005/Atom"/>',
        b"\xff\xfe\x00",
    ],
)
def test_a_document_that_is_no_feed_is_a_temporary_fault(body: bytes) -> None:
    with pytest.raises(SourceUnavailable):
        read_feed(body)
    with pytest.raises(SourceUnavailable):
        count_entries(body)


def test_a_paper_in_two_feeds_counts_once_by_its_strongest_kind() -> None:
    cross, new = made_up("2606.00001", DAY, kind=Kind.CROSS), made_up("2606.00001", DAY)
    replaced = made_up("2606.00001", DAY, version=2, kind=Kind.REPLACE)
    listing = merged([Listing(DAY, (cross,)), Listing(None), Listing(DAY, (new, replaced))])
    assert listing == Listing(DAY, (new, replaced))


def test_a_withdrawal_is_recognized() -> None:
    said = "<summary>Announce Type: replace \nAbstract: This paper has been withdrawn by the author.</summary>"
    assert read_feed(a_feed(PARTS | {"summary": said})).entries[0].paper.withdrawn
