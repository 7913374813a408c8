"""The Reader of arXiv's full texts: HTML first, else (and for pictures it lacks) PDF, the abstract otherwise."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

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
MAX_PICTURE_BYTES = 15_000_000
MAX_PICTURES = 12
"""Downloads of pictures for one paper: arXiv is asked once in three seconds."""
MAX_PAGES = 60
WORKERS = 2
"""Processes at once: each may take as much memory as its limit says."""


class Download(Protocol):
    """What a fetcher returns."""

    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...


class Fetches(Protocol):
    """The one way out: waits its turn at arXiv's gate. Raises `SourceUnavailable`, or `GiveUp` for what it refuses."""

    async def get(self, url: str, *, max_bytes: int, timeout: float) -> Download: ...


LicenseOf = Callable[[str], Awaitable[str | None]]
"""The licence URL of a paper by its id, as `PaperSource.license` gives it."""


class ArxivReader:
    """Reads each paper version once and keeps what it read under `DATA_DIR/readings`.

    `license_of` is asked for the licence of a paper that came without one, where pictures depend on it.
    """

    def __init__(
        self,
        fetcher: Fetches,
        settings: Settings,
        data_dir: Path | None = None,
        *,
        license_of: LicenseOf | None = None,
        max_pages: int = MAX_PAGES,
    ) -> None:
        self._fetcher = fetcher
        self._settings = settings
        self._cache = ReadingCache((data_dir or settings.data_dir).resolve())
        self._license_of = license_of
        self._max_pages = max_pages
        self._locks: dict[str, asyncio.Lock] = {}
        self._workers = asyncio.Semaphore(WORKERS)

    async def read(self, paper: Paper) -> Reading:
        """The full text of a paper version; its abstract, with `problem` set, where there is none to read.

        `Reading.figures` has those that explain the paper first. Raises `SourceUnavailable` only.
        """
        if paper.withdrawn:
            return _abstract(paper, "The paper was withdrawn; only its abstract is left.")
        lock = self._locks.setdefault(paper.versioned_id, asyncio.Lock())
        try:
            async with lock:
                kept = await self._kept_or_made(paper)
        finally:
            if not lock.locked():
                self._locks.pop(paper.versioned_id, None)
        return self._shown(paper, kept)

    async def kept(self, paper: Paper) -> Reading | None:
        """What was read before and kept, None where nothing was."""
        kept = await asyncio.to_thread(self._cache.load, paper)
        return None if kept is None or paper.withdrawn else self._shown(paper, kept)

    def _shown(self, paper: Paper, kept: CachedReading) -> Reading:
        figures = arrange(kept.reading.figures, paper.license or kept.license, self._settings.figures)
        return replace(kept.reading, figures=figures)

    async def _kept_or_made(self, paper: Paper) -> CachedReading:
        kept = await asyncio.to_thread(self._cache.load, paper)
        known = paper.license or (kept.license if kept else await self._license(paper))
        paper = replace(paper, license=known)
        pictures = self._wants_pictures(paper)
        if kept is not None and (kept.pictures or not pictures):
            return kept
        workspace = await asyncio.to_thread(self._cache.workspace)
        try:
            made = CachedReading(await self._made(paper, workspace), pictures, known)
            if made.reading.source is not Source.ABSTRACT:  # what cannot be read today may be mended tomorrow
                await asyncio.to_thread(self._cache.keep, paper, made, workspace)
        finally:
            await asyncio.to_thread(shutil.rmtree, workspace, True)
        return made

    async def _license(self, paper: Paper) -> str | None:
        if self._settings.figures != "licensed" or self._license_of is None or paper.sample:
            return None
        try:
            return await self._license_of(paper.id)
        except (SourceUnavailable, TellUser) as error:
            log.info("licence not known", paper=paper.id, why=str(error))
            return None

    def _wants_pictures(self, paper: Paper) -> bool:
        setting = self._settings.figures
        return setting == "always" or (setting == "licensed" and is_open_license(paper.license))

    async def _work(self, job: Mapping[str, Any]) -> dict[str, Any]:
        async with self._workers:
            return await run_worker(job)

    # ── HTML ──

    async def _made(self, paper: Paper, workspace: Path) -> Reading:
        address = f"{self._settings.arxiv_url}/html/{paper.versioned_id}"
        answer = await self._get(address, MAX_HTML_BYTES)
        if answer is not None:
            try:
                reading, pictures = await asyncio.to_thread(_read_html, answer, paper, f"{address}/")
            except NotReadable as problem:
                log.info("html not readable", paper=paper.versioned_id, why=str(problem))
            else:
                return await self._with_pictures(reading, pictures, paper, workspace)
        return await self._from_pdf(paper, workspace)

    async def _with_pictures(
        self, reading: Reading, pictures: tuple[FigureImages, ...], paper: Paper, workspace: Path
    ) -> Reading:
        if not self._wants_pictures(paper):
            return reading
        wanted = {figure.number for figure in choose(reading.figures)}
        sources = {f.number: p for f, p in zip(reading.figures, pictures, strict=True) if f.number in wanted}
        made = await self._downloaded(sources, workspace)
        missing = sorted(wanted - made.keys())
        if missing:
            made |= await self._cropped(paper, missing, workspace)
        figures = tuple(_with_file(f, made.get(f.number), paper, self._cache) for f in reading.figures)
        return replace(reading, figures=figures)

    async def _downloaded(self, sources: Mapping[str, FigureImages], workspace: Path) -> dict[str, list[Any]]:
        """Download whole figures' pictures and make one of each: {number: [file, width, height]}."""
        rows: dict[str, list[list[str]]] = {}
        count = 0
        for number, pictures in sources.items():
            if not pictures.complete or count + sum(map(len, pictures.rows)) > MAX_PICTURES:
                continue
            paths: list[list[str]] = []
            for row in pictures.rows:
                paths.append([])
                for url in row:
                    count += 1
                    body = await self._get(url, MAX_PICTURE_BYTES)
                    path = workspace / f"download-{count}"
                    await asyncio.to_thread(path.write_bytes, body or b"")
                    paths[-1].append(str(path))
            rows[number] = paths
        if not rows:
            return {}
        answer = await self._work({"pictures": rows, "out": str(workspace)})
        await asyncio.to_thread(_clear, workspace, "download-*")
        found = answer.get("pictures")
        return dict(found) if isinstance(found, dict) else {}

    async def _cropped(self, paper: Paper, numbers: list[str], workspace: Path) -> dict[str, list[Any]]:
        """FigureImages that the HTML lacks, out of the PDF: {number: [file, width, height]}."""
        try:
            reading = await self._pdf(paper, workspace, numbers)
        except NotReadable as problem:
            log.info("pictures not readable", paper=paper.versioned_id, why=str(problem))
            return {}
        return {f.number: made for f in reading.figures if (made := _file_of(f)) and f.number in numbers}

    # ── PDF ──

    async def _from_pdf(self, paper: Paper, workspace: Path) -> Reading:
        wanted: list[str] | None = None if self._wants_pictures(paper) else []
        try:
            reading = await self._pdf(paper, workspace, wanted)
        except NotReadable as problem:
            log.info("pdf not readable", paper=paper.versioned_id, why=str(problem))
            return _abstract(paper, str(problem))
        page = f"{self._settings.arxiv_url}/pdf/{paper.versioned_id}#page="
        figures = tuple(
            replace(_with_file(f, _file_of(f), paper, self._cache), url=f"{page}{f.page}") for f in reading.figures
        )
        cut = None
        if reading.extent and reading.extent.read < reading.extent.total:
            cut = f"Only the first {reading.extent.read} of {reading.extent.total} pages were read."
        return replace(reading, figures=figures, problem=cut)

    async def _pdf(self, paper: Paper, workspace: Path, figures: list[str] | None) -> Reading:
        body = await self._get(f"{self._settings.arxiv_url}/pdf/{paper.versioned_id}", MAX_PDF_BYTES)
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
        answer = await self._work(job)
        await asyncio.to_thread(_clear, workspace, "paper.pdf", "result.json")
        if "reading" not in answer:
            raise NotReadable(str(answer.get("problem", "The PDF could not be read.")))
        return reading_from_json(answer["reading"])

    async def _get(self, url: str, max_bytes: int) -> bytes | None:
        """A download's body, None where arXiv has none or it is larger than is read."""
        try:
            answer = await self._fetcher.get(url, max_bytes=max_bytes, timeout=self._settings.arxiv_timeout_seconds * 4)
        except GiveUp as refused:
            log.info("download refused", url=url, why=str(refused))
            return None
        return answer.body if answer.status == 200 else None


def _read_html(data: bytes, paper: Paper, base: str) -> tuple[Reading, tuple[FigureImages, ...]]:
    from bot.reading.html import read_html

    return read_html(data, paper, base=base)


def _abstract(paper: Paper, problem: str) -> Reading:
    section = Section("Abstract", (Paragraph(paper.abstract),) if paper.abstract else (), None, 1, SectionKind.ABSTRACT)
    return Reading(
        paper.id, paper.version, Source.ABSTRACT, (section,), extent=Extent("sections", 1, 1), problem=problem
    )


def _file_of(figure: Figure) -> list[Any] | None:
    return [figure.file, figure.width, figure.height] if figure.file else None


def _with_file(figure: Figure, made: list[Any] | None, paper: Paper, cache: ReadingCache) -> Figure:
    if not made:
        return replace(figure, file=None)
    return replace(figure, file=cache.file_name(paper, made[0]), width=made[1], height=made[2])


def _clear(workspace: Path, *patterns: str) -> None:
    for pattern in patterns:
        for path in workspace.glob(pattern):
            path.unlink(missing_ok=True)
