"""The worker process: its limits, and the errors for each way it can fail."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NotReadable
from bot.reading.figures import MAX_SHOWN
from bot.reading.worker import EXIT_OUT_OF_MEMORY
from bot.reading.worker_process import failure_reason, run_worker
from tests.reading import pdf_files


def job(tmp_path: Path, data: bytes) -> dict[str, Any]:
    path = tmp_path / "paper.pdf"
    path.write_bytes(data)
    about = {"id": "2406.00001", "version": 1, "title": pdf_files.TITLE, "authors": []}
    return {"paper": about, "pdf": str(path), "out": str(tmp_path), "max_pages": 60, "figures": None}


async def test_a_paper_is_read_and_its_figure_cropped(tmp_path: Path) -> None:
    answer = await run_worker(job(tmp_path, pdf_files.one_column_paper()))
    (figure,) = answer["reading"]["figures"]
    assert figure["file"] == "figure-1.png"
    assert (tmp_path / "figure-1.png").stat().st_size > 1000


async def test_of_many_figures_only_those_that_are_shown_are_written(tmp_path: Path) -> None:
    pages = []
    for number in range(1, 10):
        page = (
            pdf_files.Page()
            .text(120, 720, pdf_files.TITLE, size=18, font="bold")
            .box(150, 600, 120, 90)
            .box(330, 600, 120, 90, "0.8 0.3 0.2")
        )
        page.lines(72, 575, [f"Figure {number}: A loom of kind {number}. Light comes in on the left."], size=9)
        page.lines(72, 520, pdf_files.prose(number, 6))
        pages.append(page)
    answer = await run_worker(job(tmp_path, pdf_files.pdf(pages)))
    figures = answer["reading"]["figures"]
    assert len(figures) == 9
    assert [figure["number"] for figure in figures if figure["file"]] == ["1", "2", "3", "4"]
    assert len([name for name in os.listdir(tmp_path) if name.startswith("figure-")]) == MAX_SHOWN


async def test_time_is_limited(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="takes longer to read"):
        await run_worker(job(tmp_path, pdf_files.one_column_paper()), wall_seconds=0.01)


async def test_a_file_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    bomb = pdf_files.pdf([pdf_files.Page(padding=1_600_000_000)])
    assert len(bomb) < 10_000_000
    with pytest.raises(NotReadable):
        await run_worker(job(tmp_path, bomb), wall_seconds=60)


async def test_a_problem_that_the_worker_reports_is_raised(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="The PDF is broken and cannot be read"):
        await run_worker(job(tmp_path, b"%PDF-1.5 nonsense"))


async def test_a_crash_of_the_worker_is_raised_as_not_readable(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="broken in a way that stops its reading"):
        await run_worker({"pdf": str(tmp_path / "missing.pdf"), "out": str(tmp_path)})


@pytest.mark.parametrize("status", [EXIT_OUT_OF_MEMORY, -signal.SIGABRT])
def test_the_exit_status_tells_why_the_worker_failed(status: int) -> None:
    assert "memory" in failure_reason(status)
    assert "longer" in failure_reason(-signal.SIGXCPU)
