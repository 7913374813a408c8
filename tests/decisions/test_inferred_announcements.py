"""What an entry that could not be read still tells: its paper, kind and archives, and nothing its abstract says."""

from __future__ import annotations

from datetime import date

import pytest

from bot.decisions import inferred_announcements
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
    assert (inferred_announcements.paper_of(aside), inferred_announcements.kind_of(aside)) == (
        PaperRef("2606.00001", 1),
        Kind.CROSS,
    )


def test_where_its_id_is_broken_the_link_and_the_head_of_the_summary_tell() -> None:
    aside = set_aside(feed_entry(ENTRY).replace("oai:arXiv.org:2606.00001v1", "oai:arXiv.org:?"))
    assert inferred_announcements.paper_of(aside) == PaperRef("2606.00001")
    aside = set_aside(feed_entry(ENTRY).replace("oai:arXiv.org:2606.00001v1", "").replace("/abs/2606.00001", "/abs/"))
    assert inferred_announcements.paper_of(aside) == PaperRef("2606.00001", 1)


def test_a_paper_that_only_the_abstract_names_is_not_the_entrys() -> None:
    aside = set_aside(feed_entry(ENTRY).replace("2606.00001", "lost"))
    assert inferred_announcements.paper_of(aside) is None


def test_a_kind_that_does_not_exist_is_not_told() -> None:
    aside = set_aside(feed_entry(ENTRY).replace("cross", "renewed"))
    assert inferred_announcements.kind_of(aside) is None


def test_a_record_names_its_paper_and_its_day() -> None:
    broken = record([ENTRY]).replace("<title>", "<titel>").replace("</title>", "</titel>")
    (aside,) = read_page(oai_answer(f"<ListRecords>{broken}</ListRecords>", DAY).encode()).malformed
    assert (inferred_announcements.paper_of(aside), inferred_announcements.kind_of(aside), aside.day) == (
        PaperRef("2606.00001"),
        None,
        DAY,
    )
    assert inferred_announcements.concerns(aside, {"math"})
    assert not inferred_announcements.concerns(aside, {"stat"})


@pytest.mark.parametrize(("archives", "expected"), [({"cs"}, True), ({"math"}, True), ({"stat"}, False)])
def test_an_entry_concerns_the_archives_of_its_categories(archives: set[str], expected: bool) -> None:
    assert inferred_announcements.concerns(set_aside(feed_entry(ENTRY)), archives) is expected


def test_an_entry_without_categories_may_concern_anybody() -> None:
    assert inferred_announcements.concerns(Malformed("feed", "<entry/>", "it has no arXiv id", DAY), {"stat"})


def test_how_a_paper_was_announced_is_inferred_where_its_entry_does_not_tell() -> None:
    aside = Malformed("feed", "<entry><id>oai:arXiv.org:2606.00001v1</id></entry>", "it has no title", DAY)
    paper = ENTRY.paper
    assert inferred_announcements.as_announced(aside, paper, {}).announcement.kind is Kind.NEW
    second = made_up("2606.00001", DAY, version=2).paper
    assert inferred_announcements.as_announced(aside, second, {}).announcement.kind is Kind.REPLACE
    one = made_up("2606.00001", DAY, categories=("math.CO",)).paper
    found = inferred_announcements.as_announced(aside, paper, {paper.id: one}).announcement
    assert (found.kind, found.day, found.inferred) == (Kind.CROSS, DAY, True)


def test_a_record_of_an_older_version_is_not_what_an_entry_announced() -> None:
    aside = Malformed("feed", "<entry><id>oai:arXiv.org:2606.00001v2</id></entry>", "it has no title", DAY)
    assert not inferred_announcements.is_as_new(ENTRY.paper, aside)
    assert inferred_announcements.is_as_new(made_up("2606.00001", DAY, version=3).paper, aside)


def test_of_two_entries_that_name_a_paper_the_first_counts() -> None:
    first, second = (
        Malformed("feed", f"<entry><id>oai:arXiv.org:2606.00001v{n}</id></entry>", "it has no title", DAY)
        for n in (2, 1)
    )
    assert inferred_announcements.by_paper([first, second]) == {"2606.00001": first}
