"""The bundled sample: what a first look must show."""

from __future__ import annotations

from datetime import date

from bot import sample
from bot.model import Kind, PaperRef


def all_entries() -> list[tuple[date, str, Kind]]:
    return [
        (day, entry.paper.id, entry.announcement.kind) for day, entries in sample.days().items() for entry in entries
    ]


def test_there_are_sixteen_papers_over_three_days_all_marked_as_sample_text() -> None:
    assert len(sample.days()) == 3
    assert len({paper_id for _, paper_id, _ in all_entries()}) == 16
    assert all(entry.paper.sample for entries in sample.days().values() for entry in entries)


def test_it_shows_what_is_special_a_replacement_a_cross_list_tex_and_a_code_link() -> None:
    papers = [entry.paper for entries in sample.days().values() for entry in entries]
    kinds = {kind for _, _, kind in all_entries()}
    assert {Kind.NEW, Kind.CROSS, Kind.REPLACE} <= kinds
    assert any("$" in paper.title for paper in papers)
    assert any("github.com" in f"{paper.abstract} {paper.comment}" for paper in papers)
    assert any(not author.isascii() for paper in papers for author in paper.authors)


async def test_what_is_not_announced_yet_is_not_known() -> None:
    first, second, _ = sample.days()
    source = sample.SampleSource(first)
    later = sample.days()[second][0].paper.id
    assert await source.papers([PaperRef(later)]) == {}
    source.today = second
    assert set(await source.papers([PaperRef(later)])) == {later}
    assert (await source.listing(["econ"])).day is None
