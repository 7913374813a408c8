"""Responses of the query API: accepted only if complete, and completed where the package would drop an entry."""

from __future__ import annotations

import arxiv
import pytest
from arxiv import _feed

from bot.errors import NoSuchPaper, SourceUnavailable, TellUser
from bot.model import Paper
from bot.sources.api_answers import ApiPage, read_error, read_page, to_paper
from bot.sources.xml_document import is_withdrawn

HEAD = (
    '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"'
    ' xmlns="http://www.w3.org/2005/Atom">'
)
PARTS = {
    "id": "<id>http://arxiv.org/abs/2606.00001v2</id>",
    "title": "<title>Folding\n  paper</title>",
    "updated": "<updated>2026-06-02T10:00:00Z</updated>",
    "published": "<published>2026-06-01T10:00:00Z</published>",
    "summary": "<summary>  We fold\npaper.</summary>",
    "category": '<category term="cs.LG"/><category term="cs.CV"/>',
    "primary": '<arxiv:primary_category term="cs.CV"/>',
    "author": "<author><name>Jürgen Größe</name><arxiv:affiliation>There</arxiv:affiliation></author>",
}


def answer(*entries: dict[str, str], total: int | None = None, start: int = 0) -> bytes:
    inner = "".join(f"<entry>{''.join(parts.values())}</entry>" for parts in entries)
    total = len(entries) + start if total is None else total
    return (
        f"{HEAD}<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>{inner}</feed>"
    ).encode()


def papers(page: ApiPage) -> list[Paper]:
    """The result of parsing a page with the package itself."""
    return [to_paper(result) for result in _feed.parse(page.body).results]


def test_a_result_becomes_a_paper() -> None:
    (paper,) = papers(read_page(answer(PARTS), 0, 10))
    assert paper.versioned_id == "2606.00001v2"
    assert (paper.title, paper.abstract) == ("Folding paper", "We fold paper.")
    assert paper.authors == ("Jürgen Größe",)
    assert paper.categories == ("cs.CV", "cs.LG")
    assert paper.published is not None
    assert paper.updated is not None
    assert paper.published < paper.updated


@pytest.mark.parametrize(
    "lost",
    [
        {"published": ""},
        {"updated": ""},
        {"published": "", "updated": ""},
        {"published": "<published>yesterday</published>"},
        {"updated": "<updated/>"},
        {"title": ""},
        {"author": ""},
        {"category": "", "primary": ""},
        {"summary": ""},
    ],
    ids=str,
)
def test_an_entry_that_lacks_optional_fields_is_kept(lost: dict[str, str]) -> None:
    other = PARTS | {"id": "<id>http://arxiv.org/abs/2606.00002v1</id>"}
    page = read_page(answer(PARTS | lost, other), 0, 10)
    assert [paper.id for paper in papers(page)] == ["2606.00001", "2606.00002"]
    assert page.malformed == ()


def test_dates_that_arxiv_does_not_give_stay_unknown() -> None:
    (paper,) = papers(read_page(answer(PARTS | {"published": "", "updated": ""}), 0, 10))
    assert (paper.published, paper.updated) == (None, None)


@pytest.mark.parametrize("ident", ["", "<id>http://arxiv.org/abs/</id>", "<id>http://arxiv.org/abs/nonsense</id>"])
def test_an_entry_without_an_id_is_set_aside(ident: str) -> None:
    page = read_page(answer(PARTS | {"id": ident}, PARTS), 0, 10)
    assert len(papers(page)) == 1
    assert (page.count, page.total) == (2, 2)
    (aside,) = page.malformed
    assert aside.source == "api"
    assert "<entry" in aside.raw


def test_every_page_calls_itself_the_last_one() -> None:
    page = read_page(answer(PARTS, total=5000, start=2000), 2000, 1)
    assert page.total == 5000
    assert _feed.parse(page.body).header.total_results == 2001


@pytest.mark.parametrize(
    ("body", "start", "size"),
    [
        (answer(total=7), 0, 10),
        (answer(PARTS, total=7), 0, 10),
        (answer(PARTS, total=7), 0, 2),
        (answer(PARTS, total=7, start=5), 5, 10),
        (answer(PARTS, start=3), 0, 10),
        (HEAD.encode() + b"</feed>", 0, 10),
        (answer(PARTS)[:-20], 0, 10),
        (b"Rate exceeded.", 0, 10),
        (b"", 0, 10),
    ],
    ids=["empty", "short", "short page", "short last page", "other page", "no total", "cut off", "text", "nothing"],
)
def test_an_incomplete_page_is_a_temporary_fault(body: bytes, start: int, size: int) -> None:
    with pytest.raises(SourceUnavailable):
        read_page(body, start, size)


@pytest.mark.parametrize(("total", "start"), [(0, 0), (5, 5), (5, 9)])
def test_an_empty_page_beyond_the_end_is_valid(total: int, start: int) -> None:
    assert read_page(answer(total=total, start=start), start, 10).count == 0


def test_an_error_entry_is_no_paper_whatever_the_status() -> None:
    message = {
        "id": "<id>https://arxiv.org/api/errors#x</id>",
        "summary": "<summary>incorrect id format for abc</summary>",
    }
    with pytest.raises(NoSuchPaper, match="“abc” is not an arXiv id") as caught:
        read_page(answer(message), 0, 10)
    assert caught.value.paper_id == "abc"
    with pytest.raises(TellUser, match="start must be non-negative"):
        read_error(answer(message | {"summary": "<summary>start must be non-negative.</summary>"}))


def test_an_unreadable_error_response_raises_nothing() -> None:
    read_error(b"<html>Bad request</html>")


@pytest.mark.parametrize(
    ("comment", "abstract", "withdrawn"),
    [
        ("This paper has been withdrawn by the author", "We fold.", True),
        ("Withdrawn: an error in Lemma 2", "We fold.", True),
        ("[withdrawn]", "We fold.", True),
        ("12 pages. This paper has been withdrawn", "We fold.", True),
        ("Paper withdrawn", "We fold.", True),
        (None, "We fold. This paper has been withdrawn by the authors.", True),
        (None, "This paper has been withdrawn due to an error.", True),
        (None, "This submission was withdrawn by arXiv administrators.", True),
        (None, "Troops were withdrawn from the area; we study this paper trail.", False),
        ("12 pages; not withdrawn", "We fold.", False),
        (None, "Why this paper has been withdrawn so often is what we study.", False),
        (None, "", False),
    ],
)
def test_withdrawn_papers_are_recognized(comment: str | None, abstract: str, withdrawn: bool) -> None:
    assert is_withdrawn(comment, abstract) is withdrawn


def test_the_package_still_drops_the_entries_that_we_complete() -> None:
    """If this fails, the package has changed and `_complete` is no longer needed."""
    raw = answer(PARTS | {"published": ""}, PARTS)
    assert len(_feed.parse(raw).results) == 1
    assert isinstance(_feed.parse(raw).results[0], arxiv.Result)
