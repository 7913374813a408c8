"""All recorded responses of the real arXiv can be parsed. Without the recordings these tests are skipped."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from arxiv import _feed

from bot.arxiv.ids import parse_id
from bot.errors import NoSuchPaper
from bot.model import Kind, Paper
from bot.sources.api_answers import read_error, read_page, to_paper
from bot.sources.feed import read_feed
from bot.sources.xml_document import is_withdrawn

CORPUS = (Path(__file__).parents[2] / ".." / "shared" / "corpus").resolve()
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the recorded answers are not beside the checkout")


def answers() -> list[Path]:
    return sorted((CORPUS / "arxiv-api").glob("*.200.xml"))


def read(file: Path) -> list[Paper]:
    asked = re.search(r"_s(\d+)_m(\d+)\.", file.name)
    assert asked is not None
    page = read_page(file.read_bytes(), int(asked[1]), int(asked[2]))
    assert page.malformed == ()
    return [to_paper(result) for result in _feed.parse(page.body).results]


@pytest.mark.parametrize("file", answers(), ids=lambda file: file.name)
def test_every_entry_of_a_recorded_response_is_parsed_completely(file: Path) -> None:
    papers = read(file)
    assert len(papers) == file.read_bytes().count(b"<entry>")
    for paper in papers:
        assert parse_id(paper.id) is not None
        assert paper.title
        assert paper.authors
        assert paper.abstract
        assert paper.categories
        assert paper.published is not None


def test_particular_papers_are_parsed_correctly() -> None:
    by_id = {paper.id: paper for file in answers() for paper in read(file)}
    assert by_id["2104.12255"].title == "0"
    assert by_id["astro-ph/0601001"].authors[0] == "Andrew Gould"  # whose affiliation is given too
    assert by_id["quant-ph/0201082"].categories == ("quant-ph", "cs.PL")
    assert len(by_id) >= 100


def test_the_recorded_error_gives_a_clear_sentence() -> None:
    (file,) = (CORPUS / "arxiv-api").glob("*.400.xml")
    with pytest.raises(NoSuchPaper, match="“abc” is not an arXiv id"):
        read_error(file.read_bytes())


def test_the_recorded_feed_is_parsed_completely() -> None:
    (file,) = (CORPUS / "arxiv-feed").glob("*.atom")
    listing = read_feed(file.read_bytes())
    assert listing.day == date(2025, 8, 20)
    assert listing.malformed == ()
    assert len(listing.entries) == 7
    assert [entry.announcement.kind for entry in listing.entries] == [Kind.CROSS] * 5 + [Kind.NEW] * 2
    assert listing.entries[2].paper.authors == ("Paulo André Lima de Castro",)
    assert not any("Announce Type" in entry.paper.abstract for entry in listing.entries)


def rows() -> Iterator[dict[str, str]]:
    for file in (*sorted((CORPUS / "days").glob("*.gz")), CORPUS / "topics-2024.jsonl.gz"):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def test_every_id_of_the_corpus_is_an_id_and_hardly_a_paper_is_withdrawn() -> None:
    papers = list(rows())
    assert all(parse_id(row["id"]) for row in papers)
    withdrawn = [row["id"] for row in papers if is_withdrawn(row.get("comment"), row["abstract"])]
    assert len(withdrawn) < len(papers) / 200
