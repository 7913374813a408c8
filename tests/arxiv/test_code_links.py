"""Links found by rule: exact, normalized, each once, and without the tools of other people."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.arxiv.code_links import FULL_TEXT_LENGTH, find_links, own_links, title_page_links

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "topics-2024.jsonl.gz"
QUILL = "https://github.com/quill/lanterns"


@pytest.mark.parametrize(
    "text",
    [
        "Code: https://github.com/quill/lanterns.",
        "Code (https://github.com/quill/lanterns) is there.",
        "Code: github.com/quill/lanterns",
        "see http://www.github.com/quill/lanterns/, please",
        "HTTPS://GitHub.com/quill/lanterns",
        "https://github.com/quill/lanterns.git",
        "https://github.com/quill/lanterns/tree/main/looms?tab=readme-ov-file#use",
        "https://github.com/quill/lanterns/blob/v1/README.md",
        "https://github.com/quill/lanterns/issues/7",
        r"\url{https://github.com/quill/lanterns}.",
        r"\href{https://github.com/quill/lanterns}{\textcolor{red}{here}}",
        r"\footnote{https://github.com/quill/lanterns}",
        "https:/github.com/quill/lanterns",
        "https: //github.com/quill/lanterns",
        "https://github. com/quill/lanterns",
        "https://github.com/ quill/lanterns",
        "https://github.com/quill/ lanterns.",
        "https://github.com/quill/lanterns.We weave.",
        "代码见https://github.com/quill/lanterns。",
        "“https://github.com/quill/lanterns”",
        "https://raw.githubusercontent.com/quill/lanterns/main/loom.png",
    ],
)
def test_a_repository_is_found_however_it_is_written(text: str) -> None:
    assert find_links(text).code == (QUILL,)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        (r"https://github.com/a\_b/c\_d", "https://github.com/a_b/c_d"),
        ("https://github.com/quill/P.910.", "https://github.com/quill/P.910"),
        ("https://github.com/quill/lan-\nterns", "https://github.com/quill/lan-terns"),
        ("https://github.com/Quill-Lab/ Moon-Loom.", "https://github.com/Quill-Lab/Moon-Loom"),
        ("https://gitlab.com/quill/looms/small/-/tree/main", "https://gitlab.com/quill/looms/small"),
        ("https://gitlab.nowhere.edu/quill/loom", "https://gitlab.nowhere.edu/quill/loom"),
        ("https://bitbucket.org/quill/loom/src/master/", "https://bitbucket.org/quill/loom"),
        ("codeberg.org/quill/loom", "https://codeberg.org/quill/loom"),
        ("https://huggingface.co/quill/moon-7b/tree/main", "https://huggingface.co/quill/moon-7b"),
        ("https://huggingface.co/datasets/quill/moons.", "https://huggingface.co/datasets/quill/moons"),
        ("hf.co/spaces/quill/demo", "https://huggingface.co/spaces/quill/demo"),
        ("https://zenodo.org/record/123456", "https://zenodo.org/records/123456"),
        ("https://doi.org/10.5281/zenodo.123456.", "https://doi.org/10.5281/zenodo.123456"),
        ("https://anonymous.4open.science/r/loom-1A2B/", "https://anonymous.4open.science/r/loom-1A2B"),
        ("https://sourceforge.net/projects/loom/files", "https://sourceforge.net/projects/loom"),
    ],
)
def test_each_code_host_is_normalized_in_its_own_way(text: str, link: str) -> None:
    assert find_links(text).code == (link,)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see https://quill.github.io/lanterns/.", "https://quill.github.io/lanterns"),
        ("Project page: lanterns.ai/moon.", "https://lanterns.ai/moon"),
        ("https://sites.google.com/view/lanterns?usp=sharing", "https://sites.google.com/view/lanterns"),
        ("http://lab.nowhere.edu/~quill/loom/", "http://lab.nowhere.edu/~quill/loom"),
        (r"http://lab.nowhere.edu/\~{}quill", "http://lab.nowhere.edu/~quill"),
        ("https://loom.org/a_(b)", "https://loom.org/a_(b)"),
        ("https://youtu.be/abc123?si=xyz", "https://youtu.be/abc123"),
        ("https://loom.org/?id=3&utm_source=x", "https://loom.org?id=3"),
        ("all at https://github.com/quill", "https://github.com/quill"),
        ("all at https://github.com/quill/ and more", "https://github.com/quill"),
    ],
)
def test_other_pages_are_project_pages(text: str, link: str) -> None:
    found = find_links(text)
    assert (found.code, found.project) == ((), (link,))


@pytest.mark.parametrize(
    "text",
    [
        "We fine-tune Llama 2 on github issues.",
        "write to ada@github.com/quill/x",
        "Published at https://doi.org/10.1109/5.771073",
        "https://arxiv.org/abs/2406.00001",
        "https://openreview.net/forum?id=x",
        "https://github.com/topics/loom",
        "https://creativecommons.org/licenses/by/4.0/",
        "e.g. the loom vs. the candle, i.e. 3.5 of 4.0",
        "https://github.com",
        "https://",
    ],
)
def test_nothing_is_invented(text: str) -> None:
    found = find_links(text)
    assert (found.code, found.project) == ((), ())


def test_a_link_is_named_once_in_order_of_appearance() -> None:
    found = find_links(
        "Loom", "Code: https://github.com/b/b and https://github.com/A/a.", "github.com/a/A", html_links=[QUILL, QUILL]
    )
    assert found.code == ("https://github.com/b/b", "https://github.com/A/a", QUILL)


def test_of_a_full_text_only_the_papers_own_links_are_taken() -> None:
    filler = "The loom turns, and the moon looks on. " * (FULL_TEXT_LENGTH // 30)
    text = f"{filler}\n\nOur code is available at {QUILL}.\n\nWe use the tool at https://github.com/moth/render."
    assert find_links(text).code == (QUILL,)


@pytest.mark.parametrize(
    ("sentence", "own"),
    [
        (f"Our code is available at {QUILL}.", True),
        (f"The source code and models are publicly available at {QUILL}.", True),
        (f"Code: {QUILL}", True),
        (f"We release the data at {QUILL}.", True),
        (f"Project page: {QUILL}", True),
        (f"The code we used to weave our lanterns is available at {QUILL}.", True),
        (f"We use the official implementation ({QUILL}).", False),
        (f"Their code is available at {QUILL}.", False),
        (f"Moth et al. released at {QUILL} a loom.", False),
        (f"Lanterns are described in {QUILL}.", False),
    ],
)
def test_the_sentence_around_a_link_decides_whose_it_is(sentence: str, own: bool) -> None:
    assert bool(own_links([sentence])) is own


@pytest.mark.parametrize(
    ("line", "own"),
    [
        ("https://lanterns.ai", True),
        ("Project page: https://lanterns.ai", True),
        (f"Ada Quill and Ben Reed {QUILL}", True),
        ("Ada Quill https://adaquill.github.io Ben Reed https://benreed.github.io of Nowhere", False),
        ("Ada Quill of Nowhere https://orcid.org/0000-0001", False),
        ("https://orcid.org/0000-0002-3723-6960", False),
    ],
)
def test_home_pages_of_authors_on_the_title_page_are_not_the_papers(line: str, own: bool) -> None:
    assert bool(title_page_links([line])) is own


@pytest.mark.parametrize("host", ["orcid.org", "www.orcid.org", "pub.orcid.org"])
def test_an_orcid_record_is_neither_code_nor_project_page(host: str) -> None:
    found = find_links(f"Project page: https://{host}/0000-0002-3723-6960", html_links=[f"http://{host}/0000-0001"])
    assert (found.code, found.project) == ((), ())


_NAME = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,20}[A-Za-z0-9]", fullmatch=True)


@given(_NAME, _NAME, st.sampled_from(["", ".", ",", ")", "}", ". We", " and", "/", ".git", ".\n", '"', "。"]))
def test_a_repository_is_found_exactly_whatever_follows_it(owner: str, name: str, after: str) -> None:
    found = find_links(f"Code is at https://github.com/{owner}/{name}{after}")
    assert found.code in ((f"https://github.com/{owner}/{name}",), ())
    assert bool(found.code) == (owner.lower() not in _RESERVED)


_RESERVED = frozenset(
    re.findall(
        r"\w+",
        "about apps collections contact enterprise events explore features issues join login marketplace new orgs"
        " notifications pricing pulls search security settings site sponsors topics trending",
    )
)


@given(st.text(max_size=200))
def test_any_text_gives_well_formed_links_or_none(text: str) -> None:
    found = find_links(text)
    for url in found.code + found.project:
        assert url.startswith(("https://", "http://"))
        assert not any(char.isspace() for char in url)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not here")
def test_all_repositories_of_real_abstracts_are_found_exactly() -> None:
    from benchmarks.codelinks import named_repositories

    papers = 0
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            truth = [f"https://github.com/{name}" for name in named_repositories(row["abstract"])]
            links = [url for url in find_links(row["abstract"]).code if url.startswith("https://github.com/")]
            assert links == truth, row["id"]
            papers += bool(truth)
    assert papers == 321
