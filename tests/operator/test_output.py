"""Where `-o` writes one paper and a digest."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import TellUser
from bot.model import Card, Digest, Figure, Window
from bot.operator.output import Output, parse_output, write
from bot.render.formats import FORMATS
from tests.render.samples import DEEP_CARD

FIGURE = "readings/2406.14272v2/figure-1.png"
DAY = date(2026, 6, 2)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    path = tmp_path / "data" / FIGURE
    path.parent.mkdir(parents=True)
    picture = io.BytesIO()
    Image.new("RGB", (64, 32), (10, 120, 200)).save(picture, "PNG")
    path.write_bytes(picture.getvalue())
    return tmp_path / "data"


def card() -> Card:
    figure = Figure("1", "The pipeline.", FIGURE, "https://arxiv.org/x1.png", DEEP_CARD.paper.license, shown=True)
    return replace(DEEP_CARD, figures=(figure,))


def digest() -> Digest:
    return Digest(("cat:cs.CV",), Window(DAY, DAY), 9, 1, (card(),), each_day=((DAY, 9, 1),))


def output_of(path: str, form: str, *, of_digest: bool = False) -> Output:
    output = parse_output(path, form, of_digest=of_digest)
    assert output is not None
    return output


@pytest.mark.parametrize("form", FORMATS)
def test_a_name_is_the_file_that_is_written(form: str, tmp_path: Path, data_dir: Path) -> None:
    path = tmp_path / "new" / "paper.md"
    assert write(card(), form, "en", output_of(str(path), form), data_dir) == [path]
    assert path.is_file()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_gets_a_file_named_after_the_paper(form: str, exists: bool, tmp_path: Path, data_dir: Path) -> None:
    if exists:
        (tmp_path / "papers").mkdir()
    output = output_of(f"{tmp_path}/papers" + ("" if exists else "/"), form)
    assert write(card(), form, "en", output, data_dir) == [tmp_path / "papers" / f"2406.14272v2{FORMATS[form]}"]


def test_the_files_of_formats_have_the_usual_suffixes() -> None:
    assert {form: FORMATS[form] for form in ("json", "markdown", "hexo", "html")} == {
        "json": ".json",
        "markdown": ".md",
        "hexo": ".md",
        "html": ".html",
    }


def test_a_new_name_is_a_folder_of_posts_for_hexo_whether_one_paper_or_a_digest(tmp_path: Path, data_dir: Path) -> None:
    posts = tmp_path / "posts"
    [paper] = write(card(), "hexo", "en", output_of(str(posts), "hexo"), data_dir)
    assert paper == posts / "2406.14272v2.md"
    assert (posts / "2406.14272v2" / "2406.14272v2-figure-1.png").is_file()
    [of_day] = write(digest(), "hexo", "en", output_of(str(posts), "hexo", of_digest=True), data_dir)
    assert of_day.parent == posts
    assert of_day.name.startswith("2026-06-02-cat-cs-cv")


def test_the_figures_of_a_file_without_an_ending_lie_beside_it(tmp_path: Path, data_dir: Path) -> None:
    [path] = write(card(), "markdown", "en", output_of(str(tmp_path / "notes"), "markdown"), data_dir)
    assert path == tmp_path / "notes"
    assert "(notes-figures/2406.14272v2-figure-1.png)" in path.read_text()
    assert (tmp_path / "notes-figures" / "2406.14272v2-figure-1.png").is_file()


def test_a_folder_gets_a_file_named_after_the_digest(tmp_path: Path, data_dir: Path) -> None:
    [path] = write(digest(), "json", "en", output_of(str(tmp_path), "json", of_digest=True), data_dir)
    assert path.parent == tmp_path
    assert path.name.startswith("2026-06-02-cat-cs-cv")
    assert path.suffix == ".json"


def test_an_old_id_makes_one_file_name(tmp_path: Path) -> None:
    old = replace(card(), paper=replace(DEEP_CARD.paper, id="hep-th/9901001"), figures=())
    [path] = write(old, "json", "en", output_of(f"{tmp_path}/", "json"), None)
    assert path == tmp_path / "hep-th-9901001v2.json"


def test_what_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(TellUser, match="is not a folder"):
        parse_output(str(file), "hexo", of_digest=True)
    with pytest.raises(TellUser, match="is not a folder"):
        parse_output(f"{file}/", "json", of_digest=False)
    with pytest.raises(TellUser, match="is not a folder"):
        parse_output(f"{file}/inside", "json", of_digest=False)
    assert parse_output(None, "json", of_digest=False) is None


@pytest.mark.parametrize("name", ["a" * 300, "a" * 300 + "/", "a" * 300 + "/b"])
def test_a_name_that_is_too_long_is_refused_before_the_work(name: str, tmp_path: Path) -> None:
    with pytest.raises(TellUser, match=r"cannot be written \(File name too long\); choose another\.$"):
        parse_output(f"{tmp_path}/{name}", "json", of_digest=False)


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_refused(name: str) -> None:
    with pytest.raises(TellUser, match=r"^-o names no file; name a file or a folder\.$"):
        parse_output(name, "json", of_digest=False)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="/proc takes no new files, also from root")
@pytest.mark.parametrize("form", ["json", "html"])
def test_a_place_that_takes_no_files_is_reported_with_what_to_do(form: str) -> None:
    output = parse_output("/proc/paper", form, of_digest=False)
    with pytest.raises(TellUser, match=r"^/proc/paper\S* cannot be written \(.+\); choose another\.$"):
        write(card(), form, "en", output, None)
