"""Posts, Markdown files and pages on disk, each with the figures that it shows."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from lxml import html
from PIL import Image

from bot.model import Announcement, Card, Digest, Figure, Kind, Window
from bot.operator import output
from bot.site.exports import export, file_name
from tests.render.samples import DEEP_CARD, PLAIN_CARD

FILE = "readings/2406.14272v2/figure-1.png"
FIRST, LAST = date(2026, 6, 1), date(2026, 6, 2)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    path = tmp_path / "data" / FILE
    path.parent.mkdir(parents=True)
    out = io.BytesIO()
    Image.new("RGB", (64, 32), (10, 120, 200)).save(out, "PNG")
    path.write_bytes(out.getvalue())
    return tmp_path / "data"


def a_card(day: date = LAST, file: str = FILE) -> Card:
    figures = (
        Figure("1", "The whole pipeline.", file, "https://arxiv.org/html/x1.png", DEEP_CARD.paper.license, shown=True),
        Figure("2", "Results.", None, "https://arxiv.org/html/x2.png"),
    )
    announcement = Announcement(DEEP_CARD.paper.id, 2, day, Kind.NEW)
    return replace(DEEP_CARD, announcement=announcement, figures=figures)


def a_digest(*cards: Card) -> Digest:
    days = ((FIRST, 40, 1), (LAST, 50, 3))
    return Digest(("cat:cs.CV",), Window(FIRST, LAST), 90, len(cards), cards, each_day=days)


def front_matter(post: Path) -> dict[str, str]:
    """The single-line entries of the front matter; strings are written as in JSON."""
    rows = (line.partition(": ") for line in post.read_text().split("---\n")[1].splitlines() if ": " in line)
    return {name: json.loads(value) if value.startswith('"') else value for name, _, value in rows}


def pictures(text: str) -> list[str]:
    return re.findall(r"!\[[^\]]*\]\(([^)]*)\)", text)


def test_a_digest_of_several_days_becomes_a_post_for_each_day_with_papers(tmp_path: Path, data_dir: Path) -> None:
    plain = replace(PLAIN_CARD, announcement=Announcement(PLAIN_CARD.paper.id, 1, FIRST, Kind.NEW))
    posts = export(a_digest(plain, a_card()), "hexo", "en", tmp_path / "posts", data_dir)
    assert [post.name[:10] for post in posts] == ["2026-06-01", "2026-06-02"]
    for post, matched, announced in zip(posts, (1, 3), (40, 50), strict=True):
        matter = front_matter(post)
        assert {"title", "date", "description"} <= matter.keys()
        assert "categories:\n" in post.read_text()
        assert "tags:\n" in post.read_text()
        assert str(matter["date"]).startswith(post.name[:10])
        assert (str(matched), str(announced)) == tuple(re.findall(r"\d+", matter["description"]))
    matter = front_matter(posts[1])
    assert (posts[1].parent / matter["cover"]).is_file()
    assert ["and 2 more" in post.read_text() for post in posts] == [False, True]


def test_a_post_has_the_parts_of_a_paper_in_order(tmp_path: Path, data_dir: Path) -> None:
    text = export(a_digest(a_card()), "hexo", "en", tmp_path, data_dir)[0].read_text()
    order = [
        "## [",
        "Authors:",
        "PDF:",
        "### Abstract",
        "### Summary",
        "### Key takeaways",
        "### Deep reading",
        "<details>",
    ]
    places = [text.lower().find(part.lower()) for part in order]
    assert -1 not in places, dict(zip(order, places, strict=True))
    assert places == sorted(places)


@pytest.mark.parametrize("form", ["hexo", "markdown"])
def test_pictures_are_copied_beside_the_file_that_shows_them(form: str, tmp_path: Path, data_dir: Path) -> None:
    shown = a_digest(a_card()) if form == "hexo" else a_card()
    path = export(shown, form, "en", tmp_path / ("posts" if form == "hexo" else "out/paper.md"), data_dir)[0]
    linked = pictures(path.read_text())
    assert len(linked) == 1
    assert (path.parent / linked[0]).read_bytes() == (data_dir / FILE).read_bytes()
    assert "https://arxiv.org/html/x2.png" in path.read_text()


@pytest.mark.parametrize("name", ["paper", "paper.md"])
def test_a_file_without_a_suffix_has_its_pictures_in_a_folder_of_another_name(
    name: str, tmp_path: Path, data_dir: Path
) -> None:
    (path,) = export(a_card(), "markdown", "en", tmp_path / "out" / name, data_dir)
    (linked,) = pictures(path.read_text())
    assert (path.parent / linked).is_file()


def test_a_card_and_a_digest_have_names_that_every_file_system_takes() -> None:
    old = replace(a_card(), paper=replace(DEEP_CARD.paper, id="astro-ph/0601001"))
    assert file_name(old, ".md") == "astro-ph-0601001v2.md"
    assert re.fullmatch(r"2026-06-02-[a-z0-9-]+\.html", file_name(a_digest(a_card()), ".html"))


def test_an_html_page_contains_its_pictures(tmp_path: Path, data_dir: Path) -> None:
    path = export(a_card(), "html", "en", tmp_path / "paper.html", data_dir)[0]
    sources = html.fromstring(path.read_bytes()).xpath("//img/@src")
    assert len(sources) == 1
    assert str(sources[0]).startswith("data:image/png;base64,")


@pytest.mark.parametrize("file", ["readings/gone.png", "../secret.png", "readings/../../secret.png", "notes.txt"])
def test_a_file_that_is_no_picture_below_the_data_directory_is_linked_at_arxiv(
    file: str, tmp_path: Path, data_dir: Path
) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    (data_dir / "notes.txt").write_bytes(b"notes")
    path = export(a_card(file=file), "markdown", "en", tmp_path / "paper.md", data_dir)[0]
    assert pictures(path.read_text()) == []
    assert "https://arxiv.org/html/x1.png" in path.read_text()
    assert not (tmp_path / "paper").exists()


@pytest.mark.parametrize("form", ["hexo", "markdown", "html"])
def test_printed_text_links_pictures_at_arxiv(form: str, data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert output.write(a_card(), form, "en", None, data_dir) == []
    printed = capsys.readouterr().out
    assert "https://arxiv.org/html/x1.png" in printed
    assert FILE not in printed
