"""The reader against a small arXiv: HTML, then PDF, then the abstract; cached by version; pictures by licence."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.errors import SourceUnavailable
from bot.model import Paper, Source
from bot.reading.reader import ArxivReader
from bot.service.clock import SystemClock
from bot.sources.fetch import Fetcher, Gate
from tests.fakes.arxiv import FakeArxiv
from tests.reading import html_pages, pdf_files

OPEN = "http://creativecommons.org/licenses/by/4.0/"


@pytest.fixture
async def arxiv() -> AsyncIterator[FakeArxiv]:
    async with FakeArxiv() as server:
        yield server


def paper(ident: str = "2406.00001", version: int = 1, **fields: Any) -> Paper:
    return Paper(ident, version, pdf_files.TITLE, ("Ada Quill",), "We weave lanterns.", ("cs.GR",), **fields)


def png(size: tuple[int, int] = (640, 320)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (10, 120, 200)).save(out, "PNG")
    return out.getvalue()


class ReaderSetup:
    """A data directory, and a new reader for every paper that is read."""

    def __init__(self, arxiv: FakeArxiv, data_dir: Path, **settings: Any) -> None:
        self.settings = arxiv.settings(data_dir=data_dir, **settings)
        self.data_dir = data_dir

    async def read(self, paper: Paper) -> Any:
        async with Fetcher(self.settings, Gate(SystemClock(), 0, attempts=1)) as fetcher:
            return await ArxivReader(fetcher, self.settings).read(paper)


def request_count(arxiv: FakeArxiv) -> int:
    return arxiv.stats().requests


async def test_html_is_read_first(arxiv: FakeArxiv, tmp_path: Path) -> None:
    arxiv.files["/html/2406.00001v1"] = ("text/html", html_pages.page(html_pages.BODY))
    reading = await ReaderSetup(arxiv, tmp_path).read(paper())
    assert (reading.source, reading.paper_id, reading.version, reading.problem) == (Source.HTML, "2406.00001", 1, None)


async def test_without_html_the_pdf_is_read(arxiv: FakeArxiv, tmp_path: Path) -> None:
    arxiv.files["/pdf/2406.00001v1"] = ("application/pdf", pdf_files.one_column_paper())
    reading = await ReaderSetup(arxiv, tmp_path).read(paper())
    assert (reading.source, reading.problem) == (Source.PDF, None)
    assert [s.title for s in reading.sections if s.number] == ["Introduction", "Results"]


async def test_the_pdf_is_read_if_the_conversion_to_html_failed(arxiv: FakeArxiv, tmp_path: Path) -> None:
    arxiv.files["/html/2406.00001v1"] = ("text/html", b"<html><body>Conversion failed</body></html>")
    arxiv.files["/pdf/2406.00001v1"] = ("application/pdf", pdf_files.one_column_paper())
    assert (await ReaderSetup(arxiv, tmp_path).read(paper())).source is Source.PDF


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (None, "no PDF"),
        (b"", "empty"),
        (b"<html>Sorry</html>", "web page"),
        (pdf_files.scanned(), "pictures"),
        (pdf_files.pdf([pdf_files.Page()], encrypt=True), "encrypted"),
        (b"%PDF-1.5 nonsense", "broken"),
    ],
)
async def test_the_abstract_and_a_sentence_are_returned_if_nothing_else_can_be_read(
    arxiv: FakeArxiv, tmp_path: Path, body: bytes | None, says: str
) -> None:
    if body is not None:
        arxiv.files["/pdf/2406.00001v1"] = ("application/pdf", body)
    reading = await ReaderSetup(arxiv, tmp_path).read(paper())
    assert reading.source is Source.ABSTRACT
    assert reading.sections[0].paragraphs[0].text == "We weave lanterns."
    assert reading.problem is not None
    assert says in reading.problem
    assert not list((tmp_path / "readings").iterdir())


async def test_a_reading_is_cached_by_version_and_arxiv_is_not_asked_again(arxiv: FakeArxiv, tmp_path: Path) -> None:
    for version in (1, 2):
        arxiv.files[f"/html/2406.00001v{version}"] = ("text/html", html_pages.page(html_pages.BODY))
    first = await ReaderSetup(arxiv, tmp_path).read(paper())
    before = request_count(arxiv)
    assert await ReaderSetup(arxiv, tmp_path).read(paper()) == first
    assert request_count(arxiv) == before
    assert (await ReaderSetup(arxiv, tmp_path).read(paper(version=2))).version == 2
    assert request_count(arxiv) == before + 1


async def test_an_old_id_with_a_slash_stays_inside_the_data_directory(arxiv: FakeArxiv, tmp_path: Path) -> None:
    arxiv.files["/html/astro-ph/0601001v1"] = ("text/html", html_pages.page(html_pages.BODY))
    assert (await ReaderSetup(arxiv, tmp_path).read(paper("astro-ph/0601001"))).source is Source.HTML
    assert [path.name for path in (tmp_path / "readings").iterdir()] == ["astro-ph_0601001v1"]


async def test_a_damaged_file_in_the_cache_is_replaced(arxiv: FakeArxiv, tmp_path: Path) -> None:
    arxiv.files["/html/2406.00001v1"] = ("text/html", html_pages.page(html_pages.BODY))
    first = await ReaderSetup(arxiv, tmp_path).read(paper())
    (tmp_path / "readings" / "2406.00001v1" / "reading.json").write_text("{half")
    assert await ReaderSetup(arxiv, tmp_path).read(paper()) == first


async def test_a_picture_is_downloaded_and_shown_under_an_open_licence(arxiv: FakeArxiv, tmp_path: Path) -> None:
    inner = html_pages.BODY + html_pages.figure("1", "Overview of the loom.", html_pages.image("loom.png"))
    arxiv.files["/html/2406.00001v1"] = ("text/html", html_pages.page(inner))
    arxiv.files["/html/2406.00001v1/loom.png"] = ("image/png", png())
    (figure,) = (await ReaderSetup(arxiv, tmp_path).read(paper(license=OPEN))).figures
    assert (figure.shown, figure.license, figure.width, figure.height) == (True, OPEN, 640, 320)
    assert figure.file == "readings/2406.00001v1/figure-1.png"
    assert (tmp_path / figure.file).is_file()


async def test_without_an_open_licence_no_picture_is_downloaded_and_the_figure_is_a_link(
    arxiv: FakeArxiv, tmp_path: Path
) -> None:
    inner = html_pages.BODY + html_pages.figure("1", "Overview of the loom.", html_pages.image("loom.png"))
    arxiv.files["/html/2406.00001v1"] = ("text/html", html_pages.page(inner))
    setup = ReaderSetup(arxiv, tmp_path)
    (figure,) = (await setup.read(paper())).figures
    assert (figure.shown, figure.file) == (False, None)
    assert figure.url == f"{arxiv.url}/html/2406.00001v1/loom.png"
    assert request_count(arxiv) == 1


async def test_pictures_are_fetched_once_the_licence_is_known_to_be_open(arxiv: FakeArxiv, tmp_path: Path) -> None:
    inner = html_pages.BODY + html_pages.figure("1", "Overview of the loom.", html_pages.image("loom.png"))
    arxiv.files["/html/2406.00001v1"] = ("text/html", html_pages.page(inner))
    arxiv.files["/html/2406.00001v1/loom.png"] = ("image/png", png())
    setup = ReaderSetup(arxiv, tmp_path)
    assert not (await setup.read(paper())).figures[0].shown
    assert (await setup.read(paper(license=OPEN))).figures[0].shown


async def test_a_picture_missing_in_the_html_is_cropped_from_the_pdf(arxiv: FakeArxiv, tmp_path: Path) -> None:
    inner = html_pages.BODY + html_pages.figure("1", "Overview of the loom.", html_pages.MISSING)
    arxiv.files["/html/2406.00001v1"] = ("text/html", html_pages.page(inner))
    arxiv.files["/pdf/2406.00001v1"] = ("application/pdf", pdf_files.one_column_paper())
    reading = await ReaderSetup(arxiv, tmp_path).read(paper(license=OPEN))
    (figure,) = reading.figures
    assert reading.source is Source.HTML
    assert figure.shown
    assert figure.file is not None
    with Image.open(tmp_path / figure.file) as cut:
        assert cut.width > 1000
        colours = {cut.convert("RGB").getpixel((x * cut.width // 10, cut.height // 3)) for x in range(1, 10)}
    assert (51, 102, 204) in colours
    assert (204, 77, 51) in colours


async def test_a_withdrawn_paper_is_not_requested(arxiv: FakeArxiv, tmp_path: Path) -> None:
    reading = await ReaderSetup(arxiv, tmp_path).read(paper(withdrawn=True))
    assert reading.source is Source.ABSTRACT
    assert reading.problem == "The paper was withdrawn; only its abstract is left."
    assert request_count(arxiv) == 0


async def test_an_outage_of_arxiv_raises_instead_of_falling_back_to_the_abstract(
    arxiv: FakeArxiv, tmp_path: Path
) -> None:
    arxiv.fault("/html/", status=503, times=5)
    with pytest.raises(SourceUnavailable):
        await ReaderSetup(arxiv, tmp_path).read(paper())
    assert not list((tmp_path / "readings").iterdir())


async def test_a_disk_that_takes_nothing_raises_source_unavailable(arxiv: FakeArxiv, tmp_path: Path) -> None:
    arxiv.files["/html/2406.00001v1"] = ("text/html", html_pages.page(html_pages.BODY))
    (tmp_path / "readings").write_text("not a directory")
    with pytest.raises(SourceUnavailable, match="disk"):
        await ReaderSetup(arxiv, tmp_path).read(paper())


async def test_a_leftover_directory_that_another_process_removes_does_no_harm(arxiv: FakeArxiv, tmp_path: Path) -> None:
    arxiv.files["/html/2406.00001v1"] = ("text/html", html_pages.page(html_pages.BODY))
    (tmp_path / "readings").mkdir()
    (tmp_path / "readings" / ".making-gone").symlink_to(tmp_path / "nowhere")
    assert (await ReaderSetup(arxiv, tmp_path).read(paper())).source is Source.HTML


async def test_the_problem_says_how_much_of_a_long_paper_was_read(arxiv: FakeArxiv, tmp_path: Path) -> None:
    arxiv.files["/pdf/2406.00001v1"] = ("application/pdf", pdf_files.one_column_paper(500))
    reading = await ReaderSetup(arxiv, tmp_path).read(paper())
    assert reading.problem == "Only the first 60 of 500 pages were read."


async def test_an_unknown_licence_is_fetched_once(arxiv: FakeArxiv, tmp_path: Path) -> None:
    inner = html_pages.BODY + html_pages.figure("1", "Overview of the loom.", html_pages.image("loom.png"))
    arxiv.files["/html/2406.00001v1"] = ("text/html", html_pages.page(inner))
    arxiv.files["/html/2406.00001v1/loom.png"] = ("image/png", png())
    requested: list[str] = []

    async def license_of(paper_id: str) -> str | None:
        requested.append(paper_id)
        return OPEN

    settings = arxiv.settings(data_dir=tmp_path)
    async with Fetcher(settings, Gate(SystemClock(), 0, attempts=1)) as fetcher:
        for _ in range(2):
            reading = await ArxivReader(fetcher, settings, license_of=license_of).read(paper())
            assert [(f.shown, f.license) for f in reading.figures] == [(True, OPEN)]
    assert requested == ["2406.00001"]


async def test_a_download_that_is_no_image_leaves_the_figure_a_link(arxiv: FakeArxiv, tmp_path: Path) -> None:
    inner = html_pages.BODY + html_pages.figure("1", "Overview of the loom.", html_pages.image("loom.png"))
    arxiv.files["/html/2406.00001v1"] = ("text/html", html_pages.page(inner))
    arxiv.files["/html/2406.00001v1/loom.png"] = ("image/png", b"no picture at all")
    (figure,) = (await ReaderSetup(arxiv, tmp_path).read(paper(license=OPEN))).figures
    assert (figure.shown, figure.file) == (False, None)
    assert figure.caption == "Overview of the loom."


async def test_two_simultaneous_reads_of_a_paper_share_one_download(arxiv: FakeArxiv, tmp_path: Path) -> None:
    arxiv.files["/html/2406.00001v1"] = ("text/html", html_pages.page(html_pages.BODY))
    settings = arxiv.settings(data_dir=tmp_path)
    async with Fetcher(settings, Gate(SystemClock(), 0, attempts=1)) as fetcher:
        reader = ArxivReader(fetcher, settings)
        first, second = await asyncio.gather(reader.read(paper()), reader.read(paper()))
    assert first == second
    assert request_count(arxiv) == 1


@dataclass
class Missing:
    """The answer to a request for a file that does not exist."""

    status: int = 404
    body: bytes = b""


class CountingClient:
    """Has no file at all, and counts how many requests run at the same time."""

    def __init__(self) -> None:
        self.running = self.most = 0

    async def get(self, url: str, *, max_bytes: int, timeout: float) -> Missing:
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0.01)
        self.running -= 1
        return Missing()


async def test_reads_of_a_paper_take_turns_also_if_one_begins_just_when_another_ends(
    arxiv: FakeArxiv, tmp_path: Path
) -> None:
    client = CountingClient()
    reader = ArxivReader(client, arxiv.settings(data_dir=tmp_path))

    async def read_twice() -> None:
        for _ in range(2):
            await reader.read(paper())

    await asyncio.gather(read_twice(), reader.read(paper()))
    assert client.most == 1
