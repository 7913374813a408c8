"""arXiv's categories as data: complete, consistent, with suggestions for misspelt codes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.arxiv.categories import (
    ALIASES,
    ALL_ARCHIVES,
    CATEGORIES,
    FORMER,
    archive_of,
    archives_of,
    canonical,
    categories_in,
    is_in_archives,
    search,
    suggestions,
)


def test_the_taxonomy_is_complete() -> None:
    assert len(CATEGORIES) == 155
    assert len(ALL_ARCHIVES) == 20
    assert {archive_of(code) for code in CATEGORIES} == set(ALL_ARCHIVES)
    assert set(FORMER.values()) | set(ALIASES) | set(ALIASES.values()) <= set(CATEGORIES)


def test_every_archive_has_its_categories() -> None:
    assert sorted(code for archive in ALL_ARCHIVES for code in categories_in(archive)) == sorted(CATEGORIES)
    assert categories_in("quant-ph") == ("quant-ph",)
    assert categories_in("nonsense") == ()


@pytest.mark.parametrize(
    ("code", "known"),
    [("cs.cv", "cs.CV"), (" CS.CV ", "cs.CV"), ("COND-MAT.SOFT", "cond-mat.soft"), ("CS", "cs"), ("cmp-lg", "cmp-lg")],
)
def test_case_does_not_matter(code: str, known: str) -> None:
    assert canonical(code) == known


def test_a_paper_is_in_the_archives_of_all_its_categories() -> None:
    assert is_in_archives(("math.CO", "cs.CV"), {"cs"})
    assert is_in_archives(("cmp-lg",), {"cs"})
    assert not is_in_archives(("math.CO", "cs.CV"), {"stat"})


@pytest.mark.parametrize(
    ("categories", "archives"),
    [
        (["cs.CV", "cs.CL"], ("cs",)),
        (["cs.*", "quant-ph"], ("cs", "quant-ph")),
        (["math"], ("math",)),
        (["cmp-lg"], ("cs",)),
        (["stat.TH"], ("math", "stat")),
        (["math.ST"], ("math", "stat")),
        (["cond-mat.*"], ("cond-mat",)),
        (["nonsense.XX"], ()),
        ([], ALL_ARCHIVES),
    ],
)
def test_archives_to_poll_follow_from_the_categories(categories: list[str], archives: tuple[str, ...]) -> None:
    assert archives_of(categories) == archives


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("cs.VC", "cs.CV"),
        ("csCL", "cs.CL"),
        ("cs CL", "cs.CL"),
        ("cs-LG", "cs.LG"),
        ("hepph", "hep-ph"),
        ("stats.ML", "stat.ML"),
        ("quantph", "quant-ph"),
        ("cmp-lg", "cs.CL"),
        ("alg-geom", "math.AG"),
        ("physics.optic", "physics.optics"),
        ("cs.cv", "cs.CV"),
    ],
)
def test_a_misspelt_category_has_suggestions(typo: str, meant: str) -> None:
    assert suggestions(typo)[0] == meant


def test_a_code_that_resembles_nothing_has_no_suggestion() -> None:
    assert suggestions("zzzzzz") == ()


def test_search_finds_by_code_and_by_name() -> None:
    assert search("cs.c")[0].startswith("cs.C")
    assert "cs.CV" in search("vision")
    assert "stat.ML" in search("machine learn")
    assert len(search("", limit=25)) == 25


def test_the_module_imports_nothing_heavy() -> None:
    heavy = "{'arxiv', 'lxml', 'requests', 'httpx', 'pydantic', 'sqlalchemy'}"
    modules = "bot.arxiv.categories, bot.arxiv.ids, bot.arxiv.calendar"
    code = f"import sys, {modules}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
