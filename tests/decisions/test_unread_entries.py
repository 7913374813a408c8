"""What an entry that could not be read still tells: its paper, kind and archives, and nothing its abstract says."""

from __future__ import annotations

from datetime import date

import pytest

from bot.decisions import unread_entries
from bot.model import Kind, Malformed, PaperRef
from bot.sources.feed import read_feed
from bot.sources.oai import read_page
from tests.fakes.arxiv import made_up
from tests.fakes.arxiv_pages import NS, feed_entry, oai_answer, record

DAY = date(2026, 6, 2)
ENTRY = made_up(
    "2606.00001", DAY, kind=Kind.CROSS, categories=("math.CO", "cs.CV"), abstract="As arXiv:2401.99999 says."
)


def set_aside(entry: str) -> Malformed:
    """An entry of the feed as it is kept, without its title."""
    start, _, rest = entry.partition("<title>")
    entry = start + rest.partition("</title>")[2]
    (aside,) = read_feed(f"<feed {NS}><updated>2026-06-02T04:00:19Z</updated>{entry}</feed>".encode()).malformed
    return aside


def test_an_entry_names_its_paper_and_how_it_is_announced() -> None:
    aside = set_aside(feed_entry(ENTRY))
    assert (unread_entries.paper_of(aside), unread_entries.kind_of(aside)) == (
        PaperRef("2606.00001", 1),
        Kind.CROSS,
    )


def test_with_a_broken_id_the_link_and_the_summary_name_the_paper() -> None:
    aside = set_aside(feed_entry(ENTRY).replace("oai:arXiv.org:2606.00001v1", "oai:arXiv.org:?"))
    assert unread_entries.paper_of(aside) == PaperRef("2606.00001")
    aside = set_aside(feed_entry(ENTRY).replace("oai:arXiv.org:2606.00001v1", "").replace("/abs/2606.00001", "/abs/"))
    assert unread_entries.paper_of(aside) == PaperRef("2606.00001", 1)


def test_a_paper_named_only_in_the_abstract_is_not_the_entrys() -> None:
    aside = set_aside(feed_entry(ENTRY).replace("2606.00001", "lost"))
    assert unread_entries.paper_of(aside) is None


def test_an_unknown_kind_is_none() -> None:
    aside = set_aside(feed_entry(ENTRY).replace("cross", "renewed"))
    assert unread_entries.kind_of(aside) is None


def test_a_record_names_its_paper_and_its_day() -> None:
    broken = record([ENTRY]).replace("<title>", "<titel>").replace("</title>", "</titel>")
    (aside,) = read_page(oai_answer(f"<ListRecords>{broken}</ListRecords>", DAY).encode()).malformed
    assert (unread_entries.paper_of(aside), unread_entries.kind_of(aside), aside.day) == (
        PaperRef("2606.00001"),
        None,
        DAY,
    )
    assert unread_entries.may_concern(aside, {"math"})
    assert not unread_entries.may_concern(aside, {"stat"})


@pytest.mark.parametrize(("archives", "expected"), [({"cs"}, True), ({"math"}, True), ({"stat"}, False)])
def test_an_entry_concerns_the_archives_of_its_categories(archives: set[str], expected: bool) -> None:
    assert unread_entries.may_concern(set_aside(feed_entry(ENTRY)), archives) is expected


def test_an_entry_without_categories_may_concern_anybody() -> None:
    assert unread_entries.may_concern(Malformed("feed", "<entry/>", "it has no arXiv id", DAY), {"stat"})


def test_a_record_of_an_older_version_is_not_what_an_entry_announced() -> None:
    aside = Malformed("feed", "<entry><id>oai:arXiv.org:2606.00001v2</id></entry>", "it has no title", DAY)
    assert not unread_entries.is_as_new(ENTRY.paper, aside)
    assert unread_entries.is_as_new(made_up("2606.00001", DAY, version=3).paper, aside)


def test_of_two_entries_that_name_a_paper_the_first_counts() -> None:
    first, second = (
        Malformed("feed", f"<entry><id>oai:arXiv.org:2606.00001v{n}</id></entry>", "it has no title", DAY)
        for n in (2, 1)
    )
    assert unread_entries.by_paper([first, second]) == {"2606.00001": first}


def unread(paper_id: str, day: date | None = DAY, categories: str = "") -> Malformed:
    terms = "".join(f'<category term="{name}"/>' for name in categories.split())
    return Malformed("feed", f"<entry><id>oai:arXiv.org:{paper_id}v1</id>{terms}</entry>", "it has no title", day)


def test_papers_to_ask_for_are_of_the_archives_and_of_days_that_have_come() -> None:
    entries = [
        unread("2606.00001"),
        unread("2606.00002", categories="cs.CV"),
        unread("2606.00003", categories="stat.ML"),
        unread("2606.00004", date(2036, 6, 2)),
        unread("2606.00005", None),
    ]
    assert list(unread_entries.missing_papers(entries, {"cs"}, DAY)) == ["2606.00001", "2606.00002"]


def test_recovered_papers_are_grouped_by_the_days_of_their_entries() -> None:
    before = date(2026, 6, 1)
    entries = {"2606.00001": unread("2606.00001"), "2606.00002": unread("2606.00002", before)}
    papers = [made_up(f"2606.0000{n}", DAY).paper for n in (1, 2, 3)]
    other = made_up("2606.00001", DAY, categories=("stat.ML",)).paper
    found = unread_entries.recovered(entries, papers, {"cs"})
    assert {day: [paper.id for paper in of_day] for day, of_day in found.items()} == {
        before: ["2606.00002"],
        DAY: ["2606.00001"],
    }
    assert list(found) == [before, DAY]
    assert unread_entries.recovered(entries, [other], {"cs"}) == {}
