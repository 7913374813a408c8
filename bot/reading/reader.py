"""The Reader of arXiv's full texts: from HTML if arXiv has it, else from the PDF, else only the abstract.

Pictures that are missing in a paper's HTML, because they could not be converted, are cut out of its PDF.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakValueDictionary

import structlog

from bot.errors import GiveUp, NotReadable, SourceUnavailable, TellUser
from bot.model import Extent, Figure, Paper, Paragraph, Reading, Section, SectionKind, Source
from bot.reading.figures import arrange, choose, is_open_license
from bot.reading.html_figures import FigureImages
from bot.reading.reading_cache import CachedReading, ReadingCache, paper_to_json, reading_from_json
from bot.reading.worker_process import run_worker
from bot.settings import Settings

log = structlog.get_logger()

MAX_HTML_BYTES = 40_000_000
MAX_PDF_BYTES = 60_000_000
MAX_IMAGE_BYTES = 15_000_000
MAX_IMAGES = 12
"""Downloads of images for one paper: arXiv allows one request in three seconds."""
MAX_PAGES = 60
MAX_WORKERS = 2
"""Processes at once: each may take as much memory as its limit says."""


# Adapters do not import each other, so that the downloads of `bot.sources` are known here by these protocols only.
class HttpResponse(Protocol):
    """The response that a client returns."""

    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...


class HttpClient(Protocol):
    """The client through which all requests to arXiv go; a call may wait for other requests.

    Raises `SourceUnavailable`, or `GiveUp` for an address or a size that it refuses.
    """

    async def get(self, url: str, *, max_bytes: int, timeout: float) -> HttpResponse: ...


LicenseOf = Callable[[str], Awaitable[str | None]]
"""The licence URL of a paper by its id, as `PaperSource.license` gives it."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture of a figure: the name of its file in the workspace, and its size in pixels."""

    name: str
    width: int
    height: int


class ArxivReader:
    """Reads each paper version once and caches it under `DATA_DIR/readings`.

    `license_of` is asked for the licence of a paper that came without one, if showing pictures depends on it.
    """

    def __init__(
        self,
        client: HttpClient,
        settings: Settings,
        data_dir: Path | None = None,
        *,
        license_of: LicenseOf | None = None,
        max_pages: int = MAX_PAGES,
    ) -> None:
        self._client = client
        self._settings = settings
        self._cache = ReadingCache((data_dir or settings.data_dir).resolve())
        self._license_of = license_of
        self._max_pages = max_pages
        # Weak references: a lock exists as long as one read holds it or waits for it, and never longer.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._workers = asyncio.Semaphore(MAX_WORKERS)

    async def read(self, paper: Paper) -> Reading:
        """Return the full text of a paper version; its abstract, with `problem` set, if no full text can be read.

        `Reading.figures` has those that explain the paper first. Raises `SourceUnavailable` only: arXiv cannot be
        reached, or the disk is full.
        """
        if paper.withdrawn:
            return _abstract_only(paper, "The paper was withdrawn; only its abstract is left.")
        # Reads of the same version at the same time wait for the first one and then find its result in the cache.
        lock = self._locks.setdefault(paper.versioned_id, asyncio.Lock())
        try:
            async with lock:
                cached = await self._cached_or_read(paper)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SourceUnavailable(f"The full text cannot be stored on the disk ({reason}).") from error
        return self._with_arranged_figures(paper, cached)

    async def kept(self, paper: Paper) -> Reading | None:
        """The cached reading of a paper version; None if there is none."""
        cached = await asyncio.to_thread(self._cache.load, paper)
        return None if cached is None or paper.withdrawn else self._with_arranged_figures(paper, cached)

    async def trim(self, needed: Collection[str], most_bytes: int, now: datetime) -> int:
        """Delete the longest unused readings. Implements `bot.ports.CachedReadings`."""
        return await asyncio.to_thread(self._cache.trim, needed, most_bytes, now)

    def _with_arranged_figures(self, paper: Paper, cached: CachedReading) -> Reading:
        """Arrange the figures by the present setting, which may have changed since the reading was cached."""
        figures = arrange(cached.reading.figures, paper.license or cached.license, self._settings.figures)
        return replace(cached.reading, figures=figures)

    async def _cached_or_read(self, paper: Paper) -> CachedReading:
        cached = await asyncio.to_thread(self._cache.load, paper)
        license_url = paper.license or (cached.license if cached else await self._fetch_license(paper))
        paper = replace(paper, license=license_url)
        # A reading that was made without pictures is made again once they are wanted.
        with_pictures = self._wants_pictures(paper)
        if cached is not None and (cached.pictures or not with_pictures):
            return cached
        workspace = await asyncio.to_thread(self._cache.workspace)
        try:
            reading = await self._read_full_text(paper, workspace)
            made = CachedReading(reading, with_pictures, license_url)
            # An abstract is not cached: arXiv may have a full text that can be read tomorrow.
            if reading.source is not Source.ABSTRACT:
                await asyncio.to_thread(self._cache.store, paper, made, workspace)
        finally:
            await asyncio.to_thread(shutil.rmtree, workspace, True)
        return made

    async def _fetch_license(self, paper: Paper) -> str | None:
        if self._settings.figures != "licensed" or self._license_of is None or paper.sample:
            return None
        try:
            return await self._license_of(paper.id)
        # Without the licence no picture is shown, but the text can be read all the same.
        except (SourceUnavailable, TellUser) as error:
            log.info("licence not known", paper=paper.id, why=str(error))
            return None

    def _wants_pictures(self, paper: Paper) -> bool:
        setting = self._settings.figures
        return setting == "always" or (setting == "licensed" and is_open_license(paper.license))

    async def _run_in_worker(self, job: Mapping[str, Any]) -> dict[str, Any]:
        async with self._workers:
            return await run_worker(job)

    async def _download(self, url: str, max_bytes: int) -> bytes | None:
        """Return the body at an address; None if arXiv has none, or if it is larger than `max_bytes`."""
        timeout = self._settings.arxiv_timeout_seconds * 4  # full texts are large, and arXiv makes some on request
        try:
            response = await self._client.get(url, max_bytes=max_bytes, timeout=timeout)
        except GiveUp as error:
            log.info("download refused", url=url, why=str(error))
            return None
        return response.body if response.status == 200 else None

    # ── HTML ──

    async def _read_full_text(self, paper: Paper, workspace: Path) -> Reading:
        address = f"{self._settings.arxiv_url}/html/{paper.versioned_id}"
        page = await self._download(address, MAX_HTML_BYTES)
        if page is not None:
            try:
                reading, images = await asyncio.to_thread(_read_html, page, paper, f"{address}/")
            except NotReadable as error:
                log.info("html not readable", paper=paper.versioned_id, why=str(error))
            else:
                return await self._with_pictures(reading, images, paper, workspace)
        return await self._read_from_pdf(paper, workspace)

    async def _with_pictures(
        self, reading: Reading, images: tuple[FigureImages, ...], paper: Paper, workspace: Path
    ) -> Reading:
        """Add pictures of the figures that are to be shown to an HTML reading, from the page or else from the PDF."""
        if not self._wants_pictures(paper):
            return reading
        wanted = {figure.number for figure in choose(reading.figures)}
        sources = {f.number: i for f, i in zip(reading.figures, images, strict=True) if f.number in wanted}
        made = await self._download_pictures(sources, workspace)
        missing = sorted(wanted - made.keys())
        if missing:
            made |= await self._crop_pictures(paper, missing, workspace)
        figures = tuple(self._with_file(figure, made.get(figure.number), paper) for figure in reading.figures)
        return replace(reading, figures=figures)

    async def _download_pictures(self, sources: Mapping[str, FigureImages], workspace: Path) -> dict[str, _Picture]:
        """Return pictures by the figure's number, joined from all images of the figure, without incomplete figures."""
        rows: dict[str, list[list[str]]] = {}
        count = 0
        for number, images in sources.items():
            # Such a figure is cut out of the PDF instead, which has all its parts.
            if not images.complete or count + sum(map(len, images.rows)) > MAX_IMAGES:
                continue
            rows[number] = []
            for row in images.rows:
                paths = []
                for url in row:
                    count += 1
                    body = await self._download(url, MAX_IMAGE_BYTES)
                    path = workspace / f"download-{count}"
                    await asyncio.to_thread(path.write_bytes, body or b"")  # an empty file is no image for the worker
                    paths.append(str(path))
                rows[number].append(paths)
        if not rows:
            return {}
        try:
            result = await self._run_in_worker({"pictures": rows, "out": str(workspace)})
        except NotReadable as error:
            log.info("pictures not readable", why=str(error))
            return {}
        finally:
            await asyncio.to_thread(_remove_files, workspace, "download-*", "result.json")
        return {number: _Picture(*picture) for number, picture in result["pictures"].items()}

    async def _crop_pictures(self, paper: Paper, numbers: list[str], workspace: Path) -> dict[str, _Picture]:
        """Cut the pictures that are missing in the HTML out of the PDF; returns them by the figure's number."""
        try:
            reading = await self._run_pdf_job(paper, workspace, numbers)
        except NotReadable as error:
            log.info("pictures not readable", paper=paper.versioned_id, why=str(error))
            return {}
        pictures = {figure.number: _picture_of(figure) for figure in reading.figures if figure.number in numbers}
        return {number: picture for number, picture in pictures.items() if picture}

    # ── PDF ──

    async def _read_from_pdf(self, paper: Paper, workspace: Path) -> Reading:
        wanted: list[str] | None = None if self._wants_pictures(paper) else []
        try:
            reading = await self._run_pdf_job(paper, workspace, wanted)
        except NotReadable as error:
            log.info("pdf not readable", paper=paper.versioned_id, why=str(error))
            return _abstract_only(paper, str(error))
        address = f"{self._settings.arxiv_url}/pdf/{paper.versioned_id}"
        figures = tuple(
            replace(self._with_file(figure, _picture_of(figure), paper), url=f"{address}#page={figure.page}")
            for figure in reading.figures
        )
        problem = None
        if reading.extent and reading.extent.read < reading.extent.total:
            problem = f"Only the first {reading.extent.read} of {reading.extent.total} pages were read."
        return replace(reading, figures=figures, problem=problem)

    async def _run_pdf_job(self, paper: Paper, workspace: Path, figures: list[str] | None) -> Reading:
        """Read the PDF, with pictures of these figures (None: of those to show). Raises `NotReadable`."""
        body = await self._download(f"{self._settings.arxiv_url}/pdf/{paper.versioned_id}", MAX_PDF_BYTES)
        if body is None:
            raise NotReadable("arXiv has no PDF of this paper that could be read.")
        path = workspace / "paper.pdf"
        await asyncio.to_thread(path.write_bytes, body)
        job = {
            "paper": paper_to_json(paper),
            "pdf": str(path),
            "out": str(workspace),
            "max_pages": self._max_pages,
            "figures": figures,
        }
        try:
            result = await self._run_in_worker(job)
        finally:
            await asyncio.to_thread(_remove_files, workspace, "paper.pdf", "result.json")
        return reading_from_json(result["reading"])

    def _with_file(self, figure: Figure, picture: _Picture | None, paper: Paper) -> Figure:
        if picture is None:
            return replace(figure, file=None)
        file = self._cache.figure_file(paper, picture.name)
        return replace(figure, file=file, width=picture.width, height=picture.height)


def _read_html(data: bytes, paper: Paper, base: str) -> tuple[Reading, tuple[FigureImages, ...]]:
    from bot.reading.html import read_html  # lxml: not needed to start

    return read_html(data, paper, base=base)


def _abstract_only(paper: Paper, problem: str) -> Reading:
    section = Section("Abstract", (Paragraph(paper.abstract),) if paper.abstract else (), None, 1, SectionKind.ABSTRACT)
    extent = Extent("sections", 1, 1)
    return Reading(paper.id, paper.version, Source.ABSTRACT, (section,), extent=extent, problem=problem)


def _picture_of(figure: Figure) -> _Picture | None:
    """Return the picture that the worker made of a figure; the worker sets the file's name and size in the figure."""
    if not figure.file or figure.width is None or figure.height is None:
        return None
    return _Picture(figure.file, figure.width, figure.height)


def _remove_files(workspace: Path, *patterns: str) -> None:
    for pattern in patterns:
        for path in workspace.glob(pattern):
            path.unlink(missing_ok=True)
