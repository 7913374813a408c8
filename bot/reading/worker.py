"""The process in which files from strangers are opened: `python -m bot.reading.worker`, one job from standard input.

PDFium and Pillow read such files in C and C++: here a crash, or a file that unpacks to gigabytes, ends this process
only. A job is one of

    {"paper": …, "pdf": path, "out": directory, "max_pages": n, "figures": [numbers] | null}
    {"pictures": {number: [[path, …], …]}, "out": directory}
    {"first_page": path, "out": directory}

where "figures" names the figures to make pictures of, null those that would be shown. The result, `result.json` in
`out`, is one of

    {"reading": …}    {"pictures": {number: [file, width, height]}}    {"text": …}    {"problem": sentence}
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import NotReadable
from bot.model import Figure

if TYPE_CHECKING:
    import pypdfium2 as pdfium

    from bot.reading.pdf_model import PageArea

MEMORY_BYTES = 1_500_000_000
"""Limit of address space, which includes libraries and more than the memory in use."""
CPU_SECONDS = 60
FILE_BYTES = 60_000_000
"""Limit of each file that the worker writes: a result or a picture."""
MAX_CROPPED_FIGURES = 40
EXIT_OUT_OF_MEMORY = 3
MAX_FIRST_PAGE = 20_000
"""Characters of a first page; a page of a paper has about 5,000."""


def main() -> int:
    """Do the job on standard input within the limits; returns 0 if a result was written."""
    _set_limits()
    try:
        job = json.load(sys.stdin)
        out = Path(job["out"])
        result = _result(job, out)
        (out / "result.json").write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    except MemoryError:
        return EXIT_OUT_OF_MEMORY
    return 0


def _result(job: Mapping[str, Any], out: Path) -> dict[str, Any]:
    if "pictures" in job:
        return _join_pictures(job["pictures"], out)
    return _first_page(Path(job["first_page"])) if "first_page" in job else _read_pdf(job, out)


def _first_page(path: Path) -> dict[str, Any]:
    import pypdfium2 as pdfium

    from bot.reading.pdf import open_pdf

    try:
        document = open_pdf(path)
    except NotReadable as problem:
        return {"problem": str(problem)}
    try:
        text = document[0].get_textpage().get_text_bounded() if len(document) else ""
    except pdfium.PdfiumError:
        text = ""
    finally:
        document.close()
    return {"text": text[:MAX_FIRST_PAGE]}


def _set_limits() -> None:
    import resource  # on Unix only; the service itself imports this module for the exit status

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    # The soft limit sends SIGXCPU, by which the cause is known; the hard one kills.
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read_pdf(job: Mapping[str, Any], out: Path) -> dict[str, Any]:
    # Imported here: joining pictures, the other job, needs none of it and starts sooner.
    from bot.reading.pdf import open_pdf, read_pdf
    from bot.reading.reading_cache import paper_from_json, reading_to_json

    try:
        document = open_pdf(Path(job["pdf"]))
        try:
            reading, areas = read_pdf(document, paper_from_json(job["paper"]), max_pages=job["max_pages"])
            figures = _crop_figures(document, reading.figures, areas, job["figures"], out)
        finally:
            document.close()
    except NotReadable as problem:
        return {"problem": str(problem)}
    return {"reading": reading_to_json(replace(reading, figures=figures))}


def _crop_figures(
    document: pdfium.PdfDocument,
    figures: Sequence[Figure],
    areas: Sequence[PageArea | None],
    wanted: Collection[str] | None,
    out: Path,
) -> tuple[Figure, ...]:
    """The figures, those that are wanted and whose area is known with a picture of it.

    Without names in `wanted` those that would be shown are wanted: a paper has many more, which nobody sees.
    """
    from bot.reading.figures import choose

    # How well a figure can be seen depends on its size. So all are rendered first, one at a time, and few are written.
    known = list(zip(figures, [*areas[:MAX_CROPPED_FIGURES], *[None] * len(figures)], strict=False))
    sized = [(_with_size(document, figure, area), area) for figure, area in known] if wanted is None else known
    chosen = choose([figure for figure, _ in sized]) if wanted is None else [f for f in figures if f.number in wanted]
    return tuple(
        _with_picture(document, figure, area, out) if area is not None and figure in chosen else figure
        for figure, area in sized
    )


def _with_size(document: pdfium.PdfDocument, figure: Figure, area: PageArea | None) -> Figure:
    from bot.reading.pictures import crop_area

    if area is None:
        return figure
    picture = crop_area(document, area)
    return replace(figure, width=picture.width, height=picture.height)


def _with_picture(document: pdfium.PdfDocument, figure: Figure, area: PageArea, out: Path) -> Figure:
    """The figure with the file that its area was written to; without one if it is only an icon."""
    from bot.reading.pictures import crop_area, save_picture

    saved = save_picture(crop_area(document, area), out / _file_stem(figure.number))
    return replace(figure, file=saved[0].name, width=saved[1], height=saved[2]) if saved else figure


def _join_pictures(figures: Mapping[str, Sequence[Sequence[str]]], out: Path) -> dict[str, Any]:
    """One picture for each figure; a figure with a part that is no image is left out."""
    from bot.reading.pictures import join_images, save_picture

    made: dict[str, list[Any]] = {}
    for number, rows in figures.items():
        picture = join_images([[Path(path) for path in row] for row in rows])
        saved = save_picture(picture, out / _file_stem(number)) if picture is not None else None
        if saved:
            made[number] = [saved[0].name, saved[1], saved[2]]
    return {"pictures": made}


def _file_stem(number: str) -> str:
    """A figure's number comes from the paper: only letters and digits of it get into a file's name."""
    return "figure-" + "".join(char if char.isalnum() else "-" for char in number)[:20]


if __name__ == "__main__":
    sys.exit(main())
