"""Papers are found by title and by author, with few requests and whatever signs are in the names."""

from __future__ import annotations

from datetime import date

import pytest

from bot.model import NamedPaper
from bot.sources.searches import TITLES_PER_REQUEST, author_query, title_queries
from tests.fakes.arxiv import FakeArxiv, made_up
from tests.sources.test_arxiv_source import source_of

DAY = date(2026, 6, 3)


@pytest.mark.parametrize(
    ("title", "author", "query"),
    [
        ("Heads that talk: a study of $k$-sets", "Ångström", '(ti:"Heads that talk" AND ti:"a study of")'),
        ("BERT", "Devlin", '(ti:"BERT" AND au:"Devlin")'),
        ("BERT", "", 'ti:"BERT"'),
        ("Größe is all you-need (again) OR ti:x", "", '(ti:"is all you-need" AND ti:"again" AND ti:"OR ti")'),
        ('A "title" of [many] signs*?', "", '(ti:"title" AND ti:"many" AND ti:"signs")'),
    ],
)
def test_a_title_is_searched_by_the_words_between_its_signs(title: str, author: str, query: str) -> None:
    assert title_queries([NamedPaper(title, author)]) == [query]


def test_titles_without_words_are_not_searched() -> None:
    assert title_queries([NamedPaper("关于学习"), NamedPaper("…")]) == []


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("José Ångström", 'au:"José Ångström" OR au:"Jose Angstrom"'),
        ("Gonzalez, M.", 'au:"Gonzalez"'),
        ("Geoffrey E. Hinton", 'au:"Geoffrey Hinton"'),
        ("van der Berg, Mary", 'au:"Mary van der Berg"'),
        ("…", None),
    ],
)
def test_an_author_is_searched_without_initials(name: str, query: str | None) -> None:
    assert author_query(name) == query


async def test_many_titles_share_a_request() -> None:
    entries = [
        made_up(f"2606.{number:05}", DAY, title=f"The weight of thing number {number}") for number in range(1, 31)
    ]
    named = [NamedPaper(f"The weight of thing number {number}", "Example") for number in range(1, 16)]
    with FakeArxiv({DAY: entries}) as arxiv:
        async with source_of(arxiv) as source:
            found = await source.titled(named)
        assert arxiv.stats().requests == -(-15 // TITLES_PER_REQUEST)
    assert {f"The weight of thing number {number}" for number in range(1, 16)} <= {paper.title for paper in found}


async def test_the_latest_papers_of_an_author_are_found() -> None:
    others = [made_up("2606.00001", DAY, authors=("Somebody Else",))]
    own = [made_up(f"2606.{number:05}", DAY, authors=("A B", "Émile Exemple")) for number in range(2, 9)]
    with FakeArxiv({DAY: [*others, *own]}) as arxiv:
        async with source_of(arxiv) as source:
            found = await source.by_author("Exemple, Émile", 5)
            assert await source.by_author("…", 5) == []
        assert arxiv.stats().requests == 1
    assert len(found) == 5
    assert all("Émile Exemple" in paper.authors for paper in found)
